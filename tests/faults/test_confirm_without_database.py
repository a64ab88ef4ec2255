"""PostgreSQL dies while people confirm: each is told one thing, and it is true of all they have."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

import httpx
import psycopg
import pytest
from django.conf import settings
from django.db import connection

from fhir.access import SYSTEM
from fhir.store import Repository
from portal import clock, database
from portal.appointments.models import Claim
from portal.appointments.rules import State
from tests.builders import a_patient
from tests.faults.waiting import until
from tests.faults.ward import MORNING
from tests.portal.appointments import truth
from tests.portal.appointments.clinic import (
    appointments_of,
    booked,
    claim,
    held,
    ordered,
    published,
    slots_of,
)
from tests.signing_in import a_login, linked, signed_in

pytestmark = pytest.mark.journey

BOOKING = MOVING = 4
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
TYPED = {"reason": "My chest is tight", "phone": "07700 900123"}
OURS = ("The service is not working right now", "We could not book it", "You still have")
LOCKED = (
    "SELECT FROM portal_fhir_resource WHERE resource_type = 'Slot' AND logical_id = ANY(%s)"
    " FOR UPDATE"
)
HALFWAY = (
    "SELECT count(*) FROM pg_stat_activity WHERE usename = 'daybook_app'"
    " AND datname = current_database() AND wait_event_type = 'Lock'"
)


@dataclass
class Confirming:
    """Somebody with the page of a held time open; `old` is the booking that it would replace."""

    hold: Claim
    old: Claim | None
    browser: httpx.Client
    token: str = ""

    @property
    def address(self):
        return f"/appointments/held/{self.hold.key}/"

    def opens(self):
        self.token = TOKEN.search(self.browser.get(self.address).text)[1]

    def confirms(self):
        return self.browser.post(self.address, data=TYPED | {"csrfmiddlewaretoken": self.token})


@pytest.fixture
def crowd(site_on_own_server, own_server):
    """Give people who hold a time, some of them in place of a booking."""
    with psycopg.connect(own_server.url(database.NAME), autocommit=True) as there:
        there.execute("UPDATE daybook_clock SET may_move = true")
    settings.CLOCK_MAY_MOVE = True
    clock.forget()
    clock.move_to(MORNING)
    site = site_on_own_server.start("web")
    slots = slots_of(published())
    people = [confirming(site, n, slots) for n in range(BOOKING + MOVING)]
    with ExitStack() as open_browsers:
        for one in people:
            open_browsers.enter_context(one.browser)
        yield people
    settings.CLOCK_MAY_MOVE = False
    clock.forget()


def confirming(site, n, slots):
    key = Repository(SYSTEM).create(a_patient(given=f"P{n}")).id
    ticket, user = ordered(key), a_login(f"Patient {n}")
    linked(user, key)
    old = booked(key, ticket, slots[n]) if n >= BOOKING else None
    hold = held(key, ticket, slots[-1 - n], moving=old.key if old else "")
    cookies = {name: one.value for name, one in signed_in(user).cookies.items()}
    browser = httpx.Client(base_url=site.base_url, cookies=cookies, timeout=30)
    return Confirming(hold, old, browser)


def answers_as_it_dies(server, crowd, half):
    """Confirm for all at once; when half of them have come to their slots, PostgreSQL dies."""
    for one in crowd:
        one.opens()
    url = server.url(database.NAME)
    blocking, watching = psycopg.connect(url), psycopg.connect(url, autocommit=True)
    blocking.execute(LOCKED, [[one.hold.slot for one in half]])
    with ThreadPoolExecutor(len(crowd)) as together:
        asked = [together.submit(one.confirms) for one in crowd]
        until(watching, lambda: watching.execute(HALFWAY).fetchone() == (len(half),), "halfway")
        server.stop("immediate")
        answers = [one.result() for one in asked]
    blocking.close()
    watching.close()
    server.start()
    connection.close()  # ours did not outlive the server
    return answers


def stands(one):
    """Return what somebody has: exactly one booking or hold, or an old booking beside its hold."""
    new, old = claim(one.hold.key).state, one.old and claim(one.old.key).state
    known = {str(found.id): found.json["status"] for found in appointments_of(one.hold.patient)}
    if new == State.BOOKED:
        assert old in {None, State.MOVED}
        assert known.pop(str(one.hold.key)) == "booked"
        assert set(known.values()) <= {"cancelled"}
        return "booked"
    assert (new, old) in {(State.HELD, None), (State.HELD, State.BOOKED)}
    assert known == ({str(one.old.key): "booked"} if one.old else {})
    return "as before"


def test_a_database_that_dies_while_people_confirm_leaves_each_with_one_clear_outcome(
    own_server, crowd
):
    answers = answers_as_it_dies(own_server, crowd, crowd[::2])

    after = [stands(one) for one in crowd]
    assert truth.broken() == {}
    assert set(after[::2]) == {"as before"}
    for one, answer, stood in zip(crowd, answers, after, strict=True):
        # What was said to be booked is; whoever was told nothing finds out by looking again.
        assert (answer.status_code, stood) in {(302, "booked"), (503, "booked"), (503, "as before")}
        assert answer.status_code == 302 or any(words in answer.text for words in OURS)
        assert one.browser.get(one.address).status_code == (302 if stood == "booked" else 200)
    assert [one.confirms().status_code for one in crowd] == [302] * len(crowd)
    assert [stands(one) for one in crowd] == ["booked"] * len(crowd)
    assert truth.broken() == {}
    said = Counter(zip([one.status_code for one in answers], after, strict=True))
    print(f"\nanswers, and what was so after the restart: {dict(said)}")  # noqa: T201 (shown)
