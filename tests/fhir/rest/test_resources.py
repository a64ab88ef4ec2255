"""Single resources: written, read, written again."""

import json

import pytest
from django.db import connection

from fhir.access import SYSTEM
from fhir.scope import scoped
from tests.builders import NHS, a_patient, a_report, an_observation, labelled
from tests.fhir.rest.conftest import issues, said

pytestmark = pytest.mark.django_db


def test_a_new_resource_is_kept_under_an_id_of_ours(pas):
    response = pas.post("/Patient", a_patient("9991000003"))

    kept = response.json()
    assert response.status_code == 201
    assert response["ETag"] == 'W/"1"'
    assert response["Location"] == f"http://testserver/fhir/R4/Patient/{kept['id']}/_history/1"
    assert response["Content-Type"] == "application/fhir+json; charset=utf-8"
    assert pas.get(f"/Patient/{kept['id']}").json() == kept


def test_what_was_sent_comes_back_character_by_character(pas, winpath, amina):
    text = (
        '{"resourceType":"Observation", "status" : "final",\n "code":{"text":"caf\\u00e9 \\/ x"},'
        f' "subject":{{"reference":"Patient/{amina}"}},'
        ' "extension":[{"url":"u:own","valueDecimal":1.00e3}],'
        ' "valueQuantity":{ "unit":"g/L", "value":7.20}}'
    )

    answer = winpath.post("/Observation", text)

    kept = winpath.get(f"/Observation/{answer.json()['id']}").content.decode()
    assert answer.status_code == 201
    assert text[text.index('"status"') : -1].rstrip() in kept


def test_the_same_bytes_again_are_the_same_resource(winpath, amina):
    observation = an_observation(amina)

    first = winpath.post("/Observation", observation)
    again = winpath.post("/Observation", observation)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first["Location"] == again["Location"]
    assert first.json() == again.json()


def test_the_same_identifier_again_is_a_new_version(winpath, amina):
    report = a_report(amina)

    first = winpath.post("/DiagnosticReport", report)
    again = winpath.post("/DiagnosticReport", report | {"conclusion": "Seen again"})

    assert again.status_code == 200
    assert again.json()["id"] == first.json()["id"]
    assert again["ETag"] == 'W/"2"'


def test_a_result_arrives_withheld(winpath, amina):
    answer = winpath.post("/Observation", an_observation(amina))

    assert [one["code"] for one in answer.json()["meta"]["security"]] == ["NOPAT"]


@pytest.mark.parametrize(
    ("preferred", "has_body"),
    [("return=minimal", False), ("return=representation", True), ("", True)],
)
def test_a_client_may_do_without_the_resource(winpath, amina, preferred, has_body):
    response = winpath.post("/Observation", an_observation(amina), Prefer=preferred)

    assert response.status_code == 201
    assert bool(response.content) is has_body
    assert response["ETag"] == 'W/"1"'
    assert "Location" in response


def test_an_update_needs_the_id_of_its_address(winpath, amina):
    body = an_observation(amina)

    for sent in (body, body | {"id": "other"}):
        response = winpath.put("/Observation/o1", sent)
        assert (response.status_code, issues(response)) == (400, [("value", "Observation.id")])


def test_an_update_of_what_is_not_there_makes_it(winpath, amina):
    response = winpath.put("/Observation/o1", an_observation(amina) | {"id": "o1"})

    assert response.status_code == 201
    assert winpath.get("/Observation/o1").status_code == 200


def test_an_update_says_which_version_it_knew(winpath, amina):
    body = an_observation(amina) | {"id": "o1"}
    winpath.put("/Observation/o1", body)

    good = winpath.put("/Observation/o1", body | {"status": "amended"}, If_Match='W/"1"')
    stale = winpath.put("/Observation/o1", body | {"status": "corrected"}, If_Match='W/"1"')
    absent = winpath.put("/Observation/o2", body | {"id": "o2"}, If_Match='W/"1"')

    assert (good.status_code, good["ETag"]) == (200, 'W/"2"')
    assert (stale.status_code, issues(stale)) == (412, [("conflict",)])
    assert absent.status_code == 412
    assert winpath.get("/Observation/o1").json()["status"] == "amended"


