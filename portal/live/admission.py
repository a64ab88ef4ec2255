"""Who opens a socket: the session's cookie says, once, and the hub asks again every few seconds."""

from dataclasses import dataclass
from http.cookies import SimpleCookie
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from fhir import changes
from fhir.access import NOBODY, Viewer
from fhir.changes import Head
from portal import clock
from portal.identity import sessions
from portal.identity.models import Capacity
from portal.identity.rules import Over
from portal.identity.sessions import Standing
from portal.identity.viewers import viewer_in
from portal.live import cursors, desks


@dataclass(frozen=True, slots=True)
class Admitted:
    """Somebody with a page open; a visitor's page has no patient and hears of content alone.

    So does a page of staff, unless it follows a `desk`.
    """

    viewer: Viewer
    patient: str
    head: Head
    is_new_epoch: bool = False
    desk: str = ""


VISITOR = Admitted(NOBODY, "", Head("", 0))


def admit(cookies: str, cursor: str) -> Admitted | None:
    """Return who opens a page at this cursor, or None for a session that is over."""
    found = _found(cookies)
    if found is None:
        return VISITOR if not cursor else None
    return admitted(found, cursor) if isinstance(found, Standing) else None


def standing_in(cookies: str) -> Standing | None:
    """Return the session of whoever opens a socket, if it stands."""
    found = _found(cookies)
    return found if isinstance(found, Standing) else None


def kept_in(cookies: str, name: str) -> str:
    """Return what a browser's session keeps under a name, signed in or not."""
    return str(_session(cookies).get(name) or "")


def _found(cookies: str) -> Standing | Over | None:
    request = HttpRequest()
    request.session = _session(cookies)
    user = get_user(request)
    if isinstance(user, AnonymousUser):
        return None
    return sessions.standing_of(request.session, user, clock.now())


def admitted(standing: Standing, cursor: str) -> Admitted:
    """Return how a session that stands may listen: patients to their record, staff at a desk."""
    viewer = viewer_in(standing)
    if desk := desks.opened(standing, cursor):
        return Admitted(viewer, "", VISITOR.head, desk=desk)
    if standing.capacity not in {Capacity.PATIENT, Capacity.PROXY} or not viewer.grants:
        return VISITOR
    now = changes.head(viewer, standing.person)
    said = cursors.decode(cursor, standing.person)
    head = said if said and said.epoch == now.epoch else now
    return Admitted(viewer, standing.person, head, is_new_epoch=bool(cursor) and head is not said)


def _session(cookies: str) -> Any:
    found = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    engine = import_module(settings.SESSION_ENGINE)
    return engine.SessionStore(found.value if found else None)
