"""What an interpreter sees who was given a link: with whom and when, and a call once let in.

No sign-in: the link's code, posted, opens it once, for this browser's session alone. Each page asks
anew whether it still stands. Nothing of the record is looked at here.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec

from allauth.core import ratelimit
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import clock
from portal.consultations import actions, guests, showing
from portal.consultations.actions import CannotJoin, Refused
from portal.consultations.forms import GuestForm, TokenForm
from portal.consultations.guests import SESSION, CannotOpen, Visiting
from portal.consultations.rules import Role, Stage
from portal.headers import with_camera

Given = ParamSpec("Given")
View = Callable[Concatenate[HttpRequest, Visiting, Given], HttpResponse]
_HEADERS: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow, noarchive"}
_BAD, _GONE, _TOO_MANY = 400, 410, 429
_PARTS: Final = {"state": "consultations/guest/parts/state.html"}


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def open_link(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _private(render(request, "consultations/guest/open.html", {"form": GuestForm()}))
    if not ratelimit.consume(request, action="open_link"):
        return _private(render(request, "429.html", status=_TOO_MANY))
    form = GuestForm(request.POST)
    if form.is_valid():
        try:
            kept = guests.open_with(**form.cleaned_data, now=clock.now())
        except CannotOpen:
            form.add_error("code", "This link opens nothing. It works once, for one visit")
        else:
            request.session.cycle_key()
            request.session[SESSION] = kept
            return redirect("guest:visit")
    return _private(render(request, "consultations/guest/open.html", {"form": form}, status=_BAD))


def by_link(view: View[Given]) -> Callable[Concatenate[HttpRequest, Given], HttpResponse]:
    """Let in whoever has opened a link that stands; everybody else is told that it has ended."""

    @wraps(view)
    def answered(request: HttpRequest, /, *args: Given.args, **given: Given.kwargs) -> HttpResponse:
        visit = guests.visiting(str(request.session.get(SESSION) or ""), clock.now())
        if visit is None:
            return _private(render(request, "consultations/guest/ended.html", status=_GONE))
        return _private(view(request, visit, *args, **given))

    return answered


@with_camera
@require_safe
@by_link
def visit(request: HttpRequest, visit: Visiting) -> HttpResponse:
    """Show where they stand: too early, at the door, waiting, let in, over."""
    if (part := request.GET.get("part")) is not None and part not in _PARTS:
        raise Http404
    return _shown(request, _PARTS[part] if part else "consultations/guest/visit.html", visit)


@require_POST
@by_link
def wait(_request: HttpRequest, visit: Visiting) -> HttpResponse:
    with suppress(CannotJoin):  # the page says why
        guests.enter(visit)
    return redirect("guest:visit")


@require_POST
@by_link
def leave(_request: HttpRequest, visit: Visiting) -> HttpResponse:
    with suppress(CannotJoin):
        guests.leave(visit)
    return redirect("guest:visit")


@sensitive_post_parameters("token")
@require_POST
@by_link
def join(request: HttpRequest, visit: Visiting) -> HttpResponse:
    """Open the room with the token that admission gave; it works once."""
    form = TokenForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused  # noqa: TRY301 (refused as any other)
        guests.use_token(visit, form.cleaned_data["token"])
    except CannotJoin:
        return redirect("guest:visit")
    except Refused:
        return render(request, "consultations/guest/used.html", status=_GONE)
    return redirect("guest:call")


@with_camera
@require_safe
@by_link
def call(request: HttpRequest, visit: Visiting) -> HttpResponse:
    """Show the call to the browser that was let in, as long as it lasts."""
    own = visit.own
    if visit.stage != Stage.ADMITTED or own is None or own.session != visit.guest.browser:
        return redirect("guest:visit")
    return _shown(request, "consultations/guest/call.html", visit)


def _shown(request: HttpRequest, template: str, visit: Visiting) -> HttpResponse:
    clinician = visit.guest.clinician_name
    context: dict[str, Any] = {
        **showing.way_in(visit, clinician),
        "role": Role.INTERPRETER,
        "clinician": clinician,
        "phone": "",
        "token": actions.token_for(visit),
        "after": "/guest/visit/",
        "moment": visit.now,
    }
    return render(request, template, context)


def _private(response: HttpResponse) -> HttpResponse:
    """Keep a page out of caches, histories and search engines."""
    for name, value in _HEADERS.items():
        response[name] = value
    return response