@pytest.mark.parametrize("tag", ["1", "*", 'W/"x"', "W/1", '"1", "2"'])
def test_a_condition_that_names_no_version_is_refused_not_ignored(winpath, amina, tag):
    body = an_observation(amina) | {"id": "o1"}

    response = winpath.put("/Observation/o1", body, If_Match=tag)

    assert response.status_code == 400


def test_the_same_content_again_is_no_new_version(winpath, amina):
    body = an_observation(amina) | {"id": "o1"}
    winpath.put("/Observation/o1", body)

    response = winpath.put("/Observation/o1", body)

    assert (response.status_code, response["ETag"]) == (200, 'W/"1"')


def test_back_to_an_earlier_content_is_a_new_version(winpath, amina):
    body = an_observation(amina) | {"id": "o1"}

    for status in ("preliminary", "final", "preliminary"):
        response = winpath.put("/Observation/o1", body | {"status": status})

    assert response["ETag"] == 'W/"3"'
    assert response.json()["status"] == "preliminary"


def test_a_resource_does_not_move_to_another_patient(pas, winpath, amina):
    other = pas.post("/Patient", a_patient("9991013172", family="Carter")).json()["id"]
    winpath.put("/Observation/o1", an_observation(amina) | {"id": "o1"})

    response = winpath.put("/Observation/o1", an_observation(other) | {"id": "o1"})

    assert response.status_code == 409


def test_a_create_can_be_made_dependent_on_an_identifier(pas):
    first = pas.post("/Patient", a_patient("9991000003"))
    second = pas.post(
        "/Patient",
        a_patient("9991000003", given="Amy"),
        If_None_Exist=f"identifier={NHS}|9991000003",
    )

    assert second.status_code == 200
    assert second["Location"] == first["Location"]
    assert second.json()["name"][0]["given"] == ["Amina"]


@pytest.mark.parametrize(
    "condition", ["family=Yusuf", "identifier=x|y", "identifier=9991000003", "x", "identifier=|"]
)
def test_only_an_identifier_that_the_resource_bears_is_a_condition(pas, condition):
    response = pas.post("/Patient", a_patient("9991000003"), If_None_Exist=condition)

    assert (response.status_code, issues(response)) == (400, [("value", "If-None-Exist")])


def test_each_version_can_be_read(winpath, amina):
    body = an_observation(amina) | {"id": "o1"}
    winpath.put("/Observation/o1", body)
    winpath.put("/Observation/o1", body | {"status": "amended"})

    first = winpath.get("/Observation/o1/_history/1")
    both = winpath.get("/Observation/o1/_history").json()

    assert (first.json()["status"], first["ETag"]) == ("final", 'W/"1"')
    assert winpath.get("/Observation/o1/_history/3").status_code == 404
    assert (both["type"], both["total"]) == ("history", 2)
    assert [one["resource"]["meta"]["versionId"] for one in both["entry"]] == ["2", "1"]
    assert [one["request"]["method"] for one in both["entry"]] == ["PUT", "POST"]


def test_what_the_client_holds_is_not_sent_again(winpath, amina):
    kept = winpath.put("/Observation/o1", an_observation(amina) | {"id": "o1"})

    same = winpath.get("/Observation/o1", If_None_Match='W/"1"')
    other = winpath.get("/Observation/o1", If_None_Match='W/"2"')
    since = winpath.get("/Observation/o1", If_Modified_Since=kept["Last-Modified"])

    assert (same.status_code, same.content, same["ETag"]) == (304, b"", 'W/"1"')
    assert other.status_code == 200
    assert since.status_code == 304


