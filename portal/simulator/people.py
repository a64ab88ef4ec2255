"""The people of the made-up hospital: the cast, and about forty others."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final, Literal

from portal.simulator import hospital
from portal.simulator.chance import chance
from portal.simulator.names import HERITAGES, STREETS, Heritage
from portal.simulator.nhs_numbers import an_nhs_number

Sex = Literal["F", "M"]

_DAYS_A_YEAR: Final = 365.25
_ADULT: Final = 18
_MIDDLE: Final = 40
_OLD: Final = 70


@dataclass(frozen=True)
class Contact:
    """Somebody to ring; PID-14 and NK1 say it."""

    family: str
    given: str
    relation: tuple[str, str]
    phone: str


@dataclass(frozen=True)
class Person:
    """A patient as the patient administration system knows them."""

    key: str
    nhs_number: str
    mrn: str
    family: str
    given: str
    prefix: str
    born: date
    sex: Sex
    street: str
    postcode: str
    home: str
    mobile: str
    practice: hospital.Practice
    ethnic: tuple[str, str] = ("A", "White - British")
    language: str = "en"
    interpreter: bool = False
    email: str = ""
    kin: Contact | None = None
    problems: tuple[str, ...] = ()
    demographics_hidden: bool = False

    def age(self, on: date) -> int:
        before = (on.month, on.day) < (self.born.month, self.born.day)
        return on.year - self.born.year - before

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"


@dataclass(frozen=True)
class Sketch:
    """What matters of a person before chance names them."""

    sex: Sex
    age: int
    heritage: str
    problems: tuple[str, ...] = ()
    hidden: bool = False


SKETCHES: Final = (
    Sketch("F", 0, "ukrainian", ("bronchiolitis",)),
    Sketch("M", 1, "somali"),
    Sketch("F", 3, "british", ("eczema",)),
    Sketch("M", 5, "polish", ("asthma",)),
    Sketch("F", 8, "nigerian", ("sickle_cell",)),
    Sketch("M", 10, "pakistani"),
    Sketch("F", 12, "romanian", ("type_1_diabetes",)),
    Sketch("M", 13, "mixed", ("eczema", "asthma")),
    Sketch("F", 15, "iranian", ("epilepsy",)),
    Sketch("M", 17, "british", ("fracture",)),
    Sketch("F", 19, "chinese", ("iron_deficiency",)),
    Sketch("M", 22, "indian", ("crohns",)),
    Sketch("F", 24, "bangladeshi", ("pregnancy",)),
    Sketch("F", 27, "caribbean", ("hypothyroidism",)),
    Sketch("M", 29, "turkish", ("hiv",)),
    Sketch("F", 31, "polish", ("pregnancy", "vitamin_d_deficiency")),
    Sketch("M", 33, "irish", ("sarcoidosis",)),
    Sketch("F", 36, "filipino", ("gallstones",)),
    Sketch("M", 38, "nigerian", ("hypertension",)),
    Sketch("F", 41, "welsh", ("coeliac",), hidden=True),
    Sketch("M", 43, "chinese", ("gout",)),
    Sketch("F", 45, "somali", ("type_2_diabetes", "vitamin_d_deficiency")),
    Sketch("M", 47, "scottish", ("asthma",)),
    Sketch("F", 49, "indian", ("hypothyroidism", "type_2_diabetes")),
    Sketch("M", 52, "caribbean", ("hypertension", "prostate")),
    Sketch("F", 54, "british", ("breast_cancer",)),
    Sketch("M", 56, "pakistani", ("ischaemic_heart", "type_2_diabetes")),
    Sketch("F", 58, "irish", ("rheumatoid",)),
    Sketch("M", 60, "polish", ("copd",)),
    Sketch("F", 63, "ukrainian", ("hypertension", "kidney_3a")),
    Sketch("M", 66, "british", ("copd", "ischaemic_heart")),
    Sketch("F", 68, "bangladeshi", ("type_2_diabetes", "kidney_3b")),
    Sketch("M", 70, "welsh", ("prostate",)),
    Sketch("F", 73, "british", ("osteoporosis", "fracture")),
    Sketch("M", 75, "indian", ("heart_failure", "atrial_fibrillation")),
    Sketch("F", 78, "caribbean", ("hypertension", "type_2_diabetes")),
    Sketch("M", 80, "scottish", ("parkinsons",)),
    Sketch("F", 84, "irish", ("copd", "osteoporosis")),
    Sketch("M", 88, "british", ("kidney_3b", "gout", "heart_failure")),
    Sketch("F", 95, "british", ("dementia", "atrial_fibrillation")),
)


def others(seed: int, now: date) -> tuple[Person, ...]:
    """Everyone but the cast, the same for the same seed and day."""
    return tuple(
        _person(number, sketch, chance(seed, "person", str(number)), now)
        for number, sketch in enumerate(SKETCHES, start=1)
    )


def _person(number: int, sketch: Sketch, throw: Random, now: date) -> Person:
    heritage = HERITAGES[sketch.heritage]
    family = throw.choice(heritage.families)
    given = _given(heritage.women if sketch.sex == "F" else heritage.men, sketch.age, throw)
    return Person(
        key=f"p{number:02}",
        nhs_number=an_nhs_number(throw),
        mrn=f"M{2_000_000 + number * 37}",
        family=family,
        given=given,
        prefix=_prefix(sketch),
        born=_born(sketch.age, throw, now),
        sex=sketch.sex,
        street=f"{throw.randrange(1, 180)} {throw.choice(STREETS)}",
        postcode=_postcode(throw),
        home=f"01632 960{throw.randrange(1000):03}",
        mobile=f"07700 900{throw.randrange(1000):03}" if sketch.age >= _ADULT else "",
        practice=throw.choice(hospital.PRACTICES),
        ethnic=heritage.ethnic,
        language=heritage.language,
        interpreter=heritage.language != "en" and throw.random() < _share(sketch.age),
        kin=_kin(sketch, heritage, family, throw),
        problems=sketch.problems,
        demographics_hidden=sketch.hidden,
    )


def _given(names: tuple[str, ...], age: int, throw: Random) -> str:
    half = (len(names) + 1) // 2
    return throw.choice(names[:half] if age >= _MIDDLE else names[-half:])


def _prefix(sketch: Sketch) -> str:
    if sketch.age < _ADULT:
        return "Miss" if sketch.sex == "F" else "Master"
    return "Mrs" if sketch.sex == "F" and sketch.age % 2 else ("Ms", "Mr")[sketch.sex == "M"]


def _born(age: int, throw: Random, now: date) -> date:
    days = int(age * _DAYS_A_YEAR) + throw.randrange(60, 330)
    return now - timedelta(days=days)


def _postcode(throw: Random) -> str:
    """MB is no postcode area."""
    inward = "".join(throw.choice("ABDEFGHJLNPQRSTUWXYZ") for _ in range(2))
    return f"MB{throw.randrange(1, 9)} {throw.randrange(1, 10)}{inward}"


def _share(age: int) -> float:
    return 0.8 if age >= _OLD else 0.3


def _kin(sketch: Sketch, heritage: Heritage, family: str, throw: Random) -> Contact:
    given = throw.choice(heritage.men if sketch.age % 2 else heritage.women)
    relation = _relation(sketch.age)
    return Contact(family, given, relation, f"07700 900{throw.randrange(1000):03}")


def _relation(age: int) -> tuple[str, str]:
    if age < _ADULT:
        return ("PAR", "Parent")
    return ("CHD", "Child") if age >= _OLD else ("SPO", "Spouse")
