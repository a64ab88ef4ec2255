"""The socket of a room: who may sit down, whom they see, who is left alone with whom."""

import json
import time
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta

import pytest
from django.conf import settings as configured
from django.test import Client
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from fhir.access import SYSTEM
from fhir.store import Repository
from portal import clock
from portal.consultations import actions, guests, seeing
from portal.consultations.rules import Outcome
from portal.consultations.seeing import Clinician
from portal.identity import sessions
from portal.identity.models import Role
from portal.identity.viewers import viewer_in
from portal.record.dates import LONDON
from tests.builders import a_patient
from tests.portal.appointments import clinic as making
from tests.portal.carers.helping import GRACE_BORN, acting, helps
from tests.portal.consultations.visits import party_of
from tests.signing_in import a_login, linked, signed_in
from tests.site import Site

pytestmark = pytest.mark.journey

WAIT = 15
QUIET = 1.0
NOWHERE = "7d5b43c2-0000-4000-8000-0123456789ab"


@pytest.fixture
def web(site):
    return site.start("web")


class Room:
    """Grace's visit with Dr Nair, which began ten minutes ago; her son Ben may help her."""

    def __init__(self, web):
        self.web = web
        records = Repository(SYSTEM)
        grace = a_patient("9991026347", "Carter", "Grace", str(GRACE_BORN))
        self.patient = records.create(grace).id
        self.grace, self.ben = a_login("Grace Carter"), a_login("Ben Carter")
        linked(self.grace, self.patient)
        linked(self.ben, records.create(a_patient("9991013172", "Carter", "Ben")).id)
        self.nair = a_login("Dr Priya Nair", Role.CLINICIAN, practitioners=[making.NAIR])
        self.sharing = helps(self.ben, self.grace, "appointments")
        slot = soon(making.published(**all_day()))
        self.key = making.booked(self.patient, making.ordered(self.patient), slot).key
        self.hers, self.his = signed_in(self.grace), acting(self.ben, self.sharing)
        self.doctors = signed_in(self.nair)

    def records(self, browser):
        return Repository(viewer_in(standing(browser)))

    def by(self):
        return Clinician(self.records(self.doctors), [making.NAIR])

    def moderates(self):
        seeing.moderate(self.by(), self.key, session(self.doctors), clock.now())

    def waits(self, browser):
        actions.enter(self.records(browser), self.key, clock.now())

    def is_let_in(self, browser, role="patient"):
        self.waits(browser)
        party = party_of(self.key, role)
        seeing.admit(self.by(), self.key, party.key, clock.now())
        token = actions.token_of(party_of(self.key, role))
        actions.use_token(self.records(browser), self.key, token, session(browser), clock.now())

    @contextmanager
    def socket(self, browser=None, *, origin="", key="", web=None, at=""):
        cookie = browser.cookies[configured.SESSION_COOKIE_NAME].value if browser else ""
        headers = {"Cookie": f"{configured.SESSION_COOKIE_NAME}={cookie}"} if browser else {}
        web = web or self.web
        address = f"ws://localhost:{web.port}/live/{at or f'visits/{key or self.key}'}/"
        with connect(address, origin=origin or web.base_url, additional_headers=headers) as socket:
            with suppress(ConnectionClosed):
                socket.send(json.dumps({"t": "hello", "page": "one"}))
            yield socket


def all_day():
    day = clock.now().astimezone(LONDON).date()
    return {
        "weekdays": [1, 2, 3, 4, 5, 6, 7],
        "opens": datetime(2026, 1, 1, 0, 0).time(),  # noqa: DTZ001 (a time of day)
        "closes": datetime(2026, 1, 1, 23, 59).time(),  # noqa: DTZ001 (ditto)
        "minutes": 10,
        "first_day": day,
        "last_day": day + timedelta(days=2),
        "nation": "",
    }


def soon(clinic):
    return next(iter(making.slots_of(clinic)))


def standing(browser):
    return sessions.still_stands(session(browser), clock.now())


def session(browser):
    return browser.session[sessions.TOKEN]


