"""PostgreSQL goes away and comes back while messages come in and pages are open."""

import asyncio
import json
from collections import Counter
from contextlib import contextmanager

import httpx
import psycopg
import pytest
from django.conf import settings
from django.db import connection

from fhir import audit
from portal import clock, database
from tests.faults import truth
from tests.faults.reader import RESULTS, Reader
from tests.faults.waiting import until, until_async
from tests.faults.ward import MORNING, Load, people
from tests.fhir.hl7.hospital import a_feed, code, connected
from tests.signing_in import a_login, linked, signed_in

pytestmark = pytest.mark.journey

PEOPLE = 4
PACE = 0.3
ENOUGH = 40  # messages after each return


@pytest.fixture
def ward(site_on_own_server, own_server):
    """Give people whom the service knows and who have signed in."""
    site = site_on_own_server
    with looking(own_server) as there:
        there.execute("UPDATE daybook_clock SET may_move = true")
        settings.CLOCK_MAY_MOVE = True
        clock.forget()
        clock.move_to(MORNING)
        a_feed()
        site.start_apart()
        known = people(PEOPLE, 7)
        asyncio.run(Load(site.mllp_port, 0).make_known(known))
        until(there, lambda: keys_of(there).keys() >= {one.nhs for one in known}, "nobody known")
        for person in known:
            person.key = keys_of(there)[person.nhs]
    yield known
    settings.CLOCK_MAY_MOVE = False
    clock.forget()


@contextmanager
def looking(server):
    with psycopg.connect(server.url(database.NAME), autocommit=True) as connected:
        yield connected


def keys_of(connected):
    rows = connected.execute(
        "SELECT text::json->'identifier'->0->>'value', patient FROM portal_fhir_resource"
        " WHERE resource_type = 'Patient'"
    )
    return dict(rows.fetchall())


def a_reader(site, person):
    user = a_login(f"Reader {person.number}")
    linked(user, person.key)
    return Reader(site, signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value)


async def answers_while_away(port, person):
    """Return what a sender hears while the database is away; None where it hears nothing."""
    heard = []
    for n in range(3):
        message = person.reported()
        try:
            async with connected(port) as hospital, asyncio.timeout(30):
                answer = await hospital.sends(
                    message.replace(b"R01|R", f"R01|away{n}-R".encode(), 1)
                )
        except (OSError, EOFError):
            heard.append(None)
        else:
            heard.append(code(answer))
    return heard


async def take_away(server, how, site, away, reader, *, at_once):
    """Stop the database, see what is said meanwhile, and start it again.

    Each page is answered once it has waited for a connection: asked at once, the database is away
    for seconds; one after the other, for so long that connections are tried less often.
    """
    await asyncio.to_thread(server.stop, how)
    heard = await answers_while_away(site.mllp_port, away)
    async with httpx.AsyncClient(base_url=site.base_url, timeout=30) as visitor:
        asked = visitor.get("/readyz"), visitor.get("/"), reader.asks(RESULTS)
        answers = await asyncio.gather(*asked) if at_once else [await one for one in asked]
    await asyncio.to_thread(server.start)
    return heard, *answers


async def taken_away_twice(site, server, away, load, readers):
    said = []
    for how, at_once in (("fast", True), ("immediate", False)):
        before = len(load.acknowledged)
        said.append(await take_away(server, how, site, away, readers[0], at_once=at_once))
        hints = [one.hints for one in readers]
        await until_async(lambda before=before: len(load.acknowledged) > before + ENOUGH, how)
        await until_async(
            lambda hints=hints: all(
                one.hints > heard for one, heard in zip(readers, hints, strict=True)
            ),
            "a page hears nothing any more",
        )
    return said


async def catch_up(senders, readers):
    heads = [json.loads(await one.opens("/live/head"))["c"] for one in readers]
    await until_async(lambda: [one.cursor for one in readers] == heads, "a cursor stays behind")
    await until_async(
        lambda: all(one.last_title in it.drawn for one, it in zip(senders, readers, strict=True)),
        "a page does not show the last result",
    )


async def scenario(site, server, ward, load, readers):
    *senders, away = ward
    reading = [asyncio.create_task(one.reads()) for one in readers]
    sending = asyncio.create_task(load.run(senders))
    await until_async(lambda: all(one.hints for one in readers), "no page hears anything")
    said = await taken_away_twice(site, server, away, load, readers)
    load.ending.set()
    await sending
    with looking(server) as there:
        await asyncio.to_thread(truth.settle, there)
    await catch_up(senders, readers)
    for one in reading:
        one.cancel()
    await asyncio.gather(*reading, return_exceptions=True)
    return said


def test_nothing_acknowledged_is_lost_and_pages_and_relay_recover(
    site_on_own_server, own_server, ward
):
    site = site_on_own_server
    readers = [a_reader(site, person) for person in ward[:-1]]
    load = Load(site.mllp_port, PACE)

    said = asyncio.run(scenario(site, own_server, ward, load, readers))

    for heard, ready, visited, page in said:
        assert set(heard) <= {"AE", None}
        assert ready.status_code == 503
        for one in (visited, page):
            assert (one.status_code, one.headers["retry-after"]) == (503, "60")
            assert "The service is not working right now" in one.text
    acknowledged = Counter([*load.acknowledged, *(f"A{one.number}" for one in ward)])
    with looking(own_server) as there:
        assert Counter(truth.stored(there)) == acknowledged
        assert max(acknowledged.values()) == 1
        assert truth.states(there) == {"done": len(acknowledged)}
        assert truth.gaps(there) == []
        truth.settle(there)
    connection.close()  # ours did not outlive the server
    report = audit.verify()
    assert (report.broken, report.unlinked) == (None, 0)
    for one in readers:
        assert set(one.statuses) <= {200, 503}
    print(  # noqa: T201 (what the run has shown)
        f"\nstopped twice; while away {[heard for heard, *_ in said]}; acknowledged and stored"
        f" {len(acknowledged)}; sockets that broke {sum(one.reconnected for one in readers)} of"
        f" {len(readers)}; pages converged {len(readers)}"
    )
