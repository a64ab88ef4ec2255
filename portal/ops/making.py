"""What a message would make, in words and figures: never a name, never free text."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from fhir.hl7.rehearsal import Made
from fhir.paths import Json, find
from fhir.summary import summary_of

_MOST: Final = 30
_OUTCOMES: Final = {
    "created": "new",
    "updated": "changed",
    "unchanged": "as it is already",
    "late": "older than what is held, kept as history",
    "": "",
}
_KINDS: Final = {
    "Encounter": "Visit",
    "Patient": "Person",
    "Practitioner": "Professional",
    "RelatedPerson": "Relation",
    "ServiceRequest": "Request",
}
_WITHHELD: Final = "withheld until a rule or a clinician releases it"


def said_of(made: Sequence[Made]) -> list[tuple[str, str]]:
    """Return a row for each report and result, and one for all of any other kind."""
    rows = [row for one in made if (row := _row(one))]
    shown = rows[:_MOST]
    if len(rows) > _MOST:
        shown.append(("And", f"{len(rows) - _MOST} more reports and results"))
    return [*shown, *_others(made)]


def _row(one: Made) -> tuple[str, str] | None:
    outcome = _OUTCOMES[one.outcome]
    facts = summary_of(one.resource)
    title = str(facts.get("title") or "without a name")
    match one.resource["resourceType"]:
        case "DiagnosticReport":
            is_shown_later = one.outcome in {"", "created", "updated"}
            said = (f"1 {outcome}".strip(), title, _WITHHELD if is_shown_later else "")
            return "Report", ", ".join(filter(None, said))
        case "Observation":
            return title, ", ".join(
                part for part in (*_value(one.resource, facts), outcome) if part
            )
        case _:
            return None


def _value(resource: Json, facts: Json) -> Iterator[str]:
    if facts.get("number") is not None:
        yield f"{facts['comparator']}{facts['number']} {facts['unit']}".strip()
    elif facts.get("value") or facts.get("parts"):
        yield "coded or in words"
    else:
        yield "no value"
    yield " ".join(str(flag) for flag in find(resource, "interpretation.coding.code"))
    yield facts["status"] if facts["status"] != "final" else ""


def _others(made: Sequence[Made]) -> Iterator[tuple[str, str]]:
    apart = {"DiagnosticReport", "Observation"}
    found = Counter(
        (str(one.resource["resourceType"]), one.outcome)
        for one in made
        if one.resource["resourceType"] not in apart
    )
    for (kind, outcome), number in found.items():
        yield _KINDS.get(kind, kind), f"{number} {_OUTCOMES[outcome]}".strip()
