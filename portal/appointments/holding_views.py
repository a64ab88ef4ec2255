"""A held time: what is to be booked is checked, and booked, in five minutes."""

import uuid
from collections.abc import Mapping
from typing import Final, cast

from django.db import DatabaseError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from fhir.store import NotFound
from portal import clock, errors
from portal.appointments import actions, asked, lost, person, refusing, rules, said, showing
from portal.appointments.asked import Aim, NoTicket
from portal.appointments.forms import BookForm
from portal.appointments.longer import is_longer
from portal.appointments.lost import Sought
from portal.appointments.models import Claim, ClinicSlot
from portal.appointments.refusing import CannotBook
from portal.appointments.resources import Details
from portal.appointments.rules import Mode, Refusal, State
from portal.appointments.searching import Wanted
from portal.appointments.terms import terms_of
from portal.appointments.together.batches import batch_of
from portal.drafts import keeping
from portal.identity.middleware import IdentifiedRequest
from portal.identity.models import User
from portal.needs.reviewing import review

FORM: Final = "booking"
LONGER, OTHER = "longer", "other"
_BAD: Final = 400
_BROKEN: Final = 503
# What of a claim is over leads to the list of what there is.
_OVER: Final = {State.MOVED, State.CANCELLED, State.MISSED}


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def held(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    claim = asked.claim(request, key)
    if elsewhere := _elsewhere(request, claim):
        return elsewhere
    try:
        aim = _aim(request, claim)
    except NoTicket:
        return lost.no_ticket(request)
    if request.method == "POST":
        return _posted(request, aim, claim)
    if refusal := rules.refusal_to_confirm(claim, clock.now()):
        return _ended(request, aim, claim, refusal)
    return _check(request, aim, claim, None)


def _elsewhere(request: IdentifiedRequest, claim: Claim) -> HttpResponse | None:
    """Lead on from what is not a held time of one person's, or not any more."""
    if claim.state == State.BOOKED:
        return redirect("appointments:booked", claim.key)
    if batch := batch_of(claim, _me(request)):
        return redirect("appointments:together-held", batch)
    return redirect("appointments:list") if claim.state in _OVER else None


def _posted(request: IdentifiedRequest, aim: Aim, claim: Claim) -> HttpResponse:
    """Do what was pressed; whatever comes of it, what was typed is kept until it is booked."""
    if not aim.moving:
        typed = request.POST.dict()
        keeping.keep(_me(request), FORM, claim.ticket, typed, clock.now())
    act = request.POST.get("act", "")
    if act == OTHER:
        actions.release(request.records, request.patient, claim.key)
        return _to_times(aim)
    if act == LONGER:
        return _longer(request, aim, claim)
    form = BookForm(request.POST)
    if not aim.moving and not form.is_valid():
        if refusal := rules.refusal_to_confirm(claim, clock.now()):
            return _ended(request, aim, claim, refusal)
        return _check(request, aim, claim, form)
    return _booked(request, aim, claim, Details() if aim.moving else form.details())


def _booked(request: IdentifiedRequest, aim: Aim, claim: Claim, details: Details) -> HttpResponse:
    try:
        actions.confirm(request.records, request.patient, claim.key, details)
    except CannotBook as why:
        return lost.page(request, aim, why, _sought(request, claim))
    except NotFound:
        raise Http404 from None
    except DatabaseError as fault:
        return _broken(request, aim, claim, fault)
    keeping.discard(_me(request), FORM, claim.ticket, clock.now())
    return redirect(f"{reverse('appointments:booked', args=[claim.key])}?new")


def _broken(
    request: IdentifiedRequest, aim: Aim, claim: Claim, fault: DatabaseError
) -> HttpResponse:
    """Say what has become of it, having looked; a database that cannot be asked says so itself."""
    if asked.claim(request, claim.key).state == State.BOOKED:
        return redirect("appointments:booked", claim.key)
    context = {
        "aim": aim,
        "claim": claim,
        "code": errors.code_of(fault),
        "phone": terms_of(claim.service).phone,
    }
    return showing.shown(request, "broken", context, _BROKEN)


def _longer(request: IdentifiedRequest, aim: Aim, claim: Claim) -> HttpResponse:
    try:
        actions.extend(request.records, request.patient, claim.key)
    except CannotBook as why:
        if why.refusal != Refusal.KEPT_ONCE:
            return _ended(request, aim, claim, why.refusal)
    return redirect("appointments:held", claim.key)


def _check(
    request: IdentifiedRequest, aim: Aim, claim: Claim, form: BookForm | None
) -> HttpResponse:
    now, known = clock.now(), person.known(request)
    draft = keeping.kept(_me(request), FORM, claim.ticket, now)
    slot = ClinicSlot.objects.select_related("clinic").get(slot=claim.slot)
    until = claim.hold_until or now
    context = {
        "aim": aim,
        "claim": claim,
        "clinic": slot.clinic,
        "draft": draft,
        "form": form or BookForm(initial={"phone": known.phone, **draft.words}),
        "known": known,
        "has_interpreter": known.language in slot.languages,
        "review": review(known.flagged, now),
        "left": max(0, int((until - now).total_seconds())),
        "minutes": said.minutes(claim.starts_at, claim.ends_at),
        "mode": Mode(claim.mode),
        "clocks": said.clocks(now, claim.starts_at),
        "phone": terms_of(claim.service).phone,
    }
    return showing.shown(request, "check", context, _BAD if form else 200)


def _ended(request: IdentifiedRequest, aim: Aim, claim: Claim, refusal: Refusal) -> HttpResponse:
    sought = _sought(request, claim)
    wanted = Wanted(modes=[claim.mode], longer=sought.longer)
    why = refusing.refused(refusal, aim.ticket, wanted, claim.starts_at, aim.moves)
    return lost.page(request, aim, why, sought)


def _sought(request: IdentifiedRequest, claim: Claim) -> Sought:
    longer = is_longer(claim, ClinicSlot.objects.get(slot=claim.slot))
    return Sought(Mode(claim.mode), claim.starts_at, _typed(request, claim), longer)


def _typed(request: IdentifiedRequest, claim: Claim) -> Mapping[str, str]:
    return keeping.kept(_me(request), FORM, claim.ticket, clock.now()).words


def _aim(request: IdentifiedRequest, claim: Claim) -> Aim:
    moving = asked.claim(request, claim.replaces) if claim.replaces else None
    return asked.aim(request, claim.ticket, moving)


def _to_times(aim: Aim) -> HttpResponse:
    if aim.moving:
        return redirect("appointments:move", aim.moving.key)
    return redirect("appointments:choose", aim.ticket.id)


def _me(request: IdentifiedRequest) -> User:
    return cast("User", request.user)
