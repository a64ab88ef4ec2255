"""Who comes in, and what whoever does not is told."""

import pytest
from django.test import override_settings

from fhir import feeds
from fhir.access import EVERYONE, SYSTEM, Grant, Kind, Viewer
from fhir.labels import Label
from fhir.store import Repository
from portal.identity.models import Role
from tests.builders import an_observation
from tests.fhir.rest.conftest import Api, address_in, issues, said
from tests.signing_in import a_login, linked, signed_in

pytestmark = pytest.mark.django_db

ADDRESSES = [
    ("POST", ""),
    ("POST", "/"),
    ("GET", "/Patient"),
    ("POST", "/Patient"),
    ("POST", "/Patient/_search"),
    ("GET", "/Patient/1"),
    ("PUT", "/Patient/1"),
    ("GET", "/Patient/1/_history"),
    ("GET", "/Patient/1/_history/1"),
    ("GET", "/nowhere/at/all"),
]


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
@pytest.mark.parametrize("token", ["", "made-up", "a b", "ä"])
def test_without_a_token_nothing_is_told(nobody, method, address, token):
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    response = nobody.ask(method, address, {"resourceType": "Patient"}, **headers)

    assert response.status_code == 401
    assert issues(response) == [("login",)]
    assert response["WWW-Authenticate"].startswith('Bearer realm="fhir"')


@pytest.mark.parametrize("scheme", ["Basic", "bearer", "Token"])
def test_only_a_bearer_token_is_a_token(winpath, scheme):
    response = winpath.get("/Patient", Authorization=f"{scheme} {winpath.token}")

    assert response.status_code == (200 if scheme == "bearer" else 401)


def test_a_revoked_token_opens_nothing(winpath):
    assert winpath.get("/Patient").status_code == 200

    assert feeds.revoke("winpath")

    assert winpath.get("/Patient").status_code == 401


def test_a_feed_without_a_token_of_its_own_is_not_opened_by_any(db):
    feeds.ensure("load", "RMB")

    assert Api("load").get("/Patient").status_code == 401


@pytest.mark.parametrize("role", [Role.NONE, Role.CLINICIAN, Role.ADMIN])
def test_a_session_opens_nothing(amina, role):
    user = a_login("Amina Yusuf", role)
    if role == Role.NONE:
        linked(user, amina)

    browser = signed_in(user)

    for address in (f"/fhir/R4/Patient/{amina}", "/fhir/R4/Patient"):
        response = browser.get(address)
        assert (response.status_code, issues(response)) == (401, [("login",)])


def test_one_feed_reads_what_another_sent_and_both_are_written_down(winpath, pas, amina):
    response = winpath.get(f"/Patient/{amina}")

    assert response.status_code == 200
    assert response.json()["id"] == amina


def test_anybody_reads_what_the_service_can_do(nobody):
    response = nobody.get("/metadata")

    assert response.status_code == 200
    assert response.json()["fhirVersion"] == "4.0.1"


@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [
        ("GET", "", "POST"),
        ("DELETE", "/Patient/1", "GET, PUT"),
        ("PATCH", "/Patient/1", "GET, PUT"),
        ("PUT", "/Patient", "GET, POST"),
        ("POST", "/metadata", "GET"),
        ("POST", "/Patient/1/_history/1", "GET"),
        ("PROPFIND", "/Patient/1", "GET, PUT"),
    ],
)
def test_a_method_that_is_not_possible_is_answered_with_those_that_are(
    winpath, method, address, allowed
):
    response = winpath.ask(method, address)

    assert response.status_code == 405
    assert response["Allow"] == allowed
    assert issues(response) == [("not-supported",)]


@pytest.mark.parametrize(
    "address", ["/x/y/z", "/Patient/1/", "/Patient/", "/Patient/1/_history/x", "/$export", "/é"]
)
def test_an_address_that_is_none_is_not_found_and_says_so_in_fhir(winpath, address):
    for method in ("GET", "POST", "PUT", "DELETE"):
        response = winpath.ask(method, address, {})

        assert (response.status_code, issues(response)) == (404, [("not-found",)])


def test_a_type_that_is_none_is_not_found(winpath):
    assert winpath.get("/Hat").status_code == 404
    assert issues(winpath.post("/Hat", {"resourceType": "Hat"})) == [("not-supported",)]


def test_what_is_not_there_and_what_may_not_be_seen_are_answered_alike(winpath, amina):
    (entry,) = winpath.send(an_observation(amina))
    _, key, _ = address_in(entry)
    Repository(SYSTEM).relabel("Observation", key, add=Label.UNKNOWN)
    feed = _grants_less(winpath)

    hidden, absent = feed(f"/Observation/{key}"), feed("/Observation/none-such")

    assert (hidden.status_code, hidden.json()) == (absent.status_code, absent.json())
    assert hidden.status_code == 404


def _grants_less(api):
    """Return how a token that reads through no label asks."""

    def ask(address):
        with override_settings(FHIR_VIEWER="tests.fhir.rest.test_doors.viewer_of_token"):
            return api.get(address)

    return ask


def viewer_of_token(_token):
    return Viewer(Kind.SERVICE, "Device/app", "app", grants=(Grant(EVERYONE, EVERYONE),))


def test_every_answer_names_its_request(winpath):
    named = winpath.get("/Patient", X_Request_Id="abc-1")
    unnamed = winpath.get("/Patient", X_Request_Id="no such\tname")

    assert named["X-Request-Id"] == "abc-1"
    assert len(unnamed["X-Request-Id"]) == 32


@pytest.mark.parametrize(
    ("accepted", "status"),
    [
        ("application/fhir+json", 200),
        ("application/fhir+json; fhirVersion=4.0", 200),
        ("text/html, */*;q=0.1", 200),
        ("application/json", 200),
        ("application/fhir+xml", 406),
        ("text/html", 406),
    ],
)
def test_only_json_is_spoken(winpath, accepted, status):
    assert winpath.get("/Patient", Accept=accepted).status_code == status


@pytest.mark.parametrize(
    ("asked", "status"),
    [("json", 200), ("application/fhir+json", 200), ("application/fhir%2Bjson", 200), ("xml", 406)],
)
def test_the_format_can_be_asked_for_in_the_address(winpath, asked, status):
    assert winpath.get(f"/Patient?_format={asked}").status_code == status


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/fhir+json; charset=utf-8", 422),
        ("application/json", 422),
        ("application/fhir+xml", 415),
        ("application/fhir+json; charset=latin-1", 415),
        ("application/x-www-form-urlencoded", 415),
        ("", 415),
    ],
)
def test_only_json_is_understood(winpath, kind, status):
    response = winpath.post("/Patient", {"resourceType": "Patient", "hat": 1}, kind=kind)

    assert response.status_code == status


def test_a_packed_body_is_refused(winpath):
    response = winpath.post("/Patient", b"x", Content_Encoding="gzip")

    assert response.status_code == 415


def test_a_fault_of_ours_is_told_in_fhir_and_without_particulars(winpath, settings):
    settings.FHIR_VIEWER = "tests.fhir.rest.test_doors.broken"

    response = winpath.get("/Patient/1")

    assert response.status_code == 500
    assert issues(response) == [("exception",)]
    assert "secret" not in said(response)


def broken(_token):
    raise RuntimeError("secret")