def heard(socket, kind, holds=lambda _said: True):
    """Return the first message of a kind that is as it is waited for."""
    deadline = time.monotonic() + WAIT
    while True:
        said = json.loads(socket.recv(timeout=max(0.1, deadline - time.monotonic())))
        if said["t"] == kind and holds(said):
            return said


def roles(said):
    return sorted(one["role"] for one in said["with"])


def names(said):
    return sorted(one["name"] for one in said["with"])


def sees(socket, *wanted):
    return heard(socket, "roster", lambda said: roles(said) == sorted(wanted))


def closed_with(socket):
    with pytest.raises(ConnectionClosed) as closed:
        heard(socket, "never")
    return closed.value.rcvd.code


def says(socket, to, words):
    socket.send(json.dumps({"t": "signal", "to": to, "d": words}))


@pytest.fixture
def room(web):
    return Room(web)


def test_nobody_sits_down_who_was_not_let_in(room):
    room.waits(room.hers)
    stranger = a_login("Tom Okafor")
    linked(stranger, Repository(SYSTEM).create(a_patient("9991039511", "Okafor", "Tom")).id)
    colleague = a_login("Dr Erik Lund", Role.CLINICIAN, practitioners=["lund"])
    tried = {
        "nobody": None,
        "she waits": room.hers,
        "her son, who has not come": room.his,
        "a stranger": signed_in(stranger),
        "a colleague": signed_in(colleague),
        "her doctor, before the room was opened": room.doctors,
        "her doctor without the second step": signed_in(room.nair, second_factor=False),
        **{role: signed_in(a_login(role.title(), role)) for role in Role if role},
    }
    for who, browser in tried.items():
        with room.socket(browser) as socket:
            assert closed_with(socket) == (4404 if browser else 4401), who
    room.is_let_in(room.hers)
    with room.socket(room.hers) as socket:
        assert heard(socket, "welcome")["role"] == "patient"
    with room.socket(signed_in(room.grace)) as elsewhere:
        assert closed_with(elsewhere) == 4404
    with room.socket(room.hers, origin="https://evil.example") as socket:
        assert closed_with(socket) == 4403
    with room.socket(room.hers, key=NOWHERE) as socket:
        assert closed_with(socket) == 4404


@pytest.fixture
def together():
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def another_process(web, tmp_path):
    """Give a second process of the same service, as in production."""
    beside = Site(web.database_name, tmp_path)
    yield beside.start("web")
    beside.stop_all()


def test_a_patient_is_alone_until_the_doctor_comes_and_never_alone_with_a_third(
    room, another_process, together
):
    """The doctor's socket is in another process than theirs."""
    room.is_let_in(room.hers)
    room.is_let_in(room.his, "carer")
    room.moderates()
    with room.socket(room.hers) as hers, room.socket(room.his) as before:
        graces = heard(hers, "welcome")["id"]
        heard(before, "welcome")
        assert sees(hers)["held"]
        says(before, graces, "Mother?")
        # Once another socket is his, nothing that this one said is still to be heard.
        his = together.enter_context(room.socket(room.his))
        bens = heard(his, "welcome")["id"]
        with room.socket(room.doctors, web=another_process) as doctors:
            sees(doctors, "patient", "carer")
            assert not sees(hers, "moderator", "carer")["held"]
            sees(his, "moderator", "patient")
            says(his, graces, "Mother!")
            assert heard(hers, "signal") == {"t": "signal", "from": bens, "d": "Mother!"}
        assert sees(hers)["held"]
        assert sees(his)["held"]
        says(his, graces, "Mother??")
        with pytest.raises(TimeoutError):
            hers.recv(timeout=QUIET)
        with room.socket(room.doctors) as again:
            assert heard(again, "welcome")["role"] == "moderator"
            sees(again, "patient", "carer")
            seeing.send_out(room.by(), room.key, party_of(room.key, "carer").key, clock.now())
            assert closed_with(his) == 4404
            sees(again, "patient")


