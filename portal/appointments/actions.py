"""What a patient, or a helper with whom appointments are shared, does: hold, book, move, cancel.

Each act is one transaction: the claim, the Appointment and its Slot change together or not at all.
A booking's key is its Appointment's id.
"""

import enum
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import IntegrityError

from fhir.paths import Json
from fhir.store import Conflict, Draft, NotFound, Repository
from portal.appointments import claims, resources, rules
from portal.appointments.claims import Asked, Locked, Offer, Taken
from portal.appointments.lending import lent
from portal.appointments.longer import is_longer, slots_of
from portal.appointments.models import Claim, ClinicSlot
from portal.appointments.own import key_of, own, refusal_to_change, require_changeable, theirs
from portal.appointments.refusing import CannotBook, meaning, refused
from portal.appointments.resources import Basis, Details
from portal.appointments.rules import Refusal, State
from portal.appointments.searching import Wanted
from portal.appointments.seats import adopt
from portal.appointments.tickets import Asking, Standing, Ticket, standing_of


class Why(enum.StrEnum):
    """Why a patient cancels, as they choose it."""

    NOT_NEEDED = "I do not need it any more"
    CANNOT_COME = "I cannot come at that time"
    NOT_WELL = "I am not well enough"
    OTHER = "Another reason"
    NOT_SAID = "No reason given"

    @property
    def code(self) -> str:
        """How the Appointment says it."""
        return self.name.lower().replace("_", "-")


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
    longer: bool = False


@dataclass(slots=True)
class _Attempt:
    """What has been found out on the way, for whoever is refused."""

    writing: Repository
    patient: str
    wanted: Wanted = field(default_factory=Wanted)
    ticket: Ticket | None = None
    around: datetime | None = None
    moving: str = ""

    def refused(self, refusal: Refusal) -> CannotBook:
        if self.ticket is None or self.around is None:
            return CannotBook(refusal)
        return refused(refusal, self.ticket, self.wanted, self.around, self.moving)


def hold(records: Repository, patient: str, choice: Choice) -> Claim:
    """Keep a time for five minutes, in place of another that they hold of the same service.

    :raises CannotBook: nothing more is held; what was held before still is.
    :raises NotFound: the patient, the ticket or the time is not this viewer's to book.
    """
    wanted = Wanted(modes=[choice.mode], longer=choice.longer)
    attempt = _Attempt(lent(records, patient), patient, wanted, moving=choice.moving)
    offering = claims.offering(choice.slot, choice.request)
    try:
        with claims.opened(offering, writing=attempt.writing) as (found,):
            offer = claims.offered(found)
            before = offer.before if offer else claims.of_request(choice.request)
            if before:
                return _again(theirs(patient, before, choice.request))
            if offer is None:
                raise CannotBook(Refusal.GONE)  # noqa: TRY301 (refused as from further in)
            return _take(attempt, choice, offer)
    except (CannotBook, Taken) as fault:
        refusal = meaning(fault)
    raise attempt.refused(refusal)


def extend(records: Repository, patient: str, key: uuid.UUID) -> Claim:
    """Keep a held time for five minutes more, once.

    :raises CannotBook: it is not held any more, or has been kept for longer before.
    :raises NotFound: it is not this patient's.
    """
    lent(records, patient)
    with claims.opened():
        found = own(patient, key)
        if refusal := rules.refusal_to_extend(found, claims.now()):
            raise CannotBook(refusal)
        if not claims.extend(found):
            raise CannotBook(Refusal.EXPIRED)
        return own(patient, key)


def release(records: Repository, patient: str, key: uuid.UUID) -> None:
    """Let go of a held time, which is anybody's again; of what is booked or over, nothing changes.

    :raises NotFound: it is not this patient's.
    """
    lent(records, patient)
    with claims.opened():
        found = theirs(patient, Locked.of(key).claims.get(key), key)
        if found.state == State.HELD:
            claims.end([key], State.RELEASED)


def confirm(records: Repository, patient: str, key: uuid.UUID, details: Details) -> Claim:
    """Make a booking of a hold; said again, the same booking is the answer.

    A hold by which somebody moves is confirmed as `move` does.

    :raises CannotBook: nothing is booked.
    :raises NotFound: it is not this patient's.
    """
    if refusal := rules.refusal_of_reason(details.reason):
        raise CannotBook(refusal)
    return _booked(_Attempt(lent(records, patient), patient), key, details)


def move(records: Repository, patient: str, key: uuid.UUID) -> Claim:
    """Book a held time in place of the booking that it replaces, in one act.

    The new time is the patient's own before the old one is freed; whatever fails, the old stands.

    :raises CannotBook: nothing has changed; it may be too late to move the old one online.
    :raises NotFound: it is not this patient's, or moves nothing.
    """
    return _booked(_Attempt(lent(records, patient), patient), key, None)


def cancel(records: Repository, patient: str, appointment: str, why: Why) -> Claim:
    """Cancel a booking; its ticket is open again. Said again, it stays cancelled.

    :raises CannotBook: it is too late to do it online, or it has been changed meanwhile.
    :raises NotFound: it is not this patient's.
    """
    writing, key = lent(records, patient), key_of(appointment)
    try:
        with writing.transaction():
            said = writing.read("Appointment", appointment)
            with claims.opened():
                locked = Locked.of(key)
                found = theirs(patient, locked.claims.get(key), appointment)
                if found.state == State.CANCELLED:
                    return found
                require_changeable(found, said, locked.now)
                claims.end([key], State.CANCELLED)
                slots = list(adopt(locked.slots).values())
                claims.mark_full(slots)
                found = own(patient, key)
            ended = resources.cancelled(said.json, why.code, why.value)
            drafts = [resources.draft(ended, patient, said.version)]
            writing.write([*drafts, *map(of_slot, slots)])
            return found
    except (Conflict, Taken):
        raise CannotBook(Refusal.NOT_BOOKED) from None


