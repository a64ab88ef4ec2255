from collections import Counter

import pytest

from fhir.access import SYSTEM
from fhir.labels import Label
from fhir.store import Repository
from portal.simulator import bundles
from portal.simulator.hospital import PROFESSIONALS
from portal.simulator.messages import first_told, reported, told
from tests.portal.simulator.arriving import bundle_arrives, message_arrives
from tests.portal.simulator.stored import found

pytestmark = pytest.mark.django_db


def arrives(history):
    bundle_arrives(bundles.staff())
    message_arrives(first_told(history))
    [patient] = found("Patient", nhs_number=history.person.nhs_number)
    for sent in told(history):
        message_arrives(sent, patient.id)
    bundle_arrives(bundles.record(history))
    return patient.id


def kinds(patient):
    names = (
        "AllergyIntolerance",
        "CareTeam",
        "Condition",
        "DiagnosticReport",
        "DocumentReference",
        "Encounter",
        "Immunization",
        "MedicationRequest",
        "MedicationStatement",
        "Observation",
    )
    return Counter({name: len(found(name, patient=patient)) for name in names})


def test_everything_told_of_amina_is_found_once(amina):
    patient = arrives(amina)

    counted = kinds(patient)

    results = sum(len(report.results) + len(report.sections) for report in amina.reports)
    assert counted == {
        "AllergyIntolerance": 2,
        "CareTeam": 1,
        "Condition": 3,
        "DiagnosticReport": len(amina.reports),
        "DocumentReference": len(amina.letters),
        "Encounter": len(amina.visits),
        "Immunization": len(amina.vaccinations),
        "MedicationRequest": 4,
        "MedicationStatement": 1,
        "Observation": results + len(amina.readings),
    }


def test_told_twice_it_is_nothing_new(histories):
    ben = histories["ben"]
    patient = arrives(ben)
    before = kinds(patient)

    assert arrives(ben) == patient
    assert kinds(patient) == before


def test_the_administration_system_stays_the_one_that_knows_where_she_lives(amina_lately):
    patient = arrives(amina_lately)

    known = Repository(SYSTEM).read("Patient", patient).json

    assert known["address"][0]["line"] == ["14 Canal Street"]
    assert [one.version for one in found("Patient")] == [1]


def test_a_correction_is_a_new_version_of_the_same_report(amina_lately):
    patient = arrives(amina_lately)
    before = kinds(patient)
    [correction] = amina_lately.corrections

    message_arrives(reported(amina_lately.person, correction), patient)

    assert kinds(patient) == before
    corrected = [one for one in found("DiagnosticReport", patient=patient) if one.version == 2]
    assert [one.json["status"] for one in corrected] == ["corrected"]


def test_results_arrive_withheld_and_readings_do_not(amina_lately):
    patient = arrives(amina_lately)

    labels = {bool(one.labels & Label.NOPAT) for one in found("DiagnosticReport", patient=patient)}
    assert labels == {True}
    readings = [
        one
        for one in found("Observation", patient=patient)
        if one.json["category"][0]["coding"][0]["code"] == "vital-signs"
    ]
    assert len(readings) == len(amina_lately.readings)
    assert not any(one.labels & Label.NOPAT for one in readings)


def test_nobody_but_the_staff_sent_first_is_made_up_again(histories):
    for key in ("ben", "stranger"):
        arrives(histories[key])

    assert len(found("Practitioner")) == len(PROFESSIONALS)
