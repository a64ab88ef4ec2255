"""A patient chooses a time: for something new, or in place of what they have."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from fhir.store import NotFound
from portal import clock
from portal.appointments import actions, asked, days, lost, person, said, showing
from portal.appointments.actions import Choice
from portal.appointments.asked import Aim, NoTicket
from portal.appointments.filters import Filters, Options
from portal.appointments.forms import TimeForm
from portal.appointments.lost import Sought
from portal.appointments.models import ClinicSlot
from portal.appointments.own import refusal_to_change
from portal.appointments.refusing import CannotBook
from portal.appointments.searching import Page, Wanted, days_held, search
from portal.appointments.terms import terms_of
from portal.appointments.tickets import Ticket
from portal.identity.middleware import IdentifiedRequest

_PAGE = ("GET", "HEAD", "POST")
_BAD = 400

# Finds the times on a page, which begins after this one.
Finding = Callable[[Wanted, tuple[datetime, str] | None], Page]


@require_http_methods(_PAGE)
def choose(request: IdentifiedRequest, ticket: str) -> HttpResponse:
    try:
        return _answer(request, asked.aim(request, ticket))
    except NoTicket:
        return lost.no_ticket(request)


@require_http_methods(_PAGE)
def move(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    """Choose another time, while the old one stands."""
    booking = asked.claim(request, key)
    if refusal_to_change(booking, clock.now()):
        return redirect("appointments:change", key)
    try:
        return _answer(request, asked.aim(request, booking.ticket, booking))
    except NoTicket:
        return lost.no_ticket(request)


def _answer(request: IdentifiedRequest, aim: Aim) -> HttpResponse:
    if request.method == "POST":
        return _held(request, aim)
    if aim.ticket.is_used:
        return lost.used(request, aim)
    return _times(request, aim)


def _held(request: IdentifiedRequest, aim: Aim) -> HttpResponse:
    form = TimeForm(request.POST)
    if not form.is_valid():
        return _times(request, aim, _BAD)
    slot, mode = form.cleaned_data["time"]
    longer = form.cleaned_data["longer"] and person.known(request).wants_longer
    choice = Choice(form.request(), aim.ticket.id, slot, mode, aim.moves, longer)
    try:
        claim = actions.hold(request.records, request.patient, choice)
    except CannotBook as why:
        row = ClinicSlot.objects.filter(slot=slot).first()
        sought = Sought(mode, row.starts_at if row else None, longer=longer)
        return lost.page(request, aim, why, sought)
    except NotFound:
        raise Http404 from None
    return redirect("appointments:held", claim.key)


def _times(request: IdentifiedRequest, aim: Aim, status: int = 200) -> HttpResponse:
    def find(wanted: Wanted, after: tuple[datetime, str] | None) -> Page:
        return search(
            request.records, aim.ticket, wanted,
            after=after, count=days.PAGE, moving=aim.moves,
        )  # fmt: skip

    context = {"aim": aim, **times_of(request, aim.ticket, find, alone=True)}
    return showing.shown(request, "choose", context, status)


def times_of(
    request: IdentifiedRequest, ticket: Ticket, find: Finding, *, alone: bool
) -> dict[str, Any]:
    """Return what a page of times says of what was asked for, and what there is.

    Longer visits are looked for only for one person `alone`.
    """
    now, known = clock.now(), person.known(request)
    options = Options.of(ticket)
    wants_longer = alone and known.wants_longer
    filters = Filters(request.GET, options, known.language, wants_longer=wants_longer)
    after = days.begin_after(request.GET.get("after", ""), ticket.patient)
    wanted = filters.wanted(now)
    page = find(wanted, after)
    found = days.days_of(
        page, ticket, filters.chosen("way"), lambda last: days_held(ticket, wanted, last, after)
    )
    return {
        "options": options,
        "filters": filters,
        "page": page,
        "found": found,
        "language": known.spoken,
        "is_later": after is not None,
        "later": _later(request, found.after),
        "clocks": said.clocks(now, found.last) if found.last else "",
        "phone": terms_of(ticket.service).phone,
    }


def _later(request: IdentifiedRequest, after: str) -> str:
    """Return the address of the next page, with the same choices."""
    asked_for = request.GET.copy()
    asked_for["after"] = after
    return f"?{asked_for.urlencode()}" if after else ""
