"""Dates and times in words, as the NHS service manual writes them, in Europe/London.

What a hospital did not record is never made up: "2019" stays a year.
"""

import re
from calendar import month_name
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TypeGuard
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
DAY_UNKNOWN = "Day not recorded"

_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_RECORDED = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}\S{0,20})?)?)?")


def local(at: datetime) -> datetime:
    return at.astimezone(LONDON)


def clock(at: datetime) -> str:
    """Return the time of day.

    >>> clock(datetime(2026, 3, 31, 9, 20, tzinfo=LONDON))
    '9:20am'
    """
    here = local(at)
    if (here.hour, here.minute) in {(0, 0), (12, 0)}:
        return "midday" if here.hour else "midnight"
    minutes = f":{here.minute:02}" if here.minute else ""
    return f"{here.hour % 12 or 12}{minutes}{'am' if here.hour < 12 else 'pm'}"  # noqa: PLR2004


def day(at: date | datetime) -> str:
    """Return the date in full.

    >>> day(date(2026, 3, 31))
    '31 March 2026'
    """
    here = _date(at)
    return f"{here.day} {month_name[here.month]} {here.year}"


def weekday(at: date | datetime) -> str:
    """Return the date in full with its weekday.

    >>> weekday(date(2026, 3, 31))
    'Tuesday 31 March 2026'
    """
    return f"{_date(at):%A} {day(at)}"


def month(at: date | datetime) -> str:
    here = _date(at)
    return f"{month_name[here.month]} {here.year}"


def brief(at: date | datetime, now: date | datetime) -> str:
    """Return the date, with its year only where that is another year than now.

    >>> brief(date(2026, 3, 3), date(2026, 3, 12)), brief(date(2025, 12, 9), date(2026, 3, 12))
    ('3 March', '9 December 2025')
    """
    here = _date(at)
    return day(here) if here.year != _date(now).year else f"{here.day} {month_name[here.month]}"


def moment(at: datetime) -> str:
    """Return date and time.

    >>> moment(datetime(2026, 3, 11, 14, 10, tzinfo=LONDON))
    '11 March 2026, 2:10pm'
    """
    return f"{day(at)}, {clock(at)}"


def ago(at: datetime, now: datetime) -> str:
    """Return when something happened, as one says it aloud.

    >>> now = datetime(2026, 3, 12, 9, 0, tzinfo=LONDON)
    >>> ago(datetime(2026, 3, 12, 8, 41, tzinfo=LONDON), now)
    'at 8:41am today'
    """
    days = (_date(now) - _date(at)).days
    if days == 0:
        return f"at {clock(at)} today"
    if days == 1:
        return f"yesterday at {clock(at)}"
    return f"on {brief(at, now)} at {clock(at)}"


def is_date(text: object) -> TypeGuard[str]:
    """Whether it is written as a FHIR date, dateTime or instant, possible or not."""
    return isinstance(text, str) and bool(_RECORDED.fullmatch(text))


def as_recorded(text: str) -> str:
    """Return a FHIR date or dateTime in words, no more exact than it was sent.

    >>> as_recorded("2019"), as_recorded("2019-05"), as_recorded("2019-05-03"), as_recorded("")
    ('2019', 'May 2019', '3 May 2019', 'Day not recorded')
    """
    return moment(at) if (at := instant(text)) else day_as_recorded(text)


def day_as_recorded(text: str) -> str:
    """Return the date alone of a FHIR date or dateTime, no more exact than it was sent."""
    if at := instant(text):
        return day(at)
    year, month_number, day_number = _partial(text)
    if not year:
        return DAY_UNKNOWN
    if day_number:
        return day(date(year, month_number, day_number))
    return f"{month_name[month_number]} {year}" if month_number else str(year)


def month_as_recorded(text: str) -> str:
    """Return the heading under which a date stands in a list: its month, or what is known."""
    if at := instant(text):
        return month(at)
    year, month_number, _ = _partial(text)
    if not year:
        return DAY_UNKNOWN
    return f"{month_name[month_number]} {year}" if month_number else f"{year}, month unknown"


def span_as_recorded(period: Mapping[str, object]) -> str:
    """Return a FHIR Period in words; a day is not said twice.

    >>> span_as_recorded({"start": "2026-03-09T09:00:00+00:00", "end": "2026-03-09T10:00:00+00:00"})
    '9 March 2026, 9am to 10am'
    """
    start, end = (_known(period.get(name), as_recorded) for name in ("start", "end"))
    is_one_day = start != end and start.partition(",")[0] == end.partition(",")[0]
    return _from_to(start, end.partition(", ")[2] if is_one_day and "," in end else end)


def days_as_recorded(period: Mapping[str, object]) -> str:
    """Return the days alone of a FHIR Period.

    >>> days_as_recorded({"start": "2026-03-09", "end": "2026-03-11T10:00:00Z"})
    '9 March 2026 to 11 March 2026'
    """
    return _from_to(*(_known(period.get(name), day_as_recorded) for name in ("start", "end")))


def _from_to(start: str, end: str) -> str:
    if start and end:
        return start if start == end else f"{start} to {end}"
    return f"from {start}" if start else f"until {end}" if end else ""


def _known(text: object, say: Callable[[str], str]) -> str:
    said = say(text) if isinstance(text, str) else DAY_UNKNOWN
    return "" if said == DAY_UNKNOWN else said


def instant(text: str) -> datetime | None:
    """Return a moment that has a time of day, or nothing where it has none or cannot be."""
    if "T" not in text:
        return None
    try:
        return local(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def _partial(text: str) -> tuple[int, int, int]:
    """Return year, month and day, zero for what was not recorded or cannot be."""
    if not (found := _PARTIAL.fullmatch(text.partition("T")[0])):
        return 0, 0, 0
    year, month_number, day_number = (int(part or 0) for part in found.groups())
    try:
        date(year, month_number or 1, day_number or 1)
    except ValueError:
        return 0, 0, 0
    return year, month_number, day_number


def greeting(now: datetime) -> str:
    hour = local(now).hour
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"  # noqa: PLR2004


def _date(at: date | datetime) -> date:
    return local(at).date() if isinstance(at, datetime) else at
