"""What a record holds that matters in an emergency, in the order in which it is asked for."""

from dataclasses import dataclass

from fhir.store import Criteria, Repository, Summary
from portal.identity import people
from portal.identity.people import Person

_MOST = 50
SECTIONS = (
    ("Allergies", ("AllergyIntolerance",)),
    ("Medicines", ("MedicationRequest", "MedicationStatement")),
    ("Conditions", ("Condition",)),
    ("Results and reports", ("DiagnosticReport",)),
    ("Letters", ("DocumentReference",)),
)


@dataclass(frozen=True, slots=True)
class Part:
    """One list of the page; `is_cut` where there is more than it shows."""

    title: str
    rows: list[Summary]
    is_cut: bool


def person_of(records: Repository, patient: str) -> Person:
    return people.person_of(records.read("Patient", patient).json)


def parts_of(records: Repository, patient: str) -> list[Part]:
    found = []
    for title, types in SECTIONS:
        rows: list[Summary] = []
        is_cut = False
        for name in types:
            page, more = records.summaries(Criteria(name, [patient], count=_MOST))
            rows += [row for row in page if row.facts["status"] != "entered-in-error"]
            is_cut = is_cut or more
        found.append(Part(title, rows, is_cut))
    return found
