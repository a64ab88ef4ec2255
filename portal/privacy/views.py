"""A patient asks why somebody looked at their record."""

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from portal import clock
from portal.drafts import keeping
from portal.identity.middleware import IdentifiedRequest
from portal.privacy import actions
from portal.privacy.actions import Asked
from portal.privacy.forms import WhyForm
from portal.record import pages
from portal.record.access_log import line_of
from portal.record.dates import weekday

if TYPE_CHECKING:
    from portal.identity.models import User

FORM = "why"


@require_http_methods(["GET", "HEAD", "POST"])
def why(request: IdentifiedRequest, line: str) -> HttpResponse:
    """Show the form; a line that has been asked about already leads back to what was answered."""
    found = line_of(request, line)
    if found.question:
        return redirect("record:access-log")
    if not found.ask:
        raise Http404
    me, now = cast("User", request.user), clock.now()
    draft = keeping.kept(me, FORM, line, now)
    form = WhyForm(request.POST if request.method == "POST" else None, initial=dict(draft.words))
    if form.is_valid():
        asked = Asked(me, request.patient, found.visit, form.cleaned_data["words"])
        opened = actions.ask(asked, now)
        keeping.discard(me, FORM, line, now)
        messages.success(
            request,
            f"We have sent your question. Our privacy team will answer by {weekday(opened.due_on)}."
            " The answer will show on this page.",
        )
        return redirect("record:access-log")
    if form.errors:
        draft = keeping.keep(me, FORM, line, request.POST.dict(), now)
    shown = {"section": "record", "line": found, "form": form, "draft": draft}
    response = pages.page(request, "privacy/why.html", shown)
    response.status_code = 400 if form.errors else 200
    return response
