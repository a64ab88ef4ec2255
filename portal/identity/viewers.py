"""Who is asking: a signed-in person in one capacity, or a hospital system by its token."""

from django.http import HttpRequest

from fhir import feeds
from fhir.access import NOBODY, Kind, Viewer
from portal.carers.standing import Acting
from portal.identity import grants
from portal.identity.models import Capacity, User
from portal.identity.sessions import Standing

_KINDS = {
    Capacity.PATIENT: Kind.PATIENT,
    Capacity.STAFF: Kind.STAFF,
}


def viewer_of(request: HttpRequest) -> Viewer:
    """Return the viewer that the identity middleware has made of this request."""
    viewer: Viewer = getattr(request, "viewer", NOBODY)
    return viewer


def viewer_in(standing: Standing | None) -> Viewer:
    """Return the viewer of a session; one that has not proved a second factor holds nothing."""
    if standing is None or standing.capacity == Capacity.NONE or not standing.second_factor:
        return NOBODY
    user, capacity = standing.user, standing.capacity
    if capacity == Capacity.PROXY:
        return _carer(standing)
    return Viewer(
        kind=_KINDS[capacity],
        who=_who(user, capacity, standing.person),
        name=user.name,
        role=_role(user) if capacity == Capacity.STAFF else "",
        organisation=user.organisation if capacity == Capacity.STAFF else "",
        grants=grants.grants_of(user, capacity, standing.person),
        barred=grants.barred_from(user) if capacity == Capacity.STAFF else frozenset(),
        session=standing.token,
    )


def viewer_for(standing: Standing, acts: Acting) -> Viewer:
    """Return the viewer of a session's user who acts for somebody else, and for nobody beside."""
    return helper(standing.user, acts, session=standing.token)


def helper(user: User, acts: Acting, *, session: str = "") -> Viewer:
    """Return the viewer of somebody who acts for another, be they signed in or not."""
    return Viewer(
        kind=Kind.PROXY,
        who=acts.who,
        name=user.name,
        grants=grants.grants_of_carer(acts),
        on_behalf_of=f"Patient/{acts.patient}",
        session=session,
    )


def viewer_of_token(token: str) -> Viewer | None:
    """Return the hospital system that holds this token, or None; named in settings.FHIR_VIEWER."""
    found = feeds.by_token(token)
    if found is None:
        return None
    name, ods = found
    return Viewer(
        kind=Kind.SERVICE,
        who=f"Device/{name}",
        name=name,
        organisation=ods,
        grants=(grants.FEED,),
    )


def _carer(standing: Standing) -> Viewer:
    if standing.acting is not None:
        return viewer_for(standing, standing.acting)
    user = standing.user
    return Viewer(Kind.PROXY, f"User/{user.pk}", user.name, session=standing.token)


def _who(user: User, capacity: Capacity, person: str) -> str:
    if capacity == Capacity.PATIENT and person:
        return f"Patient/{person}"
    if capacity == Capacity.STAFF and user.practitioners:
        return f"Practitioner/{user.practitioners[0]}"
    return f"User/{user.pk}"


def _role(user: User) -> str:
    return user.job_title or str(user.get_role_display())
