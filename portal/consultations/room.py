"""Who is in a room, by the database: whichever process holds their sockets, all see the same.

A socket stands for one party, and only the newest does. What browsers say to each other is passed
on through a letter box for each of them, emptied as it is read.
"""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from django.db.models import Q
from django.db.models.functions import Now

from fhir import changes
from fhir.access import SYSTEM, Viewer
from fhir.changes import Head
from fhir.scope import scoped
from fhir.store import NotFound, Repository
from portal import clock
from portal.consultations import guests, ice, rules
from portal.consultations.models import Consultation, Party, Signal
from portal.consultations.opening import tell_room
from portal.consultations.rules import Role
from portal.identity import sessions
from portal.identity.sessions import Standing
from portal.identity.viewers import viewer_in

# Whoever has not been heard of for so long, by the real clock, has gone.
GONE_AFTER: Final = timedelta(seconds=25)


_UNNAMED: Final[Mapping[str, str]] = {Role.PATIENT: "The patient", Role.CARER: "A helper"}


class Ended(Exception):
    """Why a socket is closed, by the code that its browser is told."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


# The session is over; it is not for you; another page has taken over; the visit has ended.
SIGNED_OUT, NOT_LET_IN, ELSEWHERE, OVER = 4401, 4404, 4409, 4410


@dataclass(frozen=True, slots=True)
class Comer:
    """Whose browser it is: signed in, with the patient in view, or a guest's and what it keeps."""

    viewer: Viewer
    session: str
    person: str = ""
    kept: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Seat:
    """One socket in a room, and for whom it stands."""

    key: uuid.UUID
    party: uuid.UUID
    role: Role
    comer: Comer
    page: str
    ways: ice.Ways
    head: Head
    socket: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def viewer(self) -> Viewer:
        return self.comer.viewer


@dataclass(frozen=True, slots=True)
class Look:
    """What a browser is to know now: who else is there, and what they said to it."""

    others: list[dict[str, str]]
    is_moderated: bool
    signals: list[dict[str, Any]]


def take(standing: Standing, key: uuid.UUID, page: str) -> Seat:
    """Sit down in a room, in place of any other socket of the same party.

    :raises Ended: it is not open to this session.
    """
    viewer = viewer_in(standing)
    try:
        Repository(viewer).read("Appointment", str(key))
    except NotFound:
        raise Ended(NOT_LET_IN) from None
    return _sit(Comer(viewer, standing.token, standing.person), key, page)


def take_as_guest(kept: str, page: str) -> Seat:
    """Sit down in the room to which a browser was given a link of its own.

    :raises Ended: it opens nothing any more, or they were not let in.
    """
    visit = guests.visiting(kept, clock.now())
    if visit is None:
        raise Ended(NOT_LET_IN)
    return _sit(Comer(visit.viewer, visit.guest.browser, kept=kept), visit.booking.key, page)


def _sit(comer: Comer, key: uuid.UUID, page: str) -> Seat:
    viewer, now = comer.viewer, clock.now()
    with scoped(viewer):
        mine = Party.objects.filter(consultation=key, who=viewer.who)
        party = mine.select_for_update().first()
        if party is None:
            raise Ended(NOT_LET_IN)
        _require_open(party)
        if party.session != comer.session:
            raise Ended(NOT_LET_IN)
        seat = Seat(
            key,
            party.key,
            Role(party.role),
            comer,
            page,
            ice.ways_for(party, now),
            changes.head(viewer, comer.person) if comer.person else Head("", 0),
        )
        party.socket, party.page = seat.socket, page
        party.save(update_fields=["socket", "page"])
        mine.update(present_at=Now())
        Signal.objects.filter(to=party.key).delete()
        tell_room(key)
    return seat


def pass_on(seat: Seat, to: uuid.UUID, body: str) -> None:
    """Put what a browser says into the letter box of another in the room; who is not there, misses.

    :raises Ended: this socket may not speak any more.
    """
    _require_session(seat)
    with scoped(seat.viewer):
        me = _me(seat)
        here = _here(seat.key)
        other = next((one for one in here if one.key == to), None)
        moderated = any(one.role == Role.MODERATOR for one in here)
        if other is None or not rules.are_introduced(me.role, other.role, is_moderated=moderated):
            return
        Signal.objects.create(patient=me.patient, to=to, page=other.page, sender=me.key, body=body)
        tell_room(seat.key)


def look(seat: Seat) -> Look:
    """Return who is there for this socket, and empty its letter box.

    :raises Ended: it may not listen any more.
    """
    with scoped(seat.viewer):
        me = _me(seat)
        here = [one for one in _here(seat.key) if one.key != me.key]
        moderated = Role.MODERATOR in {me.role, *(one.role for one in here)}
        letters = list(Signal.objects.filter(to=me.key).order_by("pk"))
        Signal.objects.filter(pk__in=[one.pk for one in letters]).delete()
    seen = [one for one in here if rules.are_introduced(me.role, one.role, is_moderated=moderated)]
    mail = [
        {"from": str(one.sender), "d": one.body}
        for one in letters
        if one.page == seat.page and any(other.key == one.sender for other in seen)
    ]
    return Look([_told(one, me) for one in seen], moderated, mail)


def get_up(seat: Seat) -> None:
    """Leave a room, unless another socket of the same party has taken over."""
    with scoped(SYSTEM):
        Party.objects.filter(pk=seat.party, socket=seat.socket).update(socket="")
        tell_room(seat.key)


def beat(seats: Collection[Seat]) -> None:
    """Say that these are still there; whoever is in a call is at their desk."""
    now = clock.now()
    with scoped(SYSTEM):
        Party.objects.filter(socket__in=[one.socket for one in seats]).update(present_at=Now())
    for token in {one.comer.session for one in seats if not one.comer.kept}:
        standing = sessions.still_stands(token, now)
        if standing:
            sessions.keep(standing, now)


def _me(seat: Seat) -> Party:
    me = Party.objects.filter(pk=seat.party).first()
    if me is None:
        raise Ended(NOT_LET_IN)
    _require_open(me)
    if me.socket != seat.socket:
        raise Ended(ELSEWHERE if me.socket else NOT_LET_IN)
    return me


def _require_open(party: Party) -> None:
    if Consultation.objects.filter(pk=party.consultation, ended_at__isnull=False).exists():
        raise Ended(OVER)
    if party.role != Role.MODERATOR and not (party.admitted_at and party.token_used_at):
        raise Ended(NOT_LET_IN)


def _require_session(seat: Seat) -> None:
    comer, now = seat.comer, clock.now()
    if comer.kept:
        if guests.visiting(comer.kept, now) is None:
            raise Ended(NOT_LET_IN)
    elif sessions.standing_among([comer.session], now).get(comer.session) != comer.person:
        raise Ended(SIGNED_OUT)


def _here(key: uuid.UUID) -> list[Party]:
    there = Q(consultation=key, present_at__gt=Now() - GONE_AFTER) & ~Q(socket="")
    return list(Party.objects.filter(there).order_by("key"))


def _told(one: Party, to: Party) -> dict[str, str]:
    """Return what one is told of another: an interpreter, of nobody but the clinician the name."""
    name = _UNNAMED.get(one.role, one.name) if to.role == Role.INTERPRETER else one.name
    return {"id": str(one.key), "page": one.page, "role": one.role, "name": name}
