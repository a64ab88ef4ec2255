"""The listener on a real database: what is acknowledged is stored, and the other way round."""

import asyncio
import contextlib
import tracemalloc
from collections.abc import AsyncIterator

import psycopg
import pytest
from django.db import connection

from fhir.hl7 import capture, conversation, mllp
from fhir.hl7.acknowledgement import Outcome
from fhir.hl7.capture import Arrived, Capture
from fhir.hl7.framing import framed
from fhir.hl7.message import Message
from portal import database
from tests import databases
from tests.fhir.hl7.certificates import Authority
from tests.fhir.hl7.hospital import a_feed, a_message, code, connected
from tests.site import free_port


@pytest.fixture(scope="module")
def one_database(django_db_setup, django_db_blocker):
    """Give the tests of this module one database with real commits."""
    with django_db_blocker.unblock(), databases.lent() as name:
        yield name


@pytest.fixture
def own_database(one_database):
    """Give it to a test as new."""
    yield one_database
    with psycopg.connect(database.own_server().url(one_database)) as connected:
        connected.execute("TRUNCATE portal_fhir_inboundmessage, portal_fhir_feed")


@pytest.fixture
def stored(as_superuser):
    """Return what the inbox holds, as rows of the columns asked for."""

    def rows(columns: str = "control_id"):
        return as_superuser.execute(
            f"SELECT {columns} FROM portal_fhir_inboundmessage ORDER BY id"
        ).fetchall()

    return rows


@contextlib.asynccontextmanager
async def listening() -> AsyncIterator[int]:
    port, stop, ready = free_port(), asyncio.Event(), asyncio.Event()
    serving = asyncio.create_task(mllp.serve("127.0.0.1", port, stop, ready.set))
    await asyncio.wait([serving, asyncio.create_task(ready.wait())], return_when="FIRST_COMPLETED")
    try:
        yield port
    finally:
        stop.set()
        await serving


@pytest.fixture
def feed(own_database):
    return a_feed()


async def test_a_message_is_stored_and_then_acknowledged(feed, stored):
    async with listening() as port, connected(port) as winpath:
        answer = await winpath.sends(a_message("A7"))

    assert (code(answer), answer.text("MSA-2")) == ("AA", "A7")
    assert stored("feed, control_id, kind, state, attempts, reused_control_id") == [
        ("winpath", "A7", "ORU^R01", "waiting", 0, False)
    ]


async def test_the_bytes_are_kept_as_they_came(feed, stored):
    message = a_message("A7", body="PID|1||9991000003^^^NHS^NH||Siobhán\nx".strip())

    async with listening() as port, connected(port) as winpath:
        await winpath.sends(message)

    assert stored("raw") == [(message,)]


async def test_the_same_message_again_is_acknowledged_and_stored_once(feed, stored):
    async with listening() as port, connected(port) as winpath:
        codes = [code(await winpath.sends(a_message("A7"))) for _ in range(3)]

    assert codes == ["AA"] * 3
    assert len(stored()) == 1


async def test_a_control_id_used_again_for_something_else_is_stored_and_flagged(feed, stored):
    async with listening() as port, connected(port) as winpath:
        await winpath.sends(a_message("A7"))
        answer = await winpath.sends(a_message("A7", body="PID|1||9991013172^^^NHS^NH"))
        await winpath.sends(a_message("", body="PID|1||9991013172^^^NHS^NH"))
        await winpath.sends(a_message("", body="PID|1||9991000003^^^NHS^NH"))

    assert code(answer) == "AA"
    # That a message has no control id at all is no repetition.
    assert stored("reused_control_id") == [(False,), (True,), (False,), (False,)]