def test_an_interpreter_is_a_third_who_learns_no_name_and_is_gone_with_the_link(room, together):
    room.is_let_in(room.hers)
    room.moderates()
    sana = Client()
    code = guests.invite(room.by(), room.key, clock.now())
    sana.post("/guest/", {"code": code, "name": "Sana Malik"})
    sana.post("/guest/wait/")
    for browser in (sana, room.hers, None):
        with room.socket(browser, at="guest") as socket:
            assert closed_with(socket) == 4404
    party = party_of(room.key, "interpreter")
    seeing.admit(room.by(), room.key, party.key, clock.now())
    token = actions.token_of(party_of(room.key, "interpreter"))
    assert sana.post("/guest/join/", {"token": token}).status_code == 302
    with room.socket(sana) as socket:
        assert closed_with(socket) == 4401
    with room.socket(room.hers) as hers, room.socket(sana, at="guest") as before:
        graces = heard(hers, "welcome")["id"]
        assert heard(before, "welcome")["role"] == "interpreter"
        assert sees(hers)["held"]
        assert sees(before)["held"]
        says(before, graces, "Grace?")
        theirs = together.enter_context(room.socket(sana, at="guest"))
        heard(theirs, "welcome")  # as above
        with room.socket(room.doctors) as doctors:
            sees(doctors, "patient", "interpreter")
            assert "Sana Malik (interpreter)" in names(sees(hers, "moderator", "interpreter"))
            assert names(sees(theirs, "moderator", "patient")) == ["Dr Priya Nair", "The patient"]
            says(theirs, graces, "Grace!")
            assert heard(hers, "signal")["d"] == "Grace!"
        assert sees(hers)["held"]
        link = guests.invited_to(room.by(), room.key)[0]
        guests.end(room.by(), room.key, link.key, clock.now())
        assert closed_with(theirs) == 4404
    with room.socket(sana, at="guest") as socket:
        assert closed_with(socket) == 4404


def test_what_ends_closes_each_socket_and_none_opens_again(room):
    room.is_let_in(room.hers)
    room.moderates()
    with room.socket(room.hers) as hers, room.socket(room.doctors) as doctors:
        sees(hers, "moderator")
        seeing.end(room.by(), room.key, Outcome.DISCHARGED, clock.now(), None)
        assert closed_with(hers) == 4410
        assert closed_with(doctors) == 4410
    for browser in (room.hers, room.doctors):
        with room.socket(browser) as socket:
            assert closed_with(socket) == 4410


def test_a_session_that_ends_leaves_the_room_within_seconds(room):
    room.is_let_in(room.hers)
    room.is_let_in(room.his, "carer")
    room.moderates()
    with (
        room.socket(room.hers) as hers,
        room.socket(room.his) as his,
        room.socket(room.doctors) as doctors,
    ):
        sees(doctors, "patient", "carer")
        began = time.monotonic()
        sessions.stop_acting(room.ben, room.patient)
        assert closed_with(his) == 4401
        sessions.end_all(room.grace)
        assert closed_with(hers) == 4401
        sessions.end_all(room.nair)
        assert closed_with(doctors) == 4401
        assert time.monotonic() - began < 15
    for browser in (room.hers, room.his, room.doctors):
        with room.socket(browser) as socket:
            assert closed_with(socket) in {4401, 4404}


def test_the_newest_page_takes_the_seat_and_floods_are_cut_off(room):
    room.is_let_in(room.hers)
    with room.socket(room.hers) as first:
        heard(first, "welcome")
        with room.socket(room.hers) as second:
            heard(second, "welcome")
            assert closed_with(first) == 4409
            second.send(json.dumps({"t": "signal", "to": "nobody", "d": "x"}))
            second.send(json.dumps({"t": "signal", "to": NOWHERE, "d": "x"}))
            second.send(json.dumps({"t": "who knows"}))
            second.send("x" * 20_000)
            assert closed_with(second) == 1008
        with room.socket(room.hers) as third:
            heard(third, "welcome")
            with suppress(ConnectionClosed):
                for _ in range(200):
                    third.send('{"t":"ping"}')
            assert closed_with(third) == 1008
