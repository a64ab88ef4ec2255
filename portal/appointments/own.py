"""What a patient has already: a claim of theirs, whether it can change, and what else is then."""

import uuid
from datetime import datetime, timedelta

from fhir.paths import Json
from fhir.store import Criteria, NotFound, Repository, Stored
from portal.appointments import claims, rules
from portal.appointments.claims import Asked
from portal.appointments.models import Claim, ClinicSlot
from portal.appointments.refusing import CannotBook
from portal.appointments.rules import Refusal
from portal.appointments.terms import terms_of
from portal.appointments.tickets import NOT_USING

# No appointment of any hospital is taken to last longer.
_LONGEST = timedelta(hours=12)
_MANY = 50


def own(patient: str, key: uuid.UUID | str) -> Claim:
    """Return a claim of this patient's.

    :raises NotFound: it is another's, or none.
    """
    try:
        sought = uuid.UUID(str(key))
    except ValueError:
        raise NotFound(f"Claim/{key}") from None
    with claims.opened():
        found = claims.by_key(sought)
    if found is None or found.patient != patient:
        raise NotFound(f"Claim/{key}")
    return found


def require_changeable(claim: Claim, said: Stored, now: datetime) -> None:
    if said.json.get("status") != "booked":
        raise CannotBook(Refusal.NOT_BOOKED)
    if refusal := refusal_to_change(claim, now):
        raise CannotBook(refusal, terms_of(claim.service).phone)


def refusal_to_change(claim: Claim, now: datetime) -> Refusal | None:
    return rules.refusal_to_change(claim, terms_of(claim.service).cut_off, now)


def is_expected_elsewhere(writing: Repository, asked: Asked, slot: ClinicSlot) -> bool:
    """Whether any appointment in the record, of whatever hospital system, is at that time."""
    wanted = Criteria(
        "Appointment",
        patients=[asked.patient],
        dates=[("date", slot.starts_at - _LONGEST, slot.ends_at)],
        but_statuses=NOT_USING,
        count=_MANY,
    )
    left = str(asked.moving.key) if asked.moving else ""
    found = (one.json for one in writing.search(wanted)[0] if one.id != left)
    return any(_overlaps(one, slot) for one in found)


def _overlaps(appointment: Json, slot: ClinicSlot) -> bool:
    start, end = (datetime.fromisoformat(appointment[name]) for name in ("start", "end"))
    return start < slot.ends_at and slot.starts_at < end
