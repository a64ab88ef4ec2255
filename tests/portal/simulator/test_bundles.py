import base64
import json

import pytest

from fhir.validation import check
from portal.simulator import bundles
from portal.simulator.resources import NHS_NUMBER


def entries(bundle, kind):
    return [
        entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind
    ]


def test_every_bundle_is_valid(histories):
    for bundle in (bundles.staff(), *map(bundles.record, histories.values())):
        assert check(json.dumps(bundle)).issues == []


def test_the_same_history_makes_the_same_bundle(amina):
    assert bundles.record(amina) == bundles.record(amina)


def test_a_record_names_its_person_once_and_all_else_refers_to_them(amina):
    bundle = bundles.record(amina)

    [patient] = entries(bundle, "Patient")
    assert {"system": NHS_NUMBER, "value": "9991000003"} in patient["identifier"]
    url = bundle["entry"][0]["fullUrl"]
    for entry in bundle["entry"][1:]:
        resource = entry["resource"]
        subject = resource.get("subject") or resource["patient"]
        assert subject == {"reference": url}


def test_resources_have_identifiers_so_that_sent_twice_they_are_the_same(histories):
    for history in histories.values():
        bundle = bundles.record(history)
        assert all(entry["resource"]["identifier"] for entry in bundle["entry"])


def test_only_staff_who_are_sent_first_are_named(histories):
    known = {
        f"Practitioner?identifier={one['identifier'][0]['system']}|{one['identifier'][0]['value']}"
        for one in entries(bundles.staff(), "Practitioner")
    }
    for history in histories.values():
        [team] = entries(bundles.record(history), "CareTeam")
        named = {one["member"]["reference"] for one in team.get("participant", ())}
        assert named <= known


def test_what_amina_measured_at_home_is_her_own(amina):
    bundle = bundles.record(amina)
    url = bundle["entry"][0]["fullUrl"]

    own = [
        one for one in entries(bundle, "Observation") if one["performer"] == [{"reference": url}]
    ]

    assert [one["valueQuantity"]["value"] for one in own] == [94, 93, 95, 93, 92, 91, 93, 94, 93]
    assert own[0]["referenceRange"][0]["low"]["value"] == 92


def test_a_blood_pressure_is_one_observation_with_two_different_parts(amina):
    pressure = next(
        one
        for one in entries(bundles.record(amina), "Observation")
        if one["code"]["text"] == "Blood pressure"
    )

    codes = [part["code"]["coding"][0]["code"] for part in pressure["component"]]
    assert codes == ["8480-6", "8462-4"]


@pytest.mark.parametrize(("key", "label"), [("p15", "HIV")])
def test_a_sensitive_problem_bears_its_label(histories, key, label):
    [condition] = entries(bundles.record(histories[key]), "Condition")

    assert condition["meta"]["security"][0]["code"] == label


def test_no_known_allergy_is_a_code(histories):
    asked = next(one for one in histories.values() if one.asked_about_allergies)

    [none] = entries(bundles.record(asked), "AllergyIntolerance")

    assert none["code"]["coding"][0]["code"] == "716186003"


def test_what_she_told_us_herself_is_told_apart(amina):
    [stated] = entries(bundles.record(amina), "MedicationStatement")

    assert stated["medicationCodeableConcept"]["text"] == "Vitamin D 10 microgram tablets"
    assert stated["informationSource"] == stated["subject"]


def test_a_letter_is_a_document_with_its_pdf_inside(histories):
    for history in histories.values():
        documents = entries(bundles.record(history), "DocumentReference")
        files = [one["content"][0]["attachment"] for one in documents]
        assert [base64.b64decode(one["data"]) for one in files] == [
            one.document for one in history.letters
        ]
        assert all(one.document.startswith(b"%PDF-") for one in history.letters)
    assert histories["amina"].letters
