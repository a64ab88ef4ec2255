"""The leaves of a resource: what a date, an id, a decimal, a code or a narrative must be.

Also what a walk carries along: its place, and what it has found so far.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from fhir import narrative
from fhir.dates import is_calendar_date
from fhir.outcomes import Issue

_ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")
# Beyond these no clinical quantity lies, and arithmetic overflows.
_MAX_EXPONENT: Final = 300

# A place in the resource: the place above it, an element's name, its number in an array or -1.
Place = tuple[Any, str, int] | str


@dataclass(slots=True)
class Findings:
    """What a walk has found so far, and what it must remember on the way."""

    issues: list[Issue] = field(default_factory=list)
    # The text has elements of primitives (`_birthDate`) or comments, anywhere.
    has_siblings: bool = True
    # Types of the resources contained in the one walked now, by id.
    local: dict[str, str] = field(default_factory=dict)
    # Types of the resources of a bundle, by full URL.
    bundled: dict[str, str] = field(default_factory=dict)

    def add(self, code: str, place: Place, message: str, severity: str = "error") -> None:
        """Report a fault at the place."""
        self.issues.append(Issue(severity, code, path_of(place), message))


Check = Callable[[Any, Place, Findings], None]


def path_of(place: Place) -> str:
    """Return the place as a FHIRPath."""
    parts: list[str] = []
    while not isinstance(place, str):
        place, name, number = place
        parts.append(f"{name}[{number}]" if number >= 0 else name)
    parts.append(place)
    return ".".join(reversed(parts))


def code_of(codes: frozenset[str], value_set: str) -> Check:
    def code(value: Any, place: Place, findings: Findings) -> None:
        if value not in codes:
            findings.add("code-invalid", place, f"not a code of {value_set}")

    return code


def _date(value: Any, place: Place, findings: Findings) -> None:
    if not is_calendar_date(value):
        findings.add("value", place, "there is no such day")


def _id(value: Any, place: Place, findings: Findings) -> None:
    if not _ID.fullmatch(value):
        findings.add("value", place, "an id is 1 to 64 letters, digits, '-' and '.'")


def _decimal(value: Any, place: Place, findings: Findings) -> None:
    if isinstance(value, str) or abs(Decimal(value).adjusted()) > _MAX_EXPONENT:
        findings.add("value", place, "not a decimal within range")


def _positive(value: Any, place: Place, findings: Findings) -> None:
    if value < 1:
        findings.add("value", place, "must be 1 or more")


def _unsigned(value: Any, place: Place, findings: Findings) -> None:
    if value < 0:
        findings.add("value", place, "must be 0 or more")


def _xhtml(value: Any, place: Place, findings: Findings) -> None:
    if fault := narrative.fault_of(value):
        findings.add("invariant", place, f"txt-1: {fault}")
    elif narrative.is_blank(value):
        findings.add("invariant", place, "txt-2: the narrative says nothing", "warning")


PRIMITIVES: Final[Mapping[str, Check]] = {
    "date": _date,
    "dateTime": _date,
    "instant": _date,
    "id": _id,
    "decimal": _decimal,
    "positiveInt": _positive,
    "unsignedInt": _unsigned,
    "xhtml": _xhtml,
}
