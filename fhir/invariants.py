"""Invariants of R4 that hold everywhere, one row each; the key is the specification's own.

A row's function returns what is wrong with an element, or "".
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from fhir.dates import span_of
from fhir.paths import Json


@dataclass(frozen=True, slots=True)
class Invariant:
    """One rule on elements of one type."""

    key: str
    fault: Callable[[Json], str]
    # Worth a warning, not a refusal.
    is_remark: bool = False


def _extension(node: Json) -> str:
    has_value = any(name.startswith(("value", "_value")) for name in node)
    if has_value == ("extension" in node):
        return "an extension has either a value or extensions of its own"
    return ""


def _period(node: Json) -> str:
    start, end = node.get("start"), node.get("end")
    if not start or not end:
        return ""
    if len(start) == len(end) and start[19:] == end[19:] and start <= end:
        return ""  # Of one precision and offset: their texts sort as they do.
    try:
        return "" if span_of(start).high <= span_of(end).high else "a period starts before it ends"
    except ValueError:
        return ""  # Said of the date itself.


def _quantity(node: Json) -> str:
    return "a code needs its system" if "code" in node and "system" not in node else ""


def _range(node: Json) -> str:
    low, high = node.get("low", {}), node.get("high", {})
    if low.get("code", low.get("unit")) != high.get("code", high.get("unit")):
        return ""
    below, above = low.get("value"), high.get("value")
    if below is None or above is None:
        return ""
    return "the low value is not above the high" if Decimal(below) > Decimal(above) else ""


def _attachment(node: Json) -> str:
    return "data needs its contentType" if "data" in node and "contentType" not in node else ""


def _contact_point(node: Json) -> str:
    return "a value needs its system" if "value" in node and "system" not in node else ""


def _observation_absence(node: Json) -> str:
    if "dataAbsentReason" in node and any(name.startswith("value") for name in node):
        return "dataAbsentReason only without a value"
    return ""


def _observation_parts(node: Json) -> str:
    if "component" not in node or not any(name.startswith("value") for name in node):
        return ""
    own = _codings(node.get("code", {}))
    if any(own & _codings(part.get("code", {})) for part in node["component"]):
        return "no value beside a component of the same code"
    return ""


def _reference_range(node: Json) -> str:
    return "" if node.keys() & {"low", "high", "text", "_text"} else "needs low, high or text"


def _patient_contact(node: Json) -> str:
    if node.keys() & {"name", "telecom", "address", "organization"}:
        return ""
    return "needs a name, a telecom, an address or an organization"


def _probability(node: Json) -> str:
    value = node.get("probabilityDecimal")
    return "" if value is None or Decimal(value) <= 100 else "must be at most 100"  # noqa: PLR2004


def _appointment_times(node: Json) -> str:
    if ("start" in node) != ("end" in node):
        return "start and end together, or neither"
    undated = {"proposed", "cancelled", "waitlist"}
    if "start" not in node and node.get("status") not in undated:
        return "only a proposed, cancelled or waiting one is without times"
    return ""


def _bundle_entries(node: Json) -> str:
    entries, kind = node.get("entry", ()), node.get("type")
    if kind in {"transaction", "batch", "history"} and not all("request" in e for e in entries):
        number = next(n for n, e in enumerate(entries) if "request" not in e)
        return f"entry[{number}] needs a request"
    unasked = kind in {"document", "message", "searchset", "collection"}
    if unasked and any("request" in e for e in entries):
        return "request only in a batch, transaction or history"
    return ""


def _bundle_urls(node: Json) -> str:
    if node.get("type") == "history":
        return ""
    seen = Counter(
        (entry["fullUrl"], entry.get("resource", {}).get("meta", {}).get("versionId"))
        for entry in node.get("entry", ())
        if "fullUrl" in entry
    )
    twice = [url for (url, _), count in seen.items() if count > 1]
    return f"fullUrl {twice[0]} stands there twice" if twice else ""


def _bundle_entry(node: Json) -> str:
    if not node.keys() & {"resource", "request", "response"}:
        return "needs a resource, a request or a response"
    return ""


def _bundle_version(node: Json) -> str:
    return "fullUrl names no version" if "/_history/" in node.get("fullUrl", "") else ""


def _bundle_full_url(node: Json) -> str:
    url = node.get("fullUrl")
    return "is no absolute URL" if url and ":" not in url else ""


def faults_of_contained(resource: Json) -> Iterator[tuple[int, str]]:
    """Return the faults of a resource's contained ones: each one's number and what is wrong."""
    locals_named = _local_references(resource)
    for number, contained in enumerate(resource["contained"]):
        meta = contained.get("meta", {})
        if "contained" in contained:
            yield number, "dom-2: a contained resource contains none"
        if "versionId" in meta or "lastUpdated" in meta:
            yield number, "dom-4: a contained resource has no version of its own"
        if "security" in meta:
            yield number, "dom-5: a contained resource has no security label"
        refers_out = "#" in _local_references(contained)
        if f"#{contained.get('id', '')}" not in locals_named and not refers_out:
            yield number, "dom-3: nothing refers to this contained resource"


def _local_references(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value} if value.startswith("#") else set()
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {found for item in items for found in _local_references(item)}


def _codings(concept: Json) -> set[tuple[str, str]]:
    return {
        (coding.get("system", ""), coding["code"])
        for coding in concept.get("coding", ())
        if "code" in coding
    }


_QUANTITY: Final = (Invariant("qty-3", _quantity),)

INVARIANTS: Final[dict[str, tuple[Invariant, ...]]] = {
    "Extension": (Invariant("ext-1", _extension),),
    "Period": (Invariant("per-1", _period),),
    "Quantity": _QUANTITY,
    "Age": _QUANTITY,
    "Count": _QUANTITY,
    "Distance": _QUANTITY,
    "Duration": _QUANTITY,
    "Range": (Invariant("rng-2", _range),),
    "Attachment": (Invariant("att-1", _attachment),),
    "ContactPoint": (Invariant("cpt-2", _contact_point),),
    "Observation": (
        Invariant("obs-6", _observation_absence),
        Invariant("obs-7", _observation_parts),
    ),
    "Observation.referenceRange": (Invariant("obs-3", _reference_range),),
    "Patient.contact": (Invariant("pat-1", _patient_contact),),
    "RiskAssessment.prediction": (Invariant("ras-2", _probability),),
    "Appointment": (Invariant("app-2/3", _appointment_times),),
    "Bundle": (Invariant("bdl-3", _bundle_entries), Invariant("bdl-7", _bundle_urls)),
    "Bundle.entry": (
        Invariant("bdl-5", _bundle_entry),
        Invariant("bdl-8", _bundle_version),
        # NHS services write relative ones.
        Invariant("fullUrl", _bundle_full_url, is_remark=True),
    ),
}
