"""What a clinician does with the visits of their clinics; each act is one transaction."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from fhir.paths import Json
from fhir.store import Repository
from portal.appointments import claims, resources
from portal.appointments.claims import Locked
from portal.appointments.models import Claim
from portal.appointments.rules import State
from portal.appointments.tickets import Order, order_follow_up
from portal.consultations import encounters, rules
from portal.consultations.actions import issue, shut_out
from portal.consultations.models import Consultation, Guest, Party
from portal.consultations.opening import (
    Opened,
    locked,
    require_held_by,
    tell,
    tell_clinic,
    tell_room,
)
from portal.consultations.rules import THIRDS, Outcome, Role
from portal.pifu.plans import set_plan
from portal.pifu.resources import Terms
from portal.record.dates import local


class CannotDo(Exception):
    """The visit is over, or nobody waits, or it is too soon; nothing has changed."""


@dataclass(frozen=True, slots=True)
class Clinician:
    """Who acts: the record as they have it, and which practitioners they are."""

    records: Repository
    practitioners: Sequence[str]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a clinician wants to see somebody again for, and until when they may choose."""

    title: str
    last_day: date


@dataclass(frozen=True, slots=True)
class OnRequest:
    """What a clinician wants to see somebody for who asks, and on which signs they ring instead."""

    title: str
    last_day: date
    when: str
    emergencies: Sequence[str]
    urgent: Sequence[str]


def admit(by: Clinician, key: uuid.UUID, party: uuid.UUID, now: datetime) -> None:
    """Let one person in who waits; the consultation begins with the patient.

    :raises CannotDo: nobody waits there.
    :raises NotFound: it is not this clinician's.
    """
    with _held(by, key, now) as (found, held):
        comer = Party.objects.select_for_update().filter(consultation=key, pk=party).first()
        is_waiting = comer and comer.waiting_since and comer.left_at is None
        if comer is None or comer.role == Role.MODERATOR or not is_waiting:
            raise CannotDo
        if rules.is_let_in(comer, now):
            return
        if comer.role == Role.PATIENT and not held.encounter:
            held.encounter = _lent(by).create(_begun(by, found, now)).id
            held.admitted_at = now
            held.save(update_fields=["encounter", "admitted_at"])
        issue(comer, now)
        _moderator(by, key, found)
        tell(found)
        tell_room(key)


def moderate(by: Clinician, key: uuid.UUID, session: str, now: datetime) -> Party:
    """Open the clinician's own door to the room, again and again, to this session.

    :raises CannotDo: the visit is over.
    :raises NotFound: it is not this clinician's.
    """
    with _held(by, key, now) as (found, _):
        mine = _moderator(by, key, found)
        if mine.session != session:
            mine.session = session
            mine.save(update_fields=["session"])
        return mine


def send_out(by: Clinician, key: uuid.UUID, party: uuid.UUID, now: datetime) -> None:
    """Ask a third out of the room; they can wait again."""
    with _held(by, key, now) as (found, _):
        for one in Party.objects.filter(consultation=key, pk=party, role__in=THIRDS):
            shut_out(one, now)
        tell(found)
        tell_room(key)


def say(by: Clinician, keys: Sequence[uuid.UUID], note: str, now: datetime) -> int:
    """Tell those who wait; return how many were told. What is over is left alone."""
    told = 0
    for key in sorted(keys):
        try:
            with _held(by, key, now) as (found, held):
                held.note, held.noted_at = note, now
                held.save(update_fields=["note", "noted_at"])
                tell(found)
                told += 1
        except CannotDo:
            continue
    return told


def end(
    by: Clinician,
    key: uuid.UUID,
    outcome: Outcome,
    now: datetime,
    then: FollowUp | OnRequest | None,
) -> None:
    """End a consultation for everybody, and say what comes of it.

    :raises CannotDo: it is over already.
    :raises NotFound: it is not this clinician's.
    """
    with _held(by, key, now) as (found, held):
        lent, appointment = _lent(by), found.appointment
        came = _interpreters(key)
        if held.encounter:
            said = lent.read("Encounter", held.encounter)
            lent.update(encounters.finished(said.json, now, came), said.version)
        else:  # they talked by phone, or met
            begun = _begun(by, found, now)
            held.encounter = lent.create(encounters.finished(begun, now, came)).id
        lent.update(appointment.json | {"status": "fulfilled"}, appointment.version)
        match then:
            case FollowUp():
                order = _order(appointment.json, found.booking, then, now)
                held.ticket = order_follow_up(lent, found.booking.patient, order, now)
            case OnRequest():
                held.ticket = set_plan(lent, found.booking.patient, _terms(by, found, then), now)
        _close(held, outcome, now)
        tell_clinic(found)
        tell_room(key)


