"""What a place has for those who need it, as its booking staff say it."""

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from fhir.store import Conflict, NotFound, Stored
from portal.appointments import access
from portal.clinics.forms import PlaceForm
from portal.clinics.frame import me, page
from portal.identity.middleware import IdentifiedRequest

_PAGE: Final = ("GET", "HEAD", "POST")
_BAD: Final = 400


@require_http_methods(_PAGE)
def place(request: IdentifiedRequest, place: str) -> HttpResponse:
    stored = _place(request, place)
    initial = {fact: "yes" if has else "no" for fact, has in access.facts_of(stored.json).items()}
    initial["version"] = str(stored.version)
    form = PlaceForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        writing = request.records.lent_writes("Location")
        changed = access.with_facts(stored.json, form.facts())
        try:
            writing.update(changed, if_match=form.cleaned_data["version"])
        except Conflict:
            messages.info(request, "Somebody else has changed this meanwhile. Look at it again.")
        else:
            messages.success(request, "Saved. Patients see it with their visit.")
        return redirect("staff_clinic_place", place)
    shown = {"form": form, "name": str(stored.json.get("name") or "")}
    return page(request, "place", shown, _BAD if form.errors else 200)


def _place(request: IdentifiedRequest, place: str) -> Stored:
    """Return a place whose clinics they run.

    :raises Http404: they run none there.
    """
    if place not in me(request).sites:
        raise Http404
    try:
        return request.records.read("Location", place)
    except NotFound:
        raise Http404 from None
