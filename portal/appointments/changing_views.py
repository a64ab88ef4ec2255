"""What is booked: what to do before the day, and changing or cancelling it."""

import uuid
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from fhir.paths import first
from fhir.store import NotFound, Stored
from portal import clock
from portal.appointments import access, actions, asked, listing, person, resources, said, showing
from portal.appointments.actions import Why
from portal.appointments.forms import CALL, MOVE, CancelForm, ChangeForm
from portal.appointments.models import Claim
from portal.appointments.own import refusal_to_change
from portal.appointments.refusing import CannotBook
from portal.appointments.rules import ARRIVED, JOIN_BEFORE, STANDING, Mode, State
from portal.appointments.terms import terms_of
from portal.beforehand import rules as coming
from portal.consultations.actions import CannotJoin, ask_for_call
from portal.consultations.opening import opened
from portal.identity.middleware import IdentifiedRequest
from portal.record import pages
from portal.record.dates import clock as time_of
from portal.record.dates import weekday
from portal.record.naming import names_of

_PAGE: Final = ("GET", "HEAD", "POST")
_BAD: Final = 400
_CONFLICT: Final = 409


@require_safe
def booked(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    booking, stored = _booking(request, key)
    if booking.state != State.BOOKED:
        return redirect("appointments:list")
    is_new = "new" in request.GET
    return showing.shown(request, "booked", {**_told(request, booking, stored), "is_new": is_new})


@require_safe
def letter(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    """Show what is booked as a letter, to keep or to print."""
    booking, stored = _booking(request, key)
    if booking.state != State.BOOKED:
        return redirect("appointments:list")
    told = _told(request, booking, stored) | {
        "person": pages.whose(request),
        "reason": str(first(stored.json, "reasonCode.text") or ""),
        "call_on": str(first(stored.json, "extension.valueContactPoint.value") or ""),
        "needs": person.known(request).everything,
        "place": listing.place_of(stored.json) if booking.mode == Mode.IN_PERSON else "",
    }
    return showing.shown(request, "letter", told)


@require_http_methods(_PAGE)
def change(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    booking, stored = _booking(request, key)
    if booking.state != State.BOOKED and stored.json.get("status") not in STANDING:
        return redirect("appointments:list")
    is_video = booking.mode == Mode.VIDEO and booking.state == State.BOOKED
    held = opened(request.records, key, clock.now()).held if is_video else None
    is_called = held is not None and held.call_asked_at is not None
    form = ChangeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        act = form.cleaned_data["act"]
        if act == CALL:
            return _called_instead(request, booking)
        return redirect(f"appointments:{'move' if act == MOVE else 'cancel'}", key)
    may_be_called = is_video and not is_called
    more = {"form": form, "may_be_called": may_be_called, "is_called": is_called}
    told = _told(request, booking, stored) | more
    return showing.shown(request, "change", told, _BAD if form.errors else 200)


@require_http_methods(_PAGE)
def cancel(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    """Ask whether they are sure, and why if they will say; then it is cancelled."""
    booking, stored = _booking(request, key)
    if booking.state != State.BOOKED:
        return redirect("appointments:list")
    if refusal_to_change(booking, clock.now()):
        return redirect("appointments:change", key)
    if "sure" in request.POST:
        return _cancelled(request, booking, CancelForm(request.POST).reason())
    if request.method == "POST":
        return redirect("appointments:cancel", key)  # nobody has said that they are sure
    told = _told(request, booking, stored) | {"form": CancelForm()}
    return showing.shown(request, "cancel", told)


def _called_instead(request: IdentifiedRequest, booking: Claim) -> HttpResponse:
    """Keep day and time of a visit by video, at which they are rung instead."""
    try:
        if booking.mode != Mode.VIDEO:
            raise Http404
        ask_for_call(request.records, booking.key, clock.now(), wanted=True)
    except CannotJoin:
        return redirect("appointments:change", booking.key)
    when = f"{weekday(booking.starts_at)}, {time_of(booking.starts_at)}"
    messages.success(request, f"We will call you on {when}. Keep your phone near you then.")
    return redirect("consultations:visit", booking.key)


def _cancelled(request: IdentifiedRequest, booking: Claim, why: Why) -> HttpResponse:
    key = str(booking.key)
    try:
        actions.cancel(request.records, request.patient, key, why)
    except CannotBook as refused:
        context = {"why": refused, "booking": booking, "at": time_of(booking.starts_at)}
        return showing.shown(request, "not_cancelled", context, _CONFLICT)
    except NotFound:
        raise Http404 from None
    when = f"{weekday(booking.starts_at)}, {time_of(booking.starts_at)}"
    messages.success(request, f"You have cancelled your visit on {when}.")
    return redirect("appointments:list")


def _booking(request: IdentifiedRequest, key: uuid.UUID) -> tuple[Claim, Stored]:
    """Return a booking and its Appointment.

    :raises Http404: there is none of this patient's.
    """
    claim = asked.claim(request, key)
    try:
        return claim, request.records.read("Appointment", str(key))
    except NotFound:
        raise Http404 from None


def _access(request: IdentifiedRequest, booking: Claim) -> list[tuple[str, bool]]:
    """Return what the place has, for those who come to it."""
    if booking.mode != Mode.IN_PERSON or not booking.location:
        return []
    try:
        return access.in_words(request.records.read("Location", booking.location).json)
    except NotFound:
        return []


def _told(request: IdentifiedRequest, booking: Claim, stored: Stored) -> dict[str, Any]:
    now, terms = clock.now(), terms_of(booking.service)
    status = str(stored.json.get("status"))
    is_here = status in ARRIVED
    names = names_of(request.records, [stored])
    return {
        "booking": booking,
        "mode": Mode(booking.mode),
        "minutes": said.minutes(booking.starts_at, resources.until(stored.json, booking.ends_at)),
        "whom": listing.whom(stored.json, names),
        "instruction": str(stored.json.get("patientInstruction") or ""),
        "until": booking.starts_at - terms.cut_off,
        "is_kept_here": booking.state == State.BOOKED,
        "is_in_time": not is_here and refusal_to_change(booking, now) is None,
        "is_here": is_here,
        "preparing": coming.to_prepare(status, booking.starts_at, now),
        "prepares_at": coming.prepares_at(booking.starts_at),
        "phone": terms.phone,
        "access": _access(request, booking),
        "joins_at": booking.starts_at - JOIN_BEFORE,
    }
