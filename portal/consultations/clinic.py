"""A clinician's day: who is booked with them, who waits and since when, what each of them needs."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Q

from fhir.paths import first
from fhir.store import Criteria, Repository, Stored
from portal.appointments import arriving, claims, resources
from portal.appointments.models import Claim, ClinicSlot
from portal.appointments.person import flags, needs_among
from portal.appointments.rules import ARRIVED, Mode, State
from portal.beforehand.answers import Answers, told_of
from portal.consultations import rules, said
from portal.consultations.models import Consultation, Party
from portal.consultations.rules import THIRDS, Role, Stage
from portal.identity import rules as identity
from portal.identity.people import Person, person_of

_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Other:
    """A third, beside the patient and the clinician."""

    key: uuid.UUID
    name: str
    is_in: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One booking; without a `person` it is of somebody whose record is closed to the clinician."""

    key: uuid.UUID
    starts_at: datetime
    mode: Mode
    stage: Stage
    person: Person | None
    age: int | None
    until: datetime | None = None  # of a visit that goes on beyond its time
    clinic: str = ""
    needs: Sequence[str] = ()
    reason: str = ""
    phone: str = ""
    # What its patient said beforehand, and since when they are there.
    answers: Answers = field(default_factory=Answers)
    is_here: bool = False
    here_since: datetime | None = None
    waiting_since: datetime | None = None
    minutes: int = 0
    held: Consultation | None = None
    patient_party: uuid.UUID | None = None
    others: Sequence[Other] = field(default_factory=list)
    may_be_missed: bool = False

    @property
    def is_waiting(self) -> bool:
        return self.stage == Stage.WAITING

    @property
    def is_over(self) -> bool:
        return self.stage in {Stage.ENDED, Stage.MISSED, Stage.OVER}

    @property
    def is_on(self) -> bool:
        return self.stage == Stage.ADMITTED

    @property
    def asked_for_call(self) -> bool:
        return bool(self.held and self.held.call_asked_at and not self.is_over)


def clinic_of(
    records: Repository,
    practitioners: Sequence[str],
    day: date,
    now: datetime,
    only: uuid.UUID | None = None,
) -> list[Row]:
    """Return the bookings of a day with one of these, by their time: as many queries for any."""
    with records.transaction():
        held = _held(practitioners, day)
        with claims.opened():
            bookings = _bookings(practitioners, day, held)
        bookings = [one for one in bookings if only in {None, one.key}]
        facts = _Facts(records, bookings, held)
    return [facts.row(one, now) for one in bookings]


def next_of(rows: Iterable[Row]) -> Row | None:
    """Return whoever waits and was due first."""
    return next((row for row in rows if row.is_waiting), None)


def _held(practitioners: Sequence[str], day: date) -> dict[uuid.UUID, Consultation]:
    found = Consultation.objects.filter(clinician__in=practitioners, local_date=day)
    return {one.key: one for one in found}


def _bookings(
    practitioners: Sequence[str], day: date, held: Mapping[uuid.UUID, Consultation]
) -> list[Claim]:
    """Return what is booked, and what was not come to; a booking that was moved is neither."""
    booked = Q(clinician__in=practitioners, local_date=day, state=State.BOOKED)
    missed = Q(key__in=list(held), state=State.MISSED)
    return list(Claim.objects.filter(booked | missed).order_by("starts_at", "key")[:_MOST])


class _Facts:
    """What the rows say, read at once for all of them."""

    def __init__(
        self,
        records: Repository,
        bookings: Sequence[Claim],
        held: Mapping[uuid.UUID, Consultation],
    ) -> None:
        keys = [str(one.key) for one in bookings]
        patients = list(dict.fromkeys(one.patient for one in bookings))
        mine = [one for one in patients if one not in records.viewer.barred]
        theirs = [one.series for one in bookings if one.patient in mine]
        reading = records.lent_reads("QuestionnaireResponse", with_="Appointment")
        slots = ClinicSlot.objects.filter(slot__in={one.slot for one in bookings})
        self._ends = dict(slots.values_list("slot", "ends_at"))
        self._held = held
        self._appointments = _by_id(records, Criteria("Appointment", ids=keys, count=_MOST))
        self._people = _by_id(records, Criteria("Patient", ids=mine, count=_MOST))
        self._flags = flags(records, mine)
        self._told = told_of(reading, theirs)
        self._parties: dict[uuid.UUID, list[Party]] = {}
        for party in Party.objects.filter(consultation__in=keys).order_by("waiting_since"):
            self._parties.setdefault(party.consultation, []).append(party)

    def row(self, booking: Claim, now: datetime) -> Row:
        parties = self._parties.get(booking.key, [])
        patient = next((one for one in parties if one.role == Role.PATIENT), None)
        held = self._held.get(booking.key)
        stage = _stage(booking, held, patient, now)
        waits = patient is not None and stage in {Stage.WAITING, Stage.ADMITTED}
        return Row(
            booking.key,
            booking.starts_at,
            Mode(booking.mode),
            stage,
            **self._about(booking, now),
            until=self._until(booking),
            waiting_since=patient.waiting_since if patient and waits else None,
            minutes=said.minutes_since(patient.waiting_since, now) if patient and waits else 0,
            held=held,
            patient_party=patient.key if patient else None,
            others=_others(parties, now),
            may_be_missed=rules.may_be_missed(booking.starts_at, patient, now)
            and not (held and held.encounter),
        )

    def _until(self, booking: Claim) -> datetime | None:
        stored = self._appointments.get(str(booking.key))
        ends_at = resources.until(stored.json if stored else {}, booking.ends_at)
        return ends_at if ends_at > self._ends[booking.slot] else None

    def _about(self, booking: Claim, now: datetime) -> dict[str, Any]:
        appointment = self._appointments.get(str(booking.key))
        stored = self._people.get(booking.patient)
        if appointment is None or stored is None:
            return {"person": None, "age": None}
        person, told = person_of(stored.json), self._told.get(booking.series)
        answers = told.answers if told else Answers()
        return {
            "person": person,
            "age": identity.age_at(person.born, now.date()) if person.born else None,
            "clinic": str(first(appointment.json, "serviceType.text") or ""),
            "needs": needs_among(stored.json, self._flags.get(booking.patient, ())),
            "reason": _reason(appointment.json),
            "phone": answers.phone or resources.contact_of(appointment.json),
            "answers": answers,
            "is_here": appointment.json.get("status") in ARRIVED,
            "here_since": arriving.arrived_at(appointment.json),
        }


def _by_id(records: Repository, criteria: Criteria) -> dict[str, Stored]:
    return {one.id: one for one in records.search(criteria)[0]} if criteria.ids else {}


def _stage(
    booking: Claim, held: Consultation | None, patient: Party | None, now: datetime
) -> Stage:
    """Return where a patient stands; by phone or at the hospital, what the clock alone says."""
    if booking.mode == Mode.VIDEO or (held and held.ended_at):
        return rules.stage_of(booking, held, patient, now)
    return Stage.EARLY if now < booking.starts_at else Stage.OPEN


def _others(parties: Iterable[Party], now: datetime) -> list[Other]:
    return [
        Other(one.key, one.name, rules.is_let_in(one, now))
        for one in parties
        if one.role in THIRDS and one.waiting_since and one.left_at is None
    ]


def _reason(appointment: Mapping[str, Any]) -> str:
    return next((str(one.get("text") or "") for one in appointment.get("reasonCode", ())), "")
