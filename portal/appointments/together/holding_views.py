"""Times held for several people: what is to be booked is checked for each, and booked for all."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import DatabaseError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from fhir.store import NotFound, Stored
from portal import clock, errors
from portal.appointments import claims, listing, person, said, showing
from portal.appointments.forms import BookForm
from portal.appointments.holding_views import FORM, LONGER, OTHER
from portal.appointments.models import Claim, ClinicSlot
from portal.appointments.rules import Mode, Refusal, State
from portal.appointments.terms import terms_of
from portal.appointments.together import actions, batches, lost
from portal.appointments.together.actions import CannotBookTogether
from portal.appointments.together.lost import Sought
from portal.appointments.together.people import Booker, NoLonger, Person, booker_of
from portal.drafts import keeping
from portal.identity.middleware import IdentifiedRequest
from portal.record.naming import names_of

_BAD: Final = 400
_BROKEN: Final = 503


@dataclass(frozen=True, slots=True)
class Row:
    """One person of a batch, with the time that is held for them and what is typed for it."""

    person: Person
    claim: Claim
    form: BookForm


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def held(request: IdentifiedRequest, batch: uuid.UUID) -> HttpResponse:
    booker = booker_of(request)
    found, people = _found(booker, batch)
    if all(one.booked_at for one in found):
        return redirect("appointments:together-booked", batch)
    if any(one.patient not in people for one in found):
        actions.release(booker, batch)
        return lost.no_longer(request)
    if request.method == "POST":
        return _posted(request, booker, batch, _rows(request, booker, found, people))
    if why := actions.refusal_to_confirm(found, clock.now()):
        return _ended(request, booker, batch, why)
    return _check(request, batch, _rows(request, booker, found, people))


@require_safe
def booked(request: IdentifiedRequest, batch: uuid.UUID) -> HttpResponse:
    """Show each person's visit, so far as it still stands and the one who booked may see it."""
    found, people = _found(booker_of(request), batch)
    booked_now = [one for one in found if one.state == State.BOOKED and one.patient in people]
    visits = list(filter(None, (_visit(people[one.patient], one) for one in booked_now)))
    if not visits:
        return redirect("appointments:list")
    context = {"visits": visits, "is_new": "new" in request.GET}
    return showing.shown(request, "appointments/together/booked", context)


def _found(booker: Booker, batch: uuid.UUID) -> tuple[list[Claim], dict[str, Person]]:
    """Return the claims of a batch, and whom this booker may book for now.

    :raises Http404: they have made no such batch.
    """
    with claims.opened():
        found = batches.claims_of(batch, booker)
    if not found:
        raise Http404
    return found, {one.patient: one for one in booker.people()}


def _rows(
    request: IdentifiedRequest,
    booker: Booker,
    found: Sequence[Claim],
    people: Mapping[str, Person],
) -> list[Row]:
    """Return a row for each person, with what was typed, or is kept, or known to begin with."""
    phone = person.known(request).phone
    now, rows = clock.now(), []
    for nth, one in enumerate(found):
        prefix = f"p{nth}"
        if request.method == "POST":
            form = BookForm(request.POST, prefix=prefix)
        else:
            draft = keeping.kept(booker.user, FORM, one.ticket, now)
            form = BookForm(initial={"phone": phone, **draft.words}, prefix=prefix)
        rows.append(Row(people[one.patient], one, form))
    return rows


def _posted(
    request: IdentifiedRequest, booker: Booker, batch: uuid.UUID, rows: Sequence[Row]
) -> HttpResponse:
    """Do what was pressed; whatever comes of it, what was typed is kept until it is booked."""
    now = clock.now()
    for row in rows:
        typed = {name: row.form[name].value() or "" for name in row.form.fields}
        keeping.keep(booker.user, FORM, row.claim.ticket, typed, now)
    act = request.POST.get("act", "")
    if act == OTHER:
        actions.release(booker, batch)
        return _to_times(rows)
    if act == LONGER:
        return _longer(request, booker, batch)
    if not all(row.form.is_valid() for row in rows):
        if why := actions.refusal_to_confirm([row.claim for row in rows], now):
            return _ended(request, booker, batch, why)
        return _check(request, batch, rows, _BAD)
    return _booked(request, booker, batch, rows)


