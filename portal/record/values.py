"""A value of any FHIR type in words, told by its shape; what cannot be said is nothing.

Numbers keep the digits they were sent with. Identifiers of machines, addresses of files and bare
codes are not words.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from fhir.paths import Json
from portal.record import quantities, words
from portal.record.dates import as_recorded, is_date, span_as_recorded
from portal.record.timings import timing

_NO_NAMES: Final[Mapping[str, str]] = MappingProxyType({})
# Whose record it is, said to others; and whoever reads, of themselves.
PATIENT: Final = "The patient"
READER: Final = "You"


def said(value: Any, names: Mapping[str, str] = _NO_NAMES) -> str:
    """Return a value in words; `names` says what references point to.

    >>> said({"value": 5, "unit": "mg"}), said({"start": "2026-03"}), said({"code": "K"})
    ('5 mg', 'from March 2026', '')
    """
    match value:
        case bool():
            return "Yes" if value else "No"
        case str():
            return as_recorded(value) if is_date(value) else words.plain(value)
        case int() | float() | Decimal():
            return quantities.number(value)
        case list():
            return words.enumerated(said(one, names) for one in value if not isinstance(one, list))
        case dict():
            return _element(value, names)
        case _:
            return ""


def paragraphs(value: Any, names: Mapping[str, str] = _NO_NAMES) -> list[str]:
    """Return a value as it was broken into lines, where it is a text; a note says whose it is."""
    if isinstance(value, dict) and isinstance(value.get("text"), str):
        return [*words.paragraphs(value["text"]), *_by(value, names)]
    if isinstance(value, str) and not is_date(value):
        return words.paragraphs(value)
    return [text] if (text := said(value, names)) else []


def _by(note: Json, names: Mapping[str, str]) -> Iterator[str]:
    who = words.plain(note.get("authorString") or "") or said(note.get("authorReference"), names)
    time = note.get("time")
    when = as_recorded(time) if is_date(time) else ""
    if who in {PATIENT, READER}:
        who = words.small(who)
    if who or when:
        yield " ".join(filter(None, ["Written", who and f"by {who}", when and f"on {when}"]))


def _element(value: Json, names: Mapping[str, str]) -> str:
    for shape, say in _SHAPES:
        if any(name in value for name in shape):
            return say(value, names)
    return ""


def _reference(value: Json, names: Mapping[str, str]) -> str:
    shown = words.plain(value.get("display") or "")
    if words.is_word(shown):
        return shown
    reference = str(value.get("reference"))
    return names.get(reference) or (PATIENT if reference.startswith("Patient/") else "")


def _written(value: Json, names: Mapping[str, str]) -> str:
    """Return what carries a text of its own; without it, what its other parts say."""
    text = value.get("text")
    if isinstance(text, str) and text.strip():
        return words.plain(text)
    return _element({name: part for name, part in value.items() if name != "text"}, names)


def _valued(value: Json, _: Mapping[str, str]) -> str:
    """Return a Quantity, a way to be reached, or an identifier."""
    inner = value.get("value")
    if isinstance(inner, str):
        text = words.plain(inner)
        return "" if words.is_of_machines(text) else text
    return quantities.quantity(value)


def _address(value: Json, _: Mapping[str, str]) -> str:
    lines = value.get("line")
    parts = [*(lines if isinstance(lines, list) else ()), value.get("city")]
    parts += [value.get("district"), value.get("state"), value.get("postalCode")]
    return ", ".join(dict.fromkeys(filter(None, (words.plain(one or "") for one in parts))))


def _coding(value: Json, _: Mapping[str, str]) -> str:
    """Return a Coding; a Timing may have nothing but a concept for its code."""
    if isinstance(value.get("code"), dict):
        return timing(value)
    return words.concept({"coding": [value]})


_Say = Callable[[Json, Mapping[str, str]], str]
# What gives each datatype away, in an order in which the first that fits is right.
_SHAPES: Final[tuple[tuple[frozenset[str], _Say], ...]] = (
    (frozenset({"coding"}), lambda value, _: words.concept(value)),
    (frozenset({"text"}), _written),
    (frozenset({"reference"}), _reference),
    (frozenset({"value"}), _valued),
    (frozenset({"low", "high"}), lambda value, _: quantities.span(value)),
    (frozenset({"numerator", "denominator"}), lambda value, _: quantities.ratio(value)),
    (frozenset({"repeat", "event"}), lambda value, _: timing(value)),
    (frozenset({"start", "end"}), lambda value, _: span_as_recorded(value)),
    (frozenset({"family", "given"}), lambda value, _: words.person(value)),
    (frozenset({"line", "city", "postalCode"}), _address),
    (frozenset({"origin"}), lambda *_: "A tracing, which cannot be shown here"),
    (frozenset({"contentType", "url"}), lambda value, _: words.plain(value.get("title") or "")),
    (frozenset({"display", "code"}), _coding),
)
