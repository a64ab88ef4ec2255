"""The listener, the relay and the web process are killed again and again while people use them."""

import asyncio
import os
import signal
from collections import Counter
from random import Random

import pytest
from django.conf import settings

from fhir import audit
from portal.live import cursors
from tests.faults import truth
from tests.faults.reader import Reader
from tests.faults.waiting import until, until_async
from tests.faults.ward import MORNING, Load, people
from tests.fhir.hl7.hospital import a_feed
from tests.signing_in import a_login, linked, signed_in
from tests.site import APART

pytestmark = pytest.mark.journey

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "6"))
SEED = int(os.environ.get("FAULT_SEED", "20260310"))
LONGER = 40  # seconds that each round more than usual may take
PEOPLE = 6
PACE = 0.6  # seconds between one person's reports


@pytest.fixture
def ward(site, as_superuser, moved_clock):
    """Give people whom the service knows and who have signed in."""
    moved_clock.move_to(MORNING)
    a_feed()
    site.start_apart()
    known = people(PEOPLE, SEED)
    asyncio.run(Load(site.mllp_port, 0).make_known(known))
    until(as_superuser, lambda: keys_of(as_superuser).keys() >= {one.nhs for one in known}, "known")
    for person in known:
        person.key = keys_of(as_superuser)[person.nhs]
    return known


def keys_of(connected):
    rows = connected.execute(
        "SELECT text::json->'identifier'->0->>'value', patient FROM portal_fhir_resource"
        " WHERE resource_type = 'Patient'"
    )
    return dict(rows.fetchall())


def a_reader(site, person):
    user = a_login(f"{person.family} {person.number}")
    linked(user, person.key)
    cookie = signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value
    return Reader(site, cookie)


async def kill(site, load, killed):
    """Kill parts at random: several may be away at once, each comes back at its own address."""
    throw = Random(SEED)  # noqa: S311 (to be the same again)
    order = [*APART, *(throw.choice(APART) for _ in range(ROUNDS))][: max(ROUNDS, len(APART))]
    returning = {}
    for part in order:
        aim = len(load.acknowledged) + throw.randint(1, 20)
        if part in returning:
            await returning[part]
        if "mllp" in returning:
            await returning["mllp"]
        await until_async(lambda aim=aim: len(load.acknowledged) >= aim, "nothing is acknowledged")
        await asyncio.to_thread(site.kill, part)
        returning[part] = asyncio.create_task(asyncio.to_thread(site.start, part))
        killed[part] += 1
    await asyncio.gather(*returning.values())


async def use_and_kill(site, ward, readers, load, killed):
    reading = [asyncio.create_task(one.reads()) for one in readers]
    sending = asyncio.create_task(load.run(ward))
    await kill(site, load, killed)
    load.ending.set()
    await sending
    return reading


def test_whatever_is_killed_nothing_is_lost_and_every_page_catches_up(
    site, ward, as_superuser, tmp_path
):
    signal.alarm(300 + LONGER * max(0, ROUNDS - len(APART) * 2))
    readers = [a_reader(site, person) for person in ward]
    load, killed = Load(site.mllp_port, PACE), Counter()

    async def scenario():
        reading = await use_and_kill(site, ward, readers, load, killed)
        await asyncio.to_thread(truth.settle, as_superuser, 150)
        heads = await wait_for_heads(ward, readers)
        for one in reading:
            one.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
        return heads

    heads = asyncio.run(scenario())

    acknowledged = Counter([*load.acknowledged, *(f"A{one.number}" for one in ward)])
    assert Counter(truth.stored(as_superuser)) == acknowledged
    assert max(acknowledged.values()) == 1
    assert truth.states(as_superuser) == {"done": len(acknowledged)}
    assert truth.gaps(as_superuser) == []
    for person, reader, head in zip(ward, readers, heads, strict=True):
        assert reader.cursor == head
        assert cursors.decode(head, person.key).seq > 0
        assert person.last_title in reader.drawn
        assert set(reader.statuses) <= {200}, reader.statuses
    truth.settle(as_superuser)
    report = audit.verify()
    assert (report.broken, report.unlinked) == (None, 0)
    with truth.replayed(as_superuser, tmp_path) as other:
        assert truth.content(as_superuser) == truth.content(other)
        resources = sum(truth.content(other).values())
    print(  # noqa: T201 (what the run has shown)
        f"\nkilled {dict(killed)}; acknowledged {len(acknowledged)}, stored {len(acknowledged)},"
        f" twice 0; pages converged {len(heads)} of {len(readers)} after"
        f" {sum(one.reconnected for one in readers)} breaks and"
        f" {sum(one.hints for one in readers)} hints; audit rows linked {report.linked};"
        f" resources equal to the replay {resources}"
    )


async def wait_for_heads(ward, readers):
    """Return where each record stands, once every open page stands there and has been drawn."""
    heads = [(await reader.asks("/live/head")).json()["c"] for reader in readers]
    await until_async(lambda: [one.cursor for one in readers] == heads, "a cursor stays behind")
    await until_async(
        lambda: all(one.last_title in it.drawn for one, it in zip(ward, readers, strict=True)),
        "a page does not show the last result",
    )
    return heads
