"""A clinician lets an interpreter come to one consultation, by a link that opens once."""

import uuid
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from fhir.store import NotFound
from portal import clock
from portal.appointments.rules import JOIN_AFTER, Mode
from portal.consultations import guests
from portal.consultations.guests import CannotInvite
from portal.consultations.staff_pages import OVER, about, me, visit_of
from portal.identity.middleware import IdentifiedRequest

_PAGE: Final = ("GET", "HEAD", "POST")


@require_http_methods(_PAGE)
def interpreter(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    """Show who may come by a link; make a new one, which is shown this once."""
    found = visit_of(request, key)
    if found.booking.mode != Mode.VIDEO:
        raise Http404
    code = ""
    if request.method == "POST":
        try:
            code = guests.invite(me(request), key, clock.now())
        except CannotInvite:
            messages.warning(request, OVER)
            return redirect("staff_visits")
    more = {
        "key": key,
        "address": f"{settings.BASE_URL}{reverse('guest:open')}",
        "code": code,
        "links": guests.invited_to(me(request), key),
        "until": found.booking.starts_at + JOIN_AFTER,
        "may_come": guests.may_come(found),
    }
    return about(request, "interpreter", found, more)


@require_POST
def end(request: IdentifiedRequest, key: uuid.UUID, guest: uuid.UUID) -> HttpResponse:
    try:
        guests.end(me(request), key, guest, clock.now())
    except NotFound:
        raise Http404 from None
    messages.success(request, "That link has ended. Whoever came by it is out of the call.")
    return redirect("staff_visit_interpreter", key)
