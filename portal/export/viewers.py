"""In whose eyes a copy or a link is made: whoever asked, with what they hold at this moment."""

from dataclasses import replace

from fhir.access import READING, Kind, Viewer
from portal import clock
from portal.export.models import ShareLink
from portal.export.parts import chosen, parts_of
from portal.identity import grants, sessions
from portal.identity.models import Capacity, User


def viewer_for(user: User, patient: str) -> Viewer | None:
    """Return a person as the viewer of their own record; None if it is not theirs any more."""
    link = sessions.current_link(user)
    held = grants.grants_of(user, Capacity.PATIENT, patient)
    if link is None or link.patient != patient or not user.is_active or not held:
        return None
    return Viewer(Kind.PATIENT, f"Patient/{patient}", user.name, grants=held)


def viewer_through(link: ShareLink) -> Viewer | None:
    """Return whoever opens a link: the parts chosen, never what is sensitive.

    They see no more than the patient does at this moment, and nothing once the link has ended.
    """
    own = viewer_for(link.user, link.patient)
    now = clock.now()
    if own is None or link.revoked_at or link.locked_at or now >= link.expires_at:
        return None
    parts = chosen(parts_of(own, link.patient), link.chosen)
    types = frozenset(name for part in parts for name in part.types)
    narrowed = tuple(
        replace(
            grant,
            types=types if link.patient in grant.patients else grant.types,
            interactions=READING,
            sees=0,
        )
        for grant in own.grants
    )
    return Viewer(
        Kind.PROXY,
        f"ShareLink/{link.key}",
        f"Whoever has your link “{link.label}”",
        role="Through a link that you made",
        grants=narrowed,
        on_behalf_of=f"Patient/{link.patient}",
    )
