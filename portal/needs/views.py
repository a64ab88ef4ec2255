"""What somebody needs: said on one page, asked about again after a year."""

from typing import Final, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal import clock
from portal.appointments import person, showing
from portal.drafts import keeping
from portal.identity.middleware import IdentifiedRequest
from portal.identity.models import User
from portal.identity.views import next_of
from portal.needs import actions, flags, kinds
from portal.needs.actions import Meanwhile
from portal.needs.forms import NeedsForm, typed_before
from portal.needs.reviewing import review
from portal.needs.rules import LONGEST_WORDS
from portal.record import seen
from portal.record.sections import may_hold

FORM: Final = "needs"
SAME: Final = "same"
_HINTS: Final = {one.key: one.hint for one in kinds.KINDS if one.hint}
_BAD, _CONFLICT = 400, 409


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def needs(request: IdentifiedRequest) -> HttpResponse:
    """Let somebody say what they need, or that it is still so.

    A helper needs both: to act for appointments, and to see needs, which are among the rest.

    :raises Http404: needs are not shared with this helper.
    """
    if not may_hold(request.viewer, "Flag"):
        raise Http404
    if request.method != "POST":
        return _asked(request)
    if request.POST.get("act") == SAME:
        return _confirmed(request)
    form = NeedsForm(request.POST)
    keeping.keep(_me(request), FORM, request.patient, request.POST.dict(), clock.now())
    return _stated(request, form) if form.is_valid() else _asked(request, form)


def _stated(request: IdentifiedRequest, form: NeedsForm) -> HttpResponse:
    now, stamp = clock.now(), form.cleaned_data["seen"]
    try:
        written = actions.state(request.records, request.patient, form.needs(), stamp, now)
    except Meanwhile:
        return _asked(request, form, is_other=True)
    keeping.discard(_me(request), FORM, request.patient, now)
    return _done(request, written, "Saved. Staff see it with every visit, from now on.")


def _confirmed(request: IdentifiedRequest) -> HttpResponse:
    stamp = request.POST.get("seen", "")
    try:
        written = actions.confirm(request.records, request.patient, stamp, clock.now())
    except Meanwhile:
        messages.warning(request, "This was changed in another window. Look at it again.")
        return redirect("needs:needs")
    return _done(request, written, "Thank you. We will ask again in a year.")


def _done(request: IdentifiedRequest, written: list[str], said: str) -> HttpResponse:
    # What they have said themselves is not new to them.
    seen.open_items(request, "Flag", written)
    messages.success(request, said)
    return redirect(next_of(request) or reverse("needs:needs"))


def _asked(
    request: IdentifiedRequest, form: NeedsForm | None = None, *, is_other: bool = False
) -> HttpResponse:
    """Show the form: with what was typed, else with what was said."""
    now = clock.now()
    told = flags.told_of(request.records, request.patient)
    draft = keeping.kept(_me(request), FORM, request.patient, now)
    context = {
        "section": "appointments",
        "form": form or NeedsForm(initial={**typed_before(told.needs), **draft.words}),
        "stamp": form["seen"].value() if form and not is_other else told.stamp,
        "draft": draft,
        "is_other": is_other,
        "review": review(flags.in_order(map(flags.need_of, told.standing.values())), now),
        "noted": person.known(request).noted,
        "next": next_of(request),
        "hints": _HINTS,
        "longest": LONGEST_WORDS,
    }
    return showing.shown(request, "needs/needs", context, _status(form, is_other=is_other))


def _status(form: NeedsForm | None, *, is_other: bool) -> int:
    return _CONFLICT if is_other else _BAD if form else 200


def _me(request: IdentifiedRequest) -> User:
    return cast("User", request.user)
