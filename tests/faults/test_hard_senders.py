"""Senders that are slow, endless or huge: they are bounded, and cost nobody else an answer."""

import asyncio
import contextlib
import tracemalloc

import pytest

from fhir.hl7 import conversation, inbox
from fhir.hl7.framing import MESSAGE_LIMIT
from fhir.hl7.message import MOST_SEGMENTS
from fhir.hl7.reception import LARGE
from tests.faults import truth
from tests.fhir.hl7.hospital import a_feed, a_message, code, connected
from tests.fhir.hl7.test_mllp import listening

pytestmark = pytest.mark.journey

PIECE = b"QUJD" * 2**16
SILENT = 30


@pytest.fixture
def feed(own_database):
    return a_feed()


async def trickles(port: int, begun: bytes) -> int:
    """Begin a message and never end it, a byte at a time; return how many were said."""
    said = 0
    with contextlib.suppress(OSError):
        async with connected(port) as slow:
            await slow.says(b"\x0b" + begun)
            while not slow.reader.at_eof():
                await slow.says(b"x")
                await asyncio.sleep(0)
                said += 1
    return said


@pytest.fixture
def _little_time(monkeypatch):
    monkeypatch.setattr(conversation, "WHOLE", 0.5)
    monkeypatch.setattr(conversation, "BETWEEN_BYTES", SILENT)


@pytest.mark.usefixtures("_little_time")
async def test_a_message_that_never_ends_is_hung_up_on_though_its_sender_is_never_silent(
    feed, as_superuser
):
    async with listening() as port, asyncio.timeout(SILENT):
        assert await trickles(port, a_message("slow")) > 0

    assert truth.stored(as_superuser) == []


@pytest.mark.usefixtures("_little_time")
async def test_large_messages_that_never_end_lock_out_no_other(feed, as_superuser):
    large = a_message("slow") + b"x" * LARGE
    async with listening() as port, asyncio.timeout(SILENT), asyncio.TaskGroup() as slow:
        for _ in range(3):
            slow.create_task(trickles(port, large))
        async with connected(port) as winpath:
            answer = await winpath.sends(large.replace(b"slow", b"whole"))

    assert (code(answer), truth.stored(as_superuser)) == ("AA", ["whole"])


@pytest.mark.parametrize("line", ["NTE", "NTE|1||" + "a" * 80, "OBR|1||L1"])
def test_a_message_of_more_segments_than_there_may_be_is_kept_and_parked(feed, as_superuser, line):
    many = a_message("many", body="\r".join([line] * (MOST_SEGMENTS + 1)))

    async def sends() -> set[str]:
        async with listening() as port, connected(port) as winpath, connected(port) as other:
            await winpath.says(b"\x0b" + many + b"\x1c\r")
            answers = [await other.sends(a_message("other")), await winpath.hears()]
            return {code(answer) for answer in answers}

    assert asyncio.run(sends()) == {"AA"}
    assert sum(iter(inbox.process_next, 0)) == 2
    (found,) = as_superuser.execute(
        f"SELECT state, place, person FROM {truth.INBOX} WHERE control_id = 'many'"
    ).fetchall()
    assert found == ("parked", f"line {MOST_SEGMENTS + 1}", b"")


async def attachment(port: int, size: int) -> tuple[str, int]:
    """Send a message of this size; return the code that is answered and the memory it took."""
    start = a_message("big")[:-1] + b"\rOBX|1|ED|PDF||^AP^PDF^Base64^"
    async with connected(port) as winpath:
        await winpath.sends(a_message("before"))
        tracemalloc.start()
        await winpath.says(b"\x0b" + start)
        for n in range(len(start), size, len(PIECE)):
            await winpath.says(PIECE[: size - n])
        await winpath.says(b"\x1c\r")
        answer = await winpath.hears()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert answer.text("MSA-2") == "big"
        return code(answer), peak


async def test_an_attachment_as_large_as_may_be_is_kept_at_a_few_times_its_size(feed, as_superuser):
    async with listening() as port:
        answered, peak = await attachment(port, MESSAGE_LIMIT)

    assert answered == "AA"
    assert truth.stored(as_superuser) == ["before", "big"]
    assert peak < 4 * MESSAGE_LIMIT


async def test_an_attachment_larger_than_may_be_is_refused_at_no_more(feed, as_superuser):
    async with listening() as port:
        answered, peak = await attachment(port, MESSAGE_LIMIT + 1)

    assert answered == "AE"
    assert truth.stored(as_superuser) == ["before"]
    assert peak < 4 * MESSAGE_LIMIT
