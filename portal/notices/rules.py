"""When to say what: no clock, no database. Quiet hours and days are on London's clock."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Final

from portal.notices.kinds import DAYS_BEFORE, SOON_BEFORE, Kind
from portal.record.dates import LONDON, local

QUIET_FROM: Final = time(22)
QUIET_UNTIL: Final = time(6)
_EVENING: Final = time(21)  # reminders of what is later still
# Nobody is reminded of what they have been told within a day.
_FRESH: Final = timedelta(days=1)


def days_ahead(starts_at: datetime, now: datetime) -> int:
    return (local(starts_at).date() - local(now).date()).days


def is_quiet(at: datetime) -> bool:
    here = local(at).time()
    return here >= QUIET_FROM or here < QUIET_UNTIL


def out_of_quiet(at: datetime) -> datetime:
    """Return this moment, or the end of the quiet hours that it falls in."""
    if not is_quiet(at):
        return at
    here = local(at)
    day = here.date() + timedelta(days=1 if here.time() >= QUIET_FROM else 0)
    return datetime.combine(day, QUIET_UNTIL, LONDON).astimezone(UTC)


def reminders(
    starts_at: datetime, told_at: datetime, *, is_video: bool
) -> Iterator[tuple[Kind, datetime]]:
    """Give the reminders of a visit, known of since `told_at`, and when each is due.

    A day before is at the same time of day, whatever the clocks do in between.
    """
    here = local(starts_at)
    if here.time() >= QUIET_FROM:
        here = datetime.combine(here.date(), _EVENING, LONDON)
    for kind, days in DAYS_BEFORE.items():
        due_at = out_of_quiet((here - timedelta(days=days)).astimezone(UTC))
        if due_at - told_at >= _FRESH:
            yield kind, due_at
    if is_video and starts_at - SOON_BEFORE > told_at:
        yield Kind.SOON, starts_at - SOON_BEFORE
