"""Records whose logins are held: what a feed wanted to change, and opening them again."""

from django.contrib import messages as said
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from fhir import identities
from fhir.identities import Held
from fhir.queues import NotTheirs
from portal import clock
from portal.identity.middleware import IdentifiedRequest
from portal.ops.forms import ReasonForm
from portal.ops.messages import signed
from portal.ops.views import BAD, PAGE, page


@require_safe
def listed(request: IdentifiedRequest) -> HttpResponse:
    found = [(one, identities.asked(one)) for one in identities.held()]
    return page(request, "identities", {"found": found})


@require_http_methods(PAGE)
def identity(request: IdentifiedRequest, handle: str) -> HttpResponse:
    one = identities.by_handle(handle)
    if one is None:
        if request.method == "POST":
            said.info(request, "That record is not held any more.")
            return redirect("ops_identities")
        raise Http404
    if request.method != "POST":
        return _show(request, one)
    try:
        return _act(request, one, request.POST.get("act", ""))
    except NotTheirs:
        raise Http404 from None


def _act(request: IdentifiedRequest, one: Held, act: str) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, one, form, act)
    reason = form.cleaned_data["reason"]
    if act == "reveal":
        identities.open_up(request.viewer, one, reason)
        return _show(request, one, is_open=True)
    if act != "release":
        raise Http404
    note = signed(request.viewer, clock.now(), "kept the record as it is", reason)
    if identities.release(request.viewer, one, reason, note):
        said.success(request, "The login can be used again. The record is as it was before.")
    else:
        said.info(request, "That record is not held any more.")
    return redirect("ops_identities")


def _show(
    request: IdentifiedRequest,
    one: Held,
    form: ReasonForm | None = None,
    act: str = "",
    *,
    is_open: bool = False,
) -> HttpResponse:
    shown = {"one": one, "asked": identities.asked(one), "is_open": is_open, "act": act}
    return page(request, "identity", {**shown, "form": form or ReasonForm()}, BAD if form else 200)
