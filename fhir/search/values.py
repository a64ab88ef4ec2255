"""A resource's index values, taken out by functions compiled once for each type.

The shape of what comes out is known here and in `fhir.search.query`, and nowhere else.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any, Final

from fhir.dates import EARLIEST, LATEST, Span, span_of
from fhir.labels import SHARED_TYPES
from fhir.paths import Json
from fhir.search.folding import folded
from fhir.search.parameters import Kind, Parameter, parameters_of
from fhir.search.words import words_of

NHS_NUMBER: Final = "https://fhir.nhs.uk/Id/nhs-number"

# What senders write for a system that is called otherwise.
_ALSO_WRITTEN: Final = {
    "https://snomed.info/sct": "http://snomed.info/sct",
    "http://snomed.info/sct/": "http://snomed.info/sct",
    "https://loinc.org": "http://loinc.org",
    "http://loinc.org/": "http://loinc.org",
    "https://dmd.nhs.uk/": "https://dmd.nhs.uk",
    "http://dmd.nhs.uk": "https://dmd.nhs.uk",
}

# Whose words are no part of what a patient browses: the person themselves, and who watched.
WITHOUT_WORDS: Final = frozenset({"AuditEvent", "Patient", "Provenance"}) | SHARED_TYPES


@dataclass(slots=True)
class Index:
    """A resource's rows in the index tables: the parameter's name, then the value."""

    tokens: list[tuple[str, int]] = field(default_factory=list)
    dates: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    strings: list[tuple[str, str]] = field(default_factory=list)
    references: list[tuple[str, str]] = field(default_factory=list)
    # One text, or none: of a patient's own resources alone.
    words: list[tuple[str]] = field(default_factory=list)


def index_of(resource: Json) -> Index:
    """Return what the resource can be found by."""
    found = Index()
    for extract in _extractors(resource["resourceType"]):
        extract(resource, found)
    if resource["resourceType"] not in WITHOUT_WORDS and (said := words_of(resource)):
        found.words.append((said,))
    return found


def token_hash(system: str | None, code: str) -> int:
    """Return the signed 64-bit number that stands for a coded value.

    A system of None means the code in whatever system, "" the code that names none. A system that
    senders write in several ways is one.
    """
    text = f"\0{code}" if system is None else f"{_ALSO_WRITTEN.get(system, system)}\1{code}"
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


# Codes come again and again; identifiers seldom do and are not remembered.
_code_hash = lru_cache(maxsize=32_768)(token_hash)


def normal_reference(reference: str) -> str:
    """Return a reference as it is indexed: without version.

    >>> normal_reference("Patient/1/_history/2")
    'Patient/1'
    """
    return reference.partition("/_history/")[0]


Extract = Callable[[Json, Index], None]
Take = Callable[[Any, Index], None]


@cache
def _extractors(resource_type: str) -> tuple[Extract, ...]:
    return tuple(
        _compiled(path, _take(row, path))
        for row in parameters_of(resource_type).values()
        if not row.column
        for path in row.path_for(resource_type).split("|")
    )


def _compiled(path: str, take: Take) -> Extract:
    """Return a function that gives each value at the path to `take`."""
    first, *rest = path.partition(":")[0].split(".")
    inner = _descending(rest, take)

    def extract(resource: Json, found: Index) -> None:
        value = resource.get(first)
        if value is None:
            return
        if type(value) is list:
            for item in value:
                inner(item, found)
        else:
            inner(value, found)

    return extract


def _descending(names: list[str], take: Take) -> Take:
    if not names:
        return take
    deeper = _compiled(".".join(names), take)

    def descend(value: Any, found: Index) -> None:
        if type(value) is dict:
            deeper(value, found)

    return descend


def _take(row: Parameter, path: str) -> Take:
    match row.kind:
        case Kind.TOKEN:
            return _token(row.name)
        case Kind.DATE:
            return _date(row.name)
        case Kind.STRING:
            return _string(row.name)
        case Kind.REFERENCE:
            return _reference(row.name, path.partition(":")[2])


def _token(name: str) -> Take:
    def take(value: Any, found: Index) -> None:
        if isinstance(value, str):
            found.tokens.append((name, _code_hash(None, value)))
        elif isinstance(value, bool):
            found.tokens.append((name, _code_hash(None, "true" if value else "false")))
        elif isinstance(value, dict):
            if "coding" in value:
                for coding in value["coding"]:
                    _add_coding(name, coding, found)
            elif "value" in value:
                found.tokens += [(name, number) for number in identifier_hashes(value)]
            else:
                _add_coding(name, value, found)

    return take


def _add_coding(name: str, coding: Json, found: Index) -> None:
    if code := coding.get("code"):
        found.tokens.append((name, _code_hash(coding.get("system", ""), code)))
        found.tokens.append((name, _code_hash(None, code)))


def identifier_hashes(identifier: Json) -> tuple[int, int]:
    """Return the two hashes an identifier is found by: in its system, and by its value alone."""
    system, value = identifier.get("system", ""), identifier["value"]
    if system == NHS_NUMBER:
        value = value.replace(" ", "")
    return token_hash(system, value), token_hash(None, value)


def _date(name: str) -> Take:
    def take(value: Any, found: Index) -> None:
        span = period_of(value) if isinstance(value, dict) else _span(value)
        if span:
            found.dates.append((name, *span))

    return take


def period_of(period: Json) -> Span | None:
    """Return the time that a Period covers; without a start or an end it is open there."""
    start, end = period.get("start"), period.get("end")
    first, last = start and _span(start), end and _span(end)
    if not first and not last:
        return None
    return Span(first.low if first else EARLIEST, last.high if last else LATEST)


def _span(text: Any) -> Span | None:
    try:
        return span_of(text) if isinstance(text, str) else None
    except ValueError:
        return None  # Refused at the door; here from what was stored before a rule was added.


def _string(name: str) -> Take:
    def take(value: Any, found: Index) -> None:
        parts = _parts_of_name(value) if isinstance(value, dict) else (value,)
        found.strings += [(name, folded(part)) for part in parts]

    return take


def _parts_of_name(name: Json) -> Iterator[str]:
    for element in ("family", "given", "text", "prefix", "suffix"):
        value = name.get(element)
        if isinstance(value, str):
            yield value
        elif value:
            yield from (part for part in value if part)


def _reference(name: str, target: str) -> Take:
    wanted = f"{target}/" if target else ""

    def take(value: Any, found: Index) -> None:
        reference = value.get("reference") if type(value) is dict else None
        if reference and reference[0] != "#" and reference.startswith(wanted):
            found.references.append((name, normal_reference(reference)))

    return take
