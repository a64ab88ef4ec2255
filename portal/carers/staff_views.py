"""Staff and the parents of children: a code at the desk, and decisions as the child grows."""

from typing import Any, cast

from allauth.core import ratelimit
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from fhir.access import EVERYONE, SYSTEM, Interaction
from fhir.store import Repository
from portal import clock
from portal.carers import mails, parents
from portal.carers.actions import NotThere
from portal.carers.listing import helper
from portal.carers.parents import TooOld
from portal.carers.staff_forms import ChildForm, DecisionForm, ParentForm
from portal.identity import people, rules
from portal.identity.menus import menu
from portal.identity.middleware import IdentifiedRequest
from portal.identity.models import User
from portal.identity.people import Person
from portal.record.dates import local

_PAGE = ("GET", "HEAD", "POST")
_BAD = 400
_AT_DESK, _TREATED = "parents_child", "children_child"
_NOBODY = "We have no record with this NHS number and date of birth"


@require_http_methods(_PAGE)
def desk(request: IdentifiedRequest) -> HttpResponse:
    """Find the child whose parent is at the desk."""
    return _find(request, _AT_DESK, "desk", {})


@require_http_methods(_PAGE)
def parent(request: IdentifiedRequest) -> HttpResponse:
    """Check the parent, and show a code for them once."""
    child = _child(request, _AT_DESK)
    if child is None:
        return redirect("staff_parents")
    form = ParentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = parents.give_code(
                child=child,
                wish=form.wish(),
                evidence=form.cleaned_data["evidence"],
                by=_me(request),
                now=clock.now(),
            )
        except TooOld:
            form.add_error(None, "From their 11th birthday the care team decides. No code is given")
        else:
            request.session.pop(_AT_DESK)
            return _page(request, "code", {"person": child, "made": made})
    return _page(request, "parent", _about(child) | {"form": form})


@require_http_methods(_PAGE)
def children(request: IdentifiedRequest) -> HttpResponse:
    """Find a child whom one treats, or one of whom a birthday is near."""
    treated = frozenset[str]().union(
        *(
            grant.patients
            for grant in request.viewer.grants
            if grant.patients != EVERYONE and Interaction.LABEL in grant.interactions
        )
    )
    due = parents.soon_due(treated, local(clock.now()).date())
    return _find(request, _TREATED, "children", {"due": due})


@require_http_methods(_PAGE)
def child(request: IdentifiedRequest) -> HttpResponse:
    """Decide what the parents of a child may see."""
    found = _child(request, _TREATED)
    if found is None or found.born is None:
        return redirect("staff_children")
    now = clock.now()
    today = local(now).date()
    form = DecisionForm(request.POST or None, born=found.born, today=today)
    if request.method == "POST" and "stop" in request.POST:
        return _stop(request, found)
    if request.method == "POST" and form.is_valid():
        decided = parents.decide(
            records=request.records,
            patient=found.key,
            limits=form.limits(),
            by=_me(request),
            now=now,
        )
        for one in decided:
            mails.tell_carer(one.carer, "changed")
            mails.tell_patient(one, "has changed")
        messages.success(request, "Your decision is written down. Both have been told, not why.")
        return redirect("staff_children_child")
    rows = [(row, helper(row, today)) for row in parents.of_child(found.key)]
    return _page(request, "child", _about(found) | {"form": form, "rows": rows})


def _stop(request: IdentifiedRequest, found: Person) -> HttpResponse:
    """End one parent's sight; nobody is told, since that could put the child in danger."""
    number = request.POST["stop"]
    if not number.isdecimal() or len(number) > len("9" * 18):
        raise Http404
    try:
        parents.stop(patient=found.key, sharing=int(number), by=_me(request), now=clock.now())
    except NotThere:
        raise Http404 from None
    messages.success(request, "This person sees nothing any more. Nobody has been told.")
    return redirect("staff_children_child")


def _find(request: IdentifiedRequest, kept: str, name: str, shown: dict[str, Any]) -> HttpResponse:
    form = ChildForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, action="find_person", user=request.user):
            return render(request, "429.html", status=429)
        found = people.find_people(request.records, **form.cleaned_data)
        if len(found) == 1:
            request.session[kept] = found[0].key
            return redirect({"desk": "staff_parents_parent"}.get(name, "staff_children_child"))
        form.add_error(None, _NOBODY)
    return _page(request, name, shown | {"form": form})


def _child(request: IdentifiedRequest, kept: str) -> Person | None:
    """Return the child that this session found; asked again, since rights may have ended."""
    key = request.session.get(kept)
    if not key or key in request.viewer.barred:
        return None
    if kept == _TREATED and not any(grant.reaches(key) for grant in request.viewer.grants):
        return None
    return people.person_of(Repository(SYSTEM).read("Patient", key).json)


def _about(found: Person) -> dict[str, Any]:
    today = local(clock.now()).date()
    age = rules.age_at(found.born, today) if found.born else None
    return {"person": found, "age": age}


def _page(request: IdentifiedRequest, name: str, shown: dict[str, Any]) -> HttpResponse:
    me = _me(request)
    is_desk = name in {"desk", "parent", "code"}
    home = reverse("staff_activation" if is_desk else "staff_results")
    frame = {
        "sections": menu(me.role, "staff_parents" if is_desk else "staff_children"),
        "me": (me.name, me.job_title or me.get_role_display()),
        "home": home,
    }
    status = _BAD if "form" in shown and shown["form"].errors else 200
    return render(request, f"staff/carers/{name}.html", frame | shown, status=status)


def _me(request: IdentifiedRequest) -> User:
    return cast("User", request.user)
