"""A login's own pages: how its session goes on and ends, and what it is connected with."""

from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import cast

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST, require_safe

from portal import clock
from portal.carers.standing import Acting, helped_by
from portal.identity import doors, rules, sessions
from portal.identity.middleware import IdentifiedRequest
from portal.identity.models import Capacity, Role
from portal.identity.sessions import Standing
from portal.record import dates

_View = Callable[..., HttpResponse]


@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    why = request.GET.get("why", "")
    known = why if why in set(rules.Over) else ""
    shown = {"why": known, "next": next_of(request), "kept": "kept" in request.GET}
    return render(request, "account/signed_out.html", shown)


@require_GET
def session(request: IdentifiedRequest) -> HttpResponse:
    """Tell a page how long its session has left, in seconds; asking does not extend it."""
    if request.standing is None:
        return HttpResponse(status=401)
    return JsonResponse(left(request.standing))


@require_POST
def stay(request: IdentifiedRequest) -> HttpResponse:
    if request.standing is None:
        return HttpResponse(status=401)
    sessions.keep(request.standing, clock.now())
    return JsonResponse(left(request.standing))


@login_required
@require_safe
def account(request: IdentifiedRequest) -> HttpResponse:
    standing = _standing(request)
    sessions.forget_ended(standing.user, clock.now())
    held = Authenticator.objects.filter(user=standing.user)
    shown = {
        "types": set(held.values_list("type", flat=True)),
        "others": standing.user.session_limits.count() - 1,
        "link": sessions.current_link(standing.user),
        "staff_home": doors.HOMES.get(Role(standing.user.role)),
    }
    return render(request, "account/account.html", shown)


@login_required
@require_POST
def end_others(request: IdentifiedRequest) -> HttpResponse:
    sessions.end_all(_standing(request).user, spare=request.session)
    messages.success(request, "You have been signed out everywhere else.")
    return redirect("account")


@login_required
def capacity(request: IdentifiedRequest) -> HttpResponse:
    """Go on as a patient, for somebody else or as staff: one of them, never two at once."""
    standing = _standing(request)
    choices = _choices(standing)
    if request.method == "POST":
        wanted = request.POST.get("to") or (next(iter(choices)) if len(choices) == 1 else "")
        if wanted in choices:
            sessions.use_as(standing, *choices[wanted])
            return redirect(next_of(request) or "/")
    people = {key: one.name for key, one in _people(standing).items() if key in choices}
    shown = {"choices": list(choices), "people": people, "next": next_of(request)}
    return render(request, "account/capacity.html", shown)


def keeps_one_second_factor(view: _View) -> _View:
    """Refuse to remove the last one: without it the login could open nothing."""

    @wraps(view)
    def wrapped(request: HttpRequest, pk: int) -> HttpResponse:
        strong = Authenticator.objects.filter(user_id=request.user.pk).exclude(
            type=Authenticator.Type.RECOVERY_CODES
        )
        if request.user.is_authenticated and not strong.exclude(pk=pk).exists():
            messages.error(request, "You need at least one second step. Add another one first.")
            return redirect("mfa_index")
        return view(request, pk=pk)

    return wrapped


def left(standing: Standing) -> dict[str, int | str]:
    """Return the seconds until each end, the time of day then, and when a warning is due."""
    limit, now = standing.limit, clock.now()
    warned = rules.WARNED_BEFORE_IDLE_IN_NHS_APP if limit.from_nhs_app else rules.WARNED_BEFORE_IDLE
    return {
        "idle": ceil((rules.idle_end(limit) - now).total_seconds()),
        "idle_at": dates.clock(rules.idle_end(limit)),
        "idle_warning": int(warned.total_seconds()),
        "longest": ceil((rules.longest_end(limit) - now).total_seconds()),
        "longest_at": dates.clock(rules.longest_end(limit)),
        "longest_warning": int(rules.WARNED_BEFORE_LONGEST.total_seconds()),
    }


def next_of(request: HttpRequest) -> str:
    """Return the page of this service to go on to, or ""."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if is_ours else ""


def _standing(request: IdentifiedRequest) -> Standing:
    return cast("Standing", request.standing)


def _choices(standing: Standing) -> dict[str, tuple[Capacity, str]]:
    """Return as whom a session could go on, by the word that a form sends; not as it is now."""
    found: dict[str, tuple[Capacity, str]] = {}
    if sessions.current_link(standing.user):
        found["own"] = (Capacity.PATIENT, "")
    if standing.user.is_staff:
        found["staff"] = (Capacity.STAFF, "")
    for key, one in _people(standing).items():
        found[key] = (Capacity.PROXY, one.patient)
    now = (standing.capacity, standing.person if standing.capacity == Capacity.PROXY else "")
    return {key: choice for key, choice in found.items() if choice != now}


def _people(standing: Standing) -> dict[str, Acting]:
    today = dates.local(clock.now()).date()
    return {str(one.sharing): one for one in helped_by(standing.user, today)}
