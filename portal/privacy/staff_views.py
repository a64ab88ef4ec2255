"""The privacy team answers what patients ask about who looked at their records."""

from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from fhir.access import SYSTEM
from fhir.store import Repository
from portal import clock
from portal.drafts import keeping
from portal.identity import doors, people
from portal.identity.menus import menu
from portal.identity.middleware import IdentifiedRequest
from portal.identity.models import Role
from portal.privacy import actions
from portal.privacy.actions import NoSuchQuestion
from portal.privacy.forms import AnswerForm
from portal.record.dates import local

if TYPE_CHECKING:
    from portal.identity.models import User

FORM = "privacy-answer"
_MOST = 100


@require_safe
def unanswered(request: IdentifiedRequest) -> HttpResponse:
    rows = actions.unanswered(_me(request), request.viewer)
    shown = {"found": rows[:_MOST], "count": rows.count()}
    return _page(request, "questions", shown)


@require_http_methods(["GET", "HEAD", "POST"])
def question(request: IdentifiedRequest, key: UUID) -> HttpResponse:
    """Show one question, and take its answer."""
    me, now = _me(request), clock.now()
    try:
        if request.method != "POST":
            return _question(request, key)
        form = AnswerForm(request.POST)
        if not form.is_valid():
            return _question(request, key, form)
        words = form.cleaned_data["answer"]
        actions.answer(user=me, viewer=request.viewer, key=key, words=words, now=now)
    except NoSuchQuestion:
        raise Http404 from None
    keeping.discard(me, FORM, str(key), now)
    messages.success(request, "Answered. Whoever asked has been sent an email.")
    return redirect("staff_privacy")


def _question(
    request: IdentifiedRequest, key: UUID, form: AnswerForm | None = None
) -> HttpResponse:
    found = actions.opened(_me(request), request.viewer, key)
    about = (_me(request), FORM, str(key))
    now = clock.now()
    draft = keeping.keep(*about, request.POST.dict(), now) if form else keeping.kept(*about, now)
    shown = {
        "asked": found,
        # The audit has it that they opened this: `opened` has seen to that.
        "person": people.person_of(Repository(SYSTEM).read("Patient", found.patient).json),
        "form": form or AnswerForm(initial=dict(draft.words)),
        "draft": draft,
    }
    return _page(request, "question", shown, 400 if form else 200)


def _page(
    request: IdentifiedRequest, name: str, shown: dict[str, Any], status: int = 200
) -> HttpResponse:
    me = _me(request)
    frame = {
        "sections": menu(me.role, "staff_privacy"),
        "me": (me.name, me.job_title or me.get_role_display()),
        "home": doors.HOMES[Role(me.role)],
        "today": local(clock.now()).date(),
    }
    return render(request, f"staff/privacy/{name}.html", frame | shown, status=status)


def _me(request: IdentifiedRequest) -> "User":
    return cast("User", request.user)
