"""When things happen in a hospital: clinics on working days, results some hours later."""

from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

LONDON: Final = ZoneInfo("Europe/London")
_SATURDAY: Final = 5


def any_day(now: datetime, days_ago: float) -> datetime:
    """That day at midnight in London."""
    day = (now - timedelta(days=days_ago)).astimezone(LONDON).date()
    return datetime.combine(day, time(), LONDON)


def clinic_day(now: datetime, days_ago: float) -> datetime:
    """That day, or the Friday before where it fell on a weekend."""
    day = any_day(now, days_ago)
    late = day.weekday() - _SATURDAY
    return day - timedelta(days=late + 1) if late >= 0 else day


def at(day: datetime, clock: str) -> datetime:
    """``9:15`` on that day, as a clock in the hospital shows it."""
    hours, minutes = (int(part) for part in clock.split(":"))
    return day.replace(hour=hours, minute=minutes)


def later(moment: datetime, throw: Random, *, least: int, most: int) -> datetime:
    """Some minutes later, whether or not the clocks change meanwhile."""
    minutes = timedelta(minutes=throw.randrange(least, most))
    return (moment.astimezone(UTC) + minutes).astimezone(LONDON)
