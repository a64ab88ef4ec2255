"""The day of the clinics that somebody runs, kept current; one booking of it can be cancelled."""

import uuid
from datetime import date, timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from portal import clock
from portal.appointments import claims
from portal.appointments.models import Claim, Clinic, ClinicSlot
from portal.appointments.rules import State
from portal.clinics import actions, days
from portal.clinics.actions import CannotCancel
from portal.clinics.editing_views import wake
from portal.clinics.fields import read_day
from portal.clinics.forms import CancelForm
from portal.clinics.frame import me, page
from portal.clinics.lending import facts_of
from portal.clinics.reach import clinics_of
from portal.identity import sessions
from portal.identity.middleware import IdentifiedRequest
from portal.identity.models import Role, User
from portal.live import desks
from portal.record.dates import local
from portal.record.pages import LIVE_URL

_PAGE: Final = ("GET", "HEAD", "POST")
_BAD: Final = 400
_HERE: Final = "staff_clinic_days"
_PARTS: Final = {"day": "parts/day", "status": "parts/status"}


@require_safe
def today(request: IdentifiedRequest) -> HttpResponse:
    return _day(request, local(clock.now()).date())


@require_safe
def day(request: IdentifiedRequest, on: str) -> HttpResponse:
    found = read_day(on)
    if found is None or not date.min + timedelta(days=1) < found < date.max - timedelta(days=1):
        raise Http404
    return _day(request, found)


def _day(request: IdentifiedRequest, on: date) -> HttpResponse:
    now, places = clock.now(), _places(me(request))
    place = request.GET.get("place") or next(iter(places), "")
    if place and place not in places:
        raise Http404
    part = request.GET.get("part")
    if part is not None and part not in _PARTS:
        raise Http404
    clinics = clinics_of(me(request))
    found = days.day_of(clinics.filter(location=place) if place else clinics, on, now)
    tag = f'"{found.stamp}"'
    if part is not None and request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    shown = {
        "day": on,
        "today": local(now).date(),
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1),
        "sittings": found.sittings(request.viewer, now),
        "place": place,
        "places": places,
        **_live(request, place),
    }
    answer = page(request, _PARTS[part] if part else "day", shown, here=_HERE)
    if part:
        answer["ETag"] = tag
    return answer


def _places(user: User) -> dict[str, str]:
    """Return the places of booking staff; a clinician sees their own clinics, wherever they are."""
    if user.role != Role.BOOKING:
        return {}
    found = clinics_of(user).order_by("location_name").values_list("location", "location_name")
    return dict(found)


def _live(request: IdentifiedRequest, place: str) -> dict[str, Any]:
    """Return what a page needs to follow its place, or its clinician."""
    own = me(request).practitioners
    desk = f"Location/{place}" if place else f"Practitioner/{own[0]}" if own else ""
    if not desk or request.standing is None:
        return {}
    return {"live_url": LIVE_URL, "cursor": desks.cursor(request.standing, desk)}


@require_http_methods(_PAGE)
def cancel(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    """Cancel one booking, and say by whose wish."""
    booking, clinic = _booking(request, key)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return _cancelled(request, booking, clinic, form)
    facts = facts_of(request.viewer, {booking.patient}, {str(booking.key)})
    shown = {
        "booking": booking,
        "clinic": clinic,
        "known": facts.people.get(booking.patient),
        "form": form,
    }
    return page(request, "cancel", shown, _BAD if form.errors else 200, _HERE)


def _booking(request: IdentifiedRequest, key: uuid.UUID) -> tuple[Claim, Clinic]:
    """Return a booking in one of the clinics that they run.

    :raises Http404: there is none to come.
    """
    with claims.opened():
        found = claims.by_key(key)
    if found is None or found.state != State.BOOKED or found.starts_at <= clock.now():
        raise Http404
    slot = ClinicSlot.objects.filter(slot=found.slot, clinic__in=clinics_of(me(request)))
    row = slot.select_related("clinic").first()
    if row is None:
        raise Http404
    return found, row.clinic


def _cancelled(
    request: IdentifiedRequest, booking: Claim, clinic: Clinic, form: CancelForm
) -> HttpResponse:
    on = local(booking.starts_at).date().isoformat()
    try:
        actions.cancel(request.viewer, booking, form.why(), form.cleaned_data["words"])
    except CannotCancel:
        messages.info(request, "This visit had been changed or cancelled already.")
    else:
        wake(clinic)
        messages.success(request, _said(request, booking))
    return redirect("staff_clinic_day", on)


def _said(request: IdentifiedRequest, booking: Claim) -> str:
    """Return what follows: who has no login is told by nobody else."""
    if sessions.with_login({booking.patient}):
        return "Cancelled. The time is free again, and the patient is told."
    facts = facts_of(request.viewer, {booking.patient}, {str(booking.key)})
    known = facts.people.get(booking.patient)
    how = f" {known.tell_by}." if known and known.tell_by else " Write to them."
    return f"Cancelled. The time is free again. The patient has no login: tell them.{how}"
