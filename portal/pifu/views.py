"""A patient's pages of a plan: when to ask and when to ring instead, asking, what was answered."""

import uuid
from typing import Any, Final, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fhir.store import NotFound
from portal import clock
from portal.appointments import person, showing
from portal.appointments.terms import terms_of
from portal.drafts import keeping
from portal.drafts.keeping import Kept
from portal.identity.middleware import IdentifiedRequest
from portal.identity.models import User
from portal.pifu import asking, reading, rules, said
from portal.pifu.asking import CannotAsk, CannotTakeBack
from portal.pifu.forms import RING, AskForm
from portal.pifu.reading import Asked
from portal.pifu.resources import Plan
from portal.pifu.rules import OPEN, Refusal, State
from portal.record.dates import local

FORM: Final = "ask"
_PAGE: Final = ("GET", "HEAD", "POST")
_BAD, _CONFLICT = 400, 409
_OF_PLAN: Final = {"state": "pifu/parts/state.html"}
_OF_ASK: Final = {"asked": "pifu/parts/asked.html"}


@require_safe
def plan(request: IdentifiedRequest, key: str) -> HttpResponse:
    """Show when to ring 999 or 111, when to ask, until when, and what was asked before."""
    found = _plan(request, key)
    asks = reading.asked_of(request.records, request.patient, found)
    return _shown(request, "plan", found, {"asks": asks, **_standing(found, asks)}, parts=_OF_PLAN)


@sensitive_post_parameters()
@require_http_methods(_PAGE)
def ask(request: IdentifiedRequest, key: str) -> HttpResponse:
    """Ask how things are; what is typed is kept until it is sent."""
    found = _plan(request, key)
    if request.method == "POST":
        return _posted(request, found)
    asks = reading.asked_of(request.records, request.patient, found)
    standing = _standing(found, asks)
    if standing["refusal"]:
        return redirect("pifu:plan", key)
    draft = keeping.kept(_me(request), FORM, key, clock.now())
    phone = person.known(request).phone
    typed = {"phone": phone, "reach": RING if phone else None, **draft.words}
    return _form(request, found, AskForm(signs=found.signs, initial=typed), draft)


@require_safe
def asked(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    """Show what was asked: what to do now, where a warning sign was ticked, and what follows."""
    one = _asked(request, key)
    found = _plan(request, one.row.plan)
    return _shown(request, "asked", found, {"asked": one}, parts=_OF_ASK)


@require_POST
def take_back(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    try:
        asking.take_back(request.records, request.patient, key, clock.now())
    except NotFound:
        raise Http404 from None
    except CannotTakeBack:
        messages.warning(request, "We have looked at it already. Ring us if you no longer need it.")
        return redirect("pifu:asked", key)
    messages.success(request, "You have taken it back. Nobody will answer it.")
    return redirect("pifu:plan", _asked(request, key).row.plan)


def _posted(request: IdentifiedRequest, found: Plan) -> HttpResponse:
    form, now = AskForm(request.POST, signs=found.signs), clock.now()
    if not form.is_valid():
        draft = keeping.keep(_me(request), FORM, found.id, request.POST.dict(), now)
        return _form(request, found, form, draft, _BAD)
    try:
        row = asking.send(request.records, request.patient, found.id, form.form(), now)
    except CannotAsk as why:
        keeping.keep(_me(request), FORM, found.id, request.POST.dict(), now)
        asks = reading.asked_of(request.records, request.patient, found)
        context = {"asks": asks, **_standing(found, asks), "refused": why.refusal}
        return _shown(request, "plan", found, context, _CONFLICT)
    except NotFound:
        raise Http404 from None
    keeping.discard(_me(request), FORM, found.id, now)
    return redirect("pifu:asked", row.key)


def _form(
    request: IdentifiedRequest, found: Plan, form: AskForm, draft: Kept, status: int = 200
) -> HttpResponse:
    return _shown(request, "ask", found, {"form": form, "draft": draft, "ring": RING}, status)


def _standing(found: Plan, asks: list[Asked]) -> dict[str, Any]:
    today = local(clock.now()).date()
    open_one = next((one for one in asks if one.row.state in OPEN), None)
    return {
        "refusal": rules.refusal_to_ask(found, today, has_asked=open_one is not None),
        "open_one": open_one,
        "days_left": (found.last_day - today).days + 1,
    }


def _shown(  # noqa: PLR0913, PLR0917 (as `showing.shown` takes them, and the plan)
    request: IdentifiedRequest,
    name: str,
    found: Plan,
    more: dict[str, Any],
    status: int = 200,
    parts: dict[str, str] | None = None,
) -> HttpResponse:
    context = {
        "plan": found,
        "phone": terms_of(found.terms.service[0]).phone,
        "asking": said,
        "states": State,
        "refusals": Refusal,
        **more,
    }
    return showing.shown(request, f"pifu/{name}", context, status, parts)


def _plan(request: IdentifiedRequest, key: str) -> Plan:
    """Return a plan of the person in view.

    :raises Http404: there is none.
    """
    try:
        return asking.plan_for(request.records, request.patient, key)
    except NotFound:
        raise Http404 from None


def _asked(request: IdentifiedRequest, key: uuid.UUID) -> Asked:
    try:
        return reading.asked(request.records, request.patient, key)
    except NotFound:
        raise Http404 from None


def _me(request: IdentifiedRequest) -> User:
    return cast("User", request.user)
