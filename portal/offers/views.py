"""A patient's pages on earlier times: saying when they could come, and taking one or not."""

import uuid
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from fhir.store import NotFound
from portal import clock
from portal.appointments import asked, showing
from portal.appointments.models import Claim, Clinic, ClinicSlot
from portal.appointments.own import refusal_to_change
from portal.appointments.refusing import CannotBook
from portal.appointments.rules import Mode, State
from portal.identity.middleware import IdentifiedRequest
from portal.offers import actions, wishes
from portal.offers.forms import WishForm
from portal.offers.models import EarlierOffer, EarlierWish
from portal.record.dates import brief, local

_PAGE: Final = ("GET", "HEAD", "POST")
_BAD, _CONFLICT = 400, 409
_PARTS: Final = {"offer": "offers/parts/offer.html", "news": "offers/parts/news.html"}


@require_http_methods(_PAGE)
def earlier(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    """Ask when somebody could come sooner than they are booked."""
    booking = asked.claim(request, key)
    now = clock.now()
    if booking.state != State.BOOKED or refusal_to_change(booking, now):
        return redirect("appointments:change", key)
    wish = wishes.current(request.records, key)
    form = WishForm(
        request.POST if request.method == "POST" else None,
        initial=_said(wish, booking),
        places=_places(booking),
    )
    if form.is_bound and form.is_valid():
        return _kept(request, booking, form)
    context = {"booking": booking, "wish": wish, "form": form, "mode": Mode(booking.mode)}
    return showing.shown(request, "offers/earlier", context, _BAD if form.errors else 200)


@require_POST
def stop(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    try:
        wishes.stop(request.records, request.patient, key, clock.now())
    except NotFound:
        raise Http404 from None
    messages.success(request, "We will not offer you earlier times for this visit.")
    return redirect("appointments:list")


@require_http_methods(_PAGE)
def offer(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    """Show an earlier time beside the booking; take it, or keep what is booked."""
    found = _mine(request, key)
    if request.method == "POST" and "take" in request.POST:
        return _taken(request, found)
    if request.method == "POST":
        actions.decline(request.records, request.patient, key, clock.now())
        messages.success(request, "You have kept your visit. Nothing has changed.")
        return redirect("appointments:list")
    return _shown(request, found)


def _taken(request: IdentifiedRequest, found: EarlierOffer) -> HttpResponse:
    try:
        made = actions.accept(request.records, request.patient, found.key, clock.now())
    except actions.OfferEnded:
        return _shown(request, _mine(request, found.key), status=_CONFLICT)
    except CannotBook as why:
        return _shown(request, _mine(request, found.key), why, _CONFLICT)
    except NotFound:
        raise Http404 from None
    return redirect(f"{reverse('appointments:booked', args=[made.key])}?new")


def _shown(
    request: IdentifiedRequest,
    found: EarlierOffer,
    why: CannotBook | None = None,
    status: int = 200,
) -> HttpResponse:
    old = asked.claim(request, found.booking)
    slots = ClinicSlot.objects.select_related("clinic").in_bulk([found.slot, old.slot])
    slot = slots.get(found.slot)
    if slot is None:
        raise Http404
    context = {
        "offer": found,
        "is_open": found.state == EarlierOffer.State.OPEN and found.expires_at > clock.now(),
        "old": old,
        "slot": slot,
        "mode": Mode(old.mode),
        "old_day": _day(old.starts_at, clock.now()),
        "new_day": _day(slot.starts_at, clock.now()),
        "sooner": (local(old.starts_at).date() - local(slot.starts_at).date()).days,
        "with_whom": _whom(slot, old.mode),
        "with_whom_now": _whom(slots[old.slot], old.mode) if old.slot in slots else "",
        "why": why,
    }
    return showing.shown(request, "offers/offer", context, status, _PARTS)


def _whom(slot: ClinicSlot, mode: str) -> str:
    """Return with whom a time is, and where if its patient goes there."""
    clinic = slot.clinic
    place = clinic.location_name if mode == Mode.IN_PERSON else ""
    return " at ".join(filter(None, [clinic.clinician_name or clinic.service_name, place]))


def _day(at: datetime, now: datetime) -> str:
    """Return a day with its weekday, and with its year only if that is another one."""
    return f"{local(at):%A} {brief(at, now)}"


def _kept(request: IdentifiedRequest, booking: Claim, form: WishForm) -> HttpResponse:
    now = clock.now()
    try:
        wishes.wish(request.records, request.patient, booking, form.wanted(), now)
    except CannotBook:
        return redirect("appointments:change", booking.key)
    except NotFound:
        raise Http404 from None
    messages.success(request, "We will tell you if an earlier time comes free.")
    return redirect("appointments:list")


def _said(wish: EarlierWish | None, booking: Claim) -> dict[str, Any]:
    """Return what stands in the form: what was said before, or else all there is."""
    places = [one for one, _ in _places(booking)]
    if wish is None:
        return {"weekdays": ["1", "2", "3", "4", "5"], "locations": places}
    return {
        "days_notice": str(wish.days_notice),
        "weekdays": [str(one) for one in wish.weekdays],
        "locations": wish.locations or places,
    }


def _places(booking: Claim) -> list[tuple[str, str]]:
    """Return the sites at which this service has clinics, by name."""
    held = Clinic.objects.filter(service=booking.service, stage=Clinic.Stage.PUBLISHED)
    return sorted(set(held.values_list("location", "location_name")), key=lambda one: one[1])


def _mine(request: IdentifiedRequest, key: uuid.UUID) -> EarlierOffer:
    """Return an offer to the patient in view.

    :raises Http404: there is none.
    """
    try:
        return actions.mine(request.records, request.patient, key)
    except NotFound:
        raise Http404 from None
