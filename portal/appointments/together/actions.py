"""What somebody does for several people at once: hold, keep for longer, let go, book; all or none.

Each act is one transaction. In it everybody's record is read and written by their own viewer, one
after the other, and the wall shows no more at any moment. That the booker may act for each of them
is asked in there, and cannot end before it does.
"""

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from fhir.store import Conflict, NotFound
from portal.appointments import actions, claims, resources, rules
from portal.appointments.claims import Asked, Locked, Taken
from portal.appointments.lending import lent
from portal.appointments.models import Claim, ClinicSlot
from portal.appointments.refusing import CannotBook, meaning
from portal.appointments.resources import Basis, Details
from portal.appointments.rules import Refusal, State
from portal.appointments.tickets import Asking, standing_of
from portal.appointments.together import batches
from portal.appointments.together.companies import Company
from portal.appointments.together.people import Booker, NoLonger, Person
from portal.appointments.together.rules import are_in_a_row


@dataclass(frozen=True, slots=True)
class Choice:
    """What a booker picks: a slot for each of a company in order, and how they are seen.

    `batch` is the form's own: the same form sent twice gets the same answer.
    """

    batch: uuid.UUID
    company: Company
    slots: Sequence[str]
    mode: str


class CannotBookTogether(Exception):
    """Nothing has been done for anybody; `patient` is whom it is about, if it is about one."""

    def __init__(self, refusal: Refusal, patient: str = "") -> None:
        super().__init__(refusal)
        self.refusal = refusal
        self.patient = patient


def hold(booker: Booker, choice: Choice) -> list[Claim]:
    """Keep a time for each of a company, in place of what else is held of the service for them.

    :raises CannotBookTogether: nothing more is held for anybody; what was held before still is.
    :raises NoLonger: the booker may not act for one of them any more.
    """
    try:
        with transaction.atomic(), claims.opened(until_end=True):
            return _held(booker, choice)
    except NotFound:
        tickets = {one.person.patient: one.ticket.id for one in choice.company.members}
        raise _refused_again(booker, tickets) from None
    except (IntegrityError, Taken) as fault:
        raise CannotBookTogether(meaning(fault)) from None


def extend(booker: Booker, batch: uuid.UUID) -> None:
    """Keep all the held times for five minutes more, once.

    :raises CannotBookTogether: they are not all held any more, or have been kept for longer before.
    :raises NoLonger: the booker may not act for one of them any more.
    """
    with transaction.atomic(), claims.opened(until_end=True):
        held = batches.claims_of(batch, booker)
        booker.still(one.patient for one in held)
        now = claims.now()
        for one in held:
            refusal = rules.refusal_to_extend(one, now)
            if refusal or not claims.extend(one):
                raise CannotBookTogether(refusal or Refusal.EXPIRED, one.patient)


def release(booker: Booker, batch: uuid.UUID) -> dict[str, str]:
    """Let go of what a batch still holds, whoever it is for; return its tickets by patient.

    Of what is booked or over, nothing changes.
    """
    with transaction.atomic(), claims.opened(until_end=True):
        found = batches.locked(batches.claims_of(batch, booker)).claims.values()
        claims.give_up([one for one in found if one.state == State.HELD])
        return {one.patient: one.ticket for one in found}


def confirm(booker: Booker, batch: uuid.UUID, details: Mapping[str, Details]) -> list[Claim]:
    """Make bookings of all the holds of a batch; said again, the same bookings are the answer.

    What stands against one of them ends the holds of all.

    :raises CannotBookTogether: nothing is booked, and nothing is held any more.
    :raises NoLonger: the booker may not act for one of them any more; the same.
    """
    try:
        with transaction.atomic(), claims.opened(until_end=True):
            return _booked(booker, batch, details)
    except (CannotBookTogether, NoLonger):
        release(booker, batch)
        raise
    except NotFound:
        raise _refused_again(booker, release(booker, batch)) from None
    except (Conflict, IntegrityError, Taken) as fault:
        release(booker, batch)
        raise CannotBookTogether(meaning(fault)) from None


def refusal_to_confirm(held: Sequence[Claim], now: datetime) -> CannotBookTogether | None:
    """Return why holds cannot become bookings together, of the first that cannot."""
    for one in held:
        refusal = rules.refusal_to_confirm(one, now)
        if one.state == State.BOOKED:
            refusal = Refusal.USED
        if refusal:
            return CannotBookTogether(refusal, one.patient)
    return None


