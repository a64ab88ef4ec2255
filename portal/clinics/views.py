"""The clinics that somebody runs, and one of them with what is to come."""

import uuid

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from portal import clock
from portal.appointments.times import NATIONS
from portal.clinics import listing, sessions
from portal.clinics.frame import me, page
from portal.clinics.reach import clinic_of, may_change
from portal.identity.middleware import IdentifiedRequest


@require_safe
def clinics(request: IdentifiedRequest) -> HttpResponse:
    return page(request, "list", {"rows": listing.rows(me(request), clock.now())})


@require_safe
def clinic(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    found, now = clinic_of(me(request), key), clock.now()
    shown = {
        "clinic": found,
        "nations": NATIONS,
        "is_theirs": may_change(me(request), found),
        "days": sessions.sessions_of(found.key, now),
        "orphans": sessions.orphans_of(found, now, request.viewer),
    }
    return page(request, "clinic", shown)
