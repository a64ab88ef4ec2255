"""A patient's own pages about who helps them: see, invite, change, stop."""

from typing import Any, cast

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import clock
from portal.carers import actions, asking, mails
from portal.carers.actions import Invited, Limits, NotThere
from portal.carers.forms import InviteForm, LimitsForm, usual
from portal.carers.listing import helper, listing
from portal.carers.models import Sharing
from portal.carers.rules import Basis, State
from portal.carers.scopes import KINDS
from portal.identity import sessions
from portal.identity.middleware import IdentifiedRequest
from portal.identity.models import User
from portal.identity.proving import proved_lately
from portal.record import pages
from portal.record.dates import local, weekday

_PAGE = ("GET", "HEAD", "POST")
_BAD = 400
_HINTS = {scope.key: scope.hint for scope in KINDS if scope.hint}


@require_safe
def people(request: IdentifiedRequest) -> HttpResponse:
    now = clock.now()
    found = listing(request.viewer, request.patient, now, local(now).date())
    return _page(request, "people", {"found": found})


@require_http_methods(_PAGE)
def safe(request: IdentifiedRequest) -> HttpResponse:
    """Ask, once a session, whether somebody is made to share; then go on."""
    if request.method == "POST":
        asking.was_asked(request)
        return redirect("carers:invite")
    return _page(request, "safe", {})


@require_http_methods(_PAGE)
@asking.asked_first
@proved_lately
def invite(request: IdentifiedRequest) -> HttpResponse:
    today = local(clock.now()).date()
    wish = asking.wish_of(request)
    shown = asking.shown(wish) if wish else usual()
    form = InviteForm(request.POST or None, initial=shown, today=today)
    if request.method == "POST" and form.is_valid():
        asking.keep(request, form.wish())
        return redirect("carers:check")
    return _page(request, "invite", {"form": form, "hints": _HINTS})


@require_http_methods(_PAGE)
@asking.asked_first
@proved_lately
def check(request: IdentifiedRequest) -> HttpResponse:
    wish = asking.wish_of(request)
    if wish is None:
        return redirect("carers:people")
    if request.method != "POST":
        return _page(request, "check", asking.said(wish))
    if not ratelimit.consume(request, action="invite", user=request.user):
        return render(request, "429.html", status=429)
    asking.forget(request)
    made = actions.invite(
        records=request.records,
        patient=request.patient,
        by=_me(request),
        wish=wish,
        now=clock.now(),
    )
    return _sent(request, made)


@require_POST
@proved_lately
def again(request: IdentifiedRequest, sharing: int) -> HttpResponse:
    if not ratelimit.consume(request, action="invite", user=request.user):
        return render(request, "429.html", status=429)
    try:
        made = actions.send_again(patient=request.patient, sharing=sharing, now=clock.now())
    except NotThere:
        raise Http404 from None
    return _sent(request, made)


@require_POST
def withdraw(request: IdentifiedRequest, sharing: int) -> HttpResponse:
    try:
        actions.withdraw(
            records=request.records, patient=request.patient, sharing=sharing, now=clock.now()
        )
    except NotThere:
        raise Http404 from None
    messages.success(request, "You have taken the invitation back. Its code no longer works.")
    return redirect("carers:people")


@require_http_methods(_PAGE)
@proved_lately
def change(request: IdentifiedRequest, sharing: int) -> HttpResponse:
    today = local(clock.now()).date()
    found = _own(request, sharing)
    limits = Limits(frozenset(found.scopes), found.ends_on)
    form = LimitsForm(request.POST or None, initial=LimitsForm.shown(limits), today=today)
    if request.method != "POST" or not form.is_valid():
        shown = {"form": form, "hints": _HINTS, "one": helper(found, today)}
        return _page(request, "change", shown)
    try:
        changed = actions.change(
            records=request.records,
            patient=request.patient,
            sharing=sharing,
            limits=form.limits(),
            now=clock.now(),
        )
    except NotThere:
        raise Http404 from None
    mails.tell_carer(changed.carer, "changed")
    messages.success(request, f"You have changed what {helper(changed, today).name} can see.")
    return redirect("carers:people")


@require_http_methods(_PAGE)
def stop(request: IdentifiedRequest, sharing: int) -> HttpResponse:
    """End a sharing; without a password, so that nothing stands in the way of ending it."""
    found = _own(request, sharing)
    if request.method != "POST":
        return _page(request, "stop", {"one": helper(found, local(clock.now()).date())})
    try:
        ended = actions.stop(
            records=request.records, patient=request.patient, sharing=sharing, now=clock.now()
        )
    except NotThere:
        raise Http404 from None
    mails.tell_carer(ended.carer, "ended")
    messages.success(request, f"{ended.called} cannot see your record any more.")
    return redirect("carers:people")


@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """Go to a page that says nothing, at once; and sign out, when the link was ours."""
    is_ours = request.headers.get("Sec-Fetch-Site") == "same-origin"
    if is_ours and request.user.is_authenticated:
        sessions.end(request)
    return redirect(settings.LEAVE_ADDRESS)


def _sent(request: IdentifiedRequest, made: Invited) -> HttpResponse:
    until = weekday(made.sharing.expires_at)
    mails.send(made.sharing.email, "invitation", code=made.code, until=until)
    return _page(request, "sent", {"sharing": made.sharing, "code": made.code, "until": until})


def _own(request: IdentifiedRequest, sharing: int) -> Sharing:
    rows = Sharing.objects.select_related("carer").filter(patient=request.patient)
    held = [State.ACTIVE, State.SUSPENDED]
    return get_object_or_404(rows, pk=sharing, basis=Basis.PATIENT, state__in=held)


def _page(request: IdentifiedRequest, name: str, shown: dict[str, Any]) -> HttpResponse:
    answer = pages.page(request, f"carers/{name}.html", {"section": "account"} | shown)
    if "form" in shown and shown["form"].errors:
        answer.status_code = _BAD
    return answer


def _me(request: HttpRequest) -> User:
    return cast("User", request.user)
