"""Makes of each request the viewer who asks, or turns it away at the door.

Sets ``request.standing`` (the session, or None), ``request.viewer``, ``request.records`` (the
record as that viewer may see it) and ``request.patient`` (the patient key in view, or "").
"""

from collections.abc import Callable
from typing import cast

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from fhir.access import NOBODY, Viewer
from fhir.store import Repository
from portal import clock
from portal.drafts import keeping
from portal.identity import doors, sessions
from portal.identity.doors import Answer, Area, Caller
from portal.identity.models import Capacity, Role, User
from portal.identity.rules import Over
from portal.identity.sessions import Standing
from portal.identity.viewers import viewer_in


class IdentifiedRequest(HttpRequest):
    """A request that has come through the door."""

    standing: Standing | None
    viewer: Viewer
    records: Repository
    patient: str


class IdentityMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = _standing(request)
        if isinstance(found, Over):
            response = _signed_out(request, found)
            sessions.end(request)
            return _unless_quiet(request, response)
        _identify(request, found, NOBODY)
        response = self._through_the_door(request, found)
        if found is not None or request.path.startswith(reverse("account")):
            # Back, and a copy on disk, must not show what a session showed.
            response["Cache-Control"] = "no-store"
        return response

    def _through_the_door(self, request: HttpRequest, standing: Standing | None) -> HttpResponse:
        area = doors.area_of(request.path)
        if area is not None and (stopped := _stop(request, area, standing)):
            return stopped
        if standing is not None and not _is_quiet(request):
            sessions.touch(standing, clock.now())
        return self.get_response(request)


def _standing(request: HttpRequest) -> Standing | Over | None:
    user: User | AnonymousUser = request.user
    if isinstance(user, AnonymousUser) or not user.is_authenticated:
        return None
    return sessions.standing_of(request.session, user, clock.now())


def _identify(request: HttpRequest, standing: Standing | None, viewer: Viewer) -> None:
    is_patients = viewer.grants and standing is not None
    vars(request).update(
        standing=standing,
        viewer=viewer,
        records=Repository(viewer, leaves_out=request.method in _SHOWING),
        patient=standing.person if is_patients and standing else "",
    )


def _stop(request: HttpRequest, area: Area, standing: Standing | None) -> HttpResponse | None:
    """Return the answer to whoever may not come in; identify whoever may."""
    if area.public and standing and standing.capacity == Capacity.STAFF:
        return redirect(doors.HOMES[Role(standing.user.role)])
    told = doors.answer(area, _caller(area, standing) if standing else None)
    if told == Answer.COME_IN:
        viewer = viewer_in(standing)
        _identify(request, standing, viewer)
        is_record = area.capacity == Capacity.PATIENT and standing is not None
        if is_record and standing and standing.capacity == Capacity.PROXY:
            return _unless_shared(request, standing, viewer)
        return _no_record(request) if is_record and not viewer.grants else None
    if told == Answer.NOT_FOR_YOU:
        raise PermissionDenied
    if told == Answer.NO_RECORD:
        return _no_record(request)
    return _unless_quiet(request, _sent_to(request, told))


def _unless_shared(request: HttpRequest, standing: Standing, viewer: Viewer) -> HttpResponse | None:
    """Return the page that names nobody to whoever may not act any more.

    :raises Http404: this part of the record is not shared with them.
    """
    acts = standing.acting
    if acts is None or not viewer.grants:
        return _unless_quiet(request, render(request, "carers/ended.html", status=404))
    if not doors.is_shared(request.path, acts.scopes):
        raise Http404
    return None


def _caller(area: Area, standing: Standing) -> Caller:
    has_record = bool(standing.person)
    if standing.capacity == Capacity.PROXY and not area.own:
        has_record = True  # somebody else's, or one that has just been closed to them
    elif area.capacity == Capacity.PATIENT and standing.capacity != Capacity.PATIENT:
        has_record = sessions.current_link(standing.user) is not None
    return Caller(
        role=Role(standing.user.role),
        capacity=standing.capacity,
        second_factor=standing.second_factor,
        has_record=has_record,
    )


_SHOWING = frozenset({"GET", "HEAD"})
_QUIET = ("/live/", "/account/session/", "/account/stay/")
_PAGES = {
    Answer.SIGN_IN: "account_login",
    Answer.ADD_SECOND_FACTOR: "mfa_index",
    Answer.CHANGE_CAPACITY: "account_capacity",
}


def _sent_to(request: HttpRequest, told: Answer) -> HttpResponse:
    return redirect(f"{reverse(_PAGES[told])}?{urlencode({'next': request.get_full_path()})}")


def _signed_out(request: HttpRequest, why: Over) -> HttpResponse:
    """Send them to the page that says so; whatever `request.user` had typed waits for them."""
    asked = {"why": str(why)}
    if request.method == "GET" and doors.area_of(request.path):
        asked["next"] = request.get_full_path()
    elif request.path == reverse("account_signed_out") and "next" in request.GET:
        asked["next"] = request.GET["next"]
    if keeping.is_kept_for(cast("User", request.user), clock.now()):
        asked["kept"] = "1"
    return redirect(f"{reverse('account_signed_out')}?{urlencode(asked)}")


def _no_record(request: HttpRequest) -> HttpResponse:
    return render(request, "account/no_record.html", status=403)


def _is_quiet(request: HttpRequest) -> bool:
    """Whether the page asks of its own accord: a fragment, a poll, an event stream."""
    return "part" in request.GET or request.path.startswith(_QUIET)


def _unless_quiet(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Answer a page's own requests with a bare 401: it is then for the page to reload."""
    return HttpResponse(status=401) if _is_quiet(request) else response
