"""Making a clinic and changing it: what it would do is shown first, and agreed to."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from fhir.store import Conflict
from portal import clock
from portal.appointments import claims, clinics
from portal.appointments.clinics import Agreed, LookAgain, Preview
from portal.appointments.models import Clinic
from portal.appointments.times import hours_on, is_held_on
from portal.clinics import words
from portal.clinics.choices import Choices
from portal.clinics.fields import read_day
from portal.clinics.forms import CANCEL, AgreeForm, ClinicForm, SessionForm
from portal.clinics.frame import me, page
from portal.clinics.proposing import Proposal, propose
from portal.clinics.reach import clinic_of, may_change
from portal.identity.middleware import IdentifiedRequest
from portal.live import desks
from portal.record.dates import local

_PAGE: Final = ("GET", "HEAD", "POST")
_BAD: Final = 400
_CONFLICT: Final = 409
_USUAL: Final = {
    "stage": Clinic.Stage.PUBLISHED,
    "minutes": 20,
    "capacity": 1,
    "nation": "ENG",
    "modes": ["video"],
}


@dataclass(frozen=True, slots=True)
class Editing:
    """A clinic before a change, the form that says the change, and the template of its fields."""

    request: IdentifiedRequest
    form: ClinicForm | SessionForm
    before: Clinic | None
    heading: str
    fields: str
    day: date | None = None

    @property
    def is_draft(self) -> bool:
        """Whether nobody could be hit: it was not open, and is not to be."""
        was = self.before.stage if self.before else Clinic.Stage.DRAFT
        return {str(was), self.form.cleaned_data.get("stage")} == {Clinic.Stage.DRAFT.value}

    def changed(self) -> Clinic:
        """Return the clinic as it would be."""
        if isinstance(self.form, ClinicForm):
            return self.form.clinic(self.before)
        if self.before is None:
            raise Http404
        return self.form.clinic(self.before)


@require_http_methods(_PAGE)
def new(request: IdentifiedRequest) -> HttpResponse:
    choices = Choices.of(me(request), request.records)
    form = ClinicForm(_posted(request), initial=_USUAL, choices=choices)
    return _answer(Editing(request, form, None, "Set up a clinic", "clinic"))


@require_http_methods(_PAGE)
def change(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    before = _own(request, key)
    choices = Choices.of(me(request), request.records)
    initial = ClinicForm.shown(before)
    form = ClinicForm(_posted(request), initial=initial, choices=choices)
    return _answer(Editing(request, form, before, f"Change {before.name}", "clinic"))


@require_http_methods(_PAGE)
def session(request: IdentifiedRequest, key: uuid.UUID, day: str) -> HttpResponse:
    """Change one day of a clinic."""
    before, on = _own(request, key), read_day(day)
    if on is None or not _may_be_held(before, on):
        raise Http404
    opens, closes = hours_on(before, on)
    initial = {"opens": opens, "closes": closes}
    form = SessionForm(_posted(request), initial=initial, clinic=before, on=on)
    return _answer(
        Editing(request, form, before, f"Change one session of {before.name}", "day", on)
    )


def _posted(request: IdentifiedRequest) -> object:
    return request.POST if request.method == "POST" else None


def _own(request: IdentifiedRequest, key: uuid.UUID) -> Clinic:
    """Return a clinic that this member of staff may change.

    :raises Http404: they run none of that key, or may only look at it.
    """
    found = clinic_of(me(request), key)
    if not may_change(me(request), found):
        raise Http404
    return found


def _may_be_held(clinic: Clinic, day: date) -> bool:
    """Whether a session on this day is to come, or could be."""
    usual = not clinic.last_day or day <= clinic.last_day
    is_in_force = usual and max(clinic.first_day, local(clock.now()).date()) <= day
    return is_in_force and (is_held_on(clinic, day) or day in clinic.exceptions)


def _answer(editing: Editing) -> HttpResponse:
    request = editing.request
    if request.method != "POST":
        return _shown(editing, AgreeForm())
    agree = AgreeForm(request.POST)
    if not (editing.form.is_valid() and agree.is_valid()):
        return _shown(editing, agree, status=_BAD)
    if editing.is_draft or (request.POST.get("act") == "publish" and agree.cleaned_data["stamp"]):
        return _publish(editing, agree)
    return _shown(editing, agree, _proposed(editing))


def _proposed(editing: Editing) -> Proposal:
    return propose(editing.before, editing.changed(), clock.now(), editing.request.viewer)


def _publish(editing: Editing, agree: AgreeForm) -> HttpResponse:
    """Change the clinic as it was agreed; where that is not what would happen now, show it anew."""
    given, changed = agree.cleaned_data, editing.changed()
    if editing.before is None and given["key"]:
        changed.key = given["key"]
        if Clinic.objects.filter(key=changed.key).exists():  # the same form, sent twice
            return redirect("staff_clinic", clinic_of(me(editing.request), changed.key).key)
    keep = given["bookings"] != CANCEL
    agreed = Agreed(given["stamp"], given["words"])
    by = editing.request.viewer
    try:
        with transaction.atomic():
            done = clinics.change(changed, clock.now(), by, keep=keep, agreed=agreed)
            for one in filter(None, (changed, editing.before)):
                wake(one)
    except (LookAgain, Conflict, IntegrityError, claims.Taken):
        return _shown(editing, agree, _proposed(editing), status=_CONFLICT)
    messages.success(editing.request, _said(changed, done, keep=keep))
    return redirect("staff_clinic", changed.key)


def wake(clinic: Clinic) -> None:
    """Let open pages look again that show a clinic, by its place or its clinician."""
    desks.changed(f"Location/{clinic.location}")
    desks.changed(f"Practitioner/{clinic.clinician}")


def _said(clinic: Clinic, done: Preview, *, keep: bool) -> str:
    """Return what has been done, in numbers."""
    if clinic.stage == Clinic.Stage.DRAFT:
        return "Saved as a draft. Nobody can book it yet."
    hit = len(done.told)
    parts = [
        (done.times_made + done.times_altered, "free time", "added or altered"),
        (done.free_withdrawn, "free time", "removed"),
        (hit if keep else 0, "visit", "kept outside the session"),
        (0 if keep else hit, "visit", "cancelled"),
        (done.bookings_adopted, "visit", "in the session again"),
    ]
    counted = [f"{words.many(count, what)} {done_}" for count, what, done_ in parts if count]
    return f"Published. {words.listed(counted)}.".replace(" .", "") if counted else "Published."


def _shown(
    editing: Editing, agree: AgreeForm, proposal: Proposal | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "editing": editing,
        "form": editing.form,
        "agree": agree,
        "key": "" if editing.before else agree["key"].value() or uuid.uuid4(),
        "proposal": proposal,
        "is_stale": status == _CONFLICT,
        "before": _counts(agree) if status == _CONFLICT else {},
    }
    return page(editing.request, "change", context, status)


def _counts(agree: AgreeForm) -> dict[str, str]:
    """Return what was counted when the change was last looked at, by letter."""
    said = (agree["numbers"].value() or "").split()
    return {one[:1]: one[1:] for one in said}
