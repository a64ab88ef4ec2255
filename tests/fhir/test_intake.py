"""What arrives from outside: once, whole, for the right patient, withheld."""

import gzip
import json

import pytest

from fhir import changes
from fhir.access import SYSTEM
from fhir.intake import IdentityChanged, Refused, Source, Unmatched, accept, accept_once
from fhir.labels import Label
from fhir.scope import scoped
from fhir.store import Criteria, Repository
from fhir.validation import check
from tests.builders import a_bundle, a_patient, a_report, an_observation

pytestmark = pytest.mark.django_db

WINPATH = Source("winpath", SYSTEM)
PAS = Source("pas", SYSTEM)


def sent(bundle, source=WINPATH):
    return accept(check(json.dumps(bundle)).entries(), source)


def outcomes(written):
    return [(one.resource_type, one.outcome) for one in written]


def test_references_inside_a_bundle_lead_to_where_things_were_put():
    patient = a_patient("9991000003") | {"fullUrl": "urn:uuid:0000000a-0000-4000-8000-000000000000"}
    result = an_observation()
    result["subject"]["reference"] = patient["fullUrl"]

    person, observation = sent(a_bundle(patient, result), PAS)

    kept = Repository(SYSTEM).read("Observation", observation.draft.logical_id)
    assert kept.json["subject"]["reference"] == f"Patient/{person.draft.logical_id}"
    assert kept.patient == person.draft.logical_id
    assert kept.labels == Label.NOPAT


def test_the_same_bundle_again_gets_the_same_answer_and_makes_nothing_new():
    text = json.dumps(a_bundle(a_patient("9991000003")))
    entries = check(text).entries()

    def answer(written):
        return f"{written[0].draft.logical_id}/{written[0].version}"

    first = accept_once(text.encode(), entries, PAS, answer)
    again = accept_once(text.encode(), entries, PAS, answer)

    assert first == again


def test_the_same_identifier_from_the_same_feed_is_an_update_of_the_same_resource():
    key = sent(a_bundle(a_patient("9991000003")), PAS)[0].draft.logical_id
    report = a_report(key)

    first = sent(a_bundle(report))
    second = sent(a_bundle(report | {"conclusion": "Seen again"}))

    assert outcomes(first) == [("DiagnosticReport", "created")]
    assert outcomes(second) == [("DiagnosticReport", "updated")]
    assert first[0].draft.logical_id == second[0].draft.logical_id


def test_another_feed_that_knows_the_same_person_writes_to_the_same_record_and_changes_nobody():
    mine = sent(a_bundle(a_patient("9991000003")), PAS)[0]

    theirs = sent(a_bundle(a_patient("9991000003", given="Amy")))[0]

    assert theirs.draft.logical_id == mine.draft.logical_id
    assert theirs.outcome == "unchanged"


def test_an_nhs_number_with_another_birth_date_is_refused_and_nothing_is_stored():
    sent(a_bundle(a_patient("9991000003")), PAS)

    with pytest.raises(Refused) as refused:
        sent(a_bundle(a_patient("9991000003", born="1990-01-01")))

    assert refused.value.issues[0].path == "Bundle.entry[0].resource.identifier"


def test_a_wrong_check_digit_is_refused_at_its_place():
    with pytest.raises(Refused) as refused:
        sent(a_bundle(a_patient("9991000004")))

    assert "check digit" in refused.value.issues[0].message


def test_a_result_for_a_person_who_is_not_known_waits_and_is_stored_nowhere():
    with pytest.raises(Unmatched) as unmatched:
        sent(a_bundle(an_observation("nobody-here")))

    assert unmatched.value.issues[0].path == "Bundle.entry[0].resource"
    assert Repository(SYSTEM).summaries(Criteria("Observation"))[0] == []


def test_a_resource_that_names_two_patients_is_refused():
    one = sent(a_bundle(a_patient("9991000003")), PAS)[0].draft.logical_id
    other = sent(a_bundle(a_patient("9991013172", family="Carter")), PAS)[0].draft.logical_id

    with pytest.raises(Refused, match="two patients"):
        sent(a_bundle(an_observation(one, performer=[{"reference": f"Patient/{other}"}])))


def test_a_new_nhs_number_for_a_known_person_freezes_the_login_and_changes_nothing():
    patient = a_patient("9991000003")
    key = sent(a_bundle(patient), PAS)[0].draft.logical_id
    patient["identifier"][0] = patient["identifier"][0] | {"value": "9991013172"}

    with pytest.raises(IdentityChanged):
        sent(a_bundle(patient), PAS)

    assert changes.is_held(key)
    with scoped(SYSTEM):
        assert Repository(SYSTEM).read("Patient", key).version == 1


def test_an_older_saying_is_kept_and_never_becomes_current():
    key = sent(a_bundle(a_patient("9991000003")), PAS)[0].draft.logical_id
    report = a_report(key)

    def said(at, conclusion):
        return sent(a_bundle(report | {"conclusion": conclusion, "meta": {"lastUpdated": at}}))[0]

    said("2026-03-12T10:00:00Z", "newest")
    late = said("2026-03-11T10:00:00Z", "older")
    after = said("2026-03-13T10:00:00Z", "newer still")

    assert late.outcome == "late"
    assert after.version == 3
    assert Repository(SYSTEM).read("DiagnosticReport", late.draft.logical_id).version == 3


def test_vital_signs_and_own_readings_are_not_withheld():
    key = sent(a_bundle(a_patient("9991000003")), PAS)[0].draft.logical_id
    vital = an_observation(key, category=[{"coding": [{"code": "vital-signs"}]}])
    own = an_observation(key, performer=[{"reference": f"Patient/{key}"}])

    assert [one.labels for one in sent(a_bundle(vital, own))] == [0, 0]


def test_two_feeds_name_the_same_practitioner_and_make_one():
    practitioner = {
        "resourceType": "Practitioner",
        "identifier": [{"system": "https://fhir.hl7.org.uk/Id/gmc-number", "value": "C1234567"}],
        "name": [{"family": "Nair", "given": ["Priya"]}],
    }

    first = sent(a_bundle(practitioner))[0]
    second = sent(a_bundle(practitioner | {"active": True}), PAS)[0]

    assert first.draft.logical_id == second.draft.logical_id
    assert second.outcome == "unchanged"


def test_a_published_record_goes_in_and_again_makes_nothing_new(sample_data):
    (path, *_) = sorted((sample_data / "patients-synthea-r4").glob("B*.json.gz"))
    checked = check(gzip.decompress(path.read_bytes()))

    first = accept(checked.entries(), PAS)
    again = accept(check(checked.text).entries(), PAS)

    assert {one.outcome for one in first} == {"created"}
    assert {one.outcome for one in again} == {"unchanged"}
    assert len(first) == len(checked.entries())
