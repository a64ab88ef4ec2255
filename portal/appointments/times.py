"""When a clinic has slots: its rule read on the local clock, and only then in UTC.

A clinic at nine stays at nine when the clocks change.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from holidays import HolidayBase, country_holidays

NATIONS = {"ENG": "England", "SCT": "Scotland", "WLS": "Wales", "NIR": "Northern Ireland"}


class Rule(Protocol):
    """The columns of a clinic that say when it has slots."""

    weekdays: list[int]
    opens: time
    closes: time
    minutes: int
    first_day: date
    last_day: date | None
    zone: str
    nation: str
    exceptions: list[date]
    hours: list[str]


class Time(NamedTuple):
    """One slot; `idx` counts from the clinic's opening on the local clock."""

    start: datetime
    end: datetime
    local_date: date
    idx: int


def times(clinic: Rule, dates: Iterable[date]) -> list[Time]:
    """Return the slots that a clinic has on these days, in UTC."""
    return [one for day in dates if is_held_on(clinic, day) for one in _of_day(clinic, day)]


def hours_on(clinic: Rule, day: date) -> tuple[time, time]:
    """Return from when until when a clinic is held on a day, if it is held at all."""
    for own in clinic.hours:
        said, opens, closes = own.split()
        if said == day.isoformat():
            return time.fromisoformat(opens), time.fromisoformat(closes)
    return clinic.opens, clinic.closes


def is_held_on(clinic: Rule, day: date) -> bool:
    is_in_force = clinic.first_day <= day and (clinic.last_day is None or day <= clinic.last_day)
    return (
        is_in_force
        and day.isoweekday() in clinic.weekdays
        and day not in clinic.exceptions
        and not (clinic.nation and day in bank_holidays(clinic.nation))
    )


@cache
def bank_holidays(nation: str) -> HolidayBase:
    return country_holidays("GB", subdiv=nation)


def days_between(first: date, last: date) -> list[date]:
    """Return both days and all between them."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _of_day(clinic: Rule, day: date) -> Iterator[Time]:
    """Give a day's slots: no time that the clock skips, and the first of those that come twice.

    Where the clock skips an hour, what would begin before the slot before it ends is left out.
    """
    zone, length = ZoneInfo(clinic.zone), timedelta(minutes=clinic.minutes)
    opens, until = hours_on(clinic, day)
    closes = datetime.combine(day, until)
    wall, idx = datetime.combine(day, opens), 0
    ended = datetime.min.replace(tzinfo=UTC)
    while wall + length <= closes:
        start = wall.replace(tzinfo=zone).astimezone(UTC)
        is_real = start.astimezone(zone).replace(tzinfo=None) == wall
        if is_real and start >= ended:
            ended = start + length
            yield Time(start, ended, day, idx)
        wall, idx = wall + length, idx + 1
