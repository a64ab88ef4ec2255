"""What is to happen to a person, in days before now: drawn by chance from their problems."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Final

from portal.simulator.chance import chance
from portal.simulator.conditions import CONDITIONS
from portal.simulator.narratives import COURSES
from portal.simulator.people import Person

FIVE_YEARS: Final = 1826
_MOST_OF_A_PANEL: Final = 12
_SAME_VISIT: Final = 20
_RECENT: Final = {"pregnancy": 190, "bronchiolitis": 45, "fracture": 170, "breast_cancer": 580}
_ODD_VISIT: Final = 0.4
_OLD: Final = 65


@dataclass(frozen=True)
class Sample:
    """Blood taken in a clinic; the values are those that a story needs."""

    days_ago: int
    panel: str
    clinic: str
    clock: str = ""
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Writing:
    """A report in words."""

    days_ago: int
    narrative: str
    clinic: str


@dataclass(frozen=True)
class Stay:
    """Some nights on a ward, with the letter written at the end."""

    days_ago: int
    nights: int
    clinic: str
    reason: str
    letter: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sign:
    """A vital sign; the second value is that of a blood pressure."""

    days_ago: int
    kind: str
    value: str
    second: str = ""
    at_home: bool = False
    usual_from: str = ""


@dataclass(frozen=True)
class Plan:
    samples: tuple[Sample, ...] = ()
    writings: tuple[Writing, ...] = ()
    stays: tuple[Stay, ...] = ()
    signs: tuple[Sign, ...] = ()
    since: dict[str, int] = field(default_factory=dict)
    """Days since each problem was first written down."""


def plan_of(person: Person, seed: int, now: datetime) -> Plan:
    throw = chance(seed, "plan", person.key)
    alive = (now.date() - person.born).days - 7
    since = {problem: _since(problem, alive, throw) for problem in person.problems}
    samples = tuple(_samples(since, throw))
    stays = tuple(_stays(person, since, now, throw))
    return Plan(
        samples=(*samples, *_emergencies(alive, throw, sure=not samples), *_stay_samples(stays)),
        writings=tuple(_writings(since)),
        stays=stays,
        signs=tuple(_signs(samples, throw)),
        since=since,
    )


def _since(problem: str, alive: int, throw: Random) -> int:
    days = _RECENT.get(problem) or throw.randrange(900, 4400)
    return min(days, alive)


def _samples(since: dict[str, int], throw: Random) -> Iterator[Sample]:
    """One visit serves all panels that are due: the days are steps of the shortest interval."""
    taken: set[tuple[int, str]] = set()
    for problem, days in since.items():
        condition = CONDITIONS[problem]
        last = throw.randrange(3, 60)
        for panel, interval in condition.monitoring.items():
            steps = range(last, min(days, FIVE_YEARS), interval)[:_MOST_OF_A_PANEL]
            for step in steps:
                day = _visit_near(step, taken)
                if (day, panel) not in taken:
                    taken.add((day, panel))
                    yield Sample(day, panel, condition.clinic)


def _visit_near(step: int, taken: set[tuple[int, str]]) -> int:
    """Nobody comes twice within three weeks for two needles."""
    return next((day for day, _ in sorted(taken) if abs(day - step) <= _SAME_VISIT), step)


def _emergencies(alive: int, throw: Random, *, sure: bool) -> Iterator[Sample]:
    """A visit that had nothing to do with anything else."""
    day = throw.randrange(min(45, alive - 1), min(FIVE_YEARS, alive))
    if sure or throw.random() < _ODD_VISIT:
        yield Sample(day, "FBC", "acute", "21:40")
        yield Sample(day, "CRP", "acute", "21:40", {"CRP": str(throw.randrange(8, 60))})


def _stays(person: Person, since: dict[str, int], now: datetime, throw: Random) -> Iterator[Stay]:
    age = person.age(now.date())
    likely = 0.75 if age >= _OLD else 0.3
    for problem, days in since.items():
        reason = _REASONS.get(problem)
        if reason and throw.random() < likely:
            day = throw.randrange(35, max(min(days, 900), 36))
            yield Stay(day, throw.randrange(1, 6), CONDITIONS[problem].clinic, *reason)


def _stay_samples(stays: tuple[Stay, ...]) -> Iterator[Sample]:
    for stay in stays:
        for panel in ("FBC", "UE"):
            yield Sample(stay.days_ago, panel, stay.clinic, "20:10")


def _writings(since: dict[str, int]) -> Iterator[Writing]:
    for problem, days in since.items():
        for narrative, ago in COURSES.get(problem, ()):
            if ago <= days:
                yield Writing(ago, narrative, CONDITIONS[problem].clinic)


def _signs(samples: tuple[Sample, ...], throw: Random) -> Iterator[Sign]:
    """Those of the last six visits: blood pressure, pulse and oxygen."""
    for day in sorted({sample.days_ago for sample in samples})[:6]:
        upper, lower = throw.randrange(112, 148), throw.randrange(64, 88)
        yield Sign(day, "blood_pressure", str(upper), str(lower))
        yield Sign(day, "pulse", str(throw.randrange(58, 92)))
        yield Sign(day, "oxygen", str(throw.randrange(95, 100)))


_REASONS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "copd": (
        "Flare-up of COPD",
        (
            "You came in because you were more short of breath than usual.",
            "We gave you nebulisers, a short course of steroids and antibiotics.",
            "Your breathing is back to where it was. Please finish the tablets.",
        ),
    ),
    "asthma": (
        "Asthma attack",
        (
            "You came in with an asthma attack that your inhaler did not settle.",
            "You got better with nebulisers and steroid tablets.",
            "Please see your asthma nurse within two working days.",
        ),
    ),
    "heart_failure": (
        "Heart failure with fluid",
        (
            "You came in with swollen legs and short of breath lying down.",
            "You lost 4 kg of fluid with water tablets.",
            "Weigh yourself each morning. Call us if you gain 2 kg in 3 days.",
        ),
    ),
    "atrial_fibrillation": (
        "Fast irregular heartbeat",
        (
            "Your heart was beating fast and out of step.",
            "We slowed it with tablets. Please go on with your blood thinner.",
        ),
    ),
    "ischaemic_heart": (
        "Chest pain",
        (
            "You came in with chest pain. Blood tests did not show a heart attack.",
            "We have made one of your tablets stronger.",
        ),
    ),
    "fracture": (
        "Broken wrist",
        ("You broke your wrist in a fall. It was set and put in plaster.",),
    ),
    "crohns": (
        "Flare-up of Crohn’s disease",
        ("You came in with belly pain. You got better with steroids through a drip.",),
    ),
    "sickle_cell": (
        "Sickle cell crisis",
        ("You came in with pain in your legs. You had fluids and strong painkillers.",),
    ),
    "bronchiolitis": (
        "Bronchiolitis",
        ("Your baby needed oxygen for one night and is now feeding well again.",),
    ),
    "dementia": (
        "Confusion with a urine infection",
        ("You were more confused than usual. An infection was found and treated.",),
    ),
}
