"""Form fields of clinics: times of the local clock, days, and lists of days."""

import re
from datetime import date, datetime, time
from typing import Any, Final

from django import forms

from portal.clinics.words import at
from portal.record.dates import day

_TIME: Final = re.compile(r"(\d{1,2})(?:[:.]?([0-5]\d))?\s*(am|pm)?", re.IGNORECASE)
_WORDS: Final = {"midday": time(12), "noon": time(12), "midnight": time()}
_NOON: Final = 12
_LAST_HOUR: Final = 23
_DAYS: Final = ("%d/%m/%Y", "%d %B %Y", "%d %b %Y", "%Y-%m-%d")
_MOST_DAYS: Final = 100


class LocalTime(forms.CharField):
    """A time as people write it: 9am, 9:30am, 13:00."""

    def __init__(self, name: str, **given: Any) -> None:
        self.name = name
        said = {"required": f"Enter {name}", "max_length": f"Enter {name}, like 9am or 1:30pm"}
        super().__init__(max_length=20, error_messages=said, **given)

    def prepare_value(self, value: Any) -> Any:
        return at(value) if isinstance(value, time) else value

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        if (found := read_time(typed)) is None:
            raise forms.ValidationError(f"Enter {self.name}, like 9am or 1:30pm")
        return found


class Days(forms.CharField):
    """Days, one on each line."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(day(one) for one in sorted(value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in (super().clean(value) or "").splitlines()]
        found = {line: read_day(line) for line in lines if line}
        if wrong := next((line for line, one in found.items() if one is None), ""):
            raise forms.ValidationError(
                f"“{wrong[:40]}” is not a date. Enter each on a line of its own, like 14 April 2026"
            )
        if len(found) > _MOST_DAYS:
            raise forms.ValidationError(f"Enter {_MOST_DAYS} days or fewer")
        return sorted({one for one in found.values() if one})


def read_time(typed: str) -> time | None:
    """Return a time as people write it, or None.

    >>> read_time("9am"), read_time("1.30pm"), read_time("13:20"), read_time("25"), read_time("9")
    (datetime.time(9, 0), datetime.time(13, 30), datetime.time(13, 20), None, datetime.time(9, 0))
    """
    if found := _WORDS.get(typed.strip().casefold()):
        return found
    parts = _TIME.fullmatch(typed.strip())
    if parts is None:
        return None
    hour, minute, half = int(parts[1]), int(parts[2] or 0), (parts[3] or "").casefold()
    if half:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
    return time(hour, minute) if hour <= _LAST_HOUR else None


def read_day(typed: str) -> date | None:
    """Return a day as people write it, or None.

    >>> read_day("14 April 2026") == read_day("14/4/2026") == read_day("2026-04-14")
    True
    >>> read_day("31 June 2026")
    """
    for form in _DAYS:
        try:
            return datetime.strptime(typed, form).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
    return None
