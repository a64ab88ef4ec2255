"""What waits for a clinician, one result of it, and many ordinary ones at once."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from fhir.store import NotFound
from portal import clock
from portal.drafts import keeping
from portal.drafts.keeping import Kept
from portal.identity import rules
from portal.identity.menus import menu
from portal.identity.middleware import IdentifiedRequest
from portal.record.dates import local
from portal.results import actions, together
from portal.results.actions import Act, Decided, LookAgain, OnlyInPerson, Told
from portal.results.deciding import Waiting, opened, source_of
from portal.results.models import DueRelease
from portal.results.preview import preview
from portal.results.reasons import because, reason_of
from portal.results.staff_forms import HoldForm, ReleaseForm, TogetherForm
from portal.results.worklist import worklist as worklist_of

if TYPE_CHECKING:
    from portal.identity.models import User

_PAGE = ("GET", "HEAD", "POST")
_CONFLICT = 409
_BAD = 400
_DRAFTS = ("release", "hold")


@require_safe
def worklist(request: IdentifiedRequest) -> HttpResponse:
    page = request.GET.get("page", "1")
    if not page.isdecimal() or not 1 <= len(page) <= len("999") or not int(page):
        raise Http404
    shown = {"list": worklist_of(request.records, clock.now(), int(page)), "page": int(page)}
    return _page(request, "worklist", shown)


@require_http_methods(_PAGE)
def decide(request: IdentifiedRequest, result_id: str) -> HttpResponse:
    try:
        if request.method == "POST":
            return _act(request, result_id)
        return _release_page(request, opened(request.records, result_id))
    except NotFound:
        raise Http404 from None


@require_http_methods(_PAGE)
def decide_together(request: IdentifiedRequest) -> HttpResponse:
    """Decide on results of one kind, all in range and without free text."""
    kind = request.GET.get("kind", "")
    rows = together.rows_of(request.records, kind)
    choices = [(row.value, row.name) for row in rows]
    form = TogetherForm(request.POST if request.method == "POST" else None, choices=choices)
    if form.is_valid():
        return _released_together(request, form.cleaned_data["chosen"])
    if not rows:
        if request.method == "POST":
            messages.info(request, "These had all been decided already.")
        return redirect("staff_results")
    status = _BAD if form.errors else 200
    return _page(request, "together", {"form": form, "rows": rows, "kind": kind}, status)


def _act(request: IdentifiedRequest, result_id: str) -> HttpResponse:
    waiting = opened(request.records, result_id)
    name = request.POST.get("act", "")
    if name == "hold":
        return _held(request, waiting, HoldForm(request.POST))
    if name == "preview":
        typed = {name: request.POST.get(name, "") for name in ("told", "comment")}
        shown = ReleaseForm(initial={**typed, "seen": waiting.stamp})
        return _release_page(request, waiting, shown)
    return _released(request, waiting, ReleaseForm(request.POST))


def _released(request: IdentifiedRequest, waiting: Waiting, form: ReleaseForm) -> HttpResponse:
    if not form.is_valid():
        return _release_page(request, waiting, form, status=_BAD)
    given = form.cleaned_data
    act = _what(waiting, given["seen"], Told(given["told"]), given["comment"])
    try:
        actions.release_now(request.records, act)
    except Decided:
        return _done(request, "This had been released already. Nothing was sent twice.")
    except LookAgain:
        return _look_again(request, waiting, form)
    except OnlyInPerson:
        form.add_error("told", "This result is given in person first. Say so, or hold it")
        return _release_page(request, waiting, form, status=_BAD)
    _forget_drafts(request, waiting)
    return _done(request, f"Released to {waiting.person.name}.", success=True)


def _held(request: IdentifiedRequest, waiting: Waiting, form: HoldForm) -> HttpResponse:
    if not form.is_valid():
        return _release_page(request, waiting, hold=form, status=_BAD)
    given = form.cleaned_data
    try:
        actions.hold(request.records, _what(waiting, given["seen"], words=given["reason"]))
    except Decided:
        return _done(request, "This had been released already. It was not held.")
    except LookAgain:
        return _look_again(request, waiting)
    _forget_drafts(request, waiting)
    return _done(request, f"Held. {waiting.person.name} cannot see it.", success=True)


def _released_together(request: IdentifiedRequest, chosen: list[str]) -> HttpResponse:
    told = together.release_all(request.records, chosen, clock.now())
    if told.released:
        number = f"{told.released} {'result' if told.released == 1 else 'results'}"
        messages.success(request, f"Released {number}.")
    if told.changed:
        messages.warning(
            request, f"{told.changed} not released: a new version came in. Look at them again."
        )
    return redirect("staff_results")


def _what(waiting: Waiting, seen: str, told: Told = Told.NOT_YET, words: str = "") -> Act:
    row = waiting.row
    return Act(row.resource_type, row.logical_id, seen, clock.now(), told, words)


def _done(request: IdentifiedRequest, said: str, *, success: bool = False) -> HttpResponse:
    (messages.success if success else messages.info)(request, said)
    return redirect("staff_results")


def _look_again(
    request: IdentifiedRequest, waiting: Waiting, form: ReleaseForm | None = None
) -> HttpResponse:
    """Show the page anew with what came in; what was typed stays."""
    kept = {"comment": form.cleaned_data["comment"]} if form else {}
    fresh = opened(request.records, waiting.row.logical_id)
    asked = ReleaseForm(initial={**kept, "seen": fresh.stamp})
    return _release_page(request, fresh, asked, status=_CONFLICT, changed=True)


def _release_page(  # noqa: PLR0913 (the states of one page)
    request: IdentifiedRequest,
    waiting: Waiting,
    form: ReleaseForm | None = None,
    *,
    hold: HoldForm | None = None,
    status: int = 200,
    changed: bool = False,
) -> HttpResponse:
    now = clock.now()
    row, case, person = waiting.row, waiting.case, waiting.person
    drafts = {name: _draft(request, name, row.logical_id) for name in _DRAFTS}
    seen = {"seen": waiting.stamp}
    form = form or ReleaseForm(initial={**drafts["release"].words, **seen})
    shown = {
        "row": row,
        "is_released": row.state == DueRelease.State.RELEASED and not case.is_withheld,
        "person": person,
        "age": rules.age_at(person.born, local(now).date()) if person.born else None,
        "first_name": person.name.split(" ")[0] or "the patient",
        "reason": reason_of(row),
        "because": because(row),
        "shown": preview(request.records, case, now, str(form["comment"].value() or "")),
        "source": source_of(waiting),
        "came_at": max(one.updated_at for one in (case.subject, *case.parts)),
        "form": form,
        "hold": hold or HoldForm(initial={**drafts["hold"].words, **seen}),
        "drafts": drafts,
        "changed": changed,
    }
    return _page(request, "release", shown, status)


def _draft(request: IdentifiedRequest, form: str, result_id: str) -> Kept:
    """Return what was typed into one of the page's forms, with what has just come with it."""
    about = (cast("User", request.user), form, result_id)
    if request.method == "POST":
        return keeping.keep(*about, request.POST.dict(), clock.now())
    return keeping.kept(*about, clock.now())


def _forget_drafts(request: IdentifiedRequest, waiting: Waiting) -> None:
    for form in _DRAFTS:
        me = cast("User", request.user)
        keeping.discard(me, form, waiting.row.logical_id, clock.now())


def _page(
    request: IdentifiedRequest, name: str, shown: dict[str, Any], status: int = 200
) -> HttpResponse:
    me = cast("User", request.user)
    frame = {
        "sections": menu(me.role, "staff_results"),
        "me": (me.name, me.job_title or me.get_role_display()),
        "home": reverse("staff_results"),
        "moment": clock.now(),
    }
    return render(request, f"staff/results/{name}.html", frame | shown, status=status)