def _held(booker: Booker, choice: Choice) -> list[Claim]:
    company = choice.company
    people = booker.still(company.patients)
    slots, kept = batches.lock(company.patients, company.common.service, choice.slots)
    if before := batches.claims_of(choice.batch, booker):
        return _again(before)
    times = [slots[name] for name in choice.slots if name in slots]
    if len(times) != len(company.members) or not are_in_a_row(times):
        raise CannotBookTogether(Refusal.GONE)
    taken = [
        _taken(people[one.person.patient], slot, asked)
        for slot, one, asked in zip(times, company.members, _asked(booker, choice), strict=True)
    ]
    batches.let_go_with(kept, booker)
    return taken


def _again(before: Sequence[Claim]) -> list[Claim]:
    """Return what this form was answered before, if all of it still stands."""
    if all(one.state in rules.LIVE for one in before):
        return list(before)
    raise refusal_to_confirm(before, claims.now()) or CannotBookTogether(Refusal.EXPIRED)


def _asked(booker: Booker, choice: Choice) -> list[Asked]:
    return [
        Asked(
            batches.request_of(choice.batch, booker, nth),
            one.person.patient,
            one.ticket.id,
            choice.mode,
        )
        for nth, one in enumerate(choice.company.members)
    ]


def _taken(person: Person, slot: ClinicSlot, asked: Asked) -> Claim:
    """Hold a slot for one of them, as it is held for somebody alone."""
    reading = lent(person.records, person.patient)
    with reading.transaction():
        asking = Asking(asked.ticket, "", slot.starts_at, slot.ends_at)
        standing = standing_of(reading, person.patient, asking)
        refusal = (
            Refusal.NO_LEAVE
            if standing.ticket is None
            else rules.refusal_to_hold(slot, standing.ticket, asked.mode, claims.now())
        )
        if refusal is None and standing.is_expected:
            refusal = Refusal.BUSY
        taken = None if refusal else claims.take(asked, slot)
        if taken is None:
            refusal = refusal or claims.why_not(asked, slot)
            raise CannotBookTogether(refusal, person.patient)
        return taken


def _booked(booker: Booker, batch: uuid.UUID, details: Mapping[str, Details]) -> list[Claim]:
    held = batches.claims_of(batch, booker)
    people = booker.still(one.patient for one in held)
    locked = batches.locked(held)
    holds = [locked.claims[one.key] for one in held]
    if all(one.booked_at for one in holds):
        return holds
    if refusal := refusal_to_confirm(holds, locked.now):
        raise refusal
    # In the order of their keys, since from its writing on each person's log is locked.
    found = {
        one.key: _settled(people[one.patient], locked, one, details[one.patient])
        for one in sorted(holds, key=lambda one: one.patient)
    }
    return [found[one.key] for one in holds]


def _settled(person: Person, locked: Locked, hold: Claim, details: Details) -> Claim:
    """Book for one of them, as it is booked for somebody alone."""
    writing = lent(person.records, person.patient)
    with writing.transaction():
        standing = standing_of(writing, person.patient, Asking(hold.ticket))
        ticket = standing.ticket
        if ticket is None:
            raise CannotBookTogether(Refusal.NO_LEAVE, person.patient)
        try:
            claim = actions.settled(ticket, locked, hold)
        except CannotBook as why:
            raise CannotBookTogether(why.refusal, person.patient) from None
        slot = locked.slots[claim.slot]
        basis = Basis(ticket.id, ticket.title, ticket.security, standing.needs)
        made = resources.appointment(claim, [slot], basis, details)
        writing.write([actions.created(made, claim), actions.of_slot(slot)])
        return claim


def _refused_again(booker: Booker, tickets: Mapping[str, str]) -> CannotBookTogether:
    """Ask for tickets again of which one was refused, so that it stands in the audit.

    What was written down of it before went with all else.
    """
    for one in booker.people():
        if ticket := tickets.get(one.patient):
            with suppress(NotFound):
                standing_of(lent(one.records, one.patient), one.patient, Asking(ticket))
    return CannotBookTogether(Refusal.NO_LEAVE)
