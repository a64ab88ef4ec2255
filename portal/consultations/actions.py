"""What somebody does on the way into a consultation: a patient, or whoever helps them, as such."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime

from django.utils.crypto import constant_time_compare, salted_hmac

from fhir.access import Kind
from fhir.store import Conflict, NotFound, Repository
from portal.appointments import arriving
from portal.appointments.rules import ARRIVED
from portal.consultations import rules
from portal.consultations.models import Party
from portal.consultations.opening import Opened, WayIn, locked, tell, tell_room
from portal.consultations.rules import ON_THE_WAY, Role, Stage

_BEFORE = ON_THE_WAY | {Stage.EARLY}
_ROLES = {Kind.PATIENT: Role.PATIENT, Kind.PROXY: Role.CARER}


class CannotJoin(Exception):
    """It is too early or too late for it, or over; nothing has changed."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.stage = stage


class Refused(Exception):
    """A token that opens nothing: it has been used, is too old, or is another's."""


@dataclass(frozen=True, slots=True)
class Check:
    """What a browser found when its owner tried camera, microphone and line."""

    camera: str
    microphone: str
    network: str


def remember_check(records: Repository, key: uuid.UUID, check: Check, now: datetime) -> None:
    """Keep what a device check found with the appointment.

    :raises CannotJoin: the visit is over.
    """
    with locked(records, key, now) as found:
        _require(found, _BEFORE)
        if found.held:
            found.held.camera, found.held.microphone = check.camera, check.microphone
            found.held.network, found.held.checked_at = check.network, now
            found.held.save(update_fields=["camera", "microphone", "network", "checked_at"])
        tell(found)


def ask_for_call(records: Repository, key: uuid.UUID, now: datetime, *, wanted: bool) -> None:
    """Ask to be rung instead, or take that back; the place in the waiting room stays.

    :raises CannotJoin: the visit is over.
    """
    with locked(records, key, now) as found:
        _require(found, _BEFORE)
        if found.held:
            found.held.call_asked_at = now if wanted else None
            found.held.save(update_fields=["call_asked_at"])
        tell(found)


def enter(records: Repository, key: uuid.UUID, now: datetime) -> None:
    """Go into the waiting room; whoever comes back has the place that they had.

    The patient has then come, as the Appointment says it.

    :raises CannotJoin: it is not open.
    """
    try:
        _enter(records, key, now)
    except Conflict:  # a hospital's word came first: by what stands now
        _enter(records, key, now)


def _enter(records: Repository, key: uuid.UUID, now: datetime) -> None:
    with locked(records, key, now) as found:
        _require(found, ON_THE_WAY)
        party = found.own or _party(records, found)
        party.waiting_since, party.left_at = party.waiting_since or now, None
        party.save()
        said = found.appointment
        if party.role == Role.PATIENT and said.json.get("status") not in ARRIVED:
            here = arriving.arrived(said.json, party.waiting_since)
            records.lent_writes("Appointment").update(here, said.version)
        tell(found)


def leave(records: Repository, key: uuid.UUID, now: datetime) -> None:
    """Go out of the waiting room or the call; whoever comes back is let in anew."""
    try:
        _leave(records, key, now)
    except Conflict:
        _leave(records, key, now)


def _leave(records: Repository, key: uuid.UUID, now: datetime) -> None:
    with locked(records, key, now) as found:
        if found.own is None or found.own.left_at:
            return
        shut_out(found.own, now)
        said, has_begun = found.appointment, found.held is not None and found.held.encounter
        if found.own.role == Role.PATIENT and arriving.is_ours(said.json) and not has_begun:
            records.lent_writes("Appointment").update(arriving.not_come(said.json), said.version)
        tell(found)
        tell_room(key)


def shut_out(party: Party, now: datetime) -> None:
    party.left_at, party.admitted_at, party.session, party.socket = now, None, "", ""
    party.token_digest, party.token_until = "", None
    party.save()


def issue(party: Party, now: datetime) -> None:
    """Let somebody in: a new token, of which the digest alone is kept."""
    party.admitted_at, party.issued = now, party.issued + 1
    party.token_digest = digest(token_of(party))
    party.token_until, party.token_used_at = now + rules.TOKEN_LASTS, None
    party.session = party.socket = ""
    party.save()


def use_token(records: Repository, key: uuid.UUID, token: str, session: str, now: datetime) -> None:
    """Open the room with a token, once; from then on this session goes in and out.

    :raises CannotJoin: the visit is over.
    :raises Refused: the token opens nothing.
    """
    with locked(records, key, now) as found:
        if found.stage not in {Stage.WAITING, Stage.ADMITTED}:
            raise CannotJoin(found.stage)
        if found.own is None:
            raise Refused
        redeem(found.own, token, session, now)
        tell(found)


def redeem(party: Party, token: str, session: str, now: datetime) -> None:
    """Use up the token by which somebody was let in, whose consultation is locked.

    :raises Refused: it is not theirs, or has been used, or is too old.
    """
    if not party.token_digest or not session:
        raise Refused
    is_theirs = constant_time_compare(digest(token), party.token_digest)
    if not is_theirs or not rules.may_use_token(party, now):
        raise Refused
    party.token_used_at, party.session = now, session
    party.save(update_fields=["token_used_at", "session"])


def token_for(found: WayIn) -> str:
    """Return the token of whoever has been let in and has not used it; else nothing."""
    own = found.own
    is_new = found.stage == Stage.ADMITTED and own is not None and own.token_used_at is None
    return token_of(own) if own and is_new else ""


def token_of(party: Party) -> str:
    """Return the token that lets this person in, as their own page is given it."""
    said = f"{party.key}.{party.issued}"
    return salted_hmac("portal.consultations.token", said, algorithm="sha256").hexdigest()


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _party(records: Repository, found: Opened) -> Party:
    viewer = records.viewer
    role = _ROLES.get(viewer.kind)
    if role is None:
        raise NotFound(f"Appointment/{found.key}")
    return Party(
        consultation=found.key,
        patient=found.booking.patient,
        role=role,
        who=viewer.who,
        name=viewer.name,
    )


def _require(found: Opened, stages: frozenset[Stage]) -> None:
    if found.stage not in stages:
        raise CannotJoin(found.stage)
