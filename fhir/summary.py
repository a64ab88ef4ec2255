"""The facts that lists show of a resource, made once when it is written; no list reads its text.

Values stand as they were sent: a number keeps its digits and is never made a float.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from fhir.paths import Json, first
from fhir.raw import Number

_EXACT_RANGE: Final = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*(?:-|–|to)\s*(-?\d+(?:\.\d+)?)\s*")
_CORRECTED: Final = frozenset({"amended", "corrected"})
_NORMAL: Final = "normal"

# Where a type says what it is about, the best first.
_TITLES: Final = (
    "code",
    "vaccineCode",
    "medicationCodeableConcept",
    "type",
    "class",
    "category",
    "scope",
    "serviceType",
    "procedureCode",
    "modality",
)
_NAMED: Final = ("title", "name", "medicationReference", "description", "deviceName")
# These are called by their name; what they are of comes after.
_KNOWN_BY_NAME: Final = frozenset(
    {"Device", "HealthcareService", "Location", "Organization", "Questionnaire"}
)


def summary_of(resource: Json) -> Json:
    """Return the facts of a resource."""
    special = _SPECIAL.get(resource["resourceType"])
    return special(resource) if special else _plain(resource)


def _plain(resource: Json) -> Json:
    concept = next((c for name in _TITLES if (c := _concept(resource.get(name)))), {})
    system, code = _coding(concept)
    named = next((said for name in _NAMED if (said := _said(resource.get(name)))), "")
    by_name = resource["resourceType"] in _KNOWN_BY_NAME
    title = (named if by_name else "") or _text(concept) or named
    return {"title": title, "code": code, "system": system, "status": _status(resource)}


def _observation(resource: Json) -> Json:
    subject = first(resource, "subject.reference")
    own = any(
        performer.get("reference") == subject
        for performer in resource.get("performer", ())
        if subject and subject.startswith(("Patient/", "urn:"))
    )
    common = {
        "status": _status(resource),
        "category": _coding(_concept(resource.get("category")))[1],
        "corrected": resource.get("status") in _CORRECTED,
        "own": own,
    }
    parts = [_measured(part) | common | {"parts": []} for part in resource.get("component", ())]
    return _measured(resource) | common | {"parts": parts}


def _measured(element: Json) -> Json:
    system, code = _coding(element.get("code", {}))
    value, unit, number, comparator = _value(element)
    low, high, text = _range(element.get("referenceRange", ()), element.get("valueQuantity", {}))
    return {
        "title": _text(element.get("code", {})),
        "code": code,
        "system": system,
        "value": value,
        "unit": unit,
        "number": number,
        "comparator": comparator,
        "range": text,
        "low": low,
        "high": high,
        "flag": _flag(element.get("interpretation", ())),
        "absent": _text(element.get("dataAbsentReason", {})),
        "note": "\n".join(note["text"] for note in element.get("note", ()) if "text" in note),
    }


def _value(element: Json) -> tuple[str, str, str | None, str]:
    """Return a value as text, its unit, its number and its comparator."""
    name = next((name for name in element if name.startswith("value")), "")
    value: Any = element.get(name)
    match name:
        case "valueQuantity":
            number, unit = _number(value.get("value")), _unit(value)
            return number or "", unit, number, value.get("comparator", "")
        case "valueInteger":
            return str(value), "", str(value), ""
        case "valueRange":
            low, high = value.get("low", {}), value.get("high", {})
            return _between(low, high), _unit(low) or _unit(high), None, ""
        case "valueRatio":
            return _ratio(value), "", None, ""
        case "valueBoolean":
            return ("Yes" if value else "No"), "", None, ""
        case _:
            return _said(value), "", None, ""


def _number(value: Any) -> str | None:
    """Return a number as it was sent."""
    match value:
        case None:
            return None
        case Number():
            return value.sent
        case float():
            return repr(value)
        case _:
            return str(value)


def _unit(quantity: Json) -> str:
    return str(quantity.get("unit") or quantity.get("code") or "")


def _between(low: Json, high: Json) -> str:
    below, above = _number(low.get("value")), _number(high.get("value"))
    if below is not None and above is not None:
        return f"{below} - {above}"
    if below is not None:
        return f"{below} or more"
    return "" if above is None else f"{above} or less"


def _ratio(ratio: Json) -> str:
    sides = [
        " ".join(filter(None, [side.get("comparator"), _number(side.get("value")), _unit(side)]))
        for side in (ratio.get("numerator", {}), ratio.get("denominator", {}))
    ]
    return ":".join(sides) if all(sides) else "".join(sides)


def _range(ranges: Sequence[Json], quantity: Json) -> tuple[str | None, str | None, str]:
    """Return the low and high numbers, where they are certain, and the range in words."""
    normal = [entry for entry in ranges if _is_normal(entry)] or list(ranges)
    if len(normal) != 1:
        return None, None, "; ".join(filter(None, map(_range_for, normal)))
    (only,) = normal
    low, high = only.get("low", {}), only.get("high", {})
    text = only.get("text") or _between(low, high)
    if not low and not high:
        matched = _EXACT_RANGE.fullmatch(text)
        low_text, high_text = matched.groups() if matched else (None, None)
        return (
            (low_text, high_text, text) if _is_rising(low_text, high_text) else (None, None, text)
        )
    other = next((_unit(end) for end in (low, high) if _unit(end) not in {"", _unit(quantity)}), "")
    if other:
        # Beside a value in another unit a range without its own would be read in that of the value.
        return None, None, only.get("text") or f"{text.replace(' - ', ' to ')} ({other})"
    return _number(low.get("value")), _number(high.get("value")), text


def _is_normal(entry: Json) -> bool:
    kind = entry.get("type")
    return kind is None or _coding(kind)[1] == _NORMAL


def _range_for(entry: Json) -> str:
    text = entry.get("text") or _between(entry.get("low", {}), entry.get("high", {}))
    whom = ", ".join(filter(None, map(_text, entry.get("appliesTo", ()))))
    return f"{text} ({whom})" if text and whom else text


def _is_rising(low: str | None, high: str | None) -> bool:
    return low is not None and high is not None and Decimal(low) <= Decimal(high)


def _flag(interpretations: Iterable[Json]) -> str:
    for concept in interpretations:
        if flag := _coding(concept)[1] or _text(concept):
            return flag
    return ""


def _report(resource: Json) -> Json:
    system, code = _coding(resource.get("code", {}))
    return {
        "title": _text(resource.get("code", {})),
        "code": code,
        "system": system,
        "status": _status(resource),
        "category": _coding(_concept(resource.get("category")))[1],
        "issued": resource.get("issued", ""),
        "results": [
            entry["reference"] for entry in resource.get("result", ()) if "reference" in entry
        ],
        "performer": first(resource, "performer.display") or "",
        "requester": first(resource, "basedOn.display") or "",
        "attachments": len(resource.get("presentedForm", ())),
        "conclusion": bool(resource.get("conclusion") or resource.get("conclusionCode")),
        "corrected": resource.get("status") in _CORRECTED,
    }


def _communication(resource: Json) -> Json:
    return _plain(resource) | {
        "based_on": [
            entry["reference"] for entry in resource.get("basedOn", ()) if "reference" in entry
        ],
        "sender": first(resource, "sender.display") or "",
        "is_written": any(part.get("contentString") for part in resource.get("payload", ())),
    }


def _status(resource: Json) -> str:
    status = resource.get("status") or resource.get("clinicalStatus") or ""
    return status if isinstance(status, str) else _coding(_concept(status))[1]


def _concept(value: Any) -> Json:
    """Return the first CodeableConcept, or a Coding as one."""
    if isinstance(value, list):
        return next((found for item in value if (found := _concept(item))), {})
    if isinstance(value, dict):
        return value if value.keys() & {"coding", "text"} else {"coding": [value]}
    return {}


def _coding(concept: Json) -> tuple[str, str]:
    """Return the system and code that stand for a concept: the user's choice, else the first."""
    codings = [coding for coding in concept.get("coding", ()) if coding.get("code")]
    chosen = next((coding for coding in codings if coding.get("userSelected")), None)
    best: Json = chosen or next(iter(codings), {})
    return best.get("system", ""), best.get("code", "")


def _text(concept: Json) -> str:
    codings = concept.get("coding", ())
    shown = next((coding["display"] for coding in codings if coding.get("display")), "")
    return str(concept.get("text") or shown or _coding(concept)[1])


def _said(value: Any) -> str:
    """Return what a value of any type says, in its own words."""
    match value:
        case [head, *_]:
            return _said(head)
        case {"family": _} | {"given": _}:
            return " ".join([*value.get("given", ()), value.get("family", "")]).strip()
        case {"start": _} | {"end": _}:
            return " to ".join(filter(None, [value.get("start"), value.get("end")]))
        case {"coding": _} | {"text": _}:
            return _text(value)
        case _:
            said = value.get("display", "") if isinstance(value, dict) else value
            return said if isinstance(said, str) else ""


_SPECIAL: Final[dict[str, Callable[[Json], Json]]] = {
    "Communication": _communication,
    "Observation": _observation,
    "DiagnosticReport": _report,
}
