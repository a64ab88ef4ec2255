"""A patient's own claims, and whether one of them can still be changed."""

import uuid
from datetime import datetime

from fhir.store import NotFound, Stored
from portal.appointments import claims, rules
from portal.appointments.claims import DatabaseNow
from portal.appointments.models import Claim
from portal.appointments.refusing import CannotBook
from portal.appointments.rules import Refusal, State
from portal.appointments.terms import terms_of


def own(patient: str, key: uuid.UUID | str) -> Claim:
    """Return a claim of this patient's; to be called where claims are open.

    :raises NotFound: it is another's, or none.
    """
    return theirs(patient, claims.by_key(key_of(key)), key)


def holds_of(patient: str) -> list[Claim]:
    """Return what is kept for a patient just now, the first to end first; where claims are open."""
    held = Claim.objects.filter(patient=patient, state=State.HELD, hold_until__gt=DatabaseNow())
    return list(held.order_by("hold_until"))


def theirs(patient: str, found: Claim | None, key: uuid.UUID | str) -> Claim:
    """Return a claim if it is this patient's.

    :raises NotFound: it is another's, or none.
    """
    if found is None or found.patient != patient:
        raise NotFound(f"Claim/{key}")
    return found


def key_of(said: uuid.UUID | str) -> uuid.UUID:
    """Return the key of a booking from its Appointment's id.

    :raises NotFound: no booking of ours has such an id.
    """
    try:
        return uuid.UUID(str(said))
    except ValueError:
        raise NotFound(f"Claim/{said}") from None


def require_changeable(claim: Claim, said: Stored, now: datetime) -> None:
    """Let a patient move or cancel a booking that is one, here and in the record, and in time.

    :raises CannotBook: it is none any more, they have come, or it is too late online.
    """
    status = said.json.get("status")
    if status in rules.ARRIVED:
        raise CannotBook(Refusal.HERE, terms_of(claim.service).phone)
    if status != "booked":
        raise CannotBook(Refusal.NOT_BOOKED)
    if refusal := refusal_to_change(claim, now):
        raise CannotBook(refusal, terms_of(claim.service).phone)


def refusal_to_change(claim: Claim, now: datetime) -> Refusal | None:
    return rules.refusal_to_change(claim, terms_of(claim.service).cut_off, now)
