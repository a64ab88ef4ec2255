"""A patient's appointments, and the way to what they may book."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from portal import clock
from portal.appointments import asked, listing, showing
from portal.appointments.tickets import tickets
from portal.identity.middleware import IdentifiedRequest
from portal.offers.reading import open_to
from portal.record import freshness

PARTS = {"list": "appointments/parts/list.html"}


@require_safe
def appointments(request: IdentifiedRequest) -> HttpResponse:
    """Show what is to come, what can be booked, what was cancelled and what is past."""
    context = {
        "found": listing.listing(request.records, request.patient, clock.now()),
        "tickets": tickets(request.records, request.patient),
        "holds": asked.holds(request),
        "offers": open_to(request.records, request.patient, clock.now()),
        "fresh": freshness.of(request.patient),
    }
    return showing.shown(request, "list", context, parts=PARTS)


@require_safe
def without_ticket(request: IdentifiedRequest) -> HttpResponse:
    """Say why nothing can be booked without having been asked for, and what has been."""
    context = {"tickets": tickets(request.records, request.patient)}
    return showing.shown(request, "without_ticket", context)
