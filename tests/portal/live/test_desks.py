"""Pages of staff follow a place or a clinic: they are told that something happened there."""

import asyncio

import pytest

from fhir.access import NOBODY
from fhir.changes import Head
from portal.identity.models import Role
from portal.identity.sessions import Standing, still_stands
from portal.live import desks
from portal.live.admission import VISITOR, admitted
from portal.live.hub import Hub, OpenPage
from tests.portal.appointments import clinic as making
from tests.signing_in import a_login, signed_in

NORTH, SOUTH = "Location/north", "Location/south"


@pytest.fixture
def at_work(thursday):
    """Give two browsers of booking staff, and how their sessions stand."""

    def standing(name) -> tuple:
        browser = signed_in(a_login(name, Role.BOOKING, sites=["north"]))
        return browser, still_stands(browser.session["daybook"], thursday)

    return standing("Sam Reed"), standing("Lin Shaw")


def test_a_desk_is_opened_by_the_session_alone_that_it_was_sealed_for(at_work):
    (_, sam), (_, lin) = at_work
    sealed = desks.cursor(sam, NORTH)

    assert admitted(sam, sealed).desk == NORTH
    assert admitted(lin, sealed) == VISITOR
    assert admitted(sam, "") == VISITOR
    assert admitted(sam, "made-up") == VISITOR
    assert desks.opened(Standing(sam.user, sam.limit), sealed) == NORTH
    assert sealed != desks.cursor(sam, NORTH)


def test_what_asks_is_told_to_look_again_each_time(at_work):
    (browser, sam), _ = at_work
    known = desks.cursor(sam, NORTH)

    answer = browser.get("/live/head", headers={"If-None-Match": f'"{known}"'})

    assert answer.json()["c"] != known
    assert desks.opened(sam, answer.json()["c"]) == NORTH
    assert browser.get("/live/head").json() == {"c": ""}


def test_a_booking_touches_its_place_its_clinic_and_its_clinician(thursday, amina_yusuf):
    clinic = making.published()
    own, doctor = f"Schedule/{clinic.key}", f"Practitioner/{clinic.clinician}"
    watched = {NORTH, SOUTH, own, doctor, "Schedule/none"}
    assert desks.touched({amina_yusuf}, watched) == set()

    making.booked(amina_yusuf, making.ordered(amina_yusuf), making.slots_of(clinic)[0])

    assert desks.touched({amina_yusuf}, watched) == {NORTH, own, doctor}
    assert desks.touched({"somebody"}, watched) == set()
    assert desks.touched({SOUTH}, watched) == {SOUTH}
    assert desks.touched({desks.EVERY}, watched) == watched


def test_pages_hear_of_their_own_desk_and_each_once_when_it_opens():
    told, twice = [], asyncio.Event()

    def page(name, desk) -> OpenPage:
        def tell(_head, what) -> None:
            told.append((name, what))
            if len(told) > 1:
                twice.set()

        return OpenPage(NOBODY, "", Head("", 0), tell, lambda _code: None, desk=desk)

    async def a_while() -> None:
        hub = Hub()
        for one in (page("visitor", ""), page("north", NORTH)):
            hub.open(one)
        serving = asyncio.ensure_future(hub.serve())
        hub.heard([NORTH])
        await twice.wait()
        serving.cancel()
        await hub.end()

    asyncio.run(asyncio.wait_for(a_while(), 20))

    assert told == [("north", [desks.TOPIC])] * 2
