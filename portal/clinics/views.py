"""The clinics that somebody runs, and one of them with what is to come."""

import uuid

from django.http import HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from portal import clock
from portal.appointments.times import NATIONS
from portal.clinics import listing, sessions, untold
from portal.clinics.frame import me, page
from portal.clinics.reach import clinic_of, may_change
from portal.identity.middleware import IdentifiedRequest
from portal.identity.models import Role
from portal.record.log_file import csv_of


@require_safe
def clinics(request: IdentifiedRequest) -> HttpResponse:
    return page(request, "list", {"rows": listing.rows(me(request), clock.now())})


@require_safe
def clinic(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    found, now = clinic_of(me(request), key), clock.now()
    shown = {
        "clinic": found,
        "by_place": me(request).role == Role.BOOKING,
        "nations": NATIONS,
        "is_theirs": may_change(me(request), found),
        "untold": len(untold.untold(found, now, request.viewer)),
        "days": sessions.sessions_of(found.key, now),
        "orphans": sessions.orphans_of(found, now, request.viewer),
    }
    return page(request, "clinic", shown)


@require_safe
def not_told(request: IdentifiedRequest, key: uuid.UUID) -> StreamingHttpResponse:
    """Hand over, as a file, whose visit was cancelled and whom no notice reaches."""
    found, now = clinic_of(me(request), key), clock.now()
    rows = [one.cells() for one in untold.untold(found, now, request.viewer)]
    answer = StreamingHttpResponse(
        csv_of(rows, untold.COLUMNS), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="not-told.csv"'
    return answer
