"""What time it is for the service: real time, unless a demonstration or a test has moved it.

SQL asks ``daybook_now()``, which adds the same offset. The database refuses to move the clock
unless its owner has allowed it, whatever the settings say.
"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection

REMEMBERED = 0.5  # seconds for which the offset is not asked again


class ClockMayNotMove(RuntimeError):
    """Neither a demonstration nor a test: time is what it is."""


class _Offset:
    value = timedelta(0)
    known_at: float | None = None


def now() -> datetime:
    return datetime.now(UTC) + offset()


def offset() -> timedelta:
    if not settings.CLOCK_MAY_MOVE:
        return timedelta(0)
    asked_at = time.monotonic()
    if _Offset.known_at is None or asked_at - _Offset.known_at > REMEMBERED:
        _Offset.value = _read_aside() if _in_event_loop() else _read()
        _Offset.known_at = asked_at
    return _Offset.value


def move(by: timedelta) -> None:
    """Move the clock of the whole service; its other processes see it within REMEMBERED."""
    _require_moving()
    with connection.cursor() as cursor:
        cursor.execute("SELECT daybook_move_clock(%s * interval '1 second')", [by.total_seconds()])
    forget()


def move_to(moment: datetime) -> None:
    move(moment - now())


def forget() -> None:
    """Ask for the offset anew: another process, or a rolled-back transaction, has changed it."""
    _Offset.known_at = None


def _require_moving() -> None:
    if not settings.CLOCK_MAY_MOVE:
        raise ClockMayNotMove("Set CLOCK_MAY_MOVE, in a demonstration or a test only.")


def _read() -> timedelta:
    if connection.needs_rollback:
        return _Offset.value  # nothing can be asked until the transaction has ended
    with connection.cursor() as cursor:
        cursor.execute('SELECT "offset" FROM daybook_clock')
        found: timedelta = cursor.fetchone()[0]
    return found


def _read_aside() -> timedelta:
    """Read in a thread: Django's connections are not for event loops, which may wait a little."""
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(_read_and_close).result()


def _read_and_close() -> timedelta:
    try:
        return _read()
    finally:
        connection.close()


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
