"""A hospital's system at the door of the API."""

import hashlib
import json

import pytest
from django.test import Client

from fhir import feeds
from tests.builders import a_bundle, a_patient


class Api:
    """Speaks to the API as one who holds a token, or none."""

    def __init__(self, token: str = "") -> None:
        self.token = token
        self.client = Client()

    def ask(self, method, address, body=None, *, kind="application/fhir+json", **headers):
        """Send a request; a header's name is written with underscores."""
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        content = body if isinstance(body, str | bytes) else json.dumps(body) if body else b""
        return self.client.generic(
            method,
            f"/fhir/R4{address}",
            content,
            content_type=kind,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    def get(self, address, **headers):
        return self.ask("GET", address, **headers)

    def post(self, address, body, **headers):
        return self.ask("POST", address, body, **headers)

    def put(self, address, body, **headers):
        return self.ask("PUT", address, body, **headers)

    def send(self, *resources, kind="transaction"):
        """Send resources in one bundle and return the answer's entries."""
        answer = self.post("", a_bundle(*resources, kind=kind))
        assert answer.status_code == 200, answer.content
        return answer.json()["entry"]


def issues(response):
    """Return the faults of an OperationOutcome: each one's code and place."""
    outcome = response.json()
    assert outcome["resourceType"] == "OperationOutcome"
    return [(one["code"], *one.get("expression", [])) for one in outcome["issue"]]


def said(response):
    return " ".join(one["diagnostics"] for one in response.json()["issue"])


def address_in(entry):
    """Return where an entry of an answer was put: type, id and version."""
    kind, logical_id, _, version = entry["response"]["location"].split("/")
    return kind, logical_id, int(version)


def _feed(name):
    return Api(feeds.add(feeds.Terms(name, "RMB")))


@pytest.fixture
def winpath(db):
    return _feed("winpath")


@pytest.fixture
def pas(db):
    return _feed("pas")


@pytest.fixture
def nobody(db):
    return Api()


@pytest.fixture
def amina(pas):
    """The key of a patient whom the hospital has told us of."""
    (entry,) = pas.send(a_patient("9991000003"))
    return address_in(entry)[1]


def digest(token):
    return hashlib.sha256(token.encode()).digest()
