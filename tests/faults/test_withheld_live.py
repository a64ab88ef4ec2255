"""A withheld report says nothing to any open page: socket and event stream, byte for byte.

After each stage two changes of somebody else are waited for, so that whatever the stage had set
off would have been heard by then (decisions 25).
"""

import json
import re
import threading
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

import httpx
import pytest
from django.conf import settings
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from fhir import audit
from fhir.access import SYSTEM
from fhir.store import Repository
from tests.builders import a_patient
from tests.faults.test_withheld import life_of, withheld
from tests.fhir.hl7.hospital import a_feed
from tests.portal.results.laboratory import a_count, a_value, sent
from tests.portal.results.pieces import TUESDAY
from tests.portal.results.staff import dr_lund, dr_nair
from tests.signing_in import a_login, linked, signed_in

pytestmark = pytest.mark.journey

__all__ = ["dr_lund", "dr_nair"]

WAIT = 10  # seconds for what is to come
CURSOR = re.compile(r'data-cursor="([^"]*)"')


@pytest.fixture
def tuesday(moved_clock):
    moved_clock.move_to(TUESDAY)
    return moved_clock


@pytest.fixture
def amina_yusuf(own_database, tuesday):
    return Repository(SYSTEM).create(a_patient("9991000003")).id


@pytest.fixture
def browsers(amina_yusuf, dr_nair, dr_lund):
    """Give the browsers of all to whom a withheld report must say nothing, and of a witness.

    Amina's care team is known before any page opens: it is no secret, and would be heard of.
    """
    a_feed("winpath")
    people = {"Amina": amina_yusuf}
    for name, number, family in (("Ben", "9991013172", "Carter"), ("Grace", "9991026347", "Lee")):
        people[name] = Repository(SYSTEM).create(a_patient(number, family=family)).id
    found = {"visitor": None, "Dr Lund": signed_in(dr_lund)}
    for name, patient in people.items():
        sent(*a_count(patient))
        user = a_login(name)
        linked(user, patient)
        found[name] = signed_in(user)
        found[f"{name} without the second step"] = signed_in(user, second_factor=False)
    return people["Grace"], found


@dataclass
class Line:
    """What one open page has heard over one of its two ways, as the bytes came."""

    heartbeat: bytes = b""
    heard: bytearray = field(default_factory=bytearray)
    came: threading.Event = field(default_factory=threading.Event)

    def hears(self, said):
        self.heard += said
        self.came.set()

    @property
    def news(self):
        """Return what has come and is not the beat of a line on which nothing happens."""
        return bytes(self.heard).replace(self.heartbeat, b"") if self.heartbeat else self.heard


def cookies_of(browser):
    name = settings.SESSION_COOKIE_NAME
    return {name: browser.cookies[name].value} if browser else {}


def cursor_of(web, cookies):
    page = httpx.get(f"{web.base_url}/record/results/", cookies=cookies, timeout=WAIT)
    found = CURSOR.search(page.text)
    return found[1] if found else ""


@contextmanager
def an_open_socket(web, cookies):
    """Open a socket as a page does; it begins with a beat."""
    cursor = cursor_of(web, cookies)
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    headers = {"Cookie": cookie} if cookie else {}
    address = f"ws://localhost:{web.port}/live/"
    with connect(address, origin=web.base_url, additional_headers=headers) as socket:
        socket.send(json.dumps({"t": "hello", "c": cursor}))
        line = Line(socket.recv(timeout=WAIT, decode=False))
        listening = threading.Thread(target=lambda: [line.hears(one) for one in _said(socket)])
        listening.start()
        yield line
        socket.close()
        listening.join()


def _said(socket):
    with suppress(ConnectionClosed):
        while True:
            yield socket.recv(decode=False)


@contextmanager
def an_open_stream(web, cookies):
    """Open an event stream as a page does that has no socket."""
    cursor = cursor_of(web, cookies)
    address = f"{web.base_url}/live/events"
    begun, line = threading.Event(), Line(_beat(cursor))

    def listen():
        with (
            suppress(httpx.TransportError),  # the service ends before the page does
            httpx.Client(timeout=None, cookies=cookies) as client,  # noqa: S113 (it stays open)
            client.stream("GET", address, params={"c": cursor}) as answer,
        ):
            assert answer.status_code == httpx.codes.OK
            for said in answer.iter_raw():
                if begun.is_set():
                    line.hears(said)
                assert begun.is_set() or said == b"retry: 5000\n\n"
                begun.set()

    listening = threading.Thread(target=listen, daemon=True)
    listening.start()
    assert begun.wait(WAIT)
    yield line


def _beat(cursor):
    text = json.dumps({"t": "head", "c": cursor}, separators=(",", ":"))
    return (f"id: {cursor}\ndata: {text}\n\n" if cursor else f"data: {text}\n\n").encode()


@pytest.fixture
def lines(site, browsers):
    """Give every line that stays open, by who listens and how; the witness's apart."""
    witness, people = browsers
    web = site.start("web")
    with ExitStack() as opened:
        found = {
            (who, way.__name__): opened.enter_context(way(web, cookies_of(browser)))
            for who, browser in people.items()
            for way in (an_open_socket, an_open_stream)
        }
        yield witness, {way: found.pop(("Grace", way)) for _, way in list(found)[:2]}, found


def heard_by_all(witness, grace):
    """Return once what was set off before has been heard, by two changes of somebody else."""
    for _ in range(2):
        for line in grace.values():
            line.came.clear()
        sent(*a_count(witness))
        for line in grace.values():
            assert line.came.wait(WAIT)


def test_no_open_page_hears_of_a_withheld_report(lines, amina_yusuf, dr_nair, dr_lund):
    witness, grace, others = lines
    assert len(others) == 14
    stages = []

    for what in life_of(amina_yusuf, dr_nair, dr_lund):
        assert withheld(amina_yusuf)
        audit.chain()
        heard_by_all(witness, grace)
        assert {who: line.news for who, line in others.items() if line.news} == {}, what
        stages.append(what)
    assert len(stages) == 8

    sent(*a_count(amina_yusuf, a_value(amina_yusuf, "133")))
    for way in ("an_open_socket", "an_open_stream"):
        assert others["Amina", way].came.wait(WAIT)
        assert b'"k":["home","results"]' in others["Amina", way].news
    heard_by_all(witness, grace)
    assert {who for (who, _), line in others.items() if line.news} == {"Amina"}
    print(f"\n{len(stages)} stages, {len(others)} open lines")  # noqa: T201 (what was tried)
