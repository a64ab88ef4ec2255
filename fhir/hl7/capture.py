"""Keeps what arrived before it is acknowledged: whatever waits goes into one transaction.

Many senders then share one commit, and each is answered when its message is on disk. Where the
database cannot be reached nobody is told that anything is kept.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import psycopg

from fhir.hl7 import columns
from fhir.hl7.acknowledgement import Outcome
from fhir.hl7.columns import Blobs, Flags, Texts

CHANNEL: Final = "daybook_inbox"

MOST_MESSAGES: Final = 2_000
MOST_BYTES: Final = 64 * 2**20
_BATCH: Final = 256
_BATCH_BYTES: Final = 16 * 2**20
_PATIENCE: Final = 20.0  # seconds that a commit may take

Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]
Told = Callable[[Outcome], None]
logger = logging.getLogger(__name__)

# All in one statement, which is a transaction of its own. The rows are joined to the scope, so that
# the wall is open to each before it is looked at.
KEEP: Final = """
WITH scope AS MATERIALIZED (
  SELECT set_config('daybook.patients', '*', true), set_config('daybook.sees', '31', true)),
kept AS (INSERT INTO portal_fhir_inboundmessage
  (feed, control_id, digest, raw, kind, person, report_key, reused_control_id,
   received_at, due_at, state, attempts, out_of_order, place, error, patient, note)
SELECT feed, control_id, digest, raw, kind, person, report_key,
   reused OR control_id <> '' AND EXISTS (
     SELECT FROM portal_fhir_inboundmessage m
     WHERE m.feed = new.feed AND m.control_id = new.control_id AND m.digest <> new.digest),
   (SELECT daybook_now()), (SELECT daybook_now()), 'waiting', 0, false, '', '', '', ''
FROM scope, unnest(%b::text[], %b::text[], %b::bytea[], %b::bytea[], %b::text[], %b::bytea[],
  %b::text[], %b::bool[]) WITH ORDINALITY
  AS new(feed, control_id, digest, raw, kind, person, report_key, reused, n)
ORDER BY n
ON CONFLICT (feed, control_id, digest) DO NOTHING)
SELECT pg_notify(%b, '')
"""
_HEARD: Final = (
    "UPDATE portal_fhir_feed SET last_used_at = daybook_now() WHERE name = ANY(%b::text[])"
)
_HEARD_EVERY: Final = 10.0  # seconds


class Arrived(NamedTuple):
    """A message as it is kept."""

    feed: str
    control_id: str
    digest: bytes
    raw: bytes
    kind: str
    person: bytes
    report_key: str


class Capture:
    """One writer for all connections; while it has much to write, senders are not listened to."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._waiting: list[tuple[Arrived, Told]] = []
        self._bytes = 0
        self._some = asyncio.Event()
        self._outside: list[Callable[[], None]] = []
        self._closing = False
        self._hear_again: dict[str, float] = {}  # when it is to be said of a feed that it speaks

    @property
    def full(self) -> bool:
        return len(self._waiting) >= MOST_MESSAGES or self._bytes >= MOST_BYTES

    def when_room(self, ready: Callable[[], None]) -> None:
        """Call `ready` when there is room again."""
        self._outside.append(ready)

    def keep(self, arrived: Arrived, told: Told) -> None:
        """Keep a message; `told` hears whether it is committed, or must be sent again."""
        if self._closing:
            told(Outcome.NOT_STORED)
            return
        self._waiting.append((arrived, told))
        self._bytes += len(arrived.raw)
        self._some.set()

    async def run(self) -> None:
        """Write until `close`, and what had been taken in before it."""
        loop = asyncio.get_running_loop()
        while batch := await self._next():
            outcome = await self._tried([arrived for arrived, _ in batch])
            # The next batch is sent first: the database works while these are answered.
            loop.call_soon(self._tell, batch, outcome)
        await asyncio.sleep(0)
        await self._drop()

    def close(self) -> None:
        self._closing = True
        self._some.set()

    async def _next(self) -> list[tuple[Arrived, Told]]:
        while not (self._waiting or self._closing):
            self._some.clear()
            await self._some.wait()
        taken, size = 0, 0
        while taken < min(len(self._waiting), _BATCH) and (size < _BATCH_BYTES or not taken):
            size += len(self._waiting[taken][0].raw)
            taken += 1
        batch = self._waiting[:taken]
        del self._waiting[:taken]
        return batch

    def _tell(self, batch: Sequence[tuple[Arrived, Told]], outcome: Outcome) -> None:
        self._bytes -= sum(len(arrived.raw) for arrived, _ in batch)
        for _, told in batch:
            told(outcome)
        if not self.full:
            outside, self._outside = self._outside, []
            for ready in outside:
                ready()

    async def _tried(self, batch: Sequence[Arrived]) -> Outcome:
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._commit(batch)
        except (psycopg.Error, OSError, TimeoutError) as fault:
            logger.warning("messages were not stored: %s", type(fault).__name__)
            await self._drop()
            return Outcome.NOT_STORED
        return Outcome.STORED

    async def _commit(self, batch: Sequence[Arrived]) -> None:
        if self._connection is None:
            self._connection = await self._connect()
            columns.register(self._connection)
        await self._hear(self._connection, {arrived.feed for arrived in batch})
        await self._connection.execute(KEEP, [*_columns(batch), CHANNEL])

    async def _hear(self, connection: psycopg.AsyncConnection[Any], feeds: set[str]) -> None:
        now = time.monotonic()
        due = [feed for feed in feeds if now >= self._hear_again.get(feed, 0.0)]
        if due:
            await connection.execute(_HEARD, [Texts(due)])
            self._hear_again |= dict.fromkeys(due, now + _HEARD_EVERY)

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            with contextlib.suppress(psycopg.Error, OSError):
                await connection.close()


def _columns(batch: Sequence[Arrived]) -> Iterator[Texts | Blobs | Flags]:
    kinds = (Texts, Texts, Blobs, Blobs, Texts, Blobs, Texts)
    for kind, values in zip(kinds, zip(*batch, strict=True), strict=True):
        yield kind(values)
    yield Flags(_reused(batch))


def _reused(batch: Sequence[Arrived]) -> list[bool]:
    """Whether each message bears the control id of an earlier one of the batch that is another."""
    first: dict[tuple[str, str], bytes] = {}
    return [
        bool(one.control_id)
        and first.setdefault((one.feed, one.control_id), one.digest) != one.digest
        for one in batch
    ]