def _booked(
    request: IdentifiedRequest, booker: Booker, batch: uuid.UUID, rows: Sequence[Row]
) -> HttpResponse:
    details = {row.claim.patient: row.form.details() for row in rows}
    try:
        actions.confirm(booker, batch, details)
    except CannotBookTogether as why:
        return _ended(request, booker, batch, why)
    except NoLonger:
        return lost.no_longer(request)
    except DatabaseError as fault:
        return _broken(request, booker, batch, fault)
    for row in rows:
        keeping.discard(booker.user, FORM, row.claim.ticket, clock.now())
    return redirect(f"{reverse('appointments:together-booked', args=[batch])}?new")


def _broken(
    request: IdentifiedRequest, booker: Booker, batch: uuid.UUID, fault: DatabaseError
) -> HttpResponse:
    """Say what has become of it, having looked; a database that cannot be asked says so itself."""
    found, _ = _found(booker, batch)
    if all(one.booked_at for one in found):
        return redirect("appointments:together-booked", batch)
    context = {
        "batch": batch,
        "code": errors.code_of(fault),
        "phone": terms_of(found[0].service).phone,
    }
    return showing.shown(request, "appointments/together/broken", context, _BROKEN)


def _longer(request: IdentifiedRequest, booker: Booker, batch: uuid.UUID) -> HttpResponse:
    try:
        actions.extend(booker, batch)
    except CannotBookTogether as why:
        if why.refusal != Refusal.KEPT_ONCE:
            return _ended(request, booker, batch, why)
    except NoLonger:
        actions.release(booker, batch)
        return lost.no_longer(request)
    return redirect("appointments:together-held", batch)


def _ended(
    request: IdentifiedRequest, booker: Booker, batch: uuid.UUID, why: CannotBookTogether
) -> HttpResponse:
    """Let go of what is left of a batch that has ended: it is of no use to anybody."""
    found, _ = _found(booker, batch)
    actions.release(booker, batch)
    first = min(found, key=lambda one: one.starts_at)
    sought = Sought([one.ticket for one in found], Mode(first.mode), first.starts_at)
    return lost.page(request, booker, why, sought)


def _check(
    request: IdentifiedRequest, batch: uuid.UUID, rows: Sequence[Row], status: int = 200
) -> HttpResponse:
    now, held_now = clock.now(), [row.claim for row in rows]
    first = held_now[0]
    until = min((one.hold_until for one in held_now if one.hold_until), default=now)
    slot = ClinicSlot.objects.select_related("clinic").get(slot=first.slot)
    context = {
        "rows": [_shown(row, slot.languages) for row in rows],
        "clinic": slot.clinic,
        "minutes": said.minutes(first.starts_at, first.ends_at),
        "until": until,
        "left": max(0, int((until - now).total_seconds())),
        "may_extend": not any(one.is_extended for one in held_now),
        "mode": Mode(first.mode),
        "clocks": said.clocks(now, held_now[-1].starts_at),
        "times": _address(rows),
        "phone": terms_of(first.service).phone,
        "batch": batch,
    }
    return showing.shown(request, "appointments/together/check", context, status)


def _shown(row: Row, interpreted: Collection[str]) -> dict[str, Any]:
    """Return a row with what staff are to do for its person, so far as the booker may know."""
    records, patient = row.person.records, row.person.patient
    known = person.known_of(records, patient)
    return {
        "person": row.person,
        "claim": row.claim,
        "form": row.form,
        "needs": known.needs,
        "language": known.spoken,
        "has_interpreter": known.language in interpreted,
    }


def _address(rows: Sequence[Row]) -> str:
    """Return the page of times for these people."""
    tickets = [row.claim.ticket for row in rows]
    where = reverse("appointments:together", args=[tickets[0]])
    return f"{where}?{urlencode({'who': tickets}, doseq=True)}"


def _to_times(rows: Sequence[Row]) -> HttpResponse:
    return redirect(_address(rows))


def _visit(whose: Person, booking: Claim) -> dict[str, Any] | None:
    """Return one visit as the record has it, read as theirs alone; None if it is not to be seen."""
    try:
        stored: Stored = whose.records.read("Appointment", str(booking.key))
    except NotFound:
        return None
    names = names_of(whose.records, [stored])
    return {
        "person": whose,
        "booking": booking,
        "mode": Mode(booking.mode),
        "whom": listing.whom(stored.json, names),
        "instruction": str(stored.json.get("patientInstruction") or ""),
    }
