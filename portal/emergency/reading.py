"""What a record holds that matters in an emergency, in the order in which it is asked for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fhir.paths import find
from fhir.store import Criteria, Repository, Stored
from portal.identity import people
from portal.identity.people import Person
from portal.record import words
from portal.record.allergyintolerance import AllergyIntolerance
from portal.record.entry import Entry, present
from portal.record.medicines import MedicineEntry
from portal.record.naming import names_of

_MOST = 50
_ERASED = "entered-in-error"
SECTIONS = (
    ("Allergies", ("AllergyIntolerance",)),
    ("Medicines", ("MedicationRequest", "MedicationStatement")),
    ("Conditions", ("Condition",)),
    ("Results and reports", ("DiagnosticReport",)),
    ("Letters", ("DocumentReference",)),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing as a clinician reads it: what it is, how it stands, and what to know of it."""

    title: str
    standing: str
    said: str
    when: str


@dataclass(frozen=True, slots=True)
class Part:
    """One list of the page; `is_cut` where there is more than it shows."""

    title: str
    rows: list[Line]
    is_cut: bool


def person_of(records: Repository, patient: str) -> Person:
    return people.person_of(records.read("Patient", patient).json)


def parts_of(records: Repository, patient: str) -> list[Part]:
    found = []
    for title, types in SECTIONS:
        rows: list[Line] = []
        is_cut = False
        for name in types:
            page, more = records.search(Criteria(name, [patient], count=_MOST))
            rows += _lines(records, [one for one in page if not _is_erased(one)])
            is_cut = is_cut or more
        found.append(Part(title, rows, is_cut))
    return found


def _lines(records: Repository, found: Iterable[Stored]) -> Iterator[Line]:
    known = list(found)
    names = names_of(records, known)
    for one in known:
        entry = present(one, names)
        status = entry.status()
        # The sender's own name of it: an entry speaks to the patient.
        title = words.concept(one.json.get("code")) or entry.heading()
        yield Line(title, status.word if status else "", _said(entry), entry.when())


def _said(entry: Entry) -> str:
    if isinstance(entry, MedicineEntry):
        return words.sentences(*entry.doses()[:1])
    if isinstance(entry, AllergyIntolerance):
        is_denied = entry.asserts_none() or entry.asserts_unknown()
        return "" if is_denied else words.sentences(entry.reaction(), entry.severity())
    return ""


def _is_erased(one: Stored) -> bool:
    """Whether it stands in the record by mistake: some types say so beside their status."""
    return _ERASED in {*find(one.json, "status"), *find(one.json, "verificationStatus.coding.code")}
