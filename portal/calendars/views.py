"""Appointments in a calendar: one as a file, all at a secret address, and whoever looks after it.

What a calendar reads has no sign-in: its address opens it, and an address that does not work, for
whatever reason, is an address that is not there.
"""

from typing import TYPE_CHECKING, Final, cast

from allauth.core.internal import ratelimit  # the public door counts no GET
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_POST, require_safe

from fhir import changes
from fhir.access import Viewer
from fhir.store import NotFound, Repository
from portal import clock
from portal.calendars import actions, files, mails, visits
from portal.calendars.models import CalendarAddress
from portal.calendars.viewers import viewer_through
from portal.identity.middleware import IdentifiedRequest
from portal.identity.proving import proved_lately
from portal.record import pages
from portal.record.dates import local

if TYPE_CHECKING:
    from portal.identity.models import User

_TOO_MANY: Final = 429


@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """Give what a calendar asks for; where nothing has changed, without a look into the record."""
    now = clock.now()
    address = actions.found_by(token)
    viewer = viewer_through(address, now) if address else None
    if address is None or viewer is None:
        if not _may_try_again(request):
            return render(request, "429.html", status=_TOO_MANY)
        raise Http404
    actions.was_read(address, now)
    tag = _tag(address, viewer)
    if tag in request.headers.get("If-None-Match", ""):
        return _kept(HttpResponseNotModified(), tag)
    midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    found = visits.since(Repository(viewer), address.patient, midnight - visits.KEPT)
    return _kept(HttpResponse(files.file_of(found), content_type=files.KIND), tag)


@require_safe
def one_visit(request: IdentifiedRequest, key: str) -> HttpResponse:
    """Give one appointment as a file to open with a calendar."""
    try:
        found = visits.of(request.records, request.patient, key)
    except NotFound:
        raise Http404 from None
    if found is None:
        raise Http404
    response = HttpResponse(files.file_of([found]), content_type=files.KIND)
    response["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    return response


@require_safe
def about(request: IdentifiedRequest) -> HttpResponse:
    """Say whether there is an address; which, was shown when it was made."""
    return _page(request)


@require_POST
@proved_lately
def make(request: IdentifiedRequest) -> HttpResponse:
    """Make an address and show it, this once."""
    user = cast("User", request.user)
    token = actions.make(user=user, patient=request.patient, now=clock.now())
    mails.tell_made(user)
    return _page(request, f"{settings.BASE_URL}{reverse('calendar', args=[token])}")


@require_POST
def stop(request: IdentifiedRequest) -> HttpResponse:
    actions.stop(user=cast("User", request.user), patient=request.patient, now=clock.now())
    messages.success(request, "Your calendar address has stopped working.")
    return redirect("calendars:about")


def _may_try_again(request: HttpRequest) -> bool:
    counted = ratelimit.consume(
        request, app="allauth.account", action="read_calendar", limit_get=True
    )
    return counted is not None


def _page(request: IdentifiedRequest, made: str = "") -> HttpResponse:
    address = actions.current(cast("User", request.user), request.patient)
    context = {
        "section": "appointments",
        "address": address,
        "made": made,
        "to_open": made.partition(":")[2],  # a calendar opens what begins with webcal:
    }
    return pages.page(request, "calendars/calendar.html", context)


def _tag(address: CalendarAddress, viewer: Viewer) -> str:
    """Return what stands for what a calendar would read today; no number can be read out of it."""
    head = changes.head(viewer, address.patient)
    told = f"{address.key}|{head.epoch}.{head.seq}|{local(clock.now()).date()}"
    return f'"{salted_hmac("portal.calendars", told).hexdigest()[:32]}"'


def _kept(response: HttpResponse, tag: str) -> HttpResponse:
    """Let the calendar that asked keep it, and nobody on the way."""
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
