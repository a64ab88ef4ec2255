"""What a source says of results, read with nothing of ours, and in the words that pages use.

A report is its title and its lines, in order; a line is a test's name, its value with unit, and
its usual range. Digits are never read as numbers.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.journeys.simulated import Sent

Line = tuple[str, str, str]
NO_VALUE, NO_RANGE = "No value was sent", "No usual range given"


@dataclass(frozen=True)
class Report:
    title: str
    lines: tuple[Line, ...]


def of_messages(sent: Iterable[Sent]) -> list[Report]:
    """Return the reports of ORU messages with one report each."""
    return [
        Report(_part(one.first("OBR")[4]), tuple(_of_obx(obx) for obx in one.all("OBX")))
        for one in sent
        if one.kind == "ORU^R01"
    ]


def _of_obx(obx: list[str]) -> Line:
    value, unit = obx[5], obx[6].strip('"')  # two quotation marks say that there is none
    return _part(obx[3]), f"{value} {unit}".strip() if value else NO_VALUE, usual(obx[7])


def _part(coded: str) -> str:
    return coded.split("^")[1]


def usual(text: str) -> str:
    """Return a range as pages say it.

    >>> usual("[ 135 - 180 ]"), usual("[ < 4.5]"), usual("[ ]")
    ('135 to 180', 'less than 4.5', 'No usual range given')
    """
    bare = text.strip("[] ")
    if both := re.fullmatch(r"([\d.]+) ?- ?([\d.]+)", bare):
        return f"{both[1]} to {both[2]}"
    said = re.sub(r"^< ?", "less than ", re.sub(r"^> ?", "more than ", bare))
    return said or NO_RANGE


class Bundle:
    """A FHIR bundle, whose numbers are the text that was sent."""

    def __init__(self, text: bytes) -> None:
        self.entries = json.loads(text, parse_float=str, parse_int=str)["entry"]
        self._by_url = {one["fullUrl"]: one["resource"] for one in self.entries}

    def observations(self) -> dict[int, tuple[Line, ...]]:
        return {place: tuple(_of_observation(one)) for place, one in self.all("Observation")}

    def all(self, kind: str) -> Iterator[tuple[int, Any]]:
        """Yield the resources of a type, each with its place among the entries."""
        for place, entry in enumerate(self.entries):
            if entry["resource"]["resourceType"] == kind:
                yield place, entry["resource"]

    def reports(self) -> dict[int, Report]:
        return {
            place: Report(_name(one["code"]), tuple(self._lines(one)))
            for place, one in self.all("DiagnosticReport")
        }

    def alone(self) -> dict[int, tuple[Line, ...]]:
        """Return the results that no report names."""
        reported = {
            one["reference"] for _, report in self.all("DiagnosticReport")
            for one in report.get("result", ())
        }  # fmt: skip
        return {
            place: lines
            for place, lines in self.observations().items()
            if self.entries[place]["fullUrl"] not in reported
        }

    def _lines(self, report: Any) -> Iterator[Line]:
        for one in report.get("result", ()):
            yield from _of_observation(self._by_url[one["reference"]])


def _of_observation(one: Any) -> Iterator[Line]:
    for part in one.get("component") or [one]:
        yield _name(part["code"]), _value(part), _range(part)


def _value(part: Any) -> str:
    if quantity := part.get("valueQuantity"):
        return f"{quantity['value']} {_unit(quantity.get('unit', ''))}".rstrip()
    if coded := part.get("valueCodeableConcept"):
        return _name(coded)
    return part.get("valueString", NO_VALUE)


def _unit(sent: str) -> str:
    """Return a unit without what the Unified Code puts around remarks: "{score}", "mm[Hg]"."""
    if "{" in sent:
        return sent.translate(str.maketrans({"{": "", "}": "", "#": "", "_": " "}))
    return "mmHg" if sent == "mm[Hg]" else sent


def _range(part: Any) -> str:
    ranges = part.get("referenceRange")
    if not ranges:
        return NO_RANGE
    (only,) = ranges
    unit = only["low"]["unit"]
    of_its_own = "" if unit == part["valueQuantity"]["unit"] else f" ({_unit(unit)})"
    return f"{only['low']['value']} to {only['high']['value']}{of_its_own}"


def _name(coded: Any) -> str:
    return coded.get("text") or coded["coding"][0]["display"]
