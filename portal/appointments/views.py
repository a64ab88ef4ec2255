"""A patient's appointments, and the way to what they may book."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from portal import clock
from portal.appointments import asked, listing, showing
from portal.appointments.tickets import tickets
from portal.appointments.together.batches import batch_of
from portal.appointments.together.offering import offering
from portal.appointments.together.people import Booker
from portal.identity.middleware import IdentifiedRequest
from portal.offers.reading import open_to
from portal.pifu import said as pifu_said
from portal.pifu.reading import rights_of
from portal.record import freshness

PARTS = {"list": "appointments/parts/list.html"}


@require_safe
def appointments(request: IdentifiedRequest) -> HttpResponse:
    """Show what is to come, what can be booked, what was cancelled and what is past.

    What can be booked for several people is looked up with the page, not with a part of it.
    """
    booker = Booker.of(request)
    holds = asked.holds(request)
    if booker:
        holds = [one for one in holds if not batch_of(one, booker.user)]
    context = {
        "found": listing.listing(request.records, request.patient, clock.now()),
        "tickets": tickets(request.records, request.patient),
        "holds": holds,
        "together": offering(None if "part" in request.GET else booker),
        "offers": open_to(request.records, request.patient, clock.now()),
        "rights": rights_of(request.records, request.patient, clock.now()),
        "pifu": pifu_said,
        "fresh": freshness.of(request.patient),
    }
    return showing.shown(request, "list", context, parts=PARTS)


@require_safe
def without_ticket(request: IdentifiedRequest) -> HttpResponse:
    """Say why nothing can be booked without having been asked for, and what has been."""
    context = {"tickets": tickets(request.records, request.patient)}
    return showing.shown(request, "without_ticket", context)
