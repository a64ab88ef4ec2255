"""Before a visit: what we should know and have ready; on its day: that somebody has come."""

import uuid
from typing import Any, Final, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from fhir.store import NotFound
from portal import clock
from portal.appointments import arriving, listing, person, resources, said, showing
from portal.appointments.rules import STANDING, Mode
from portal.appointments.terms import terms_of
from portal.beforehand import actions, medicines, rules
from portal.beforehand.actions import CannotNow, Coming, Meanwhile
from portal.beforehand.answers import id_of
from portal.beforehand.forms import BeforeForm, typed_before
from portal.beforehand.rules import Stage
from portal.drafts import keeping
from portal.identity.middleware import IdentifiedRequest
from portal.identity.models import User
from portal.needs.reviewing import review
from portal.record import seen
from portal.record.naming import names_of

FORM: Final = "before"
_PAGE: Final = ("GET", "HEAD", "POST")
_BAD: Final = 400
_CONFLICT: Final = 409
_BACK: Final = "not-here"
_PARTS: Final = {"here": "beforehand/parts/here.html"}


@sensitive_post_parameters()
@require_http_methods(_PAGE)
def before(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    """Ask what has changed since a visit was booked, and what we should have ready."""
    coming = _coming(request, key)
    if coming.preparing == Stage.OFF:
        return _off(coming)
    if coming.preparing != Stage.OPEN:
        return _shown(request, "not_now", coming, {}, _refused(request))
    if request.method != "POST":
        return _asked(request, coming)
    keeping.keep(_me(request), FORM, _about(coming), request.POST.dict(), clock.now())
    form = BeforeForm(request.POST, asks_medicines=medicines.may_see(request))
    return _told(request, coming, form) if form.is_valid() else _asked(request, coming, form)


@require_http_methods(_PAGE)
def here(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    """Let somebody say that they have come, or take it back; by video, entering says so."""
    coming = _coming(request, key)
    if coming.arriving == Stage.OFF:
        return _off(coming)
    if coming.booking.mode == Mode.VIDEO:
        return redirect("consultations:visit", key)
    if request.method != "POST":
        return _shown(request, "here", coming, _place(coming))
    act = actions.take_back if request.POST.get("act") == _BACK else actions.arrive
    try:
        act(coming, request.records)
    except CannotNow as why:
        if why.stage == Stage.OFF:
            return _off(_coming(request, key))
        return _shown(request, "here", _coming(request, key), _place(coming), _CONFLICT)
    except Meanwhile:
        messages.warning(request, "Your visit was changed at the same moment. Look at it again.")
    else:
        _know(request, coming)
    return redirect("beforehand:here", key)


def _told(request: IdentifiedRequest, coming: Coming, form: BeforeForm) -> HttpResponse:
    try:
        actions.tell(
            coming, form.answers(coming.answers), form.cleaned_data["seen"], request.records
        )
    except CannotNow as why:
        if why.stage == Stage.OFF:
            return _off(_coming(request, coming.booking.key))
        return _shown(request, "not_now", _coming(request, coming.booking.key), {}, _CONFLICT)
    except Meanwhile:
        return _asked(request, _coming(request, coming.booking.key), form, is_other=True)
    keeping.discard(_me(request), FORM, _about(coming), clock.now())
    _know(request, coming)
    messages.success(request, "Thank you. Your team can see this before your visit.")
    return redirect("beforehand:before", coming.booking.key)


def _off(coming: Coming) -> HttpResponse:
    """Lead to what there is; of a visit that the hospital has taken elsewhere, to whom to ring."""
    if coming.status in STANDING and not coming.is_kept_here:
        return redirect("appointments:change", coming.booking.key)
    return redirect("appointments:list")


def _know(request: IdentifiedRequest, coming: Coming) -> None:
    """Count as seen what they have just said themselves."""
    seen.open_item(request, "Appointment", str(coming.booking.key))
    seen.open_item(request, "QuestionnaireResponse", id_of(coming.booking.series))


def _asked(
    request: IdentifiedRequest,
    coming: Coming,
    form: BeforeForm | None = None,
    *,
    is_other: bool = False,
) -> HttpResponse:
    """Show the form: with what was typed, else with what was said, else with what is known."""
    sees_medicines, known = medicines.may_see(request), person.known(request)
    draft = keeping.kept(_me(request), FORM, _about(coming), clock.now())
    phone = coming.answers.phone or resources.contact_of(coming.appointment.json) or known.phone
    first = {**typed_before(coming.answers), "phone": phone, **draft.words}
    context = {
        "form": form or BeforeForm(initial=first, asks_medicines=sees_medicines),
        "draft": draft,
        "is_other": is_other,
        "version": _version(coming, None if is_other else form),
        "known": known,
        "review": review(known.flagged, clock.now()),
        "medicines": medicines.listed(request) if sees_medicines else None,
        "longest": {"needs": rules.LONGEST_NEEDS, "medicines": rules.LONGEST_MEDICINES},
    }
    return _shown(request, "before", coming, context, _status(form, is_other=is_other))


def _place(coming: Coming) -> dict[str, Any]:
    is_there = coming.booking.mode == Mode.IN_PERSON
    return {"place": listing.place_of(coming.appointment.json) if is_there else ""}


def _version(coming: Coming, form: BeforeForm | None) -> object:
    """Return which version of what was said is before them; one that is corrected is the same."""
    return form["seen"].value() if form else coming.told.version if coming.told else 0


def _status(form: BeforeForm | None, *, is_other: bool) -> int:
    return _CONFLICT if is_other else _BAD if form else 200


def _refused(request: IdentifiedRequest) -> int:
    return _CONFLICT if request.method == "POST" else 200


def _shown(
    request: IdentifiedRequest,
    name: str,
    coming: Coming,
    more: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    booking = coming.booking
    names = names_of(request.records, [coming.appointment])
    context = {
        "coming": coming,
        "booking": booking,
        "starts_at": booking.starts_at,
        "mode": Mode(booking.mode),
        "minutes": said.minutes(
            booking.starts_at, resources.until(coming.appointment.json, booking.ends_at)
        ),
        "whom": listing.whom(coming.appointment.json, names),
        "phone": terms_of(booking.service).phone,
        "stages": Stage,
        "prepares_at": rules.prepares_at(booking.starts_at),
        "arrives_at": booking.starts_at - rules.HERE_BEFORE,
        "arrived_at": arriving.arrived_at(coming.appointment.json),
        "is_own_word": arriving.is_ours(coming.appointment.json),
    }
    return showing.shown(request, f"beforehand/{name}", {**context, **more}, status, _PARTS)


def _coming(request: IdentifiedRequest, key: uuid.UUID) -> Coming:
    """Return a booking of the patient in view.

    :raises Http404: there is none.
    """
    try:
        return actions.coming(request.records, request.patient, key, clock.now())
    except NotFound:
        raise Http404 from None


def _about(coming: Coming) -> str:
    return str(coming.booking.series)


def _me(request: IdentifiedRequest) -> User:
    return cast("User", request.user)
