"""A patient, or who helps them, says that they would come sooner, and when they could."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fhir.store import Repository, Stored
from portal.appointments.lending import lent
from portal.appointments.models import Claim
from portal.appointments.own import own, require_changeable
from portal.offers import rules
from portal.offers.models import EarlierOffer, EarlierWish
from portal.record.dates import instant


@dataclass(frozen=True, slots=True)
class Wanted:
    """No location means any."""

    days_notice: int
    weekdays: Sequence[int]
    locations: Sequence[str] = ()


def wish(
    records: Repository, patient: str, booking: Claim, wanted: Wanted, now: datetime
) -> EarlierWish:
    """Write down that earlier times may be offered in place of this booking.

    :raises CannotBook: it is none any more, or cannot be changed online any more.
    :raises NotFound: it is not this patient's.
    """
    reading = lent(records, patient)
    require_changeable(booking, reading.read("Appointment", str(booking.key)), now)
    ticket = reading.read("ServiceRequest", booking.ticket)
    with records.transaction():
        made, _ = EarlierWish.objects.update_or_create(
            booking=booking.key,
            defaults={
                "patient": patient,
                "service": booking.service,
                "days_notice": wanted.days_notice,
                "weekdays": sorted(wanted.weekdays),
                "locations": sorted(wanted.locations),
                "priority": rules.priority_of(ticket.json.get("priority")),
                "waiting_since": _since(ticket, booking),
                "made_at": now,
                "ended_at": None,
            },
        )
    return made


def current(records: Repository, booking: uuid.UUID) -> EarlierWish | None:
    with records.transaction():
        return EarlierWish.objects.filter(booking=booking, ended_at=None).first()


def stop(records: Repository, patient: str, booking: uuid.UUID, now: datetime) -> None:
    """Offer nothing more in place of this booking; what is offered is declined.

    :raises NotFound: it is not this patient's.
    """
    lent(records, patient)
    with records.transaction():
        own(patient, booking)
        EarlierWish.objects.filter(booking=booking, ended_at=None).update(ended_at=now)
        offered = EarlierOffer.objects.filter(booking=booking, state=EarlierOffer.State.OPEN)
        offered.update(state=EarlierOffer.State.DECLINED, settled_at=now)


def _since(ticket: Stored, booking: Claim) -> datetime:
    """Return since when they have waited: since the order, or the booking where it has no date."""
    return instant(str(ticket.json.get("authoredOn") or "")) or booking.made_at
