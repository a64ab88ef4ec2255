"""What patients have asked, for clinicians and booking offices: the list, and answering one."""

import uuid
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from fhir.store import Conflict, NotFound
from portal import clock
from portal.appointments.models import Clinic
from portal.clinics.frame import me
from portal.clinics.reach import bookable, clinics_of
from portal.drafts import keeping
from portal.identity import doors
from portal.identity.menus import menu
from portal.identity.middleware import IdentifiedRequest
from portal.identity.models import Role
from portal.live import desks
from portal.pifu import deciding, said, triage
from portal.pifu.deciding import CannotDecide, Decision
from portal.pifu.forms import DecideForm
from portal.pifu.rules import Act
from portal.pifu.triage import Opened
from portal.record.dates import instant, local
from portal.record.pages import LIVE_URL

FORM: Final = "ask-answer"
_PAGE: Final = ("GET", "HEAD", "POST")
_BAD: Final = 400


@require_safe
def asks(request: IdentifiedRequest) -> HttpResponse:
    """Show what waits: warning signs first, then the first due; rows keep their place."""
    if "part" in request.GET:
        return _part(request)
    shown = {
        "list": triage.worklist(me(request), request.viewer),
        "unused": triage.unused(me(request), request.viewer, clock.now()),
        "new": [],
    }
    return _page(request, "asks", shown | _live(request))


@sensitive_post_parameters()
@require_http_methods(_PAGE)
def answer(request: IdentifiedRequest, key: uuid.UUID) -> HttpResponse:
    """Show one of them, and take what is decided."""
    found = _opened(request, key)
    if request.method != "POST":
        draft = keeping.kept(me(request), FORM, str(key), clock.now())
        return _one(request, found, _form(found, request, initial=dict(draft.words)))
    form = _form(found, request, data=request.POST)
    if not found.acts:
        return _too_late(request)
    if not form.is_valid():
        keeping.keep(me(request), FORM, str(key), request.POST.dict(), clock.now())
        return _one(request, found, form, _BAD)
    return _decided(request, found, form)


def _part(request: IdentifiedRequest) -> HttpResponse:
    """Tell an open list its news: what has come in, and how its own rows stand now.

    :raises Http404: there is no such part.
    """
    since = instant(request.GET.get("since", ""))
    match request.GET["part"]:
        case "news" if since:
            new = triage.come_since(me(request), request.viewer, since)
            return _page(request, "parts/news", {"new": new})
        case "list" if since:
            rows = triage.worklist(me(request), request.viewer, since)
            return _page(request, "parts/list", {"list": rows})
    raise Http404


def _decided(request: IdentifiedRequest, found: Opened, form: DecideForm) -> HttpResponse:
    decision, now = _decision(found, form), clock.now()
    try:
        deciding.decide(found, decision, now)
    except (CannotDecide, Conflict):
        return _too_late(request)
    keeping.discard(me(request), FORM, found.said.id, now)
    messages.success(request, f"{found.known.person.name} {said.DONE[decision.act]}")
    return redirect("staff_asks")


def _decision(found: Opened, form: DecideForm) -> Decision:
    act, words = Act(form.cleaned_data["act"]), form.cleaned_data["words"]
    today = local(clock.now()).date()
    match act:
        case Act.BOOK:
            modes, last_day = form.cleaned_data["modes"], form.last_day(today)
            order = deciding.order(found, form.service_chosen(), modes, last_day)
            return Decision(act, words, order=order)
        case Act.CALL:
            return Decision(act, words, ring_by=form.ring_by(today))
        case _:
            return Decision(act, words)


def _too_late(request: IdentifiedRequest) -> HttpResponse:
    messages.warning(request, "It was answered or taken back meanwhile. Nothing of yours was sent.")
    return redirect("staff_asks")


def _form(found: Opened, request: IdentifiedRequest, **given: Any) -> DecideForm:
    services = _services(request) | {found.plan.terms.service[0]: found.plan.terms.service[1]}
    usual = {"service": found.plan.terms.service[0]}
    given["initial"] = usual | given.get("initial", {})
    return DecideForm(
        acts={act.value: said.ACTS[act] for act in found.acts}, services=services, **given
    )


def _services(request: IdentifiedRequest) -> dict[str, str]:
    """Return the services that somebody may let a patient book: an office, those of its places."""
    services = bookable()
    if me(request).role != Role.BOOKING:
        return services
    own = set(clinics_of(me(request)).values_list("service", flat=True))
    return {key: name for key, name in services.items() if key in own}


def _one(
    request: IdentifiedRequest, found: Opened, form: DecideForm, status: int = 200
) -> HttpResponse:
    shown = {
        "found": found,
        "form": form,
        "draft": keeping.kept(me(request), FORM, found.said.id, clock.now()),
    }
    return _page(request, "ask", shown, status)


def _opened(request: IdentifiedRequest, key: uuid.UUID) -> Opened:
    """Return what was asked, for whom it is theirs to answer.

    :raises Http404: it is not.
    """
    try:
        return triage.opened(me(request), request.viewer, key)
    except NotFound:
        raise Http404 from None


def _live(request: IdentifiedRequest) -> dict[str, Any]:
    """Return what a page needs to follow its clinician, or its office's first place."""
    user = me(request)
    desk = f"Practitioner/{user.practitioners[0]}" if user.practitioners else ""
    if user.role == Role.BOOKING:
        held = Clinic.objects.filter(location__in=user.sites).order_by("location")
        place = held.values_list("location", flat=True).first()
        desk = f"Location/{place}" if place else ""
    if not desk or request.standing is None:
        return {}
    return {"live_url": LIVE_URL, "cursor": desks.cursor(request.standing, desk)}


def _page(
    request: IdentifiedRequest, name: str, shown: dict[str, Any], status: int = 200
) -> HttpResponse:
    staff = me(request)
    frame = {
        "sections": menu(staff.role, "staff_asks"),
        "me": (staff.name, staff.job_title or staff.get_role_display()),
        "home": doors.HOMES[Role(staff.role)],
        "moment": clock.now(),
    }
    return render(request, f"staff/pifu/{name}.html", {**frame, **shown}, status=status)
