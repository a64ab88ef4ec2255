"""A clinician sets a plan for a patient whom they treat, changes it, and takes it back."""

import uuid
from dataclasses import replace
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from fhir.store import Conflict, NotFound
from portal import clock
from portal.clinics.follow_up_views import patient_of
from portal.clinics.frame import me, page
from portal.clinics.reach import bookable
from portal.identity.middleware import IdentifiedRequest
from portal.identity.people import Person
from portal.pifu import plans
from portal.pifu.forms import PlanForm
from portal.pifu.resources import Plan
from portal.pifu.rules import MONTHS, USUAL_MONTHS, after_months
from portal.record.dates import local

_PAGE: Final = ("GET", "HEAD", "POST")
_BAD: Final = 400
_HERE: Final = "staff_follow_up"
_MEANWHILE: Final = "It has been changed meanwhile. Look at it again."
# Where the session keeps which showing of the form it has acted on.
_DONE: Final = "follow_up_plan"


@require_http_methods(_PAGE)
def new(request: IdentifiedRequest, patient: str) -> HttpResponse:
    """Say for what, until when and on which signs a patient may ask to be seen."""
    person, today = patient_of(request, patient), local(clock.now()).date()
    form = PlanForm(
        request.POST if request.method == "POST" else None,
        services=bookable(),
        initial={"form_id": uuid.uuid4(), "first_day": today, "months": str(USUAL_MONTHS)},
    )
    if form.is_bound and form.is_valid():
        showing = str(form.cleaned_data["form_id"])
        if request.session.get(_DONE) != showing:
            plans.set_plan(request.records, patient, form.terms(_clinician(request)), clock.now())
            request.session[_DONE] = showing
            messages.success(request, f"Set. {person.name} can see it under Appointments.")
        return redirect("staff_follow_up_of", patient)
    return _shown(request, person, form)


@require_http_methods(_PAGE)
def change(request: IdentifiedRequest, patient: str, key: str) -> HttpResponse:
    """Say it otherwise, or for longer; the service and the clinician stay."""
    person, found = patient_of(request, patient), _plan(request, patient, key)
    terms = found.terms
    form = PlanForm(
        request.POST if request.method == "POST" else None,
        services=dict([terms.service]),
        initial={
            "form_id": uuid.uuid4(),
            "title": terms.title,
            "service": terms.service[0],
            "first_day": terms.first_day,
            "months": _months(found),
            "when": terms.when,
            "emergencies": terms.emergencies,
            "urgent": terms.urgent,
            "seen": found.version,
        },
    )
    if form.is_bound and form.is_valid():
        try:
            seen = replace(found, version=form.cleaned_data["seen"] or 0)
            plans.change(request.records, seen, form.terms(terms.clinician), clock.now())
        except Conflict:
            messages.warning(request, _MEANWHILE)
            return redirect("staff_plan", patient, key)
        messages.success(request, "Changed. The patient reads it as it is now.")
        return redirect("staff_follow_up_of", patient)
    return _shown(request, person, form, found)


@require_POST
def end(request: IdentifiedRequest, patient: str, key: str) -> HttpResponse:
    """Take a plan back before its day."""
    patient_of(request, patient)
    try:
        plans.take_back(request.records, _plan(request, patient, key), clock.now())
    except Conflict:
        messages.warning(request, _MEANWHILE)
        return redirect("staff_plan", patient, key)
    messages.success(request, "Ended. They can ask no more under this plan.")
    return redirect("staff_follow_up")


def _shown(
    request: IdentifiedRequest, person: Person, form: PlanForm, found: Plan | None = None
) -> HttpResponse:
    shown = {"person": person, "form": form, "plan": found}
    return page(request, "plan", shown, _BAD if form.errors else 200, _HERE)


def _plan(request: IdentifiedRequest, patient: str, key: str) -> Plan:
    """Return a plan of this patient's that has not ended.

    :raises Http404: there is none.
    """
    try:
        found = plans.opened(request.records, key)
    except NotFound:
        raise Http404 from None
    if found.patient != patient or not found.is_active:
        raise Http404
    return found


def _months(found: Plan) -> str:
    """Return for how long a plan is, as the form has it; the usual where it has no such choice."""
    lengths = {after_months(found.first_day, one): one for one in MONTHS}
    return str(lengths.get(found.last_day, USUAL_MONTHS))


def _clinician(request: IdentifiedRequest) -> tuple[str, str]:
    user = me(request)
    return next(iter(user.practitioners), ""), user.name
