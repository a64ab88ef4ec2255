"""Problems, medicines, allergies, vaccines and team of a person, beside their tests."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from portal.simulator.chance import chance
from portal.simulator.conditions import CONDITIONS
from portal.simulator.events import Allergy, Medicine, Problem, Vaccination
from portal.simulator.hospital import CLINICS, HALL, MENON, NAIR, OKORO, Professional
from portal.simulator.people import Person
from portal.simulator.plans import Plan
from portal.simulator.treatments import ALLERGIES, MEDICINES, RASH, SWELLING, VACCINES, Vaccine

_SHARE_ALLERGIC: Final = 0.4
_SHARE_ASKED: Final = 0.6
_TODDLER: Final = 700

_COPD: Final = CONDITIONS["copd"].term
# name, dose, reason (none where she told us herself), days since, days since the end, note
_AMINA: Final = (
    (
        "Carbocisteine 375mg capsules",
        "Take 2 capsules, 3 times a day",
        _COPD,
        646,
        0,
        "Changed {day} {changed:%B %Y}: was 1 capsule, 3 times a day. Reason: more mucus.",
    ),
    ("Ferrous fumarate 210mg tablets", "Take 1 tablet, once a day", "Low iron", 177, 0, ""),
    ("Tiotropium 18 microgram inhaler", "Breathe in 1 capsule, once a day", _COPD, 646, 0, ""),
    ("Vitamin D 10 microgram tablets", "You take 1 a day", "", 38, 0, ""),
    (
        "Prednisolone 5mg tablets",
        "Take 6 tablets in the morning for 5 days",
        "Flare-up of COPD",
        93,
        86,
        "",
    ),
)


@dataclass(frozen=True)
class Care:
    problems: tuple[Problem, ...]
    medicines: tuple[Medicine, ...]
    allergies: tuple[Allergy, ...]
    asked_about_allergies: date | None
    vaccinations: tuple[Vaccination, ...]
    team: tuple[Professional, ...]


def care_of(person: Person, plan: Plan, seed: int, now: datetime) -> Care:
    throw = chance(seed, "care", person.key)
    allergies, asked = _allergies(person, throw, now)
    return Care(
        tuple(_problem(problem, plan, now) for problem in person.problems),
        _medicines(person, plan, now),
        allergies,
        asked,
        _vaccinations(person, throw, now),
        _team(person),
    )


def _ago(now: datetime, days: int) -> date:
    return (now - timedelta(days=days)).date()


def _problem(key: str, plan: Plan, now: datetime) -> Problem:
    condition = CONDITIONS[key]
    return Problem(
        key=key,
        snomed=condition.snomed,
        term=condition.term,
        since=_ago(now, plan.since[key]),
        clinic=condition.clinic,
        confidential=condition.confidential,
    )


def _medicines(person: Person, plan: Plan, now: datetime) -> tuple[Medicine, ...]:
    if person.key == "amina":
        return _amina_medicines(now)
    return tuple(
        Medicine(
            name,
            dose,
            CONDITIONS[problem].term,
            _ago(now, plan.since[problem]),
            CLINICS[CONDITIONS[problem].clinic].lead,
        )
        for problem, name, dose in MEDICINES
        if problem in person.problems
    )


def _amina_medicines(now: datetime) -> tuple[Medicine, ...]:
    changed = _ago(now, 10)
    return tuple(
        Medicine(
            name=name,
            dose=dose,
            reason=reason,
            since=_ago(now, since),
            prescriber=NAIR,
            ended=_ago(now, ended) if ended else None,
            why_ended="Course finished." if ended else "",
            told_by_patient=not reason,
            note=note.format(day=changed.day, changed=changed),
        )
        for name, dose, reason, since, ended, note in _AMINA
    )


def _allergies(
    person: Person, throw: Random, now: datetime
) -> tuple[tuple[Allergy, ...], date | None]:
    """Some have none and were asked, some were never asked: the two are told apart."""
    if person.key == "amina":
        return _amina_allergies(), None
    lived = (now.date() - person.born).days
    asked = _ago(now, throw.randrange(20, min(lived, 2500)))
    if lived > _TODDLER and throw.random() < _SHARE_ALLERGIC:
        found = throw.sample(ALLERGIES, throw.choice((1, 1, 2)))
        return tuple(replace(one, recorded_on=asked, recorder=MENON) for one in found), None
    return (), asked if throw.random() < _SHARE_ASKED else None


def _amina_allergies() -> tuple[Allergy, ...]:
    return (
        Allergy(
            "764146007",
            "Penicillin",
            "medication",
            SWELLING,
            "severe",
            date(2019, 5, 12),
            MENON,
            reaction_text="Swollen face and trouble breathing",
        ),
        Allergy("387207008", "Ibuprofen", "medication", RASH, recorder=HALL, told_by_patient=True),
    )


def _vaccinations(person: Person, throw: Random, now: datetime) -> tuple[Vaccination, ...]:
    given = [
        _vaccination(vaccine, day, throw)
        for vaccine in VACCINES
        for day in _days_of(vaccine, person, throw, now)
    ]
    return tuple(sorted(given, key=lambda one: one.given_on))


def _days_of(vaccine: Vaccine, person: Person, throw: Random, now: datetime) -> Iterator[date]:
    if not vaccine.every:
        day = person.born + timedelta(days=int(vaccine.youngest * 365.25) + throw.randrange(20, 60))
        if day < now.date() and person.age(now.date()) <= vaccine.oldest:
            yield day
        return
    first = throw.randrange(40, 90)
    for turn in range(4):
        day = _ago(now, first + turn * vaccine.every)
        if vaccine.youngest <= person.age(day) or (vaccine.name == "Flu" and _at_risk(person)):
            yield day


def _vaccination(vaccine: Vaccine, day: date, throw: Random) -> Vaccination:
    batch = f"{throw.choice('ABCDEF')}{throw.randrange(1000, 10000)}"
    return Vaccination(
        vaccine.name, vaccine.snomed, vaccine.product, day, batch, 1, "Left upper arm"
    )


def _at_risk(person: Person) -> bool:
    return bool({"copd", "asthma", "heart_failure", "type_2_diabetes"} & set(person.problems))


def _team(person: Person) -> tuple[Professional, ...]:
    """Those who may open the record: the leads of the person's clinics, and their nurse."""
    if person.key == "amina":
        return (NAIR, HALL)
    leads = [CLINICS[CONDITIONS[problem].clinic].lead for problem in person.problems]
    if person.key == "grace":
        leads.append(NAIR)
    if NAIR in leads:
        leads.append(OKORO)
    if "copd" in person.problems:
        leads.append(HALL)
    return tuple(dict.fromkeys(leads))
