"""Dates and times in words, as the NHS service manual writes them, in Europe/London.

What a hospital did not record is never made up: "2019" stays a year.
"""

import re
from calendar import month_name
from datetime import date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
DAY_UNKNOWN = "Day not recorded"

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


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


def as_recorded(text: str) -> str:
    """Return a FHIR date or dateTime in words, no more exact than it was sent.

    >>> as_recorded("2019"), as_recorded("2019-05"), as_recorded("2019-05-03"), as_recorded("")
    ('2019', 'May 2019', '3 May 2019', 'Day not recorded')
    """
    if "T" in text:
        return moment(datetime.fromisoformat(text))
    return day_as_recorded(text)


def day_as_recorded(text: str) -> str:
    """Return the date alone of a FHIR date or dateTime, no more exact than it was sent."""
    if "T" in text:
        return day(datetime.fromisoformat(text))
    if not (found := _PARTIAL.fullmatch(text)):
        return DAY_UNKNOWN
    year, month_number, day_number = found.groups()
    if day_number:
        return day(date.fromisoformat(text))
    return f"{month_name[int(month_number)]} {year}" if month_number else year


def month_as_recorded(text: str) -> str:
    """Return the heading under which a date stands in a list: its month, or what is known."""
    if "T" in text:
        return month(datetime.fromisoformat(text))
    if not (found := _PARTIAL.fullmatch(text)):
        return DAY_UNKNOWN
    year, month_number, _ = found.groups()
    return f"{month_name[int(month_number)]} {year}" if month_number else f"{year}, month unknown"


def greeting(now: datetime) -> str:
    hour = local(now).hour
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"  # noqa: PLR2004


def _date(at: date | datetime) -> date:
    return local(at).date() if isinstance(at, datetime) else at
