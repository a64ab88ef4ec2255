"""The service as a hospital meets it: in processes of its own, which may be killed."""

import asyncio
import json
import time

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
        [result] = await asyncio.to_thread(texts_of, as_superuser, "Observation", 1)
        for message in A_VISIT:
            await hospital.send(message)
        visits = await asyncio.to_thread(texts_of, as_superuser, "Appointment", len(A_VISIT))

    assert '"value":112' in result
    stood = [json.loads(one) for one in visits]
    assert [(one["status"], one["start"][11:16], one["minutesDuration"]) for one in stood] == [
        ("booked", "09:00", 20),
        ("booked", "11:30", 20),
        ("booked", "11:30", 40),
        ("cancelled", "11:30", 40),
    ]
    assert len({one["id"] for one in stood}) == 1


def a_diary_says(number: int, event: str, begins: str, minutes: int) -> bytes:
    """Return what a diary says of one visit, each message later than the one before."""
    sch = f"SCH||V1^PAS|||||||{minutes}|MIN|^^^20260331{begins}"
    said = written(sch, PID, kind=f"SIU^{event}")
    later = said.replace(b"20260310140500", f"2026031014{number:02}00".encode())
    return later.replace(b"|1|P|", f"|V{number}|P|".encode())


# Booked, moved, made longer, called off.
A_VISIT = [
    a_diary_says(10, "S12", "0900", 20),
    a_diary_says(11, "S13", "1130", 20),
    a_diary_says(12, "S14", "1130", 40),
    a_diary_says(13, "S15", "1130", 40),
]


def texts_of(connected: psycopg.Connection, resource_type: str, count: int) -> list[str]:
    """Return so many versions, the oldest first; look again when the database calls."""
    until = time.monotonic() + 60
    while True:
        rows = connected.execute(
            "SELECT text FROM portal_fhir_version WHERE resource_type = %s ORDER BY version",
            [resource_type],
        ).fetchall()
        if len(rows) >= count:
            return [row[0] for row in rows]
        assert time.monotonic() < until, f"{len(rows)} of {resource_type} reached the record"
        list(connected.notifies(timeout=4, stop_after=1))
