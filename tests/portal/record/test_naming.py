"""What references point to is read by name, in one query, as far as it may be seen."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fhir.access import READING, Grant, Kind, Viewer
from fhir.store import Repository
from portal.identity import grants
from portal.record.entry import present
from portal.record.naming import names_of
from tests.portal.record.things import an_allergy

MEDICINE = {"resourceType": "Medication", "code": {"text": "Carbocisteine 375mg capsules"}}
DOCTOR = {
    "resourceType": "Practitioner",
    "name": [{"prefix": ["Dr"], "given": ["Priya"], "family": "Nair"}],
}


def a_prescription(patient, medicine, doctor):
    return {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "subject": {"reference": f"Patient/{patient}"},
        "medicationReference": {"reference": f"Medication/{medicine}"},
        "requester": {"reference": f"Practitioner/{doctor}"},
    }


@pytest.fixture
def prescriptions(hospital, amina_yusuf):
    doctor = hospital.create(DOCTOR).id
    return [
        hospital.create(a_prescription(amina_yusuf, hospital.create(MEDICINE).id, doctor))
        for _ in range(3)
    ]


@pytest.fixture
def records(amina_yusuf):
    """Give the record as Amina reads it."""
    own = Grant(frozenset({amina_yusuf}), grants.PATIENT_TYPES, READING, grants.PATIENT_SEES)
    shared = Grant(grants.SHARED, grants.PATIENT_SHARED_TYPES, READING)
    return Repository(Viewer(Kind.PATIENT, f"Patient/{amina_yusuf}", "x", grants=(own, shared)))


def test_a_prescription_is_named_by_the_medicine_that_it_refers_to(prescriptions, records):
    names = names_of(records, prescriptions)

    entry = present(prescriptions[0], names)
    assert entry.heading() == "Carbocisteine 375mg capsules"
    assert dict(entry.rows())["Prescribed by"] == "Dr Priya Nair"


def test_however_many_there_are_they_are_read_at_once(
    prescriptions, records, django_assert_num_queries
):
    with CaptureQueriesContext(connection) as few:
        names_of(records, prescriptions[:1])

    with django_assert_num_queries(len(few)):
        names = names_of(records, prescriptions)

    assert sorted(names.values()) == [*["Carbocisteine 375mg capsules"] * 3, "Dr Priya Nair", "You"]
    assert sum("portal_fhir_resource" in one["sql"] for one in few.captured_queries) == 1


def test_nobody_is_named_to_whoever_may_not_see_them(prescriptions):
    nobody = Repository(Viewer(Kind.PATIENT, "Patient/x", "x"))

    assert names_of(nobody, prescriptions) == {}


def test_whoever_reads_is_you_and_to_others_the_patient_is_the_patient(hospital, amina_yusuf):
    told = {"reference": f"Patient/{amina_yusuf}"}
    noted = {"time": "2026-03-10", "text": "It itches.", "authorReference": told}
    stored = hospital.create(an_allergy(amina_yusuf, asserter=told, note=[noted]))
    own = Repository(Viewer(Kind.PATIENT, f"Patient/{amina_yusuf}", "Amina"))

    mine, others = (present(stored, names_of(one, [stored])) for one in (own, hospital))

    assert dict(mine.rows())["Told by"] == "You"
    assert dict(others.rows())["Told by"] == "The patient"
    assert dict(mine.texts())["Notes"][1] == "Written by you on 10 March 2026"
    assert dict(others.texts())["Notes"][1] == "Written by the patient on 10 March 2026"
