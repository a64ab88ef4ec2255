"""The feeds, their messages and what holds them up; for operations alone."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages as said
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fhir import queues
from portal import clock
from portal.identity.middleware import IdentifiedRequest
from portal.ops import board, messages
from portal.ops.forms import ReasonForm

if TYPE_CHECKING:
    from portal.identity.models import User

_PAGE = ("GET", "HEAD", "POST")
_BAD = 400


@require_safe
def home(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return redirect("ops_feeds")


@require_safe
def feeds(request: IdentifiedRequest) -> HttpResponse:
    rows = board.rows(clock.now())
    return _page(request, "feeds", {"rows": rows, "worst": board.worst(rows)})


@require_safe
def listed(request: IdentifiedRequest) -> HttpResponse:
    view = messages.view_of(request.GET.get("view", "failed"))
    before = request.GET.get("before", "")
    if view is None or not _is_number(before or "1"):
        raise Http404
    feed = request.GET.get("feed", "")
    found, more = messages.listed(view, feed, int(before) if before else None)
    shown = {"view": view, "views": messages.VIEWS, "counts": messages.counts()}
    return _page(request, "messages", {**shown, "found": found, "more": more, "feed": feed})


@require_http_methods(_PAGE)
def message(request: IdentifiedRequest, number: int) -> HttpResponse:
    if request.method == "POST":
        return _act(request, number)
    return _message(request, number)


@require_safe
def held(request: IdentifiedRequest) -> HttpResponse:
    return _held(request, ReasonForm())


@require_POST
def unhold(request: IdentifiedRequest) -> HttpResponse:
    """Let logins open a record again, and set aside the messages that closed it."""
    form, patient = ReasonForm(request.POST), request.POST.get("record", "")
    if not form.is_valid():
        return _held(request, form, patient)
    reason, now = form.cleaned_data["reason"], clock.now()
    because = next((one for one in queues.held() if one.patient == patient), None)
    if because is None or not queues.unhold(request.viewer, patient):
        said.info(request, "That record is not held any more.")
        return redirect("ops_held")
    for number in because.messages:
        messages.set_aside(request.viewer, number, reason, now)
    said.success(request, "The login can be used again. The record is as it was before.")
    return redirect("ops_held")


def _act(request: IdentifiedRequest, number: int) -> HttpResponse:
    name, form = request.POST.get("act", ""), ReasonForm(request.POST)
    if messages.opened(number) is None:
        raise Http404
    if name == "replay":
        again = messages.replay(request.viewer, number)
        text = "It will be read again in a moment." if again else "It is being read already."
        (said.success if again else said.info)(request, text)
        return redirect("ops_message", number)
    if not form.is_valid():
        return _message(request, number, form, status=_BAD)
    reason = form.cleaned_data["reason"]
    if name == "reveal":
        messages.reveal(request.viewer, number, reason, clock.now())
        return _message(request, number, open_=True)
    done = messages.set_aside(request.viewer, number, reason, clock.now())
    (said.success if done else said.info)(
        request, "Set aside. It holds nobody up." if done else "It had been dealt with already."
    )
    return redirect("ops_message", number)


def _message(
    request: IdentifiedRequest,
    number: int,
    form: ReasonForm | None = None,
    *,
    status: int = 200,
    open_: bool = False,
) -> HttpResponse:
    found = messages.opened(number, open_=open_)
    if found is None:
        raise Http404
    # The form that was sent is the one with the fault.
    act = request.POST.get("act", "")
    shown = {"one": found, "form": form or ReasonForm(), "act": act if form else ""}
    return _page(request, "message", shown, status)


def _held(request: IdentifiedRequest, form: ReasonForm, patient: str = "") -> HttpResponse:
    shown = {"found": queues.held(), "form": form, "chosen": patient}
    return _page(request, "held", shown, _BAD if form.errors else 200)


def _page(
    request: IdentifiedRequest, name: str, shown: dict[str, Any], status: int = 200
) -> HttpResponse:
    me = cast("User", request.user)
    current = {"message": "messages"}.get(name, name)
    sections = (("feeds", "Feeds"), ("messages", "Messages"), ("held", "Held logins"))
    frame = {
        "area": "operations",
        "sections": [(label, reverse(f"ops_{key}"), key == current) for key, label in sections],
        "me": (me.name, me.job_title or me.get_role_display()),
        "home": reverse("ops_feeds"),
        "moment": clock.now(),
    }
    return render(request, f"ops/{name}.html", frame | shown, status=status)


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) <= len(str(2**63))
