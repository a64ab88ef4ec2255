"""What a patient, or a helper with whom appointments are shared, does: hold, book, move, cancel.

Each act is one transaction: the claim, the Appointment and its Slot change together or not at all.
A booking's key is its Appointment's id.
"""

import enum
import uuid
from dataclasses import dataclass, replace

from django.db import IntegrityError

from fhir.paths import Json
from fhir.store import Conflict, Criteria, Draft, NotFound, Repository
from portal.appointments import claims, resources, rules
from portal.appointments.claims import Asked, Locked, Taken
from portal.appointments.lending import lent
from portal.appointments.models import Claim, ClinicSlot
from portal.appointments.own import (
    is_expected_elsewhere,
    own,
    refusal_to_change,
    require_changeable,
)
from portal.appointments.refusing import CannotBook, meaning, refused
from portal.appointments.resources import Basis, Details
from portal.appointments.rules import Refusal, State
from portal.appointments.tickets import Ticket, ticket_of

_MANY = 50


class Why(enum.StrEnum):
    """Why a patient cancels, as they choose it."""

    NOT_NEEDED = "I do not need it any more"
    CANNOT_COME = "I cannot come at that time"
    NOT_WELL = "I am not well enough"
    OTHER = "Another reason"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a patient picks: a time within a ticket, and how; `moving` is what it would replace.

    `request` is the form's own: the same form sent twice gets the same answer.
    """

    request: str
    ticket: str
    slot: str
    mode: str
    moving: str = ""


@dataclass(frozen=True, slots=True)
class _Held:
    """A hold that is to become a booking, and what is known before anything is locked."""

    writing: Repository
    claim: Claim
    ticket: Ticket


def hold(records: Repository, patient: str, choice: Choice) -> Claim:
    """Keep a time for five minutes, in place of another that they hold of the same service.

    :raises CannotBook: nothing more is held; what was held before still is.
    :raises NotFound: the patient, the ticket or the time is not this viewer's to book.
    """
    writing = lent(records, patient)
    if before := _answered(patient, choice.request):
        return before
    moving = own(patient, choice.moving) if choice.moving else None
    ticket = ticket_of(writing, patient, choice.ticket, choice.moving)
    slot = ClinicSlot.objects.filter(slot=choice.slot).first()
    if ticket is None or slot is None:
        raise CannotBook(Refusal.GONE if ticket else Refusal.NO_LEAVE)
    asked = Asked(choice.request, patient, choice.ticket, choice.slot, choice.mode, moving)
    refusal = _refusal_to_hold(writing, asked, slot, ticket)
    try:
        if refusal is None:
            with claims.opened():
                return _taken(asked, slot)
    except (CannotBook, Taken) as fault:
        refusal = meaning(fault)
    raise refused(refusal, ticket, choice.mode, slot.starts_at, choice.moving)


def extend(records: Repository, patient: str, key: uuid.UUID) -> Claim:
    """Keep a held time for five minutes more, once.

    :raises CannotBook: it is not held any more, or has been kept for longer before.
    :raises NotFound: it is not this patient's.
    """
    lent(records, patient)
    found = own(patient, key)
    with claims.opened():
        if refusal := rules.refusal_to_extend(found, claims.now()):
            raise CannotBook(refusal)
        if not claims.extend(found):
            raise CannotBook(Refusal.EXPIRED)
    return own(patient, key)


def confirm(records: Repository, patient: str, key: uuid.UUID, details: Details) -> Claim:
    """Make a booking of a hold; said again, the same booking is the answer.

    :raises CannotBook: nothing is booked.
    :raises NotFound: it is not this patient's.
    """
    if refusal := rules.refusal_of_reason(details.reason):
        raise CannotBook(refusal)
    held = _held(records, patient, key)
    if held.claim.replaces:
        return move(records, patient, key)
    try:
        with held.writing.transaction():
            with claims.opened():
                locked = Locked.of([key])
                claim, slot = _booked(held, locked)
            if locked.claims[key].state == State.BOOKED:
                return claim
            basis = Basis(
                held.ticket.id,
                held.ticket.title,
                held.ticket.security,
                _needs(held.writing, patient),
            )
            made = resources.appointment(claim, slot.clinic, basis, details)
            held.writing.write([_new(made, patient), _of_slot(slot)])
            return claim
    except (CannotBook, IntegrityError, Taken) as fault:
        refusal = meaning(fault)
    raise refused(refusal, held.ticket, held.claim.mode, held.claim.starts_at)


def move(records: Repository, patient: str, key: uuid.UUID) -> Claim:
    """Book a held time in place of the booking that it replaces, in one act.

    The new time is the patient's own before the old one is freed; whatever fails, the old stands.

    :raises CannotBook: nothing has changed; it may be too late to move the old one online.
    :raises NotFound: it is not this patient's, or moves nothing.
    """
    held = _held(records, patient, key)
    if held.claim.state == State.BOOKED:
        return held.claim
    if not (old := held.claim.replaces):
        raise NotFound(f"Claim/{key}")
    said = held.writing.read("Appointment", str(old))
    try:
        with held.writing.transaction():
            with claims.opened():
                locked = Locked.of([key, old])
                if locked.claims[key].state == State.BOOKED:
                    return locked.claims[key]
                require_changeable(locked.claims[old], said, locked.now)
                claims.end([old], State.MOVED, key)
                claims.adopt(list(locked.slots.values()))
                claim, slot = _booked(held, locked)
            made = resources.moved(said.json, claim, slot.clinic)
            ended = resources.cancelled(
                said.json, resources.RESCHEDULED, "Moved to another time", str(key)
            )
            drafts = [_new(made, patient), resources.draft(ended, patient, said.version)]
            held.writing.write([*drafts, *map(_of_slot, locked.slots.values())])
            return claim
    except (CannotBook, Conflict, IntegrityError, Taken) as fault:
        refusal = meaning(fault)
    claim = held.claim
    raise refused(refusal, held.ticket, claim.mode, claim.starts_at, str(old))


def cancel(records: Repository, patient: str, appointment: str, why: Why) -> Claim:
    """Cancel a booking; its ticket is open again. Said again, it stays cancelled.

    :raises CannotBook: it is too late to do it online, or it has been changed meanwhile.
    :raises NotFound: it is not this patient's.
    """
    writing = lent(records, patient)
    said = writing.read("Appointment", appointment)
    found = own(patient, appointment)
    if found.state == State.CANCELLED:
        return found
    ended = resources.cancelled(said.json, why.name.lower().replace("_", "-"), why.value)
    try:
        with writing.transaction():
            with claims.opened():
                locked = Locked.of([found.key])
                require_changeable(locked.claims[found.key], said, locked.now)
                claims.end([found.key], State.CANCELLED)
                claims.adopt(list(locked.slots.values()))
                claims.mark_full(list(locked.slots.values()))
            drafts = [resources.draft(ended, patient, said.version)]
            writing.write([*drafts, *map(_of_slot, locked.slots.values())])
    except (Conflict, Taken):
        raise CannotBook(Refusal.NOT_BOOKED) from None
    return own(patient, found.key)


def _answered(patient: str, request: str) -> Claim | None:
    """Return what this form was answered before; one whose hold has ended since is told so."""
    with claims.opened():
        before = claims.of_request(request)
    if before is None:
        return None
    if before.patient != patient:
        raise NotFound(f"Claim/{before.key}")
    if before.state in rules.LIVE:
        return before
    raise CannotBook(rules.refusal_to_confirm(before, claims.now()) or Refusal.EXPIRED)


def _refusal_to_hold(
    writing: Repository, asked: Asked, slot: ClinicSlot, ticket: Ticket
) -> Refusal | None:
    now = claims.now()
    if moving := asked.moving:
        if moving.ticket != ticket.id:
            return Refusal.OTHER_KIND
        if refusal := refusal_to_change(moving, now):
            return refusal
    if refusal := rules.refusal_to_hold(slot, ticket, asked.mode, now):
        return refusal
    return Refusal.BUSY if is_expected_elsewhere(writing, asked, slot) else None


def _taken(asked: Asked, slot: ClinicSlot) -> Claim:
    """Take a slot, or find that the same form has taken it a moment ago."""
    if found := claims.take(asked, slot) or claims.of_request(asked.request):
        if found.patient == asked.patient:
            return found
        raise NotFound(f"Claim/{found.key}")
    raise CannotBook(claims.why_not(asked, slot))


def _held(records: Repository, patient: str, key: uuid.UUID) -> _Held:
    writing = lent(records, patient)
    claim = own(patient, key)
    ticket = ticket_of(writing, patient, claim.ticket, str(claim.replaces or claim.key))
    if ticket is None:
        raise CannotBook(Refusal.NO_LEAVE)
    return _Held(writing, claim, ticket)


def _booked(held: _Held, locked: Locked) -> tuple[Claim, ClinicSlot]:
    """Make the booking, with its slot locked, if it may still be one; one that is, stays."""
    claim = locked.claims[held.claim.key]
    slot = locked.slots[claim.slot]
    if claim.state == State.BOOKED:
        return claim, slot
    refusal = rules.refusal_to_confirm(claim, locked.now) or rules.refusal_to_hold(
        slot, held.ticket, claim.mode, locked.now
    )
    if refusal is None and not rules.fits(claim, slot):
        refusal = Refusal.GONE
    if refusal or not claims.book(claim):
        raise CannotBook(refusal or Refusal.EXPIRED)
    claims.mark_full(list(locked.slots.values()))
    return own(claim.patient, claim.key), slot


def _needs(writing: Repository, patient: str) -> list[Json]:
    """Return the adjustments that staff are to make for this person, as references."""
    wanted = Criteria("Flag", patients=[patient], statuses=["active"], count=_MANY)
    return [{"reference": f"Flag/{one.id}"} for one in writing.search(wanted)[0]]


def _new(resource: Json, patient: str) -> Draft:
    return replace(resources.draft(resource, patient), fresh=True)


def _of_slot(slot: ClinicSlot) -> Draft:
    return resources.draft(resources.slot(slot, slot.clinic))
