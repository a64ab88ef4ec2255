"""A clinician's day of visits: who waits, letting in, saying that one is late, ending."""

import uuid
from datetime import date
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fhir.store import NotFound
from portal import clock
from portal.appointments.resources import contact_of
from portal.appointments.rules import Mode
from portal.consultations import said, seeing
from portal.consultations.clinic import Row, clinic_of, next_of
from portal.consultations.forms import NoteForm, OutcomeForm
from portal.consultations.rules import Outcome, Role, Stage
from portal.consultations.seeing import FollowUp, OnRequest
from portal.consultations.staff_pages import OVER, about, me, page, tried, visit_of
from portal.consultations.standing import BESIDE
from portal.headers import with_camera
from portal.identity.middleware import IdentifiedRequest
from portal.record.dates import local

_PAGE: Final = ("GET", "HEAD", "POST")
_BAD: Final = 400
_CONFLICT: Final = 409


@require_safe
def visits(request: IdentifiedRequest) -> HttpResponse:
    """Show who is booked on a day: today, or the day before or after."""
    now = clock.now()
    today = local(now).date()
    day = _day(request.GET.get("day", ""), today)
    rows = clinic_of(request.records, me(request).practitioners, day, now)
    context = {
        "rows": rows,
        "clinics": sorted({row.clinic for row in rows if row.clinic}),
        "next": next_of(rows) if day == today else None,
        "day": day,
        "today": today,
        "before": day - BESIDE if day >= today else None,
        "after": day + BESIDE if day <= today else None,
        "form": NoteForm(),
        "last_note": _last_note(rows),
        "waiting": [row for row in rows if row.is_waiting],
        "stages": Stage,
    }
    parts = {"list": "staff/visits/parts/list.html"}
    return page(request, "list", context, parts=parts)


@require_POST
def admit(request: IdentifiedRequest, key: uuid.UUID, party: uuid.UUID) -> HttpResponse:
    """Let one person in; the clinician goes into the room."""
    refused = tried(request, lambda by: seeing.admit(by, key, party, clock.now()))
    return refused or redirect("staff_visit_call", key)


@require_POST
def out(request: IdentifiedRequest, key: uuid.UUID, party: uuid.UUID) -> HttpResponse:
    """Ask a third out of the room."""
    refused = tried(request, lambda by: seeing.send_out(by, key, party, clock.now()))
    return refused or redirect("staff_visit_call", key)


@require_POST
def note(request: IdentifiedRequest) -> HttpResponse:
    """Say something to one who waits, or to all of today's."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "Nothing was sent. Say what in 140 characters or less.")
        return redirect("staff_visits")
    now, by = clock.now(), me(request)
    rows = clinic_of(request.records, by.practitioners, local(now).date(), now)
    to = form.cleaned_data["to"]
    seen = [row for row in rows if row.person]
    chosen = [row.key for row in seen if row.key == to or (not to and row.is_waiting)]
    try:
        told = seeing.say(by, chosen, form.said(), now)
    except NotFound:
        raise Http404 from None
    people = "1 person was told" if told == 1 else f"{told} people were told"
    messages.success(request, f"{people}: {said.note_for_staff(form.said())}.")
    return redirect("staff_visits")


@with_camera
@require_safe
def call(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    """Show the clinician's own end of the call; they may come and go."""
    now, by = clock.now(), me(request)
    found = visit_of(request, key)
    if found.booking.mode != Mode.VIDEO:
        raise Http404
    refused = tried(request, lambda by: seeing.moderate(by, key, request.viewer.session, now))
    if refused:
        return refused
    rows = clinic_of(request.records, by.practitioners, found.booking.local_date, now, only=key)
    person = rows[0].person if rows else None
    context = {
        "booking": found.booking,
        "role": Role.MODERATOR,
        "patient": person.name if person else "",
        "phone": contact_of(found.appointment.json),
        "after": "/staff/visits/",
        "rows": rows,
    }
    return page(request, "call", context, parts={"beside": "staff/visits/parts/beside.html"})


@require_http_methods(_PAGE)
def end(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    """Ask what comes of a visit, and end it for everybody."""
    now, found = clock.now(), visit_of(request, key)
    if found.stage in {Stage.ENDED, Stage.MISSED}:
        messages.info(request, OVER)
        return redirect("staff_visits")
    form = OutcomeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        outcome = Outcome(form.cleaned_data["outcome"])
        then = _next(form, outcome, local(now).date())
        refused = tried(request, lambda by: seeing.end(by, key, outcome, now, then))
        if refused:
            return refused
        messages.success(request, "The visit has ended. The patient can see what happens next.")
        return redirect("staff_visits")
    return about(request, "end", found, {"form": form}, _BAD if form.errors else 200)


@require_http_methods(_PAGE)
def missed(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    """Write down that somebody was not seen, once it was asked whether that is so."""
    found = visit_of(request, key)
    if request.method == "POST":
        refused = tried(request, lambda by: seeing.miss(by, key, clock.now()))
        if not refused:
            messages.success(request, "Written down. They can choose a new time themselves.")
        return refused or redirect("staff_visits")
    return about(request, "missed", found, {})


def _day(said_day: str, today: date) -> date:
    """Return the day that is asked for, of the three whose patients a clinician may see."""
    try:
        day = date.fromisoformat(said_day) if said_day else today
    except ValueError:
        raise Http404 from None
    if abs(day - today) > BESIDE:
        raise Http404
    return day


def _next(form: OutcomeForm, outcome: Outcome, today: date) -> FollowUp | OnRequest | None:
    """Return what comes of a visit: one to book, leave to ask for one, or nothing."""
    title = form.cleaned_data["title"].strip()
    if outcome == Outcome.FOLLOW_UP:
        return FollowUp(title, form.last_day(today))
    if outcome == Outcome.ON_REQUEST:
        return OnRequest(title, *form.plan(today))
    return None


def _last_note(rows: list[Row]) -> tuple[str, Any] | None:
    sent = [row.held for row in rows if row.held and row.held.note and row.held.noted_at]
    newest = max(sent, key=lambda one: one.noted_at or one.starts_at, default=None)
    return (said.note_for_staff(newest.note), newest.noted_at) if newest else None