async def test_messages_of_one_person_share_a_lane_and_reports_are_named(feed, stored):
    pid = "PID|1||{}^^^NHS^NH\rOBR|1||L{}|FBC"
    async with listening() as port, connected(port) as winpath:
        await winpath.sends(a_message("1", body=pid.format("9991000003", 1)))
        await winpath.sends(a_message("2", body=pid.format("999 100 0003", 2)))
        await winpath.sends(a_message("3", body=pid.format("9991013172", 3)))

    (first, one), (second, _), (third, _) = stored("person, report_key")
    assert first == second != third
    assert one == "urn:daybook:RMB:report:winpath|L1"


async def test_what_cannot_be_read_beyond_its_header_is_stored_all_the_same(feed, stored):
    async with listening() as port, connected(port) as winpath:
        answer = await winpath.sends(a_message("A7", body="torn apart"))

    assert code(answer) == "AA"
    assert stored("control_id, kind, person") == [("A7", "ORU^R01", b"")]


@pytest.mark.parametrize(
    ("message", "place"),
    [
        (a_message(sender="STRANGER|RMB"), "3"),
        (a_message(sender="WINPATH|OTHER"), "3"),
        (a_message(processing="T"), "11"),
        (a_message(processing=""), "11"),
        (b"hello", ""),
        (b"", ""),
    ],
)
async def test_what_is_not_for_us_is_rejected_and_not_stored(feed, stored, message, place):
    async with listening() as port, connected(port) as stranger:
        answer = await stranger.sends(message)
        known = await stranger.sends(a_message("after"))

    assert (code(answer), answer.text("ERR-2.3")) == ("AR", place)
    assert code(known) == "AA"
    assert stored() == [("after",)]


@pytest.fixture
def revoked_feed(own_database):
    return a_feed(revoked_at="2026-03-10T00:00:00Z")


async def test_a_revoked_feed_is_rejected(revoked_feed, stored):
    async with listening() as port, connected(port) as winpath:
        assert code(await winpath.sends(a_message())) == "AR"
    assert stored() == []


async def test_a_sender_in_the_enhanced_mode_gets_the_answers_it_asks_for(feed):
    async with listening() as port, connected(port) as winpath:
        first = await winpath.sends(a_message("1", accept="AL", application="AL"))
        second = await winpath.hears()
        quiet = a_message("2", accept="NE", application="NE")
        await winpath.says(framed(quiet))
        third = await winpath.sends(a_message("3"))

    assert (code(first), code(second)) == ("CA", "AA")
    assert (code(third), third.text("MSA-2")) == ("AA", "3")


async def test_messages_in_one_packet_and_in_many_are_answered_in_order(feed, stored):
    together = b"".join(framed(a_message(str(n))) for n in range(5))
    async with listening() as port, connected(port) as winpath:
        await winpath.says(together)
        answered = [(await winpath.hears()).text("MSA-2") for _ in range(5)]
        for byte in framed(a_message("slow")):
            await winpath.says(bytes([byte]))
        answered.append((await winpath.hears()).text("MSA-2"))

    assert answered == ["0", "1", "2", "3", "4", "slow"]
    assert [row[0] for row in stored()] == answered


async def test_many_senders_at_once_share_commits(feed, stored):
    async def sends(port: int, name: str) -> list[str]:
        async with connected(port) as winpath:
            return [code(await winpath.sends(a_message(f"{name}-{n}"))) for n in range(10)]

    async with listening() as port:
        codes = await asyncio.gather(*(sends(port, str(n)) for n in range(20)))

    assert [code for found in codes for code in found] == ["AA"] * 200
    assert len({row[0] for row in stored()}) == 200


async def test_half_a_message_is_neither_answered_nor_stored(feed, stored):
    async with listening() as port:
        async with connected(port) as winpath:
            await winpath.says(framed(a_message("half"))[:-10])
        async with connected(port) as winpath:
            await winpath.sends(a_message("whole"))

    assert stored() == [("whole",)]


async def test_what_is_not_mllp_is_hung_up_on(feed):
    async with listening() as port, connected(port) as browser:
        await browser.says(b"GET / HTTP/1.1\r\n\r\n")

        assert await browser.was_hung_up_on()