def _again(before: Claim) -> Claim:
    """Return what this form was answered before; one whose hold has ended since is told so."""
    if before.state in rules.LIVE:
        return before
    raise CannotBook(rules.refusal_to_confirm(before, claims.now()) or Refusal.EXPIRED)


def _take(attempt: _Attempt, choice: Choice, offer: Offer) -> Claim:
    slot = offer.slot
    moving = own(attempt.patient, choice.moving) if choice.moving else None
    asked = Asked(
        choice.request, attempt.patient, choice.ticket, choice.mode, moving, choice.longer
    )
    asking = Asking(choice.ticket, choice.moving, slot.starts_at, asked.until(slot))
    standing = standing_of(attempt.writing, attempt.patient, asking)
    attempt.ticket, attempt.around = standing.ticket, slot.starts_at
    if refusal := _refusal_to_hold(slot, standing, choice.mode, moving, offer.now):
        raise CannotBook(refusal)
    # The same form may have come twice at once: what the other took is this one's answer.
    if found := claims.take(asked, slot) or claims.of_request(asked.request):
        return theirs(attempt.patient, found, choice.request)
    raise CannotBook(claims.why_not(asked, slot))


def _refusal_to_hold(
    slot: ClinicSlot, standing: Standing, mode: str, moving: Claim | None, now: datetime
) -> Refusal | None:
    if standing.ticket is None:
        return Refusal.NO_LEAVE
    if moving:
        if moving.ticket != standing.ticket.id:
            return Refusal.OTHER_KIND
        if refusal := refusal_to_change(moving, now):
            return refusal
    if refusal := rules.refusal_to_hold(slot, standing.ticket, mode, now):
        return refusal
    return Refusal.BUSY if standing.is_expected else None


def _booked(attempt: _Attempt, key: uuid.UUID, details: Details | None) -> Claim:
    """Make a booking of a hold, in place of what it replaces if it does, or say why not."""
    try:
        with claims.opened(claims.locking(key), writing=attempt.writing) as (found,):
            locked = Locked.told(found)
            hold = theirs(attempt.patient, locked.claims.get(key), key)
            if hold.state == State.BOOKED:
                return hold
            standing = _standing(attempt, locked, hold)
            if hold.replaces:
                return _moved(attempt, locked, hold)
            if details is None:
                raise NotFound(f"Claim/{key}")
            return _new(attempt, locked, hold, standing, details)
    except (CannotBook, Conflict, IntegrityError, Taken) as fault:
        refusal = meaning(fault)
    raise attempt.refused(refusal)


def _standing(attempt: _Attempt, locked: Locked, hold: Claim) -> Standing:
    lasts_longer = is_longer(hold, locked.slots[hold.slot])
    attempt.wanted, attempt.around = Wanted(modes=[hold.mode], longer=lasts_longer), hold.starts_at
    attempt.moving = str(hold.replaces or "")
    asking = Asking(hold.ticket, attempt.moving)
    standing = standing_of(attempt.writing, attempt.patient, asking)
    attempt.ticket = standing.ticket
    return standing


def _new(
    attempt: _Attempt, locked: Locked, hold: Claim, standing: Standing, details: Details
) -> Claim:
    ticket = _leave(attempt)
    claim = settled(ticket, locked, hold)
    basis = Basis(ticket.id, ticket.title, ticket.security, standing.needs)
    made = resources.appointment(claim, slots_of(claim, locked.slots), basis, details)
    attempt.writing.write([created(made, claim), *map(of_slot, locked.slots.values())])
    return claim


def _moved(attempt: _Attempt, locked: Locked, hold: Claim) -> Claim:
    old = locked.claims[uuid.UUID(attempt.moving)]
    said = attempt.writing.read("Appointment", attempt.moving)
    require_changeable(old, said, locked.now)
    claims.end([old.key], State.MOVED, hold.key)
    claim = settled(_leave(attempt), locked, hold)
    slots = adopt(locked.slots).values()
    claims.mark_full(list(slots))
    made = resources.moved(said.json, claim, slots_of(claim, locked.slots))
    why = resources.RESCHEDULED, "Moved to another time"
    ended = resources.cancelled(said.json, *why, successor=str(claim.key))
    drafts = [created(made, claim), resources.draft(ended, claim.patient, said.version)]
    attempt.writing.write([*drafts, *map(of_slot, slots)])
    return claim


def _leave(attempt: _Attempt) -> Ticket:
    if attempt.ticket is None:
        raise CannotBook(Refusal.NO_LEAVE)
    return attempt.ticket


def settled(ticket: Ticket, locked: Locked, hold: Claim) -> Claim:
    """Turn a hold into a booking, if its slot, its ticket and the clock still allow it."""
    slot = locked.slots[hold.slot]
    refusal = rules.refusal_to_confirm(hold, locked.now) or rules.refusal_to_hold(
        slot, ticket, hold.mode, locked.now
    )
    if refusal is None and not rules.fits(hold, *slots_of(hold, locked.slots)):
        refusal = Refusal.GONE
    claim = None if refusal else claims.book(hold, list(locked.slots.values()))
    if claim is None:
        raise CannotBook(refusal or Refusal.EXPIRED)
    return claim


def created(resource: Json, claim: Claim) -> Draft:
    return replace(resources.draft(resource, claim.patient), fresh=True)


def of_slot(slot: ClinicSlot) -> Draft:
    return resources.draft(resources.slot(slot, slot.clinic))
