"""HL7's own maps from v2 to FHIR, as rows."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests import samples

_FOLDER = "v2-to-fhir-maps"
_HEADINGS = 2


@dataclass(frozen=True)
class Row:
    """A field or component of v2, and the element of FHIR that it becomes."""

    place: str
    element: str


def rows(kind: str, name: str) -> list[Row]:
    """Return the rows of a map such as ("segments", "PID[Patient]") that name an element."""
    return [
        Row(line[1].strip().replace(".", "-"), element)
        for line in _lines(f"{kind}/HL7 *_ {name} - *.csv")
        if len(line) > 9 and (element := _element(line[9]))
    ]


def codes(name: str) -> dict[str, str]:
    """Return a table of codes; one that has no FHIR code there stands with ""."""
    found: dict[str, str] = {}
    for line in _lines(f"codesystems/HL7 Concept Map_ {name} - *.csv"):
        if line and line[0].strip():
            found.setdefault(line[0].strip(), line[6].strip() if len(line) > 6 else "")
    return found


def _lines(pattern: str) -> Iterator[list[str]]:
    # What stands in brackets is part of the name, not a pattern.
    quoted = re.sub(r"([\[\]])", r"[\1]", pattern)
    (path,) = samples.paths(f"{_FOLDER}/{quoted}")
    with path.open(newline="", encoding="utf-8-sig") as lines:
        yield from list(csv.reader(lines))[_HEADINGS:]


def _element(written: str) -> str:
    """Return the element without its counters, its targets and its conditions.

    >>> _element('location[1].location(Location)')
    'location.location'
    """
    plain = re.sub(r"\[\w+\]", "", written.split("=", maxsplit=1)[0].split("\n", maxsplit=1)[0])
    while "(" in plain:
        plain, before = re.sub(r"\([^()]*\)", "", plain), plain
        if plain == before:
            break
    return plain.strip()
