"""The feeds that may speak HL7 v2, as the listener knows them: by how they name themselves."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from fhir.hl7.feeds import FeedSettings

_FRESH: Final = 2.0  # seconds for which a feed is not asked for again
_LIVE: Final = (
    "SELECT sender, name, ods, charset, identifiers, reading, empty_means, processing, ack,"
    " certificate FROM portal_fhir_feed WHERE sender IS NOT NULL AND revoked_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """A feed, and what was agreed with it about how it speaks."""

    settings: FeedSettings
    processing: str
    ack: Mapping[str, str]
    certificate: str


def settings_from(feed: Mapping[str, Any]) -> FeedSettings:
    """Return how a feed's messages are read, from its row."""
    named = ("name", "ods", "charset", "identifiers", "empty_means")
    return FeedSettings(**{name: feed[name] for name in named}, **feed["reading"])


class Agreements:
    """Reads the feeds when asked, but not more often than every few seconds."""

    def __init__(self, connect: Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]) -> None:
        self._connect = connect
        self._known: dict[str, Agreement] = {}
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    @property
    def fresh(self) -> bool:
        return time.monotonic() - self._read_at <= _FRESH

    def known(self, sender: str) -> Agreement | None:
        """Return the agreement with a sender, given as "APPLICATION|FACILITY"."""
        return self._known.get(sender)

    async def refresh(self) -> None:
        """Read the feeds, unless that has just been done.

        :raises psycopg.Error, OSError: the database cannot say.
        """
        async with self._reading:
            if not self.fresh:
                self._known = await self._read()
                self._read_at = time.monotonic()

    async def _read(self) -> dict[str, Agreement]:
        async with await self._connect() as connected:
            cursor = connected.cursor(row_factory=dict_row)
            rows = await (await cursor.execute(_LIVE)).fetchall()
        return {
            row["sender"]: Agreement(
                settings_from(row), row["processing"], row["ack"], row["certificate"]
            )
            for row in rows
        }
