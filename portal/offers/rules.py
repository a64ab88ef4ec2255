"""To whom an earlier time may be offered, and until when: no clock, no database."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from portal.notices.rules import QUIET_FROM, is_quiet
from portal.record.dates import LONDON, local

AT_ONCE: Final = 5
LIVES: Final = timedelta(hours=2)
# An offer that would end sooner than this is not made.
SHORTEST: Final = timedelta(minutes=30)
NOTICE: Final = (1, 2, 3, 7, 14)
WEEKDAYS: Final = (1, 2, 3, 4, 5, 6, 7)
_PRIORITIES: Final = ("stat", "asap", "urgent", "routine")
_BANDS: Final = (16, 25, 35, 45, 55, 65, 75, 85)


def until(now: datetime) -> datetime | None:
    """Return until when an offer made now stands; None while nobody is to be asked."""
    night = datetime.combine(local(now).date(), QUIET_FROM, LONDON).astimezone(UTC)
    ends_at = min(now + LIVES, night)
    return ends_at if not is_quiet(now) and ends_at - now >= SHORTEST else None


def priority_of(said: object) -> int:
    """Return where an order stands by its priority; one that says nothing is routine.

    >>> [priority_of(said) for said in ("urgent", "routine", None)]
    [2, 3, 3]
    """
    return _PRIORITIES.index(str(said)) if said in _PRIORITIES else _PRIORITIES.index("routine")


def age_band(born: date, today: date) -> str:
    """Return between which ages somebody is.

    >>> age_band(date(1967, 5, 2), date(2026, 3, 12)), age_band(date(2020, 1, 1), date(2026, 3, 12))
    ('55 to 64', 'under 16')
    """
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    over = [start for start in _BANDS if start <= age]
    if not over:
        return f"under {_BANDS[0]}"
    nexts = _BANDS[len(over) :]
    return f"{over[-1]} to {nexts[0] - 1}" if nexts else f"{over[-1]} and over"
