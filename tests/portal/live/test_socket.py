"""The socket and the poll: who may listen, what they are told, when they are cut off."""

import json
from contextlib import contextmanager, suppress

import pytest
from django.conf import settings
from django.test import Client
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from fhir import changes
from fhir.access import SYSTEM
from fhir.labels import Label
from fhir.store import Draft, Repository
from portal.identity import sessions
from portal.identity.models import Role
from portal.live import cursors
from tests.builders import a_patient, an_observation
from tests.signing_in import a_login, linked, signed_in

pytestmark = pytest.mark.journey

WAIT = 10


@pytest.fixture
def web(site):
    return site.start("web")


@pytest.fixture
def amina(own_database):
    return Repository(SYSTEM).create(a_patient("9991000003")).id


def browser_of(name, patient="", role=Role.NONE, *, second_factor=True):
    user = a_login(name, role)
    if patient:
        linked(user, patient)
    return user, signed_in(user, second_factor=second_factor)


@contextmanager
def open_socket(web, client=None, *, origin=None, cursor=""):
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value if client else ""
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"} if client else {}
    with connect(
        f"ws://localhost:{web.port}/live/",
        origin=origin or web.base_url,
        additional_headers=headers,
    ) as socket:
        with suppress(ConnectionClosed):
            socket.send(json.dumps({"t": "hello", "c": cursor}))
        yield socket


def said(socket, kind="ev", wait=WAIT):
    while (message := json.loads(socket.recv(timeout=wait)))["t"] != kind:
        pass
    return message


def closed_with(socket):
    with pytest.raises(ConnectionClosed) as closed:
        said(socket, kind="never")
    return closed.value.rcvd.code


def write(patient, logical_id, *, withheld):
    resource = an_observation(patient) | {"id": logical_id}
    put_on = Label.NOPAT if withheld else Label(0)
    draft = Draft(resource, json.dumps(resource), logical_id, patient, put_on=put_on)
    Repository(SYSTEM).write([draft])


def hears_nothing(socket):
    with pytest.raises(TimeoutError):
        said(socket, wait=0.5)


def test_only_the_patient_is_told_by_section_and_cursor_alone(web, amina):
    ben = Repository(SYSTEM).create(a_patient("9991013172", family="Carter")).id
    _, of_amina = browser_of("Amina", amina)
    _, of_ben = browser_of("Ben", ben)
    _, of_staff = browser_of("Priya", role=Role.CLINICIAN)
    _, half_in = browser_of("Grace", role=Role.NONE, second_factor=False)
    with (
        open_socket(web, of_amina) as aminas,
        open_socket(web, of_ben) as bens,
        open_socket(web, of_staff) as staffs,
        open_socket(web, half_in) as half,
        open_socket(web) as visitors,
    ):
        write(amina, "hidden", withheld=True)
        write(amina, "shown", withheld=False)
        message = said(aminas)

        for other in (bens, staffs, half, visitors):
            hears_nothing(other)
        hears_nothing(aminas)

    assert message["k"] == ["home", "results"]
    assert set(message) == {"t", "c", "k"}
    assert cursors.decode(message["c"], amina) == changes.numbers([amina])[amina]
    assert cursors.decode(message["c"], ben) is None


def test_a_socket_is_cut_off_where_it_should_be_and_lives_where_it_should(web, amina):
    user, client = browser_of("Amina", amina)
    for origin in ("https://evil.example", "null"):
        with open_socket(web, client, origin=origin) as stranger:
            assert closed_with(stranger) == 4403
    with (
        pytest.raises(InvalidStatus),
        connect(f"ws://localhost:{web.port}/live/events", origin=web.base_url),
    ):
        pass
    stale = cursors.encode(changes.numbers([amina])[amina], amina)
    write(amina, "before", withheld=False)

    with open_socket(web, client, cursor=stale) as socket:
        assert said(socket)["k"] == ["home", "results"]  # what the page had missed
        for garbage in ("", "x" * 5000, "[]", '{"t":"hello","c":5}', "\u0000"):
            socket.send(garbage)
        write(amina, "after", withheld=False)
        assert said(socket)["k"] == ["home", "results"]

        sessions.end_all(user)
        assert closed_with(socket) == 4401

    with open_socket(web, client, cursor=stale) as socket:
        assert closed_with(socket) == 4401


def test_asking_gives_the_same_cursor_until_there_is_something_to_see(amina):
    user, _ = browser_of("Amina", amina)
    client = signed_in(user, Client())

    first = client.get("/live/head")
    again = client.get("/live/head", headers={"If-None-Match": first["ETag"]})
    write(amina, "hidden", withheld=True)
    hidden = client.get("/live/head", headers={"If-None-Match": first["ETag"]})
    write(amina, "shown", withheld=False)
    shown = client.get("/live/head", headers={"If-None-Match": first["ETag"]})

    assert (first.status_code, again.status_code, hidden.status_code) == (200, 304, 304)
    assert (again.content, again.headers) == (hidden.content, hidden.headers)
    assert shown.status_code == 200
    assert shown.json()["c"] != first.json()["c"]
