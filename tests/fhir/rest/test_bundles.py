"""Bundles: a transaction whole or not at all, a batch entry by entry."""

import gzip
import json

import pytest
from django.db import connection

from fhir.access import SYSTEM
from fhir.scope import scoped
from tests import samples
from tests.builders import NHS, a_bundle, a_patient, a_report, an_observation
from tests.fhir.rest.conftest import address_in, issues

pytestmark = pytest.mark.django_db

PERSON = "urn:uuid:0000000a-0000-4000-8000-000000000000"


def count(kind="%"):
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM portal_fhir_resource WHERE resource_type LIKE %s", [kind]
        )
        return cursor.fetchone()[0]


def of_person(resource):
    return resource | {"subject": {"reference": PERSON}}


def test_a_transaction_is_answered_entry_by_entry(winpath):
    patient = a_patient("9991000003") | {"fullUrl": PERSON}

    person, result = winpath.send(patient, of_person(an_observation()))

    kind, key, version = address_in(person)
    assert (kind, version, person["response"]["status"]) == ("Patient", 1, "201 Created")
    assert person["response"]["etag"] == 'W/"1"'
    assert person["response"]["lastModified"].endswith("Z")
    _, observation, _ = address_in(result)
    kept = winpath.get(f"/Observation/{observation}").json()
    assert kept["subject"]["reference"] == f"Patient/{key}"


def test_the_same_bytes_get_the_same_answer_and_make_nothing_new(winpath):
    bundle = json.dumps(
        a_bundle(a_patient("9991000003") | {"fullUrl": PERSON}, of_person(a_report()))
    )

    first = winpath.post("/", bundle)
    before = count()
    again = winpath.post("", bundle)

    assert first.content == again.content
    assert count() == before


def test_the_same_content_in_other_bytes_makes_nothing_new(winpath):
    bundle = a_bundle(a_patient("9991000003") | {"fullUrl": PERSON}, of_person(a_report()))
    winpath.post("", json.dumps(bundle))
    before = count()

    again = winpath.post("", json.dumps(bundle, indent=1))

    statuses = [entry["response"]["status"] for entry in again.json()["entry"]]
    assert statuses == ["200 OK", "200 OK"]
    assert count() == before


def test_one_bad_entry_refuses_the_whole(winpath, amina):
    before = count()
    bundle = a_bundle(
        an_observation(amina), an_observation(amina) | {"effectiveDateTime": "2023-02-30"}
    )

    response = winpath.post("", bundle)

    assert response.status_code == 422
    assert issues(response) == [("value", "Bundle.entry[1].resource.effectiveDateTime")]
    assert count() == before


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"method": "DELETE", "url": "Observation/1"}, "not-supported", "method"),
        ({"method": "PATCH", "url": "Observation/1"}, "not-supported", "method"),
        ({"method": "POST", "url": "Patient"}, "value", "url"),
        ({"method": "PUT", "url": "Observation/other"}, "value", "url"),
        ({"method": "PUT", "url": "Observation?identifier=x|1"}, "value", "url"),
        ({"method": "PUT", "url": "Observation/o", "ifMatch": "1"}, "value", "ifMatch"),
        ({"ifNoneExist": "code=1"}, "value", "ifNoneExist"),
    ],
)
def test_a_request_that_cannot_be_carried_out_is_named(winpath, amina, change, code, path):
    bundle = a_bundle(an_observation(amina), an_observation(amina) | {"id": "o"})
    bundle["entry"][1]["request"] |= change

    response = winpath.post("", bundle)

    assert response.status_code in {400, 422}
    assert issues(response) == [(code, f"Bundle.entry[1].request.{path}")]
    assert count("Observation") == 0


def test_places_are_those_of_the_bundle_that_was_sent(winpath, amina):
    bundle = a_bundle(a_patient("9991000003"), an_observation(amina), an_observation("nobody"))
    bundle["entry"][0]["request"]["ifNoneExist"] = f"identifier={NHS}|9991000003"

    response = winpath.post("", bundle)

    assert issues(response) == [("not-found", "Bundle.entry[2].resource")]


