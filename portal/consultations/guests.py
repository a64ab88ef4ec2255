"""An interpreter comes as a guest: by a link to one consultation, which opens once, in one browser.

They have no sign-in and hold nothing of the record. Of the link's code, and of what the browser
that opened it keeps, digests alone are kept.
"""

import secrets
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.crypto import constant_time_compare

from fhir import changes
from fhir.access import READING, SYSTEM, Grant, Kind, Viewer
from fhir.labels import HIDING
from fhir.scope import scoped
from fhir.store import Repository
from portal.appointments import claims
from portal.appointments.models import Claim
from portal.appointments.rules import Mode
from portal.consultations import said
from portal.consultations.actions import CannotJoin, Refused, digest, redeem, shut_out
from portal.consultations.models import Consultation, Guest, Party
from portal.consultations.opening import (
    Opened,
    WayIn,
    desk_of,
    locked,
    require_held_by,
    tell,
    tell_room,
)
from portal.consultations.rules import ON_THE_WAY, Role, Stage
from portal.consultations.seeing import Clinician
from portal.identity import codes
from portal.live import desks

SESSION: Final = "guest"  # where in a session is what its browser keeps
_ROLE: Final = "Interpreter at your visit"
_SECRET: Final = 32  # bytes
# As long as somebody may still come.
_TO_COME: Final = ON_THE_WAY | {Stage.EARLY}


class CannotInvite(Exception):
    """Nobody can come to the consultation any more; there is no new link."""


class CannotOpen(Exception):
    """No link has this code, or it has been opened or ended, or its visit is over."""


@dataclass(frozen=True, slots=True)
class Visiting(WayIn):
    """The way in of a guest, in the browser that opened their link."""

    guest: Guest

    @property
    def viewer(self) -> Viewer:
        return viewer_of(self.guest)


def viewer_of(guest: Guest, *types: str) -> Viewer:
    """Return a guest as a viewer; of the patient's they hold these types, and else none."""
    grant = Grant(frozenset({guest.patient}), frozenset(types), READING, int(HIDING))
    return Viewer(
        Kind.PROXY,
        f"Guest/{guest.key}",
        guest.name,
        role=_ROLE,
        grants=(grant,),
        on_behalf_of=f"Patient/{guest.patient}",
    )


def may_come(found: Opened) -> bool:
    """Whether somebody may still be let come to a consultation."""
    return found.booking.mode == Mode.VIDEO and found.stage in _TO_COME


def called(name: str) -> str:
    """Return how an interpreter is named to others."""
    return f"{name} (interpreter)"


def invited_to(by: Clinician, key: uuid.UUID) -> Sequence[Guest]:
    """Return the links to a consultation, the newest first; for whoever may act upon it."""
    with by.records.transaction():
        return list(Guest.objects.filter(consultation=key).order_by("-made_at"))


def invite(by: Clinician, key: uuid.UUID, now: datetime) -> str:
    """Make a link and return its code, which nobody is told again; one not opened yet ends.

    :raises CannotInvite: nobody can come to it any more.
    :raises NotFound: it is not this clinician's.
    """
    with _theirs(by, key, now) as found:
        if not may_come(found):
            raise CannotInvite
        mine = Guest.objects.filter(consultation=key, opened_at=None, ended_at=None)
        mine.update(ended_at=now)
        code = codes.make()
        Guest.objects.create(
            consultation=key,
            patient=found.booking.patient,
            digest=codes.digest(code),
            clinician_name=said.clinician_of(found.appointment.json) or by.records.viewer.name,
            made_by=by.records.viewer.who,
            made_at=now,
        )
        return code


def end(by: Clinician, key: uuid.UUID, guest: uuid.UUID, now: datetime) -> None:
    """End a link; whoever has come by it is out of the room at once, and does not come again.

    :raises NotFound: it is not this clinician's.
    """
    with _theirs(by, key, now) as found:
        for one in Guest.objects.filter(pk=guest, consultation=key, ended_at=None):
            one.ended_at, one.browser = now, ""
            one.save(update_fields=["ended_at", "browser"])
            for party in Party.objects.filter(consultation=key, who=viewer_of(one).who):
                shut_out(party, now)
        tell(found)
        tell_room(key)


