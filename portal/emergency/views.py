"""A clinician without a treating relation opens a record: whose, why, and then what matters."""

from datetime import date
from typing import Any, cast
from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import clock
from portal.emergency import actions, mails, reading, rules
from portal.emergency.actions import Asked, NoSuchRecord, OwnOrRelations
from portal.emergency.forms import WhoseForm, WhyForm
from portal.emergency.models import EmergencyAccess
from portal.identity.menus import menu
from portal.identity.middleware import IdentifiedRequest
from portal.identity.models import User

_PAGE = ("GET", "HEAD", "POST")
_BAD = 400
# Where the session keeps what was typed: nothing has been looked up by it yet.
_TYPED = "emergency"


@require_http_methods(_PAGE)
def whose(request: IdentifiedRequest) -> HttpResponse:
    form = WhoseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        kept = {"nhs_number": typed["nhs_number"], "born": typed["born"].isoformat()}
        request.session[_TYPED] = kept
        return redirect("staff_emergency_why")
    mine = EmergencyAccess.objects.filter(
        user=_me(request), ends_at__gt=clock.now(), closed_at=None
    ).order_by("-opened_at")
    return _page(request, "whose", {"form": form, "mine": mine})


@require_http_methods(_PAGE)
def why(request: IdentifiedRequest) -> HttpResponse:
    """Say the consequences and ask for a reason: the same page, record or no record."""
    typed = request.session.get(_TYPED)
    if not typed:
        return redirect("staff_emergency")
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, action="find_person", user=request.user):
            return render(request, "429.html", status=429)
        asked = Asked(typed["nhs_number"], date.fromisoformat(typed["born"]), **form.cleaned_data)
        try:
            return _opened(request, asked)
        except NoSuchRecord:
            form.add_error(None, "No record can be opened by this NHS number and date of birth")
        except OwnOrRelations:
            form.add_error(None, "You cannot open this record. It is yours, or a relation’s")
    until = clock.now() + rules.LASTS
    shown = {"form": form, "number": typed["nhs_number"], "until": until}
    return _page(request, "why", shown)


@require_safe
def record(request: IdentifiedRequest, key: UUID) -> HttpResponse:
    opened = _mine(request, key)
    shown = {
        "opened": opened,
        "person": reading.person_of(request.records, opened.patient),
        "lists": reading.parts_of(request.records, opened.patient),
    }
    return _page(request, "record", shown)


@require_POST
def give_back(request: IdentifiedRequest, key: UUID) -> HttpResponse:
    actions.give_back(user=_me(request), key=key, now=clock.now())
    messages.success(request, "The record is closed to you again.")
    return redirect("staff_emergency")


def _opened(request: IdentifiedRequest, asked: Asked) -> HttpResponse:
    opened = actions.open_record(
        records=request.records, user=_me(request), asked=asked, now=clock.now()
    )
    request.session.pop(_TYPED)
    mails.tell(opened.patient)
    return redirect("staff_emergency_record", opened.key)


def _mine(request: IdentifiedRequest, key: UUID) -> EmergencyAccess:
    """Return an access that stands.

    :raises Http404: it is another's, or over.
    """
    found = EmergencyAccess.objects.filter(
        key=key, user=_me(request), ends_at__gt=clock.now(), closed_at=None
    ).first()
    if found is None:
        raise Http404
    return found


def _page(request: IdentifiedRequest, name: str, shown: dict[str, Any]) -> HttpResponse:
    me = _me(request)
    frame = {
        "sections": menu(me.role, "staff_emergency"),
        "me": (me.name, me.job_title or me.get_role_display()),
        "home": reverse("staff_results"),
        "moment": clock.now(),
    }
    status = _BAD if "form" in shown and shown["form"].errors else 200
    return render(request, f"staff/emergency/{name}.html", frame | shown, status=status)


def _me(request: IdentifiedRequest) -> User:
    return cast("User", request.user)
