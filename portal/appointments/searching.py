"""Free times: one query over the index of slots, however many there are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from fhir.store import Repository
from portal.appointments import claims
from portal.appointments.claims_sql import SECOND
from portal.appointments.lending import lent
from portal.appointments.tickets import Ticket
from portal.record.dates import LONDON

# More than this many are said to be so many "or more": counting them all would cost what listing
# them does.
COUNTED: Final = 100
NEAREST: Final = 3
MORNING, AFTERNOON = "am", "pm"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a patient looks for within a ticket: any of these; what is empty may be anything."""

    modes: Collection[str] = ()
    locations: Collection[str] = ()
    languages: Collection[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    weekdays: Collection[int] = ()  # Monday is 1
    parts: Collection[str] = ()  # of the day: MORNING and AFTERNOON
    longer: bool = False  # two slots in a row


@dataclass(frozen=True, slots=True)
class FreeTime:
    """A slot that can be held now, as a page shows it; a longer visit ends with the slot after."""

    slot: str
    starts_at: datetime
    ends_at: datetime
    modes: tuple[str, ...]
    clinician_name: str
    location: str
    location_name: str
    languages: tuple[str, ...]

    @property
    def key(self) -> tuple[datetime, str]:
        """Where the next page goes on."""
        return self.starts_at, self.slot

    @property
    def held_as(self) -> str:
        """By what it is held."""
        return self.slot


@dataclass(frozen=True, slots=True)
class Page:
    """Free times in order; `count` is of all pages, and no more than COUNTED is counted."""

    times: Sequence[FreeTime]
    count: int
    has_more: bool

    @property
    def is_counted(self) -> bool:
        return self.count < COUNTED


# What a ticket and its patient ask of a time, whoever has it.
WANTED: Final = """
s.service = %(service)s AND s.is_open AND s.starts_at > daybook_now()
  AND (%(modes)s::text[] = '{}' OR s.modes && %(modes)s::text[])
  AND (%(wanted_modes)s::text[] = '{}' OR s.modes && %(wanted_modes)s::text[])
  AND (%(locations)s::text[] = '{}' OR s.location = ANY (%(locations)s::text[]))
  AND (%(languages)s::text[] = '{}' OR s.languages && %(languages)s::text[])
  AND (%(clinician)s = '' OR s.clinician = %(clinician)s)
  AND s.starts_at >= %(since)s AND s.starts_at < %(until)s
  AND (%(weekdays)s::int[] = '{}' OR extract(isodow FROM s.local_date) = ANY (%(weekdays)s::int[]))
  AND (%(parts)s::text[] = '{}'
    OR to_char(s.starts_at AT TIME ZONE %(zone)s, 'am') = ANY (%(parts)s::text[]))
"""
# How many units of a slot somebody has booked or holds.
TAKEN: Final = """
(SELECT count(*) FROM portal_claim c WHERE c.slot = s.slot AND c.state IN ('held', 'booked')
  AND (c.hold_until IS NULL OR c.hold_until > daybook_now()) AND c.unit < s.capacity)
"""
CLINICIAN_HERE: Final = """
NOT EXISTS (SELECT FROM portal_claim c WHERE c.clinician = s.clinician
  AND c.local_date = s.local_date AND c.slot <> s.slot AND c.state IN ('held', 'booked')
  AND (c.hold_until IS NULL OR c.hold_until > daybook_now())
  AND c.starts_at < s.ends_at AND c.ends_at > s.starts_at)
"""
# Nobody else's booking of that slot or live hold of its units, nor the clinician elsewhere, nor the
# patient at that time, save in the booking that they are moving.
_FREE: Final = f"""
{WANTED} AND NOT s.is_full AND {TAKEN} < s.capacity AND {CLINICIAN_HERE}
  AND NOT EXISTS (SELECT FROM portal_claim c WHERE c.patient = %(patient)s AND c.state = 'booked'
    AND c.key::text <> %(moving)s AND c.starts_at < s.ends_at AND c.ends_at > s.starts_at)
"""
COLUMNS: Final = """
s.slot, s.starts_at, s.ends_at, s.modes, k.clinician_name, s.location, k.location_name, s.languages
"""
_SLOTS: Final = "portal_clinicslot s"
# Each slot with the one after it, as one that ends later: nobody has the clinician all that time.
_PAIRS: Final = f"""
(SELECT s.slot, s.clinic_id, s.service, s.location, s.clinician, s.modes, s.languages, s.local_date,
  s.starts_at, n.ends_at, s.capacity, s.is_open, s.is_full
FROM portal_clinicslot s JOIN portal_clinicslot n ON {SECOND}
WHERE n.is_open AND NOT n.is_full) AS s
"""


def _page(slots: str) -> str:
    return f"""
WITH page AS (
  SELECT {COLUMNS} FROM {slots} JOIN portal_clinic k ON k.key = s.clinic_id
  WHERE {_FREE} AND (s.starts_at, s.slot) > (%(after)s, %(after_slot)s)
  ORDER BY s.starts_at, s.slot LIMIT %(limit)s
), counted AS (
  SELECT count(*) FROM (SELECT FROM {slots} WHERE {_FREE} LIMIT %(counted)s) AS few
)
SELECT (SELECT * FROM counted), page.* FROM (SELECT) AS one LEFT JOIN page ON true
ORDER BY page.starts_at, page.slot
"""


def _near(slots: str) -> str:
    return f"""
WITH later AS (
  SELECT {COLUMNS} FROM {slots} JOIN portal_clinic k ON k.key = s.clinic_id
  WHERE {_FREE} AND s.starts_at >= %(around)s ORDER BY s.starts_at, s.slot LIMIT %(limit)s
), earlier AS (
  SELECT {COLUMNS} FROM {slots} JOIN portal_clinic k ON k.key = s.clinic_id
  WHERE {_FREE} AND s.starts_at < %(around)s
  ORDER BY s.starts_at DESC, s.slot DESC LIMIT %(limit)s
), near AS (
  SELECT * FROM (SELECT * FROM later UNION ALL SELECT * FROM earlier) AS either
  ORDER BY greatest(starts_at - %(around)s, %(around)s - starts_at), slot LIMIT %(limit)s
)
SELECT * FROM near ORDER BY starts_at, slot
"""


# By whether a longer visit is looked for.
_PAGE: Final = {False: _page(_SLOTS), True: _page(_PAIRS)}
_NEAREST: Final = {False: _near(_SLOTS), True: _near(_PAIRS)}
# By way of clinics: slots that are full stand in no index of a service's times.
_DAYS: Final = f"""
SELECT DISTINCT s.local_date FROM portal_clinic k JOIN portal_clinicslot s ON s.clinic_id = k.key
WHERE k.service = %(service)s AND {WANTED} AND s.starts_at > %(after)s AND s.starts_at <= %(last)s
ORDER BY 1
"""
_EVER: Final = "infinity"


def search(  # noqa: PLR0913 (whose, what, and which page of it)
    records: Repository,
    ticket: Ticket,
    wanted: Wanted,
    *,
    after: tuple[datetime, str] | None = None,
    count: int = 20,
    moving: str = "",
) -> Page:
    """Return one page of the free times that a ticket allows, the soonest first.

    :raises NotFound: the patient's appointments are not this viewer's to see.
    """
    lent(records, ticket.patient)
    since, slot = after or ("-infinity", "")
    page = {"after": since, "after_slot": slot, "limit": count + 1, "counted": COUNTED}
    rows = fetched(_PAGE[wanted.longer], asked_of(ticket, wanted, moving) | page)
    times = [time_of(row[1:]) for row in rows if row[1] is not None]
    return Page(times[:count], rows[0][0], len(times) > count)


def nearest(ticket: Ticket, wanted: Wanted, around: datetime, moving: str = "") -> list[FreeTime]:
    """Return the free times that are nearest to one that could not be had, in order."""
    asked = asked_of(ticket, wanted, moving) | {"around": around, "limit": NEAREST}
    return [time_of(row) for row in fetched(_NEAREST[wanted.longer], asked)]


def days_held(
    ticket: Ticket, wanted: Wanted, last: datetime, after: tuple[datetime, str] | None = None
) -> list[date]:
    """Return the days of such times, free or not, on a page whose last time is `last`."""
    page = {"after": after[0] if after else "-infinity", "last": last}
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, asked_of(ticket, wanted, "") | page)
        return [row[0] for row in cursor.fetchall()]


def asked_of(ticket: Ticket, wanted: Wanted, moving: str) -> dict[str, Any]:
    starts = [one for one in (ticket.earliest, wanted.since) if one]
    ends = [one for one in (ticket.latest, wanted.until) if one]
    return {
        "service": ticket.service,
        "clinician": ticket.clinician,
        "modes": sorted(ticket.modes),
        "wanted_modes": list(wanted.modes),
        "locations": list(wanted.locations),
        "languages": list(wanted.languages),
        "since": max(starts, default="-infinity"),
        "until": min(ends, default=_EVER),
        "weekdays": list(wanted.weekdays),
        "parts": list(wanted.parts),
        "zone": LONDON.key,
        "patient": ticket.patient,
        "moving": moving,
    }


def fetched(statement: str, parameters: dict[str, Any]) -> Sequence[tuple[Any, ...]]:
    """Ask with all claims in sight: a time is free only if nobody else has it."""
    with claims.opened(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def time_of(row: Sequence[Any]) -> FreeTime:
    slot, starts_at, ends_at, modes, clinician, location, location_name, languages = row
    return FreeTime(
        slot, starts_at, ends_at, tuple(modes), clinician, location, location_name, tuple(languages)
    )
