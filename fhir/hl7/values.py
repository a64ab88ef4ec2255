"""What an OBX says: its value, its unit and its range, each exactly or in the sender's words."""

import re
from collections.abc import Callable
from typing import Final

from fhir.hl7 import tables
from fhir.hl7.datatypes import cleaned, code_system, cwe, period, some, st
from fhir.hl7.feeds import FeedSettings
from fhir.hl7.message import Repetition, Segment
from fhir.hl7.times import moment
from fhir.paths import Json
from fhir.raw import Number

TEXTS: Final = frozenset({"ST", "TX", "FT"})
_CODED: Final = frozenset({"CE", "CWE", "CF", "CNE", "IS", "ID"})

_NUMBER: Final = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"
_NM: Final = re.compile(rf"(<=|>=|<|>)?\s*({_NUMBER})")
_RANGE: Final = re.compile(
    rf"\[?\s*(?:(?P<low>{_NUMBER})\s*-\s*(?P<high>{_NUMBER})"
    rf"|<=?\s*(?P<below>{_NUMBER})|>=?\s*(?P<above>{_NUMBER}))\s*\]?"
)
_TIME: Final = re.compile(r"(\d{2}):?(\d{2})(?::?(\d{2}))?")


def number(text: str) -> Number:
    """Return a number as it was written, in the form that JSON demands.

    >>> number("7.20").sent, number("+.5").sent, number("007").sent
    ('7.20', '0.5', '7')
    """
    sign = "-" if text.startswith("-") else ""
    whole, point, fraction = text.lstrip("+-").partition(".")
    whole = whole.lstrip("0") or "0"
    return Number(f"{sign}{whole}{point}{fraction}" if fraction else f"{sign}{whole}")


def value_of(lines: list[Segment], feed: FeedSettings) -> Json:
    """Return the `value[x]` (or the components) of one result, from the OBX that make it up."""
    obx = lines[0]
    kind = _kind(obx)
    if kind in TEXTS:
        said = [st(one, feed) or "" for line in lines for one in line[5].repetitions]
        return _named("valueString", "\n".join(said).strip())
    found = [one for one in obx[5].repetitions if not one.deleted]
    if len(found) > 1 and kind != "NA":
        parts = [_one(one, kind, obx, feed) for one in found]
        code = cwe(obx[3].first, feed)
        return _named("component", [{"code": code, **part} for part in parts if part])
    return _one(found[0], kind, obx, feed) if found else {}


def _named(name: str, value: object) -> Json:
    return {name: value} if value else {}


def _kind(obx: Segment) -> str:
    """Return the type of OBX-5; with OBX-2 blank, a plain number is one and the rest is text."""
    said = obx[2].text().upper()
    if said:
        return said
    return "NM" if _NM.fullmatch(obx[5].first.whole().strip()) else "ST"


def _one(said: Repetition, kind: str, obx: Segment, feed: FeedSettings) -> Json:
    if kind in _CODED:
        return _named("valueCodeableConcept", cwe(said, feed))
    if read := _READ.get(kind):
        return read(said, obx, feed)
    return _named("valueString", st(said, feed))


def _nm(said: Repetition, obx: Segment, feed: FeedSettings) -> Json:
    matched = _NM.fullmatch(cleaned(said.whole()))
    if not matched:
        return _named("valueString", st(said, feed))
    return {"valueQuantity": _quantity(matched[2], obx, feed, matched[1])}


def _sn(said: Repetition, obx: Segment, feed: FeedSettings) -> Json:
    """Read a structured number; also `^<^10`, where the comparator slipped into the next part."""
    parts = [cleaned(said.text(n)) for n in (1, 2, 3, 4)]
    if not parts[0] and re.fullmatch(r"[<>]=?", parts[1]):
        parts = [parts[1], parts[2], parts[3], ""]
    comparator, first, separator, second = parts
    numbers = [part for part in (first, second) if re.fullmatch(_NUMBER, part)]
    match len(numbers), separator, second:
        case 1, "", "" if comparator in _COMPARATORS:
            return {"valueQuantity": _quantity(first, obx, feed, _COMPARATORS[comparator])}
        case 2, "-", _ if not comparator and (found := _range(first, second, obx, feed)):
            return {"valueRange": found}
        case 2, ":" | "/", _ if comparator in _COMPARATORS:
            return {
                "valueRatio": {
                    "numerator": some(value=number(first), comparator=_COMPARATORS[comparator]),
                    "denominator": {"value": number(second)},
                }
            }
    return _named("valueString", " ".join([*filter(None, parts), _unit_text(obx)]).strip())