async def test_a_message_over_the_limit_is_answered_and_hung_up_on(feed, stored, monkeypatch):
    monkeypatch.setattr(conversation, "MESSAGE_LIMIT", 2_000)

    async with listening() as port, connected(port) as winpath:
        answer = await winpath.sends(a_message("big", body="NTE|1||" + "x" * 3_000))

        assert (code(answer), answer.text("MSA-2")) == ("AE", "big")
        assert await winpath.was_hung_up_on()
    assert stored() == []


async def test_a_large_message_costs_a_few_times_its_size(feed, stored):
    piece, pieces = b"QUJD" * 16_384, 160
    async with listening() as port, connected(port) as winpath:
        await winpath.sends(a_message("before"))
        tracemalloc.start()
        await winpath.says(b"\x0b" + a_message("big")[:-1] + b"\rOBX|1|ED|PDF||^AP^PDF^Base64^")
        for _ in range(pieces):
            await winpath.says(piece)
        await winpath.says(b"\x1c\r")
        answer = await winpath.hears()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert (code(answer), answer.text("MSA-2")) == ("AA", "big")
    assert stored("length(raw) > 10000000") == [(False,), (True,)]
    assert peak < 4 * len(piece) * pieces


@pytest.mark.parametrize("says", [b"", b"\x0bMSH|^~"])
async def test_a_sender_that_falls_silent_is_hung_up_on(feed, says, monkeypatch):
    monkeypatch.setattr(conversation, "FIRST_BYTE", 0.2)
    monkeypatch.setattr(conversation, "BETWEEN_BYTES", 0.2)

    async with listening() as port, connected(port) as winpath:
        await winpath.says(says)

        assert await winpath.was_hung_up_on()


async def test_more_connections_than_the_limit_are_hung_up_on(feed, monkeypatch):
    monkeypatch.setattr(mllp, "MOST_CONNECTIONS", 1)

    async with listening() as port, connected(port) as first:
        assert code(await first.sends(a_message("1"))) == "AA"
        async with connected(port) as second:
            assert await second.was_hung_up_on()
        assert code(await first.sends(a_message("2"))) == "AA"


async def test_networks_that_are_not_named_are_hung_up_on(feed, settings):
    settings.MLLP_SOURCES = ["10.0.0.0/8"]
    async with listening() as port, connected(port) as stranger:
        assert await stranger.was_hung_up_on()

    settings.MLLP_SOURCES = ["127.0.0.0/8"]
    async with listening() as port, connected(port) as winpath:
        assert code(await winpath.sends(a_message())) == "AA"


@pytest.fixture
def authority(tmp_path, settings):
    """Make the listener speak TLS, and ask senders for a certificate of this authority."""
    authority = Authority(tmp_path)
    settings.MLLP_CERTIFICATE = settings.MLLP_KEY = str(authority.certify("daybook"))
    settings.MLLP_CLIENTS_CA = str(authority.file)
    return authority


async def test_a_sender_that_shows_a_certificate_is_heard_over_tls(feed, authority, stored):
    client = authority.client(authority.certify("winpath"))

    async with listening() as port, connected(port, client) as winpath:
        assert code(await winpath.sends(a_message("A7"))) == "AA"
    assert stored() == [("A7",)]


async def test_a_sender_without_a_certificate_of_the_authority_is_not_heard(
    feed, authority, tmp_path, stored
):
    stranger = Authority(tmp_path, "Stranger").certify("winpath")

    async with listening() as port:
        for shown in (None, stranger):
            with pytest.raises((OSError, EOFError)):
                async with connected(port, authority.client(shown)) as sender:
                    await sender.sends(a_message())
        with pytest.raises((OSError, EOFError)):
            async with connected(port) as plain:
                await plain.sends(a_message())
    assert stored() == []


