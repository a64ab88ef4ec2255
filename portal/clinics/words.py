"""Clinics in words for those who run them."""

from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import Final

from portal.appointments import said
from portal.appointments.models import Clinic
from portal.appointments.rules import Mode

WEEKDAYS: Final = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
STAGES: Final = {
    Clinic.Stage.DRAFT: ("Draft", "grey"),
    Clinic.Stage.PUBLISHED: ("Published", "green"),
    Clinic.Stage.CLOSED: ("Closed", "white"),
}
_NOON: Final = 12


def at(moment: time) -> str:
    """Return a time of the local clock.

    >>> at(time(9)), at(time(12)), at(time(13, 20)), at(time(0, 30))
    ('9am', 'midday', '1:20pm', '12:30am')
    """
    if moment == time(_NOON):
        return "midday"
    if moment == time():
        return "midnight"
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{moment.hour % _NOON or _NOON}{minutes}{'am' if moment.hour < _NOON else 'pm'}"


def hours(opens: time, closes: time) -> str:
    return f"{at(opens)} to {at(closes)}"


def weekdays(days: Iterable[int]) -> str:
    """Return weekdays as a clinic is called by them.

    >>> weekdays([2]), weekdays([1, 3, 5])
    ('Tuesdays', 'Mondays, Wednesdays and Fridays')
    """
    return listed([f"{WEEKDAYS[day - 1]}s" for day in sorted(days)])


def short(day: date) -> str:
    """Return a day as one of its neighbours is named.

    >>> short(date(2026, 3, 31))
    'Tuesday 31'
    """
    return f"{day:%A} {day.day}"


def listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def ways(modes: Iterable[str]) -> str:
    return listed([said.WAYS[mode] for mode in Mode if mode in set(modes)])


def spoken(codes: Iterable[str]) -> str:
    return listed(sorted(said.language(code) for code in codes))


def many(count: int, one: str, several: str = "") -> str:
    """Return a number of things.

    >>> many(1, "session"), many(2, "session"), many(0, "person", "people")
    ('1 session', '2 sessions', '0 people')
    """
    return f"{count} {one if count == 1 else several or f'{one}s'}"
