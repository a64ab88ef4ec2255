"""Dates and times of HL7 v2 as FHIR writes them: no more precise than they came."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

from fhir.hl7.separators import Unreadable

# What a sender means who gives no offset.
HERE: Final = ZoneInfo("Europe/London")

# The standard's form, and the one with dashes, a space and colons that some systems write.
_WRITTEN: Final = re.compile(
    r"(\d{4})(?:-?(\d{2})(?:-?(\d{2})(?:[ T]?(\d{2})(?::?(\d{2})(?::?(\d{2})(\.\d{1,9})?)?)?)?)?)?"
    r" ?(?:(Z)|([+-])(\d{2}):?(\d{2}))?"
)
_FURTHEST: Final = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or time, and how many of year, month, day, hour, minute and second were given."""

    at: datetime
    known: int
    fraction: str = ""

    @property
    def is_midnight(self) -> bool:
        return (self.at.hour, self.at.minute, self.at.second) == (0, 0, 0)

    def date(self) -> str:
        shown = (_YEAR_SHOWN, _MONTH_SHOWN, _DAY_SHOWN)[min(self.known, _DAY) - 1]
        return self.at.date().isoformat()[:shown]

    def date_time(self) -> str:
        if self.known <= _DAY:
            return self.date()
        local = self.at.replace(tzinfo=None).isoformat(timespec="seconds")
        return f"{local}{self.fraction}{_offset(self.at)}"

    def instant(self) -> str | None:
        """Return it to the second, or None where not even the minute was given."""
        return self.date_time() if self.known >= _MINUTE else None


_DAY: Final = 3
_YEAR_SHOWN, _MONTH_SHOWN, _DAY_SHOWN = len("YYYY"), len("YYYY-MM"), len("YYYY-MM-DD")
_MINUTE: Final = 5
_HOUR: Final = 60


def moment(text: str, place: str) -> Moment | None:
    """Read a DTM, TS or DT. Zeros alone mean nothing.

    :raises Unreadable: it is no date, or no date of the calendar.
    """
    if not text.strip("0 "):
        return None
    matched = _WRITTEN.fullmatch(text.strip())
    if not matched:
        raise Unreadable(place, "this is not a date or time")
    parts = [int(part) for part in matched.groups()[:6] if part is not None]
    try:
        at = datetime(*_filled(parts), tzinfo=_zone(matched))
    except ValueError:
        raise Unreadable(place, "there is no such date or time") from None
    return Moment(at, len(parts), matched[7] or "")


def _filled(parts: list[int]) -> tuple[int, int, int, int, int, int]:
    year, month, day, hour, minute, second = parts + [0, 1, 1, 0, 0, 0][len(parts) :]
    return year, month, day, hour, minute, second


def _zone(matched: re.Match[str]) -> timezone | ZoneInfo:
    if matched[8]:
        return UTC
    if not matched[9]:
        return HERE
    offset = timedelta(hours=int(matched[10]), minutes=int(matched[11]))
    if offset > _FURTHEST or int(matched[11]) >= _HOUR:
        raise ValueError
    return timezone(-offset if matched[9] == "-" else offset)


def _offset(at: datetime) -> str:
    offset = at.utcoffset() or timedelta()
    sign = "-" if offset < timedelta() else "+"
    minutes = int(abs(offset).total_seconds()) // 60
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}"
