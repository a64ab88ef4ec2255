"""Handing over an activation code: find the person, check who it is, show the code once."""

import logging
import secrets
from typing import Any, cast

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fhir import changes
from fhir.access import SYSTEM
from fhir.store import Repository
from portal import clock
from portal.identity import actions, doors, people, rules
from portal.identity.actions import JustGiven
from portal.identity.forms import ChecksForm, PersonForm
from portal.identity.menus import menu
from portal.identity.middleware import IdentifiedRequest
from portal.identity.models import ActivationCode, Link, Role, User
from portal.identity.people import Person
from portal.record import dates

logger = logging.getLogger(__name__)

# Where the session keeps who was found, and a token that lets one code be given for it.
_FOUND = "activation_person"
_PAGE = ("GET", "HEAD", "POST")
_NOBODY = "We have no record with this {} and date of birth"
_SEVERAL = "More than one record has this {} and date of birth. No code can be given by it"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send a member of staff to where they begin."""
    return redirect(doors.HOMES[Role(cast("User", request.user).role)])


@require_http_methods(_PAGE)
def find(request: IdentifiedRequest) -> HttpResponse:
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, action="find_person", user=request.user):
            return render(request, "429.html", status=429)
        found = people.find_people(request.records, **form.cleaned_data)
        if len(found) == 1:
            request.session[_FOUND] = {"patient": found[0].key, "once": secrets.token_hex(8)}
            return redirect("staff_activation_person")
        _alarm_if_barred(request, form.cleaned_data)
        number = "NHS number" if form.cleaned_data["nhs_number"] else "hospital number"
        form.add_error(None, (_SEVERAL if found else _NOBODY).format(number))
    return _page(request, "find", {"form": form})


@require_http_methods(_PAGE)
def person(request: IdentifiedRequest) -> HttpResponse:
    found = _found(request)
    if found is None:
        return redirect("staff_activation")
    today = dates.local(clock.now()).date()
    held = changes.is_held(found.key)
    refusal = rules.refusal_to_give_code(found.resource, today, held=held)
    form = ChecksForm(request.POST or None)
    if request.method == "POST" and not refusal and form.is_valid():
        return _give(request, found, form.cleaned_data["evidence"])
    asked = {"form": form, "refusal": refusal, "once": request.session[_FOUND]["once"]}
    return _page(request, "person", _about(found) | asked)


@require_POST
def cancel(request: IdentifiedRequest) -> HttpResponse:
    found = _found(request)
    if found is None:
        return redirect("staff_activation")
    actions.cancel_code(patient=found.key, by=_me(request), now=clock.now())
    return redirect("staff_activation_person")


def _give(request: IdentifiedRequest, found: Person, evidence: str) -> HttpResponse:
    """Show a new code; sending the same form again, as a reload does, shows none."""
    kept = request.session[_FOUND]
    if not kept["once"] or request.POST.get("once") != kept["once"]:
        return redirect("staff_activation_person")
    request.session[_FOUND] = kept | {"once": ""}
    try:
        code = actions.give_code(
            patient=found.key, evidence=evidence, by=_me(request), now=clock.now()
        )
    except JustGiven:
        return redirect("staff_activation_person")
    start = f"{request.get_host()}{reverse('start')}"
    return _page(request, "code", _about(found) | {"code": code, "start": start})


def _found(request: IdentifiedRequest) -> Person | None:
    """Return whom this session found; each page gets a new token for one code."""
    kept = request.session.get(_FOUND)
    if not kept or kept["patient"] in request.viewer.barred:
        return None
    if request.method != "POST":
        request.session[_FOUND] = kept | {"once": secrets.token_hex(8)}
    return people.person_of(Repository(SYSTEM).read("Patient", kept["patient"]).json)


def _about(found: Person) -> dict[str, Any]:
    now = clock.now()
    given = list(
        ActivationCode.objects.select_related("issued_by")
        .filter(patient=found.key)
        .order_by("-issued_at")[:10]
    )
    codes = [(code, rules.state_of(code, now)) for code in given]
    is_open = bool(codes) and codes[0][1] == rules.CodeState.OPEN
    return {
        "person": found,
        "age": rules.age_at(found.born, dates.local(now).date()) if found.born else None,
        "link": Link.objects.filter(patient=found.key, ended_at=None).first(),
        "current": codes[0][0] if is_open else None,
        "earlier": codes[1:] if is_open else codes,
    }


def _page(request: IdentifiedRequest, name: str, shown: dict[str, Any]) -> HttpResponse:
    me = _me(request)
    frame = {
        "sections": menu(me.role, "staff_activation"),
        "me": (me.name, me.job_title or me.get_role_display()),
        "home": reverse("staff_activation"),
    }
    status = 400 if "form" in shown and shown["form"].errors else 200
    return render(request, f"staff/activation/{name}.html", frame | shown, status=status)


def _alarm_if_barred(request: IdentifiedRequest, sought: dict[str, Any]) -> None:
    """Say aloud that somebody looked for their own record, or a relation's, as staff."""
    if not request.viewer.barred:
        return
    found = people.find_people(Repository(SYSTEM), **sought)
    if any(one.key in request.viewer.barred for one in found):
        logger.error("alarm: %s looked for a record that is closed to them", request.viewer.who)


def _me(request: HttpRequest) -> User:
    return cast("User", request.user)
