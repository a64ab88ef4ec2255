"""FHIR's dates: what they mean as a span of time, to the precision they were written with."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

# A day without an offset is a day of the hospital's own clock.
ZONE: Final = ZoneInfo("Europe/London")
EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
LATEST: Final = datetime.max.replace(tzinfo=UTC)

_PARTS: Final = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)"
    r"(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?"
)


class Span(NamedTuple):
    """A half-open span of time in UTC."""

    low: datetime
    high: datetime


def is_calendar_date(text: str) -> bool:
    """Whether the day exists; the shape was checked before.

    >>> is_calendar_date("2024-02-29"), is_calendar_date("2023-02-29T10:00:00Z")
    (True, False)
    """
    if text[8:10] < "29" and text[:4] != "0000":
        return True
    try:
        date(int(text[:4]), int(text[5:7] or 1), int(text[8:10] or 1))
    except ValueError:
        return False
    return True


def span_of(text: str) -> Span:
    """Return the time that a date, dateTime or instant covers.

    >>> [at.isoformat() for at in span_of("2024-01")]
    ['2024-01-01T00:00:00+00:00', '2024-02-01T00:00:00+00:00']

    :raises ValueError: it is not a date.
    """
    matched = _PARTS.fullmatch(text)
    if matched is None:
        raise ValueError(f"{text!r} is not a date")
    year, month, day, hour, minute, second, fraction, offset = matched.groups()
    if hour is not None:
        if offset and second and second != "60":
            low = _clamped(datetime.fromisoformat(text))
        else:
            low = _moment(f"{year}-{month}-{day}T{hour}:{minute}", second, fraction, offset)
        return Span(low, _later(low, _length(second, fraction)))
    day_named = date(int(year), int(month or 1), int(day or 1))
    after = _next(day_named, has_month=bool(month), has_day=bool(day))
    return Span(_midnight(day_named), _midnight(after))


def _length(second: str | None, fraction: str | None) -> timedelta:
    if second is None:
        return timedelta(minutes=1)
    return timedelta(microseconds=10 ** max(0, 6 - len(fraction or "")))


def _moment(minute: str, second: str | None, fraction: str | None, offset: str | None) -> datetime:
    # FHIR allows a leap second, datetime does not: it counts as the second after.
    leap = second == "60"
    at = datetime.fromisoformat(f"{minute}:{'59' if leap else second or '00'}")
    at += timedelta(seconds=leap, microseconds=int((fraction or "0")[:6].ljust(6, "0")))
    if offset is None:
        return _clamped(at.replace(tzinfo=ZONE))
    zone = UTC if offset == "Z" else datetime.strptime(offset, "%z").tzinfo
    return _clamped(at.replace(tzinfo=zone))


def _next(day: date, *, has_month: bool, has_day: bool) -> date | None:
    try:
        if has_day:
            return day + timedelta(days=1)
        if has_month:
            return date(day.year + day.month // 12, day.month % 12 + 1, 1)
        return date(day.year + 1, 1, 1)
    except (OverflowError, ValueError):
        return None


def _midnight(day: date | None) -> datetime:
    if day is None:
        return LATEST
    return _clamped(datetime(day.year, day.month, day.day, tzinfo=ZONE))


def _later(at: datetime, by: timedelta) -> datetime:
    return at + by if at < LATEST - by else LATEST


def _clamped(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return LATEST if at.year > 1 else EARLIEST
