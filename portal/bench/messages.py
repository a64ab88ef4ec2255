"""A laboratory's reports for measuring: HL7 v2 text about people who do not exist."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, islice
from typing import Final

from fhir import feeds
from fhir.access import SYSTEM
from fhir.paths import Json
from fhir.raw import dump
from fhir.search.values import NHS_NUMBER
from fhir.store import Draft, Repository

FEED: Final = "bench-laboratory"
_TESTS: Final = (
    ("718-7", "HB", "Haemoglobin", "g/L", "115 - 165"),
    ("6690-2", "WBC", "White cells", "10*9/L", "4.0 - 11.0"),
    ("777-3", "PLT", "Platelets", "10*9/L", "150 - 400"),
    ("789-8", "RBC", "Red cells", "10*12/L", "3.8 - 5.8"),
    ("787-2", "MCV", "Mean cell volume", "fL", "80 - 100"),
    ("4544-3", "HCT", "Haematocrit", "L/L", "0.37 - 0.47"),
    ("785-6", "MCH", "Mean cell haemoglobin", "pg", "27 - 32"),
    ("786-4", "MCHC", "Mean cell haemoglobin concentration", "g/L", "320 - 360"),
    ("751-8", "NEU", "Neutrophils", "10*9/L", "2.0 - 7.5"),
    ("731-0", "LYM", "Lymphocytes", "10*9/L", "1.0 - 4.0"),
    ("742-7", "MON", "Monocytes", "10*9/L", "0.2 - 0.8"),
    ("711-2", "EOS", "Eosinophils", "10*9/L", "0.0 - 0.4"),
)
_CHECKED_BY: Final = 11  # the modulus of an NHS number's check digit


@dataclass(frozen=True, slots=True)
class Person:
    key: str
    nhs_number: str


def admit_laboratory() -> str:
    """Make the laboratory's feed and return its token."""
    return feeds.add(feeds.Terms(FEED, "RMB", sender="BENCHLAB|RMB"))


def people(number: int) -> list[Person]:
    """Return so many people; none of them is in the record yet."""
    return [Person(f"bench-{n}", nhs) for n, nhs in enumerate(islice(_nhs_numbers(), number))]


def register(registered: list[Person]) -> None:
    """Put people into the record."""
    resources = [_patient(person) for person in registered]
    drafts = [Draft(one, dump(one), one["id"], one["id"]) for one in resources]
    Repository(SYSTEM, backload=True).write(drafts, FEED)


def report(number: str, person: Person, at: datetime, values: int, note: str = "") -> bytes:
    """Return a final report of so many values; `number` is the laboratory's and the message's."""
    said = f"{at.astimezone(UTC):%Y%m%d%H%M%S}+0000"
    address = "1 Mill Lane^^Millbrook^^ZZ99 9ZZ^GBR^H"
    code = "58410-2^Full blood count^LN^FBC^Full blood count^BENCHLAB"
    asked_by = "C9000011^Nair^Priya^^^Dr^^^GMC"
    lines = [
        rf"MSH|^~\&|BENCHLAB|RMB|DAYBOOK|RMB|{said}||ORU^R01^ORU_R01|{number}|P|2.4",
        f"PID|1||{person.nhs_number}^^^NHS^NH||Bench^Una^^^Ms^^L||19700101|F|||{address}",
        f"ORC|RE||{number}^BENCHLAB",
        f"OBR|1||{number}^BENCHLAB|{code}|||{said}|||||||{said}||{asked_by}||||||{said}||HM|F",
        *(_line(n, test, said) for n, test in enumerate(_TESTS[:values], start=1)),
        *([f"NTE|1|L|{note}"] if note else ()),
    ]
    return ("\r".join(lines) + "\r").encode()


def _line(n: int, test: tuple[str, ...], said: str) -> str:
    loinc, key, name, unit, usual = test
    code = f"{loinc}^{name}^LN^{key}^{name}^BENCHLAB"
    return f"OBX|{n}|NM|{code}||{n}.5|{unit}^{unit}^UCUM|{usual}|N|||F|||{said}"


def _patient(person: Person) -> Json:
    return {
        "resourceType": "Patient",
        "id": person.key,
        "identifier": [{"system": NHS_NUMBER, "value": person.nhs_number}],
        "name": [{"family": "Bench", "given": ["Una"]}],
        "birthDate": "1970-01-01",
    }


def _nhs_numbers() -> Iterator[str]:
    """Yield numbers of the range that is never given to anybody."""
    for n in count():
        digits = f"999{n:06}"
        weighed = sum(
            int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)
        )
        check = -weighed % _CHECKED_BY
        if check < _CHECKED_BY - 1:
            yield f"{digits}{check}"