def open_with(code: str, name: str, now: datetime) -> str:
    """Open a link, once; return what its browser keeps. The opening stands in the audit.

    :raises CannotOpen: it opens nothing.
    """
    with scoped(SYSTEM):
        found = Guest.objects.select_for_update().filter(digest__in=codes.digests(code)).first()
        if found is None or found.opened_at or found.ended_at:
            raise CannotOpen
        if _visiting(found, now).stage not in _TO_COME:
            raise CannotOpen
        secret = secrets.token_urlsafe(_SECRET)
        found.opened_at, found.name, found.browser = now, name, digest(secret)
        found.save(update_fields=["opened_at", "name", "browser"])
        looking = Repository(viewer_of(found, "Appointment"))
        looking.read("Appointment", str(found.consultation))
        _tell(found)
    return f"{found.key}.{secret}"


def visiting(kept: str, now: datetime) -> Visiting | None:
    """Return the guest whose browser keeps this; None where it opens nothing any more."""
    key, _, secret = kept.partition(".")
    try:
        named = uuid.UUID(key)
    except ValueError:
        return None
    with scoped(SYSTEM):
        found = Guest.objects.filter(pk=named, ended_at=None).first()
        if not found or not constant_time_compare(digest(secret), found.browser):
            return None
        return _visiting(found, now)


def enter(visit: Visiting) -> None:
    """Go into the waiting room.

    :raises CannotJoin: it is not open.
    """
    with _locked(visit) as found:
        if found.stage not in ON_THE_WAY:
            raise CannotJoin(found.stage)
        party = found.own or Party(
            consultation=found.booking.key,
            patient=found.booking.patient,
            role=Role.INTERPRETER,
            who=found.viewer.who,
            name=called(found.guest.name),
        )
        party.waiting_since, party.left_at = party.waiting_since or found.now, None
        party.save()


def leave(visit: Visiting) -> None:
    """Go out; whoever comes back is let in anew.

    :raises CannotJoin: the link has just ended, and they are out.
    """
    with _locked(visit) as found:
        if found.own and found.own.left_at is None:
            shut_out(found.own, found.now)
            tell_room(found.booking.key)


def use_token(visit: Visiting, token: str) -> None:
    """Open the room with a token, once, for this browser.

    :raises CannotJoin: the visit is over.
    :raises Refused: the token opens nothing.
    """
    with _locked(visit) as found:
        if found.stage not in {Stage.WAITING, Stage.ADMITTED}:
            raise CannotJoin(found.stage)
        if found.own is None:
            raise Refused
        redeem(found.own, token, found.guest.browser, found.now)


@contextmanager
def _theirs(by: Clinician, key: uuid.UUID, now: datetime) -> Iterator[Opened]:
    with locked(by.records, key, now) as found:
        require_held_by(found, by.practitioners)
        yield found


@contextmanager
def _locked(visit: Visiting) -> Iterator[Visiting]:
    """Open a visit anew, which nobody else changes meanwhile; both sides of it are told."""
    key = visit.booking.key
    with scoped(visit.viewer):
        Consultation.objects.select_for_update().filter(pk=key).first()
        guest = Guest.objects.filter(pk=visit.guest.pk, ended_at=None).first()
        if guest is None:
            raise CannotJoin(Stage.CALLED_OFF)
        yield _visiting(guest, visit.now)
        _tell(guest)


def _visiting(guest: Guest, now: datetime) -> Visiting:
    mine: dict[str, Any] = {"consultation": guest.consultation, "who": viewer_of(guest).who}
    held = Consultation.objects.filter(pk=guest.consultation).first()
    with claims.opened():
        booking = Claim.objects.get(key=guest.consultation)
    return Visiting(booking, held, Party.objects.filter(**mine).first(), now, guest)


def _tell(guest: Guest) -> None:
    """Wake the open pages of the clinician, and of whoever may see the appointment."""
    held = Consultation.objects.get(pk=guest.consultation)
    desks.changed(desk_of(held.clinician))
    seen = Repository(SYSTEM).read("Appointment", str(guest.consultation))
    changes.touch([seen.patient], "Appointment", seen.id, seen.labels)
