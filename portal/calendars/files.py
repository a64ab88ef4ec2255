"""Visits as a calendar file (RFC 5545). Other people read calendars: no name, place or speciality.

Times are said on the clock of London, whose rule stands in the file itself.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.urls import reverse
from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vRecur

from portal.calendars.visits import Visit
from portal.record.dates import LONDON

KIND: Final = "text/calendar; charset=utf-8"
TITLE: Final = "Hospital appointment"
NAME: Final = "Hospital appointments"
_MAKER: Final = "-//Daybook//Appointments//EN"
_OFTEN: Final = timedelta(hours=1)


def file_of(visits: Iterable[Visit]) -> bytes:
    """Return a file of these; the same visits make the same bytes."""
    made = Calendar()
    made.add("version", "2.0")
    made.add("prodid", _MAKER)
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", NAME)
    made.add("refresh-interval", _OFTEN, {"VALUE": "DURATION"})
    made.add("x-published-ttl", _OFTEN)
    made.add_component(_clock())
    for one in visits:
        made.add_component(_event(one))
    written: bytes = made.to_ical()
    return written


def _event(visit: Visit) -> Event:
    made = Event()
    address = f"{settings.BASE_URL}{reverse('appointments:list')}"
    made.add("uid", visit.series)
    made.add("sequence", visit.sequence)
    made.add("dtstamp", visit.changed_at.astimezone(UTC))
    made.add("last-modified", visit.changed_at.astimezone(UTC))
    made.add("dtstart", _local(visit.starts_at))
    made.add("dtend", _local(visit.ends_at))
    made.add("summary", TITLE)
    made.add("description", f"Sign in to see more, or to change it: {address}")
    made.add("url", address)
    made.add("status", "CANCELLED" if visit.is_off else "CONFIRMED")
    made.add("transp", "TRANSPARENT" if visit.is_off else "OPAQUE")
    made.add("class", "PRIVATE")
    return made


def _local(at: datetime) -> datetime:
    return at.astimezone(LONDON).replace(microsecond=0)


def _clock() -> Timezone:
    """Return London's clock, which has changed on the last Sundays of March and October since 1996.

    By rule and not by date, as every calendar reads it; a test holds it to the database of zones.
    """
    made = Timezone()
    made.add("tzid", LONDON.key)
    summer, winter = TimezoneDaylight(), TimezoneStandard()
    for part, name, month, before, after, hour in (
        (summer, "BST", 3, timedelta(), timedelta(hours=1), 1),
        (winter, "GMT", 10, timedelta(hours=1), timedelta(), 2),
    ):
        part.add("tzname", name)
        part.add("dtstart", datetime(1996, month, 31 if month == 3 else 27, hour))  # noqa: DTZ001, PLR2004 (on its own clock)
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", after)
        part.add("rrule", vRecur(freq="yearly", bymonth=month, byday="-1su"))
        made.add_component(part)
    return made
