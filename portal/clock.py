"""What time it is for the service: real time, unless a demonstration or a test has moved it.

SQL asks ``daybook_now()``, which adds the same offset. The database refuses to move the clock
unless its owner has allowed it, whatever the settings say.
"""

import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection

REMEMBERED = 1.0  # seconds for which the offset is not asked again


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
        with connection.cursor() as cursor:
            cursor.execute('SELECT "offset" FROM daybook_clock')
            _Offset.value = cursor.fetchone()[0]
        _Offset.known_at = asked_at
    return _Offset.value


def move(by: timedelta) -> None:
    """Move the clock of the whole service, for its other processes within a second."""
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
