"""The laboratory: takes a sample of a person's blood and prints a report."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from portal.simulator.catalogue import PANELS, TESTS, Panel, Test
from portal.simulator.chance import chance
from portal.simulator.events import Code, Report, Result
from portal.simulator.hospital import LABORATORY, Professional
from portal.simulator.levels import Body
from portal.simulator.people import Person
from portal.simulator.ranges import Usual, flag_of, read_usual, usual_for
from portal.simulator.times import later

_ADULT: Final = 18
BLOOD: Final = ("BLDV", "Venous blood")
RANGES_CHANGED_AGO: Final = timedelta(days=1065)
"""The laboratory bought a new analyser then, and printed other ranges before."""
_BEFORE: Final = {"HB": (read_usual("F12+ 120-160"), read_usual("M12+ 130-170"))}


@dataclass(frozen=True)
class Order:
    """Who asked for which panel, and when the blood was taken."""

    panel: str
    collected_at: datetime
    requester: Professional
    tests: tuple[str, ...] = ()


class Laboratory:
    """Numbers its samples, so that a resend of one is known by its number."""

    def __init__(self, seed: int, now: datetime) -> None:
        self.seed = seed
        self.now = now

    def report(
        self, person: Person, order: Order, fixed: Mapping[str, str] | None = None
    ) -> Report:
        """Print a report; the fixed values are those of a story, the rest the body's own."""
        panel = PANELS[order.panel]
        throw = chance(self.seed, "laboratory", person.key, order.panel, _moment(order))
        received_at = later(order.collected_at, throw, least=40, most=180)
        return Report(
            number=self._number(person, order),
            sender=LABORATORY,
            code=Code(panel.key.partition("_")[0], panel.name, panel.loinc),
            department=panel.department,
            requester=order.requester,
            collected_at=order.collected_at,
            received_at=received_at,
            issued_at=later(received_at, throw, least=90, most=420),
            results=tuple(self._results(person, order, fixed or {})),
            specimen=BLOOD,
        )

    def result(self, person: Person, key: str, value: str, at: datetime) -> Result:
        """``112``, ``<5`` or ``>90``, with the range and the flag that go with it."""
        test = TESTS[key]
        comparator = value[0] if value[0] in "<>" else ""
        number = Decimal(value.removeprefix(comparator))
        usual = self.usual(person, test, at)
        flag = flag_of(number, usual, test.alarm, comparator) if test.flagged else ""
        return Result(test, str(number), comparator, usual.text, flag)

    def usual(self, person: Person, test: Test, at: datetime) -> Usual:
        old = at < self.now - RANGES_CHANGED_AGO
        ranges = _BEFORE.get(test.key, test.ranges) if old else test.ranges
        return usual_for(ranges, person.sex, person.age(at.date()))

    def _results(self, person: Person, order: Order, fixed: Mapping[str, str]) -> list[Result]:
        body = Body(person, self.seed, self.now)
        at = order.collected_at
        keys = order.tests or _tests_for(PANELS[order.panel], person.age(at.date()))
        return [
            self.result(person, key, fixed.get(key) or _printed(TESTS[key], body, at), at)
            for key in keys
        ]

    def _number(self, person: Person, order: Order) -> str:
        serial = chance(self.seed, "number", person.key, order.panel, _moment(order))
        return f"{order.collected_at:%y}{order.panel[0]}{serial.randrange(10**6):06}"


def corrected(report: Report, result: Result, issued_at: datetime, why: str) -> Report:
    """The whole report again with one result put right, as laboratories send it."""
    results = tuple(
        replace(result, status="C") if old.test.key == result.test.key else old
        for old in report.results
    )
    return replace(report, results=results, status="C", issued_at=issued_at, note=why)


def for_nobody(report: Report, issued_at: datetime) -> Report:
    """The whole report again, said to be another person's: OBX-11 W."""
    results = tuple(replace(result, status="W") for result in report.results)
    return replace(report, results=results, status="C", issued_at=issued_at)


def _tests_for(panel: Panel, age: int) -> tuple[str, ...]:
    """Filtration is estimated for adults only."""
    return tuple(key for key in panel.tests if key != "EGFR" or age >= _ADULT)


def _printed(test: Test, body: Body, at: datetime) -> str:
    level = body.level(test.key, at)
    if test.least and level < Decimal(test.least):
        return f"<{test.least}"
    if test.most and level > Decimal(test.most):
        return f">{test.most}"
    return str(level)


def _moment(order: Order) -> str:
    return order.collected_at.isoformat()
