"""One result that waits, opened for the clinician who decides on it."""

from collections.abc import Iterator
from dataclasses import dataclass

from fhir import raw
from fhir.paths import Json, find
from fhir.store import Criteria, NotFound, Repository
from portal.identity.people import Person, person_of
from portal.record import words
from portal.record.dates import as_recorded, moment
from portal.results.actions import stamp
from portal.results.cases import REPORT, RESULT, Case, cases_of
from portal.results.evidence import ERASED
from portal.results.models import DueRelease
from portal.results.preview import in_order
from portal.results.worklist import reach_of

Rows = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the page about it needs; `reading` is the record as read on its account."""

    row: DueRelease
    case: Case
    person: Person
    reading: Repository

    @property
    def stamp(self) -> str:
        return stamp(self.case)


@dataclass(frozen=True, slots=True)
class Source:
    """What came from the hospital, in short, and what of it the patient will not see."""

    rows: Rows
    details: list[str]
    results: list[str]
    conclusion: list[str]
    hidden: list[str]


def opened(records: Repository, logical_id: str) -> Waiting:
    """Open a result of one of the patients whom this viewer treats.

    :raises NotFound: there is none; who asked for what they may not see is audited.
    """
    with records.transaction():
        row = DueRelease.objects.filter(
            logical_id=logical_id, patient__in=reach_of(records)
        ).first()
    if row is None:
        records.read(REPORT, logical_id)
        raise NotFound(logical_id)
    address = (row.resource_type, row.logical_id)
    reading = records.on_account_of({row.patient: ["/".join(address)]})
    cases = cases_of(reading, row.patient, {row.resource_type: {row.logical_id}})
    case = next((one for one in cases if one.address == address), None)
    people, _ = reading.search(Criteria("Patient", ids=[row.patient], count=1))
    if case is None or not people:
        raise NotFound(logical_id)
    return Waiting(row, case, person_of(people[0].json), reading)


def source_of(waiting: Waiting) -> Source:
    subject = waiting.case.subject
    resource = subject.json
    details = list(_clinical_details(waiting))
    results = [
        raw.parse(one.text).resource
        for one in in_order(waiting.case)
        if one.resource_type == RESULT
    ]
    living = [one for one in results if one.get("status") != ERASED]
    hidden = ["laboratory codes", *(["clinical details"] if details else [])]
    if len(living) < len(results):
        hidden.append("what was entered in error")
    rows = [
        (label, text)
        for label, text in (
            ("Number", _number(resource)),
            ("State", f"{resource.get('status', 'not said')}, version {subject.version}"),
            ("Taken", _when(resource)),
            ("Came in", moment(subject.updated_at)),
            ("From", _names(resource, "performer")),
            ("Signed by", _names(resource, "resultsInterpreter")),
        )
        if text
    ]
    conclusion = words.paragraphs(str(resource.get("conclusion") or ""))
    return Source(rows, details, [_line(one) for one in living], conclusion, hidden)


def _clinical_details(waiting: Waiting) -> Iterator[str]:
    """Return why the test was asked for, which is written for colleagues."""
    named = [str(one.get("reference", "")) for one in waiting.case.subject.json.get("basedOn", ())]
    ids = [name.rpartition("/")[2] for name in named if name.startswith("ServiceRequest/")]
    if not ids:
        return
    criteria = Criteria("ServiceRequest", ids=ids, count=len(ids))
    for request in waiting.reading.search(criteria)[0]:
        for reason in request.json.get("reasonCode", ()):
            if said := words.concept(reason):
                yield said


def _line(result: Json) -> str:
    """Return a value as it was sent, with flag and note."""
    quantity = result.get("valueQuantity", {})
    value = (
        f"{quantity.get('comparator', '')}{_digits(quantity)} {quantity.get('unit', '')}"
        if quantity
        else result.get("valueString") or words.concept(result.get("valueCodeableConcept"))
    )
    flags = [str(flag) for flag in find(result, "interpretation.coding.code")]
    notes = [str(text) for text in find(result, "note.text")]
    parts = [value.strip(), " ".join(flags), *notes]
    status = str(result.get("status", ""))
    if status not in {"final", ""}:
        parts.append(status)
    said = ". ".join(part for part in parts if part)
    return f"{words.concept(result.get('code'), 'Test without a name')}: {said}"


def _digits(quantity: Json) -> str:
    value = quantity.get("value", "")
    return value.sent if isinstance(value, raw.Number) else str(value)


def _number(resource: Json) -> str:
    return next(
        (str(one["value"]) for one in resource.get("identifier", ()) if one.get("value")),
        "",
    )


def _when(resource: Json) -> str:
    period = resource.get("effectivePeriod") or {}
    text = resource.get("effectiveDateTime") or period.get("start") or resource.get("date")
    return as_recorded(str(text)) if text else ""


def _names(resource: Json, name: str) -> str:
    return words.listed(said for one in resource.get(name, ()) if (said := words.referred(one)))