def test_a_head_has_no_body(winpath, amina):
    winpath.put("/Observation/o1", an_observation(amina) | {"id": "o1"})

    response = winpath.ask("HEAD", "/Observation/o1")

    assert (response.status_code, response.content, response["ETag"]) == (200, b"", 'W/"1"')


INVALID = [
    ("{", 400, "structure", None),
    (" ", 400, "structure", None),
    (b"\xff", 400, "structure", None),
    ("[]", 422, "structure", "Resource"),
    ("null", 422, "structure", "Resource"),
    ({"resourceType": "Patient", "hat": 1}, 422, "structure", "Patient.hat"),
    ({"resourceType": "Patient", "birthDate": "2023-02-30"}, 422, "value", "Patient.birthDate"),
    ({"resourceType": "Observation"}, 422, "required", "Observation.status"),
    (
        {"resourceType": "Observation", "status": "final", "code": {"text": "x"}},
        400,
        "value",
        "Observation.resourceType",
    ),
]


@pytest.mark.parametrize(("body", "status", "code", "path"), INVALID)
def test_what_is_not_valid_is_refused_and_its_place_named(pas, body, status, code, path):
    for method, address in (("POST", "/Patient"), ("PUT", "/Patient/1")):
        response = pas.ask(method, address, body)

        assert response.status_code == status
        assert (code, path) in issues(response) if path else issues(response)[0][0] == code


def test_what_breaks_a_rule_of_ours_is_refused_and_its_place_named(pas, winpath, amina):
    twice = pas.post("/Patient", a_patient("9991000004"))
    two = winpath.post(
        "/Observation", an_observation(amina, performer=[{"reference": "Patient/other"}])
    )
    unowned = winpath.post(
        "/Observation", {k: v for k, v in an_observation().items() if k != "subject"}
    )
    claim = winpath.post("/Basic", {"resourceType": "SearchParameter"})

    assert (twice.status_code, issues(twice)) == (422, [("value", "Patient.identifier")])
    assert (two.status_code, issues(two)) == (422, [("business-rule", "Observation")])
    assert (unowned.status_code, issues(unowned)) == (422, [("required", "Observation")])
    assert claim.status_code in {400, 422}


def test_another_person_under_the_same_nhs_number_is_a_conflict(pas, winpath, amina):
    stranger = a_patient("9991000003", born="1990-01-01", family="Smith")

    for api in (winpath, pas):
        response = api.post("/Patient", stranger)
        assert (response.status_code, issues(response)[0][0]) == (409, "conflict")


def test_a_result_before_its_person_is_refused_and_kept_for_operations(winpath):
    response = winpath.post("/Observation", an_observation("nobody-here"))

    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT state, raw FROM portal_fhir_inboundmessage")
        ((state, raw),) = cursor.fetchall()
    kept = json.loads(bytes(raw))
    assert (response.status_code, issues(response)) == (422, [("not-found", "Observation")])
    assert "kept" in said(response)
    assert state == "unmatched"
    assert kept["entry"][0]["request"] == {"method": "POST", "url": "Observation"}
    assert winpath.get("/Observation?_summary=count").json()["total"] == 0


def test_a_type_that_is_nobodys_is_not_kept(winpath):
    response = winpath.post("/SearchParameter", {"resourceType": "SearchParameter"})

    assert (response.status_code, issues(response)) == (422, [("not-supported", "SearchParameter")])


def test_an_address_that_was_to_be_hidden_is_hidden_here_too(pas):
    sent = labelled(a_patient("9991000003"), "R") | {"address": [{"city": "Leeds"}]}

    kept = pas.post("/Patient", sent).json()

    assert "address" not in kept
    assert "address" not in pas.get(f"/Patient/{kept['id']}").json()


def test_too_much_is_refused_before_it_is_read(pas, monkeypatch):
    monkeypatch.setattr("fhir.rest.endpoint.MAX_BUNDLE", 10)

    response = pas.post("/Patient", a_patient())

    assert (response.status_code, issues(response)) == (413, [("too-long",)])
