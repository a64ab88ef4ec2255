"""What the release policy may know of a report, a result or a document: read from its JSON."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from fhir.moments import start_of
from fhir.paths import Json
from fhir.store import Stored
from portal.record.ranges import Side
from portal.record.reading import range_of
from portal.results.policy import CANNED_NOTES, CANNED_VALUES, Code

ERASED: Final = "entered-in-error"
# What a report is called once the laboratory stands by it, corrections included.
FINAL: Final = frozenset({"final", "amended", "corrected", "appended", "current"})

_NUMBER: Final = re.compile(r"\s*[<>]?=?\s*-?\d+(\.\d+)?\s*")
# Elements that hold somebody's own words, wherever they stand.
_WORDS: Final = frozenset({"conclusion", "comment", "valueMarkdown", "valueAnnotation"})
_OF_EXTENSIONS: Final = frozenset({"extension", "modifierExtension"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """One resource, as far as the policy looks at it."""

    resource_type: str
    id: str
    version: int
    status: str
    codes: frozenset[Code]
    departments: frozenset[str]
    # What each of its values is coded as: its own code, and those of its components.
    measured: tuple[frozenset[Code], ...]
    flags: frozenset[str]
    has_words: bool
    has_document: bool
    # Every value is known to lie where most people's do.
    is_usual: bool
    said_at: datetime
    labels: int = 0

    @property
    def is_erased(self) -> bool:
        return self.status == ERASED


def evidence_of(stored: Stored) -> Evidence:
    resource = stored.json
    parts = [resource, *resource.get("component", ())]
    code = resource.get("code") or resource.get("type") or {}
    codes = _codes(code)
    return Evidence(
        stored.resource_type,
        stored.id,
        stored.version,
        str(resource.get("status", "")),
        codes,
        frozenset(
            coding["code"]
            for category in resource.get("category", ())
            for coding in category.get("coding", ())
            if "code" in coding
        ),
        tuple(_codes(part.get("code", {})) or codes for part in parts),
        frozenset(_flags(parts)),
        _has_words(resource, parts),
        bool(stored.resource_type == "DocumentReference" or resource.get("presentedForm")),
        stored.resource_type == "Observation" and _is_usual(resource),
        start_of(resource.get("issued") or resource.get("date") or "") or stored.updated_at,
        stored.labels,
    )


def _codes(concept: Json) -> frozenset[Code]:
    return frozenset(
        (coding.get("system", ""), coding["code"])
        for coding in concept.get("coding", ())
        if "code" in coding
    )


def _flags(parts: list[Json]) -> Iterator[str]:
    for part in parts:
        for concept in part.get("interpretation", ()):
            codes = [coding["code"] for coding in concept.get("coding", ()) if "code" in coding]
            yield from (flag.upper() for flag in codes or [str(concept.get("text", "?"))])


def _has_words(resource: Json, parts: list[Json]) -> bool:
    """Whether somebody wrote something that nobody here has read."""
    notes = [note.get("text", "") for note in resource.get("note", ())]
    said = [*notes, *_written(resource)]
    return not all(_is_canned(text, CANNED_NOTES) for text in said) or any(
        _is_written(part) for part in parts
    )


def _written(value: Any, name: str = "") -> Iterator[str]:
    """Return what stands in elements of free text, at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in _WORDS or (key == "valueString" and name in _OF_EXTENSIONS):
                yield inner if isinstance(inner, str) else "?"
            else:
                yield from _written(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _written(inner, name)


def _is_written(part: Json) -> bool:
    """Whether a value is words of somebody's own: neither a number, nor coded, nor canned."""
    concept = part.get("valueCodeableConcept")
    if concept is not None:
        return not concept.get("coding") and not _is_canned(concept.get("text", ""), CANNED_VALUES)
    text = part.get("valueString", "")
    return not _NUMBER.fullmatch(text) and not _is_canned(text, CANNED_VALUES)


def _is_canned(text: str, known: frozenset[str]) -> bool:
    lines = (" ".join(line.split()).rstrip(".").casefold() for line in text.splitlines())
    return all(line in known for line in lines if line)


def _is_usual(observation: Json) -> bool:
    parts = observation.get("component") or [observation]
    return all(_lies_within(part) for part in parts)


def _lies_within(part: Json) -> bool:
    flags = set(_flags([part]))
    if flags:
        return flags == {"N"}
    quantity, ranges = part.get("valueQuantity", {}), part.get("referenceRange", ())
    if "value" not in quantity or len(ranges) != 1:
        return False
    low, high = (ranges[0].get(end, {}) for end in ("low", "high"))
    if any(_unit(end) not in {"", _unit(quantity)} for end in (low, high)):
        return False
    limits = {"low": low.get("value"), "high": high.get("value"), "range": ranges[0].get("text")}
    usual = range_of(limits)
    side = usual.side(Decimal(str(quantity["value"])), quantity.get("comparator", ""))
    return side is Side.WITHIN


def _unit(quantity: Json) -> str:
    return str(quantity.get("unit") or quantity.get("code") or "")
