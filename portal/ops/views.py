"""The feeds and their messages, for operations alone."""

import re
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages as said
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fhir.alarms import Alarm
from fhir.queues import NotTheirs
from portal import clock
from portal.identity.menus import menu
from portal.identity.middleware import IdentifiedRequest
from portal.ops import alarms, board, messages
from portal.ops.forms import ReasonForm
from portal.ops.messages import Opened, View

if TYPE_CHECKING:
    import enum

    from portal.identity.models import User

PAGE = ("GET", "HEAD", "POST")
BAD = 400
_LAST = 2**63 - 1
_NAME = re.compile(r"[a-z0-9-]{1,40}")


@require_safe
def home(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return redirect("ops_feeds")


@require_safe
def feeds(request: IdentifiedRequest) -> HttpResponse:
    rows, counted = board.rows(clock.now()), alarms.counts()
    addresses: dict[enum.StrEnum, str] = {
        Alarm.HELD: reverse("ops_identities"),
        Alarm.DEAD: f"{reverse('ops_messages')}?view=failed",
    }
    others = [(alarm, number, addresses.get(alarm)) for alarm, number in board.others(counted)]
    shown = {"rows": rows, "worst": board.worst(rows, counted), "others": others}
    return page(request, "feeds", shown)


@require_safe
def listed(request: IdentifiedRequest) -> HttpResponse:
    view, feed = _view(request.GET.get("view", "failed")), _feed(request.GET.get("feed", ""))
    before = request.GET.get("before", "")
    found, more = messages.listed(view, feed, _number(before) if before else None)
    shown: dict[str, Any] = {"view": view, "views": messages.VIEWS, "counts": messages.counts()}
    shown |= {"found": found, "more": more, "feed": feed, "paged": bool(before)}
    return page(request, "messages", shown)


@require_POST
def replay(request: IdentifiedRequest) -> HttpResponse:
    """Let all of a list be read again that was there when its page was opened."""
    view, feed = _view(request.POST.get("view", "")), _feed(request.POST.get("feed", ""))
    if not view.may_be_read_again:
        raise Http404
    try:
        newest = _number(request.POST.get("newest", ""))
        number = messages.replay_all(request.viewer, view, feed, newest)
    except NotTheirs:
        said.error(request, "One of them is about you or a relation of yours. None was read again.")
    else:
        many = "message will" if number == 1 else "messages will"
        said.success(request, f"{number} {many} be read again, each person’s in their order.")
    return redirect(f"{reverse('ops_messages')}?view={view.key}{f'&feed={feed}' if feed else ''}")


@require_http_methods(PAGE)
def message(request: IdentifiedRequest, number: int) -> HttpResponse:
    if number > _LAST:
        raise Http404
    if request.method != "POST":
        return _message(request, messages.opened(number))
    try:
        return _act(request, number, request.POST.get("act", ""))
    except NotTheirs:
        raise Http404 from None


def _act(request: IdentifiedRequest, number: int, act: str) -> HttpResponse:
    if messages.opened(number) is None:
        raise Http404
    if act == "replay":
        said.info(request, messages.replay(request.viewer, number))
        return redirect("ops_message", number)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _message(request, messages.opened(number), form, act)
    reason = form.cleaned_data["reason"]
    if act == "reveal":
        return _message(request, messages.reveal(request.viewer, number, reason))
    if act != "set-aside":
        raise Http404
    done = messages.set_aside(request.viewer, number, reason, clock.now())
    text = "Set aside. It holds nobody up." if done else "It had been dealt with already."
    (said.success if done else said.info)(request, text)
    return redirect("ops_message", number)


def _message(
    request: IdentifiedRequest,
    found: Opened | None,
    form: ReasonForm | None = None,
    act: str = "",
) -> HttpResponse:
    """Show a message; `form` is the one with a fault, `act` what it was sent for."""
    if found is None:
        raise Http404
    shown = {"one": found, "form": form or ReasonForm(), "act": act}
    return page(request, "message", shown, BAD if form else 200)


def page(
    request: IdentifiedRequest, name: str, shown: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Return a page of operations: its template, with the frame around it."""
    me = cast("User", request.user)
    current = {"message": "messages", "identity": "identities"}.get(name, name)
    frame = {
        "area": "operations",
        "sections": menu(me.role, f"ops_{current}"),
        "me": (me.name, me.job_title or me.get_role_display()),
        "home": reverse("ops_feeds"),
        "moment": clock.now(),
    }
    return render(request, f"ops/{name}.html", frame | shown, status=status)


def _view(key: str) -> View:
    view = messages.view_of(key)
    if view is None:
        raise Http404
    return view


def _feed(name: str) -> str:
    if name and not _NAME.fullmatch(name):
        raise Http404
    return name


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text[:20]) < _LAST):
        raise Http404
    return int(text[:20])