def miss(by: Clinician, key: uuid.UUID, now: datetime) -> None:
    """Write down that somebody was not seen; their ticket is open again.

    :raises CannotDo: they are here, or it is too soon to tell.
    :raises NotFound: it is not this clinician's.
    """
    with _held(by, key, now) as (found, held):
        patient = Party.objects.filter(consultation=key, role=Role.PATIENT).first()
        if not rules.may_be_missed(found.booking.starts_at, patient, now) or held.encounter:
            raise CannotDo
        appointment = found.appointment
        with claims.opened():
            slots = list(Locked.of(key).slots.values())
            claims.end([key], State.MISSED)
            claims.mark_full(slots)
        missed = appointment.json | {"status": "noshow"}
        drafts = [resources.draft(missed, appointment.patient, appointment.version)]
        drafts += [resources.draft(resources.slot(one, one.clinic)) for one in slots]
        _lent(by).write(drafts)
        held.ticket = found.booking.ticket
        _close(held, Outcome.MISSED, now)
        tell_clinic(found)
        tell_room(key)


@contextmanager
def _held(by: Clinician, key: uuid.UUID, now: datetime) -> Iterator[tuple[Opened, Consultation]]:
    with locked(by.records, key, now) as found:
        require_held_by(found, by.practitioners)
        if found.held is None or found.held.ended_at or found.booking.state != State.BOOKED:
            raise CannotDo
        yield found, found.held


def _begun(by: Clinician, found: Opened, now: datetime) -> Json:
    return encounters.begun(found.appointment.json, found.booking.mode, by.records.viewer, now)


def _lent(by: Clinician) -> Repository:
    return by.records.lent_writes("Appointment", "Encounter", "ServiceRequest", "Slot")


def _moderator(by: Clinician, key: uuid.UUID, found: Opened) -> Party:
    viewer = by.records.viewer
    mine = {"patient": found.booking.patient, "role": Role.MODERATOR, "name": viewer.name}
    return Party.objects.get_or_create(consultation=key, who=viewer.who, defaults=mine)[0]


def _interpreters(key: uuid.UUID) -> list[str]:
    """Return the names of the guests who came into the room, be they still there or not."""
    came = Party.objects.filter(
        consultation=key, role=Role.INTERPRETER, token_used_at__isnull=False
    )
    keys = [who.rpartition("/")[2] for who in came.values_list("who", flat=True)]
    found = Guest.objects.filter(pk__in=keys).order_by("opened_at")
    return list(found.values_list("name", flat=True))


def _close(held: Consultation, outcome: Outcome, now: datetime) -> None:
    held.outcome, held.ended_at = outcome, now
    held.save(update_fields=["outcome", "ended_at", "ticket", "encounter"])
    Party.objects.filter(consultation=held.key).update(
        token_digest="", token_until=None, session="", socket=""
    )


def _terms(by: Clinician, found: Opened, then: OnRequest) -> Terms:
    service = found.booking.service, _service_name(found.appointment.json)
    return Terms(
        title=then.title,
        service=service,
        clinician=(found.booking.clinician, by.records.viewer.name),
        first_day=local(found.now).date(),
        last_day=then.last_day,
        when=then.when,
        emergencies=then.emergencies,
        urgent=then.urgent,
        encounter=found.held.encounter if found.held else "",
    )


def _service_name(appointment: Json) -> str:
    names = (str(one.get("text", "")) for one in appointment.get("serviceType", ()))
    return next(names, "")


def _order(appointment: Json, booking: Claim, follow_up: FollowUp, now: datetime) -> Order:
    return Order(
        booking.service,
        _service_name(appointment),
        follow_up.title,
        modes=[booking.mode],
        first_day=now.date(),
        last_day=follow_up.last_day,
    )
