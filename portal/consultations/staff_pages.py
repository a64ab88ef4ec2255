"""What the pages of a clinician's visits have in common: whose they are, and what is too late."""

import uuid
from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from fhir.store import Conflict, NotFound
from portal import clock
from portal.consultations.clinic import clinic_of
from portal.consultations.opening import Opened, desk_of, opened, require_held_by
from portal.consultations.seeing import CannotDo, Clinician
from portal.identity.menus import menu
from portal.identity.middleware import IdentifiedRequest
from portal.identity.models import Role
from portal.live import desks

LIVE_URL: Final = "/live/"
OVER: Final = "That visit is over, or nobody is waiting there any more."


def me(request: IdentifiedRequest) -> Clinician:
    user = request.standing.user if request.standing else None
    return Clinician(request.records, user.practitioners if user else ())


def visit_of(request: IdentifiedRequest, key: uuid.UUID) -> Opened:
    try:
        found = opened(request.records, key, clock.now())
        require_held_by(found, me(request).practitioners)
    except NotFound:
        raise Http404 from None
    return found


def tried(request: IdentifiedRequest, act: Callable[[Clinician], object]) -> HttpResponse | None:
    """Do something; where it cannot be done any more, say so and show the list.

    :raises Http404: it is not this clinician's.
    """
    try:
        act(me(request))
    except NotFound:
        raise Http404 from None
    except (CannotDo, Conflict):
        messages.warning(request, OVER)
        return redirect("staff_visits")
    return None


def about(
    request: IdentifiedRequest, name: str, found: Opened, more: dict[str, Any], status: int = 200
) -> HttpResponse:
    by = me(request)
    day, now = found.booking.local_date, clock.now()
    rows = clinic_of(request.records, by.practitioners, day, now, only=found.key)
    return page(request, name, {"row": rows[0] if rows else None, **more}, status)


def page(
    request: IdentifiedRequest,
    name: str,
    context: dict[str, Any],
    status: int = 200,
    parts: dict[str, str] | None = None,
) -> HttpResponse:
    template = f"staff/visits/{name}.html"
    if (part := request.GET.get("part")) is not None:
        template = (parts or {}).get(part, "")
        if not template:
            raise Http404
    by = me(request)
    common: dict[str, Any] = {
        "sections": menu(Role.CLINICIAN, "staff_visits"),
        "me": (request.viewer.name, request.viewer.role),
        "moment": clock.now(),
    }
    if parts and request.standing and by.practitioners:
        desk = desk_of(by.practitioners[0])
        common |= {"live_url": LIVE_URL, "cursor": desks.cursor(request.standing, desk)}
    return render(request, template, {**common, **context}, status=status)
