"""How an act of booking ends that changes nothing: why, whom to ring, and what else is free."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError

from fhir.store import Conflict
from portal.appointments import searching
from portal.appointments.rules import Refusal
from portal.appointments.searching import FreeTime, Wanted
from portal.appointments.terms import terms_of
from portal.appointments.tickets import Ticket

# After these there are other times to offer.
_LOST = frozenset({Refusal.TAKEN, Refusal.EXPIRED, Refusal.GONE, Refusal.PAST})


class CannotBook(Exception):
    """The rules or somebody else's booking stand against it; nothing has changed.

    `alternatives` are the nearest free times, where the one asked for is lost.
    """

    def __init__(
        self, refusal: Refusal, phone: str = "", alternatives: Sequence[FreeTime] = ()
    ) -> None:
        super().__init__(refusal)
        self.refusal = refusal
        self.phone = phone or settings.BRAND_PHONE
        self.alternatives = list(alternatives)


def meaning(fault: Exception) -> Refusal:
    match fault:
        case CannotBook(refusal=refusal):
            return refusal
        case Conflict():
            return Refusal.NOT_BOOKED
        case IntegrityError():
            return Refusal.BUSY
        case _:
            return Refusal.TAKEN


def refused(
    refusal: Refusal, ticket: Ticket, wanted: Wanted, around: datetime, moving: str = ""
) -> CannotBook:
    near = searching.nearest(ticket, wanted, around, moving) if refusal in _LOST else ()
    return CannotBook(refusal, terms_of(ticket.service).phone, near)