_COMPARATORS: Final = {"": None, "=": None, "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def _quantity(
    text: str, obx: Segment, feed: FeedSettings, comparator: str | None = None
) -> Json | None:
    unit = obx[6].first
    code, system = cleaned(unit.text(1)), cleaned(unit.text(3))
    known = code_system(system, code, feed) if system and code else None
    return some(
        value=number(text),
        comparator=comparator or None,
        unit=cleaned(unit.text(2)) or _unit_text(obx),
        system=known,
        code=code if known else None,
    )


def _range(low: str, high: str, obx: Segment, feed: FeedSettings) -> Json | None:
    """Return a range of which either bound may be empty, or None where it is upside down."""
    if low and high and number(low) > number(high):
        return None
    return some(
        low=_quantity(low, obx, feed) if low else None,
        high=_quantity(high, obx, feed) if high else None,
    )


def _unit_text(obx: Segment) -> str:
    unit = obx[6].first
    return cleaned(unit.text(2) or unit.text(1))


def _when(said: Repetition, _: Segment, __: FeedSettings) -> Json:
    when = moment(said.text(), said.place)
    return _named("valueDateTime", when.date_time() if when else None)


def _time(said: Repetition, _: Segment, feed: FeedSettings) -> Json:
    matched = _TIME.fullmatch(said.text())
    if not matched:
        return _named("valueString", st(said, feed))
    return {"valueTime": f"{matched[1]}:{matched[2]}:{matched[3] or '00'}"}


def _dates(said: Repetition, _: Segment, __: FeedSettings) -> Json:
    return _named("valuePeriod", period(said.text(1), said.text(2), said.place))


def _numbers(said: Repetition, obx: Segment, feed: FeedSettings) -> Json:
    low, high = (cleaned(said.text(n)) for n in (1, 2))
    exact = all(re.fullmatch(_NUMBER, part) for part in (low, high) if part)
    if exact and (found := _range(low, high, obx, feed)):
        return {"valueRange": found}
    return _named("valueString", st(said, feed))


def _pointer(_: Repetition, __: Segment, ___: FeedSettings) -> Json:
    """A pointer to something elsewhere is neither followed nor shown."""
    return {}


_READ: Final[dict[str, Callable[[Repetition, Segment, FeedSettings], Json]]] = {
    "NM": _nm,
    "SN": _sn,
    "DT": _when,
    "DTM": _when,
    "TS": _when,
    "TM": _time,
    "DR": _dates,
    "NR": _numbers,
    "RP": _pointer,
}


def reference_range(obx: Segment, feed: FeedSettings) -> Json | None:
    """Return OBX-7: its text always, its bounds only where it is exactly of a form we know.

    No flag is ever worked out from it. A bound that is not included (`<5`) is given as the bound
    all the same: the text beside it says which.
    """
    text = cleaned(obx[7].first.whole())
    if not text or not re.search(r"\w", text):
        return None
    matched = _RANGE.fullmatch(text)
    if not matched or (text.startswith("[") != text.endswith("]")):
        return {"text": text}
    low, high = matched["low"] or matched["above"], matched["high"] or matched["below"]
    bounds = _range(low or "", high or "", obx, feed)
    return {**(bounds or {}), "text": text}


def interpretation(said: Repetition, feed: FeedSettings) -> Json | None:
    """Return a flag of OBX-8; one that FHIR has no code for stays as the sender's own."""
    code = cleaned(said.text(1)).upper()
    if display := tables.INTERPRETATION.get(code):
        system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
        return {"coding": [some(system=system, code=code, display=display)]}
    if display := tables.HELD_FLAGS.get(code):
        system = "http://terminology.hl7.org/CodeSystem/v2-0078"
        return {"coding": [some(system=system, code=code, display=display)], "text": code}
    return cwe(said, feed)
