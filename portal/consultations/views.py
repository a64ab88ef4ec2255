"""A patient's way into their consultation, and out of it."""

import uuid
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fhir.store import NotFound
from portal import clock
from portal.appointments import person
from portal.appointments.models import ClinicSlot
from portal.appointments.rules import Mode
from portal.appointments.said import a
from portal.appointments.said import language as spoken
from portal.consultations import actions, guests, queue, showing
from portal.consultations.actions import CannotJoin, Refused
from portal.consultations.forms import CheckForm, TokenForm
from portal.consultations.models import Guest, Party
from portal.consultations.opening import Opened, opened
from portal.consultations.rules import Role, Stage
from portal.headers import with_camera
from portal.identity.middleware import IdentifiedRequest
from portal.record.words import capital

_PAGE: Final = ("GET", "HEAD", "POST")
_GONE: Final = 410
_ON_THE_WAY: Final = frozenset({Stage.WAITING, Stage.ADMITTED})
_PARTS: Final = {
    "company": "consultations/parts/company.html",
    "note": "consultations/parts/note.html",
    "room": "consultations/parts/room.html",
}


@require_safe
def visit(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    """Show where a visit stands: too early, open, in the waiting room, over."""
    found = _opened(request, key)
    if found.stage == Stage.CALLED_OFF:
        return redirect("appointments:list")
    if found.stage in _ON_THE_WAY:
        return redirect("consultations:wait", key)
    parts = {"state": "consultations/parts/state.html"}
    return showing.shown(request, "visit", found, parts=parts)


@with_camera
@require_http_methods(_PAGE)
def check(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    """Try camera, microphone and line; what is found stays with the appointment."""
    found = _opened(request, key)
    if request.method != "POST":
        if found.stage in {Stage.ENDED, Stage.MISSED, Stage.OVER, Stage.CALLED_OFF}:
            return redirect("consultations:visit", key)
        return showing.shown(request, "check", found)
    form = CheckForm(request.POST)
    try:
        if form.is_valid() and any(form.cleaned_data.values()):
            actions.remember_check(request.records, key, form.check(), clock.now())
        if found.stage != Stage.EARLY:
            actions.enter(request.records, key, clock.now())
    except CannotJoin:
        return redirect("consultations:visit", key)
    return redirect(
        "consultations:wait" if found.stage != Stage.EARLY else "consultations:visit", key
    )


@with_camera
@require_http_methods(_PAGE)
def wait(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    """Go into the waiting room, or show it; it keeps a place, and looks again by itself."""
    found = _opened(request, key)
    if request.method == "POST":
        try:
            actions.enter(request.records, key, clock.now())
        except CannotJoin:
            return redirect("consultations:visit", key)
        return redirect("consultations:wait", key)
    part = request.GET.get("part")
    if found.stage not in _ON_THE_WAY and part is None:
        return redirect("consultations:visit", key)
    is_here = found.own is not None and found.own.session == _session(request)
    more = {
        "place": queue.place_of(found),
        "token": actions.token_for(found),
        "is_in_call": is_here,
        "also": _others(request, found),
        "joining": _joining(request, found) if part in {None, "company"} else [],
    }
    return showing.shown(request, "wait", found, more, _PARTS)


@require_POST
def leave(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    _opened(request, key)
    actions.leave(request.records, key, clock.now())
    return redirect("consultations:visit", key)


@require_POST
def call_me(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    """Ask to be rung instead, or take that back."""
    found = _opened(request, key)
    wanted = request.POST.get("act") != "video"
    try:
        actions.ask_for_call(request.records, key, clock.now(), wanted=wanted)
    except CannotJoin:
        return redirect("consultations:visit", key)
    said = "The clinic can see that you would like a phone call. Keep your phone near you."
    messages.success(request, said if wanted else "The clinic expects you by video again.")
    is_waiting = found.stage in _ON_THE_WAY
    return redirect("consultations:wait" if is_waiting else "consultations:visit", key)


@sensitive_post_parameters("token")
@require_POST
def join(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    """Open the room with the token that admission gave; it works once."""
    found = _opened(request, key)
    form = TokenForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused  # noqa: TRY301 (refused as any other)
        token = form.cleaned_data["token"]
        actions.use_token(request.records, key, token, _session(request), clock.now())
    except CannotJoin:
        return redirect("consultations:visit", key)
    except Refused:
        context = {"visit": found, "section": "appointments"}
        return render(request, "consultations/used.html", context, status=_GONE)
    return redirect("consultations:call", key)


@with_camera
@require_safe
def call(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    """Show the call to the session that was let in, as long as it lasts."""
    found = _opened(request, key)
    own = found.own
    if found.stage != Stage.ADMITTED or own is None or own.session != _session(request):
        is_near = found.stage in _ON_THE_WAY
        return redirect("consultations:wait" if is_near else "consultations:visit", key)
    return showing.shown(request, "call", found, {"role": Role(own.role), "after": _after(key)})


def _opened(request: IdentifiedRequest, key: uuid.UUID) -> Opened:
    """Return a video visit of the patient in view.

    :raises Http404: it is another's, or not by video.
    """
    try:
        found = opened(request.records, key, clock.now())
    except NotFound:
        raise Http404 from None
    if found.booking.patient != request.patient or found.booking.mode != Mode.VIDEO:
        raise Http404
    return found


def _others(request: IdentifiedRequest, found: Opened) -> list[Party]:
    """Return who else of the patient's own side is here."""
    with request.records.transaction():
        here = Party.objects.filter(
            consultation=found.key, waiting_since__isnull=False, left_at=None
        ).exclude(who=request.viewer.who)
        return list(here.exclude(role=Role.MODERATOR).order_by("waiting_since"))


def _joining(request: IdentifiedRequest, found: Opened) -> list[str]:
    """Return who is to come: an interpreter, by name once they have opened their link."""
    with request.records.transaction():
        opened_by = Guest.objects.filter(consultation=found.key, ended_at=None)
        names = [guests.called(one.name) for one in opened_by.exclude(opened_at=None)]
        here = Party.objects.filter(consultation=found.key, role=Role.INTERPRETER, left_at=None)
        there = {one.name for one in here}
    if names or there:
        return [name for name in names if name not in there]
    language = person.known(request).language
    slot = ClinicSlot.objects.filter(slot=found.booking.slot).first() if language else None
    is_booked = slot is not None and language in slot.languages
    return [f"{capital(a(spoken(language)))} interpreter"] if is_booked else []


def _after(key: uuid.UUID) -> str:
    return reverse("consultations:visit", args=[key])


def _session(request: IdentifiedRequest) -> str:
    return request.viewer.session
