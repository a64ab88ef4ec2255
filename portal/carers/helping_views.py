"""The pages of somebody who helps: begin with a code, see whom they help, step back."""

from typing import cast

from allauth.core import ratelimit
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import clock
from portal.carers import actions, mails, scopes
from portal.carers.actions import CannotHelp, NotThere
from portal.carers.forms import BeginForm
from portal.carers.models import Sharing
from portal.carers.standing import helped_by
from portal.identity.middleware import IdentifiedRequest
from portal.identity.models import User
from portal.record import pages
from portal.record.dates import local

_PAGE = ("GET", "HEAD", "POST")
_BAD = 400
_REFUSED = "The code and the date of birth do not belong together"


@require_safe
def helping(request: IdentifiedRequest) -> HttpResponse:
    people = helped_by(_me(request), local(clock.now()).date())
    ends = dict(Sharing.objects.filter(carer=_me(request)).values_list("pk", "ends_on"))
    rows = [(one, scopes.words_of(one.scopes), ends.get(one.sharing)) for one in people]
    return pages.page(request, "carers/helping.html", {"section": "account", "rows": rows})


@require_http_methods(_PAGE)
def begin(request: IdentifiedRequest) -> HttpResponse:
    form = BeginForm(request.POST or None)
    if request.method == "POST" and not _may_try(request):
        return render(request, "429.html", status=429)
    if request.method == "POST" and form.is_valid():
        try:
            begun = actions.accept(
                user=_me(request),
                typed=form.cleaned_data["code"],
                born=form.cleaned_data["born"],
                now=clock.now(),
            )
        except CannotHelp as refused:
            if refused.locked:
                mails.tell_patient(refused.locked, "locked")
            form.add_error(None, _REFUSED)
        else:
            mails.tell_patient(begun, "accepted")
            mails.tell_carer(begun.carer, "begun")
            messages.success(request, f"You can now help {begun.patient_name}.")
            return redirect("carers:helping")
    answer = pages.page(request, "carers/begin.html", {"section": "account", "form": form})
    answer.status_code = _BAD if form.errors else answer.status_code
    return answer


@require_POST
def step_back(request: IdentifiedRequest, sharing: int) -> HttpResponse:
    try:
        ended = actions.step_back(user=_me(request), sharing=sharing, now=clock.now())
    except NotThere:
        raise Http404 from None
    mails.tell_patient(ended, "left")
    messages.success(request, f"You no longer help {ended.patient_name}.")
    return redirect("carers:helping")


def _may_try(request: HttpRequest) -> bool:
    """Count tries by address and by login: codes are long, and this is the second lock."""
    return bool(
        ratelimit.consume(request, action="activate")
        and ratelimit.consume(request, action="begin_to_help", user=request.user)
    )


def _me(request: HttpRequest) -> User:
    return cast("User", request.user)
