"""Who is offered a time: those whom it suits, by clinical priority and then the longest wait."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from fhir.store import Criteria, NotFound, Repository
from portal.appointments.lending import lent
from portal.appointments.models import Claim, ClinicSlot
from portal.appointments.person import flags, languages_among
from portal.appointments.rules import refusal_to_hold
from portal.appointments.terms import terms_of
from portal.appointments.tickets import Asking, standing_of
from portal.notices.rules import days_ahead
from portal.offers.models import EarlierWish, Vacancy
from portal.offers.people import Known, known
from portal.record.dates import local

# Still booked at a later time that can be changed online until the offer ends; free at this one;
# not who has just left it, nor who has another offer before them, nor whose visit is a longer one.
_SUITED: Final = """
SELECT w.booking FROM portal_earlierwish w JOIN portal_claim c ON c.key = w.booking
WHERE w.service = %(service)s AND w.ended_at IS NULL AND c.state = 'booked'
  AND c.starts_at > %(starts_at)s AND c.starts_at > %(until)s + %(cut_off)s
  AND c.mode = ANY (%(modes)s) AND w.days_notice <= %(days)s AND %(weekday)s = ANY (w.weekdays)
  AND (w.locations = '{}' OR %(location)s = ANY (w.locations))
  AND NOT EXISTS (SELECT FROM portal_earlieroffer o WHERE o.booking = w.booking
    AND (o.vacancy_id = %(vacancy)s OR o.state = 'open'))
  AND NOT EXISTS (SELECT FROM portal_clinicslot l WHERE l.slot = c.slot AND l.ends_at < c.ends_at)
  AND NOT EXISTS (SELECT FROM portal_claim x WHERE x.patient = w.patient AND x.key <> c.key
    AND (x.slot = %(slot)s OR (x.state = 'booked'
      AND tstzrange(x.starts_at, x.ends_at) && tstzrange(%(starts_at)s, %(ends_at)s))))
ORDER BY w.priority, w.waiting_since, w.booking
"""


@dataclass(frozen=True, slots=True)
class Suited:
    """Somebody to whom a time may be offered, and what is known of them."""

    wish: EarlierWish
    known: Known


def suited(
    records: Repository, vacancy: Vacancy, slot: ClinicSlot, now: datetime, until: datetime
) -> Iterator[Suited]:
    """Give them in order, each looked up in the record when it is their turn.

    To be read where claims are open.
    """
    for booking in _in_order(vacancy, slot, now, until):
        wish = EarlierWish.objects.get(booking=booking)
        found = records.search(Criteria("Patient", [wish.patient], count=1))[0]
        if not found:
            continue
        patient, today = found[0].json, local(now).date()
        person = known(patient, today)
        flagged = flags(records, [wish.patient]).get(wish.patient, [])
        languages = languages_among(patient, flagged)
        if _can_be_seen(person, languages, slot) and _may_book(records, wish, slot, now):
            yield Suited(wish, person)


def _can_be_seen(person: Known, languages: set[str], slot: ClinicSlot) -> bool:
    """Whether they live, and are understood there."""
    return languages <= set(slot.languages) and not person.has_died


def _may_book(records: Repository, wish: EarlierWish, slot: ClinicSlot, now: datetime) -> bool:
    claim = Claim.objects.get(key=wish.booking)
    asking = Asking(claim.ticket, str(claim.key), slot.starts_at, slot.ends_at)
    try:
        standing = standing_of(lent(records, wish.patient), wish.patient, asking)
    except NotFound:
        return False
    if standing.ticket is None or standing.is_expected:
        return False
    return refusal_to_hold(slot, standing.ticket, claim.mode, now) is None


def _in_order(vacancy: Vacancy, slot: ClinicSlot, now: datetime, until: datetime) -> list[Any]:
    asked: dict[str, Any] = {
        "service": slot.service,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "slot": slot.slot,
        "until": until,
        "cut_off": terms_of(slot.service).cut_off,
        "modes": slot.modes,
        "days": days_ahead(slot.starts_at, now),
        "weekday": local(slot.starts_at).isoweekday(),
        "location": slot.location,
        "vacancy": vacancy.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SUITED, asked)
        return [row[0] for row in cursor.fetchall()]