@pytest.mark.parametrize(("name", "answer"), [("winpath", "AA"), ("another", "AR")])
async def test_a_feed_may_be_bound_to_its_certificate(bound_feed, authority, name, answer):
    client = authority.client(authority.certify(name))

    async with listening() as port, connected(port, client) as sender:
        assert code(await sender.sends(a_message())) == answer


@pytest.fixture
def bound_feed(own_database):
    return a_feed(certificate="winpath")


async def test_when_the_database_is_away_nothing_is_acknowledged_as_stored(
    feed, stored, monkeypatch
):
    async def no_connection() -> None:
        raise psycopg.OperationalError

    async with listening() as port, connected(port) as winpath:
        with monkeypatch.context() as away:
            away.setattr(mllp, "connect", no_connection)
            away.setattr(capture.Capture, "_commit", lambda *_: no_connection())
            refused = await winpath.sends(a_message("A7"))
        again = await winpath.sends(a_message("A7"))

    assert (code(refused), code(again)) == ("AE", "AA")
    assert len(stored()) == 1


async def test_a_connection_that_the_database_drops_is_opened_anew(feed, stored, as_superuser):
    async with listening() as port, connected(port) as winpath:
        await winpath.sends(a_message("1"))
        await asyncio.to_thread(
            as_superuser.execute,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE '%pg_notify%'"
            " AND pid <> pg_backend_pid()",
        )
        codes = [code(await winpath.sends(a_message("2"))) for _ in range(2)]

    assert codes in (["AE", "AA"], ["AA", "AA"])
    assert stored() == [("1",), ("2",)]


async def test_a_full_queue_listens_to_nobody_and_drops_nothing(monkeypatch):
    monkeypatch.setattr(capture, "MOST_MESSAGES", 2)
    committing, kept, told, room = asyncio.Event(), [], [], asyncio.Event()

    async def commit(_: Capture, batch: list[Arrived]) -> None:
        await committing.wait()
        kept.extend(arrived.control_id for arrived in batch)

    monkeypatch.setattr(Capture, "_commit", commit)
    writer = Capture(lambda: None)
    for name in "ab":
        writer.keep(Arrived("f", name, b"", b"", "", b"", ""), told.append)
    assert writer.full
    writer.when_room(room.set)
    assert not told
    assert not room.is_set()

    running = asyncio.create_task(writer.run())
    committing.set()
    await room.wait()
    writer.close()
    await running
    writer.keep(Arrived("f", "late", b"", b"", "", b"", ""), told.append)

    assert kept == ["a", "b"]
    assert told == [Outcome.STORED, Outcome.STORED, Outcome.NOT_STORED]


async def test_the_feed_is_known_to_have_spoken(feed, as_superuser):
    async with listening() as port, connected(port) as winpath:
        await winpath.sends(a_message())

    ((used_at,),) = as_superuser.execute("SELECT last_used_at FROM portal_fhir_feed").fetchall()
    assert used_at is not None


async def test_the_relay_is_woken(feed):
    parameters = connection.get_connection_params()
    address = {name: parameters[name] for name in ("dbname", "user", "host") if name in parameters}
    async with await psycopg.AsyncConnection.connect(**address, autocommit=True) as waiting:
        await waiting.execute(f"LISTEN {capture.CHANNEL}")
        async with listening() as port, connected(port) as winpath:
            await winpath.sends(a_message())
        called = [notice.channel async for notice in waiting.notifies(timeout=5, stop_after=1)]

    assert called == [capture.CHANNEL]


def test_no_answer_and_no_log_repeats_what_a_message_says(feed, caplog):
    async def talk() -> list[Message]:
        async with listening() as port, connected(port) as winpath:
            stranger = a_message(sender="STRANGER|X", body="PID|1||9991000003||SECRETNAME")
            torn = a_message(body="SECRETNAME torn")
            return [await winpath.sends(stranger), await winpath.sends(torn)]

    answers = asyncio.run(talk())

    assert "SECRETNAME" not in caplog.text
    assert not any(b"SECRETNAME" in answer.raw for answer in answers)
