"""The service as a hospital meets it: in processes of its own, which may be killed."""

import asyncio

import psycopg
import pytest

from fhir import changes
from portal.simulator.sender import MllpSender
from tests.fhir.hl7.hospital import a_message
from tests.fhir.hl7.reading import OBR, PID, written

HB = "OBX|1|NM|HB^Haemoglobin^WINPATH||112|g/L|130 - 180|L|||F"


@pytest.fixture
def feed(as_superuser):
    as_superuser.execute(
        "INSERT INTO portal_fhir_feed (name, ods, sender, processing, charset, identifiers, ack,"
        " reading, certificate, empty_means, silence_minutes, phone)"
        " VALUES ('winpath', 'RMB', 'WINPATH|RMB', 'P', '', '{}', '{}', '{}', '', 'keep', 1440, '')"
    )


async def test_what_a_killed_listener_had_acknowledged_is_there_exactly_once(
    site, feed, as_superuser
):
    await asyncio.to_thread(site.start, "mllp")
    acknowledged: list[str] = []
    under_way = asyncio.Event()

    async def sends(name: str) -> None:
        async with MllpSender("127.0.0.1", site.mllp_port) as hospital:
            for n in range(20):
                await hospital.send(a_message(f"{name}-{n}"))
                acknowledged.append(f"{name}-{n}")
                if len(acknowledged) > 40:
                    under_way.set()

    sending = asyncio.gather(*(sends(str(n)) for n in range(8)))
    await under_way.wait()
    site.kill("mllp")
    await asyncio.to_thread(site.start, "mllp")
    await sending

    stored = as_superuser.execute("SELECT control_id FROM portal_fhir_inboundmessage").fetchall()
    assert sorted(row[0] for row in stored) == sorted(acknowledged)
    assert len(acknowledged) == 160


async def test_a_message_goes_all_the_way_into_the_record(site, feed, as_superuser):
    as_superuser.execute(f"LISTEN {changes.CHANNEL}")
    await asyncio.to_thread(site.start)

    async with MllpSender("127.0.0.1", site.mllp_port) as hospital:
        await hospital.send(written(PID, kind="ADT^A28"))
        await hospital.send(written(PID, OBR, HB))
    result = await asyncio.to_thread(first_result, as_superuser)

    assert '"number": "112"' in result


def first_result(connected: psycopg.Connection) -> str:
    """Return the first result in the record; look again when the database calls."""
    for _ in range(10):
        row = connected.execute(
            "SELECT summary FROM portal_fhir_resource WHERE resource_type = 'Observation'"
        ).fetchone()
        if row:
            return row[0]
        list(connected.notifies(timeout=4, stop_after=1))
    raise AssertionError("no result reached the record")
