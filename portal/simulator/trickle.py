"""The live feed of the demo: every little while, something believable happens to somebody.

What happens is drawn by chance from a seed and the number of the happening; only the times come
from outside. So a demo can be played again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from portal.simulator.catalogue import PANELS, TESTS, Test
from portal.simulator.chance import chance
from portal.simulator.events import Code, History, Report, Section
from portal.simulator.hospital import CLINICS, LABORATORY, Professional
from portal.simulator.laboratory import Laboratory, Order, corrected, for_nobody
from portal.simulator.levels import filtration
from portal.simulator.messages import reported
from portal.simulator.narratives import NARRATIVES
from portal.simulator.people import Person

_SOONEST, _LATEST = 20, 60  # seconds between two happenings
_ADULT: Final = 18
_WOBBLE: Final = 0.03
_REMEMBERED: Final = 12

# What happens, and how often in a hundred; what needs an earlier result is new where there is none.
_KINDS: Final = {"new": 84, "critical": 3, "written": 5, "correction": 4, "late": 2, "wrong": 2}
_CALM_PANELS: Final = ("FBC", "UE", "LFT", "CRP", "FERR", "VITD", "TFT")
_CRITICAL: Final = ("UE", {"K": "6.6"})
_WRITTEN: Final = ("sputum", "urine_clear", "throat")


@dataclass(frozen=True)
class Happening:
    """One message to send, and a line for whoever watches the demo; it names no result."""

    message: bytes
    line: str


@dataclass(frozen=True)
class Figure:
    """Somebody to whom things happen: how often, and what they were like at last."""

    person: Person
    requester: Professional
    last: dict[str, Decimal]
    weight: int

    @classmethod
    def of(cls, history: History, weight: int) -> "Figure":
        last = {
            result.test.key: Decimal(result.value)
            for report in (*history.reports, *history.corrections)
            for result in report.results
            if not result.comparator
        }
        requester = history.team[0] if history.team else CLINICS["acute"].lead
        return cls(history.person, requester, last, weight)


class Trickle:
    """Ask it for what happens next; it remembers what it has said, to be able to take it back."""

    def __init__(self, figures: Sequence[Figure], seed: int, began_at: datetime) -> None:
        self._figures = figures
        self._seed = seed
        self._began_at = began_at
        self._count = 0
        self._told: list[tuple[Person, Report]] = []

    def pause(self) -> float:
        """Seconds until the next happening."""
        return self._throw("pause").uniform(_SOONEST, _LATEST)

    def next(self, now: datetime) -> Happening:
        """What is said at `now`."""
        throw = self._throw("happening")
        self._count += 1
        kind = throw.choices([*_KINDS], [*_KINDS.values()])[0]
        person, report, line = self._happening(kind, now, throw)
        return Happening(reported(person, report), f"{line} for {person.name}")

    def _throw(self, what: str) -> Random:
        keys = (what, self._began_at.isoformat(), str(self._count))
        return chance(self._seed, "trickle", *keys)

    def _happening(self, kind: str, now: datetime, throw: Random) -> tuple[Person, Report, str]:
        if kind in {"correction", "late", "wrong"} and self._told:
            return self._again(kind, now, throw)
        weights = [figure.weight for figure in self._figures]
        figure = throw.choices(self._figures, weights)[0]
        if kind == "written":
            return figure.person, self._written(figure, now, throw), "A written report"
        report = self._sampled(figure, now, throw, critical=kind == "critical")
        self._told = [*self._told, (figure.person, report)][-_REMEMBERED:]
        return figure.person, report, "A new result"

    def _again(self, kind: str, now: datetime, throw: Random) -> tuple[Person, Report, str]:
        turn = throw.randrange(len(self._told))
        person, report = self._told[turn]
        if kind == "late":
            # The copy that was stuck somewhere: what we have said since is newer.
            earlier = replace(report, issued_at=report.issued_at - timedelta(minutes=5))
            return person, earlier, "An older version, late,"
        if kind == "wrong":
            del self._told[turn]
            return person, for_nobody(report, now), "A result of somebody else taken back"
        fixed = self._fixed(person, report, now, throw)
        self._told[turn] = (person, fixed)
        return person, fixed, "A corrected result"

    def _fixed(self, person: Person, report: Report, now: datetime, throw: Random) -> Report:
        old = throw.choice([one for one in report.results if not one.comparator])
        value = _near(old.test, Decimal(old.value), throw, 3 * _WOBBLE)
        right = self._laboratory(now).result(person, old.test.key, value, report.collected_at)
        return corrected(report, right, now, "Result checked")

    def _sampled(self, figure: Figure, now: datetime, throw: Random, *, critical: bool) -> Report:
        panel = throw.choice(_CALM_PANELS)
        values = {
            key: _near(TESTS[key], figure.last[key], throw, _WOBBLE)
            for key in PANELS[panel].tests
            if key in figure.last
        }
        if critical:
            panel, rung = _CRITICAL
            values = {**values, **rung}
        if "CREAT" in values and figure.person.age(now.date()) >= _ADULT:
            values["EGFR"] = _rate(float(values["CREAT"]), figure.person, now)
        order = Order(panel, now - timedelta(minutes=throw.randrange(90, 300)), figure.requester)
        report = self._laboratory(now).report(figure.person, order, values)
        received_at = now - timedelta(minutes=throw.randrange(20, 80))
        return replace(report, received_at=received_at, issued_at=now)

    def _written(self, figure: Figure, now: datetime, throw: Random) -> Report:
        narrative = NARRATIVES[throw.choice(_WRITTEN)]
        return Report(
            number=f"{now:%y}MB{throw.randrange(10**7):07}",
            sender=LABORATORY,
            code=Code(narrative.key.upper(), narrative.name, narrative.loinc),
            department=narrative.department,
            requester=figure.requester,
            collected_at=now - timedelta(hours=50),
            received_at=now - timedelta(hours=49),
            issued_at=now,
            sections=tuple(Section(Code(*part), text) for part, text in narrative.parts),
            specimen=narrative.specimen,
        )

    def _laboratory(self, now: datetime) -> Laboratory:
        return Laboratory(self._seed, now)


def _near(test: Test, value: Decimal, throw: Random, spread: float) -> str:
    moved = value * Decimal(str(1 + throw.gauss(0, spread)))
    return str(moved.quantize(Decimal(1).scaleb(-test.places)))


def _rate(creatinine: float, person: Person, at: datetime) -> str:
    rate = int(filtration(creatinine, person, at))
    most = int(TESTS["EGFR"].most)
    return f">{most}" if rate > most else str(rate)
