"""What a page of booking is about: a ticket that its patient may use, a claim of theirs."""

import uuid
from dataclasses import dataclass

from django.http import Http404

from fhir.store import NotFound
from portal.appointments import claims
from portal.appointments.lending import lent
from portal.appointments.models import Claim
from portal.appointments.own import holds_of, own
from portal.appointments.tickets import Asking, Ticket, standing_of
from portal.identity.middleware import IdentifiedRequest


class NoTicket(Exception):
    """Nothing of this patient's is booked by it, whatever it is."""


@dataclass(frozen=True, slots=True)
class Aim:
    """A ticket to be booked, or a booking of it to be moved."""

    ticket: Ticket
    moving: Claim | None = None

    @property
    def moves(self) -> str:
        return str(self.moving.key) if self.moving else ""


def aim(request: IdentifiedRequest, ticket: str, moving: Claim | None = None) -> Aim:
    """Return what is to be booked.

    :raises NoTicket: there is no such order, it is another's, or it lets nobody book.
    """
    try:
        reading = lent(request.records, request.patient)
        asking = Asking(ticket, str(moving.key) if moving else "")
        found = standing_of(reading, request.patient, asking).ticket
    except NotFound:
        raise NoTicket from None
    if found is None:
        raise NoTicket
    return Aim(found, moving)


def claim(request: IdentifiedRequest, key: uuid.UUID) -> Claim:
    """Return a hold or a booking of the patient in view.

    :raises Http404: there is none.
    """
    try:
        lent(request.records, request.patient)
        with claims.opened():
            return own(request.patient, key)
    except NotFound:
        raise Http404 from None


def holds(request: IdentifiedRequest) -> list[Claim]:
    """Return the times that are kept for the patient in view just now, the first to end first.

    :raises Http404: their appointments are not this viewer's to see.
    """
    try:
        lent(request.records, request.patient)
    except NotFound:
        raise Http404 from None
    with claims.opened():
        return holds_of(request.patient)
