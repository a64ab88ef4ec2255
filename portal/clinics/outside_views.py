"""The bookings that were kept outside their sessions, cancelled all at once after a look."""

import uuid
from typing import Final

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from fhir.store import Conflict
from portal import clock
from portal.appointments import claims, clinics
from portal.appointments.clinics import Agreed, LookAgain
from portal.appointments.models import Clinic
from portal.clinics import sessions, words
from portal.clinics.editing_views import wake
from portal.clinics.forms import OutsideForm
from portal.clinics.frame import me, page
from portal.clinics.reach import clinic_of, may_change
from portal.identity.middleware import IdentifiedRequest

_PAGE: Final = ("GET", "HEAD", "POST")
_BAD: Final = 400
_CONFLICT: Final = 409


@require_http_methods(_PAGE)
def outside(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    clinic = clinic_of(me(request), key)
    if not may_change(me(request), clinic):
        raise Http404
    if request.method != "POST":
        return _shown(request, clinic)
    form = OutsideForm(request.POST)
    if not form.is_valid():
        return _shown(request, clinic, form, _BAD)
    given = form.cleaned_data
    agreed = Agreed(given["stamp"], given["words"])
    try:
        with transaction.atomic():
            told = clinics.cancel_orphans(clinic, clock.now(), request.viewer, agreed)
            wake(clinic)
    except (LookAgain, Conflict, claims.Taken):
        return _shown(request, clinic, form, _CONFLICT)
    messages.success(request, f"{words.many(len(told), 'visit')} cancelled.")
    return redirect("staff_clinic", key)


def _shown(
    request: IdentifiedRequest, clinic: Clinic, form: OutsideForm | None = None, status: int = 200
) -> HttpResponse:
    found = sessions.orphans_of(clinic, clock.now(), request.viewer)
    context = {
        "clinic": clinic,
        "orphans": found,
        "told": sum(bool(one.known and one.known.has_login) for one in found),
        "stamp": clinics.stamp_of([one.claim for one in found]),
        "form": form or OutsideForm(),
        "is_stale": status == _CONFLICT,
    }
    return page(request, "outside", context, status)
