"""One value of the record, with its usual range and flag: what every page says of it, in words.

Made from the facts that the store keeps of an Observation; no resource is parsed here. Numbers,
units and ranges are shown with the digits they were sent with. What cannot be said exactly is not
said at all.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from portal.record.dates import as_recorded
from portal.record.quantities import unbraced, unit_as_sent
from portal.record.ranges import Range, Side, digits

if TYPE_CHECKING:
    from fhir.store import Summary

UNTITLED = "Test without a name"


@dataclass(frozen=True, slots=True)
class Flag:
    """A word of warning, and the side its triangle points to."""

    word: str
    side: Side | None = None


# What the laboratory's own flags are called (HL7 v3 ObservationInterpretation and v2 table 0078).
_HIGH, _VERY_HIGH = Flag("High", Side.ABOVE), Flag("Very high", Side.ABOVE)
_LOW, _VERY_LOW = Flag("Low", Side.BELOW), Flag("Very low", Side.BELOW)
FLAGGED = Flag("Flagged")
FLAGS = {
    **dict.fromkeys(["H", "HX", "HM", "H>", ">"], _HIGH),
    **dict.fromkeys(["HH", "HU", "H*"], _VERY_HIGH),
    **dict.fromkeys(["L", "LX", "LM", "L<", "<"], _LOW),
    **dict.fromkeys(["LL", "LU", "L*"], _VERY_LOW),
}
# Said as a plain word: they describe a finding, and do not warn.
FINDINGS = {
    "POS": "Positive",
    "NEG": "Negative",
    "DET": "Found",
    "ND": "Not found",
    "RR": "Reactive",
    "NR": "Not reactive",
    "WR": "Weakly reactive",
    "R": "Resistant",
    "S": "Susceptible",
    "I": "Intermediate",
    "IND": "Not clear",
    "E": "Not clear",
}
# Nothing to add to what the range says.
_SILENT = frozenset({"", "N", "U", "D", "B", "W", "EXP"})

_ONE_SIDED = re.compile(r"\s*(\[)?\s*(<=|>=|<|>|≤|≥)\s*(-?\d+(?:\.\d+)?)\s*(?(1)\])\s*")
_DATE = re.compile(r"\d{4}-\d{2}(?:-\d{2}(?:T.*)?)?")


@dataclass(frozen=True, slots=True)
class Reading:
    """One value: of an Observation, or of one of its parts."""

    id: str
    title: str
    system: str
    code: str
    at: datetime | None
    at_text: str
    number: Decimal | None
    comparator: str
    unit: str
    text: str
    range: Range
    mark: str
    note: str = ""
    absent: str = ""
    status: str = "final"
    corrected: bool = False
    own: bool = False
    category: str = ""
    part: int | None = None
    version: int = 1

    @property
    def amount(self) -> str:
        """Return the value without its unit, as it was sent."""
        if self.number is None:
            return self.text or FINDINGS.get(self.mark) or self.absent or "No value was sent"
        return f"{_COMPARATORS.get(self.comparator, '')}{digits(self.number)}"

    @property
    def said(self) -> str:
        """Return the value with its unit."""
        return f"{self.amount} {self.unit}".rstrip() if self.number is not None else self.amount

    @property
    def side(self) -> Side | None:
        return None if self.number is None else self.range.side(self.number, self.comparator)

    @property
    def flag(self) -> Flag | None:
        """Return the laboratory's own flag, else what the range says of a value outside it."""
        if self.mark in FLAGS:
            return FLAGS[self.mark]
        if self.mark not in _SILENT and self.mark not in FINDINGS:
            return FLAGGED
        if self.side is Side.ABOVE:
            return Flag("Above range", Side.ABOVE)
        if self.side is Side.BELOW:
            return Flag("Below range", Side.BELOW)
        return None

    @property
    def finding(self) -> str:
        """Return what the laboratory found, where its value does not say so already."""
        word = FINDINGS.get(self.mark, "")
        return word if word.lower() not in self.amount.lower() else ""

    @property
    def in_range(self) -> bool:
        return self.flag is None and self.side is Side.WITHIN

    @property
    def is_drawn(self) -> bool:
        """Whether a chart can place it: a number, on a known day."""
        return self.number is not None and self.at is not None and len(self.at_text) >= _DAY_LENGTH


_DAY_LENGTH = len("2026-03-10")
_COMPARATORS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "ad": ""}


def readings_of(summary: "Summary") -> list[Reading]:
    """Return the values of an Observation: its own and its parts', as of blood pressure."""
    whole = _reading(summary, summary.facts)
    parts = [
        replace(_reading(summary, facts), part=n)
        for n, facts in enumerate(summary.facts.get("parts") or ())
    ]
    has_value = whole.number is not None or whole.text or not parts
    return [whole, *parts] if has_value else parts


def flagged(readings: list[Reading]) -> Iterator[tuple[Reading, Flag]]:
    for reading in readings:
        if flag := reading.flag:
            yield reading, flag


def range_of(facts: dict[str, Any]) -> Range:
    """Return the usual range; its limits only where the facts or an exact "<0.41" give them."""
    low, high = _decimal(facts.get("low")), _decimal(facts.get("high"))
    text = unbraced(str(facts.get("range") or "").strip())
    if low is not None and high is not None and low > high:
        return Range(text=text or f"{digits(low)} to {digits(high)}")
    if found := _ONE_SIDED.fullmatch(text):
        sign, limit = found[2], Decimal(found[3])
        if sign.startswith(("<", "≤")):
            return Range(high=limit, high_open=sign == "<", text=text)
        return Range(low=limit, low_open=sign == ">", text=text)
    return Range(low, high, text=text)


def _reading(summary: "Summary", facts: dict[str, Any]) -> Reading:
    number = _decimal(facts.get("number"))
    return Reading(
        id=summary.id,
        title=title_of(facts),
        system=str(facts.get("system") or ""),
        code=str(facts.get("code") or ""),
        at=summary.at,
        at_text=summary.at_text,
        number=number,
        comparator=str(facts.get("comparator") or ""),
        unit=unit_as_sent(str(facts.get("unit") or "")),
        text="" if number is not None else _text(facts),
        range=range_of(facts),
        mark=str(facts.get("flag") or ""),
        note=str(facts.get("note") or "").strip(),
        absent=str(facts.get("absent") or ""),
        status=str(summary.facts.get("status") or ""),
        corrected=bool(summary.facts.get("corrected")),
        own=bool(summary.facts.get("own")),
        category=str(summary.facts.get("category") or ""),
        version=summary.version,
    )


def title_of(facts: dict[str, Any], untitled: str = UNTITLED) -> str:
    """Return the name of a test; a bare code is no name."""
    title = str(facts.get("title") or "").strip()
    return title if title and title != facts.get("code") else untitled


def _text(facts: dict[str, Any]) -> str:
    """Return a value that is no number; one that has a unit all the same is two numbers."""
    value = str(facts.get("value") or "").strip()
    if _DATE.fullmatch(value):
        return as_recorded(value)
    unit = unit_as_sent(str(facts.get("unit") or ""))
    return f"{value} {unit}".rstrip() if value else ""


def _decimal(text: object) -> Decimal | None:
    if text is None or text == "":
        return None
    try:
        number = Decimal(str(text))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
