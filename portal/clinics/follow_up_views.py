"""A clinician asks for a follow-up, which their patient then books: a ticket."""

import uuid
from typing import Final

from allauth.core import ratelimit
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from fhir.store import NotFound
from portal import clock
from portal.appointments.tickets import order_follow_up, tickets
from portal.carers.staff_forms import ChildForm as PersonForm
from portal.clinics.follow_up_forms import FollowUpForm
from portal.clinics.frame import me, page
from portal.clinics.reach import bookable, treats
from portal.identity import people
from portal.identity.middleware import IdentifiedRequest
from portal.identity.people import Person, person_of
from portal.pifu.reading import rights_of
from portal.record.dates import local

_PAGE: Final = ("GET", "HEAD", "POST")
_BAD: Final = 400
_HERE: Final = "staff_follow_up"
_NOBODY: Final = "You treat nobody with this NHS number and date of birth"
# Where the session keeps which showing of the form it has acted on.
_DONE: Final = "follow_up"


@require_http_methods(_PAGE)
def find(request: IdentifiedRequest) -> HttpResponse:
    """Find a patient whom one treats."""
    form = PersonForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if not ratelimit.consume(request, action="find_person", user=request.user):
            return render(request, "429.html", status=429)
        found = people.find_people(request.records, **form.cleaned_data)
        if len(found) == 1 and treats(request.viewer, found[0].key):
            return redirect("staff_follow_up_of", found[0].key)
        form.add_error(None, _NOBODY)
    return page(request, "find", {"form": form}, _BAD if form.errors else 200, _HERE)


@require_http_methods(_PAGE)
def order(request: IdentifiedRequest, patient: str) -> HttpResponse:
    """Say what is to be booked, how and by when."""
    person, today = patient_of(request, patient), local(clock.now()).date()
    form = FollowUpForm(
        request.POST if request.method == "POST" else None,
        services=bookable(),
        clinician=next(iter(me(request).practitioners), ""),
        initial={"form_id": uuid.uuid4(), "modes": ["video"], "earliest": "0", "latest": "12"},
    )
    if form.is_bound and form.is_valid():
        showing = str(form.cleaned_data["form_id"])
        if request.session.get(_DONE) != showing:
            order_follow_up(request.records, patient, form.order(today), clock.now())
            request.session[_DONE] = showing
            messages.success(request, f"Ordered. {person.name} can book it now.")
        return redirect("staff_follow_up_of", patient)
    shown = {
        "form": form,
        "person": person,
        "open": tickets(request.records, patient),
        "rights": rights_of(request.records, patient, clock.now()),
    }
    return page(request, "follow_up", shown, _BAD if form.errors else 200, _HERE)


def patient_of(request: IdentifiedRequest, key: str) -> Person:
    """Return a patient whom this clinician treats.

    :raises Http404: they do not, or there is none.
    """
    try:
        person = person_of(request.records.read("Patient", key).json)
    except NotFound:
        raise Http404 from None
    if not treats(request.viewer, key):
        raise Http404
    return person
