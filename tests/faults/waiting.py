"""Waits for what must come about by itself, and says what was missing where it does not."""

import asyncio
import time
from collections.abc import Callable

import psycopg

WITHIN = 60.0  # seconds
LOOK_EVERY = 0.2


def until(
    connected: psycopg.Connection, is_so: Callable[[], object], what: str, within: float = WITHIN
) -> None:
    """Look again whenever the database calls, and now and then in any case."""
    connected.execute("LISTEN daybook")
    deadline = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < deadline, what
        list(connected.notifies(timeout=LOOK_EVERY, stop_after=1))


async def until_async(is_so: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + WITHIN
    while not is_so():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(LOOK_EVERY)