def test_what_is_here_already_is_found_and_referred_to(winpath, amina):
    patient = a_patient("9991000003", given="Amy") | {"fullUrl": PERSON}
    bundle = a_bundle(patient, of_person(an_observation()))
    bundle["entry"][0]["request"]["ifNoneExist"] = f"identifier={NHS}|9991000003"

    person, result = winpath.post("", bundle).json()["entry"]

    assert (address_in(person)[1], person["response"]["status"]) == (amina, "200 OK")
    kept = winpath.get(f"/Observation/{address_in(result)[1]}").json()
    assert kept["subject"]["reference"] == f"Patient/{amina}"
    assert winpath.get(f"/Patient/{amina}").json()["name"][0]["given"] == ["Amina"]


def test_an_entry_made_from_an_old_version_refuses_the_whole(winpath, amina):
    body = an_observation(amina) | {"id": "o1"}
    winpath.put("/Observation/o1", body)
    bundle = a_bundle(a_report(amina), body | {"status": "amended"})
    bundle["entry"][1]["request"] = {
        "method": "PUT",
        "url": "Observation/o1",
        "ifMatch": 'W/"7"',
    }

    response = winpath.post("", bundle)

    assert response.status_code == 412
    assert count("DiagnosticReport") == 0


def test_a_transaction_may_read_what_it_wrote(winpath, amina):
    bundle = a_bundle(an_observation(amina) | {"id": "o1"})
    bundle["entry"][0]["request"] = {"method": "PUT", "url": "Observation/o1"}
    bundle["entry"].append({"request": {"method": "GET", "url": "Observation/o1"}})
    bundle["entry"].append({"request": {"method": "GET", "url": f"Observation?patient={amina}"}})

    _, read, found = winpath.post("", bundle).json()["entry"]

    assert (read["resource"]["id"], read["response"]["etag"]) == ("o1", 'W/"1"')
    assert [one["resource"]["id"] for one in found["resource"]["entry"]] == ["o1"]


def test_a_batch_is_answered_entry_by_entry(winpath, amina):
    bundle = a_bundle(
        an_observation(amina), an_observation("nobody"), a_report(amina), kind="batch"
    )
    bundle["entry"].append({"request": {"method": "GET", "url": f"Patient/{amina}"}})
    bundle["entry"].append({"request": {"method": "GET", "url": "Patient/none-such"}})
    bundle["entry"].append({"request": {"method": "DELETE", "url": f"Patient/{amina}"}})

    answer = winpath.post("", bundle).json()

    responses = [entry["response"] for entry in answer["entry"]]
    assert answer["type"] == "batch-response"
    assert [one["status"][:3] for one in responses] == ["201", "422", "201", "200", "404", "422"]
    assert [one["outcome"]["issue"][0].get("expression") for one in responses[1:2]] == [
        ["Bundle.entry[1].resource"]
    ]


def test_the_same_batch_again_makes_nothing_new(winpath, amina):
    bundle = a_bundle(an_observation(amina), an_observation(amina), kind="batch")
    bundle["entry"][0].pop("fullUrl")
    first = winpath.post("", bundle)
    before = count()

    again = winpath.post("", bundle)

    assert first.json() == again.json()
    assert count() == before == 3


@pytest.mark.parametrize("kind", ["collection", "searchset", "document", "history", None])
def test_any_other_bundle_is_refused(winpath, amina, kind):
    bundle = a_bundle(an_observation(amina), kind=kind)
    if kind is None:
        del bundle["type"]
    if kind not in {"history", None}:
        del bundle["entry"][0]["request"]

    response = winpath.post("", bundle)

    assert response.status_code == 422
    assert count("Observation") == 0


def test_a_resource_at_the_base_is_refused(winpath):
    response = winpath.post("", a_patient())

    assert (response.status_code, issues(response)) == (422, [("value", "Patient.type")])


def test_an_empty_bundle_is_answered_with_one(winpath):
    answer = winpath.post("", {"resourceType": "Bundle", "type": "transaction"})

    assert answer.json() == {"resourceType": "Bundle", "type": "transaction-response"}


@samples.needs("patients-synthea-r4")
def test_a_published_record_goes_in_by_http_and_is_found_again(winpath):
    path = samples.paths("patients-synthea-r4/J*.gz")[0]
    sent = gzip.decompress(path.read_bytes())

    first = winpath.post("", sent)
    before = count()
    again = winpath.post("", sent)

    locations = {entry["response"]["location"] for entry in first.json()["entry"]}
    assert len(locations) == len(json.loads(sent)["entry"]) == before == count()
    assert again.content == first.content
    (kind, key) = next(iter(sorted(locations))).split("/")[:2]
    assert winpath.get(f"/{kind}/{key}").status_code == 200
