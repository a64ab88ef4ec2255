"""What somebody does before a visit and as they come to it; each act is one transaction.

The claim is locked first, as a hospital system's word on the visit does: that stands, and whatever
is said here is said of the visit as it then is.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from fhir.paths import Json
from fhir.store import Conflict, NotFound, Repository, Stored
from portal.appointments import arriving, claims, resources
from portal.appointments.claims import Locked, Taken
from portal.appointments.models import Claim
from portal.appointments.own import own, theirs
from portal.appointments.rules import ARRIVED, State
from portal.beforehand import answers, rules
from portal.beforehand.answers import Answers, Told
from portal.beforehand.rules import Stage


class CannotNow(Exception):
    """It is too early or too late for it, or the visit is not to be; nothing has changed."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.stage = stage


class Meanwhile(Exception):
    """Something else was said at the same time; nothing of this has been kept."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A booking as its patient, or whoever helps them, comes to it."""

    booking: Claim
    appointment: Stored
    told: Told | None
    now: datetime

    @property
    def status(self) -> str:
        return str(self.appointment.json.get("status") or "")

    @property
    def is_kept_here(self) -> bool:
        """Whether the booking is ours still: a hospital system may have taken it elsewhere."""
        return self.booking.state == State.BOOKED

    @property
    def preparing(self) -> Stage:
        status = self.status if self.is_kept_here else ""
        return rules.to_prepare(status, self.booking.starts_at, self.now)

    @property
    def arriving(self) -> Stage:
        status = self.status if self.is_kept_here else ""
        return rules.to_arrive(status, self.booking.starts_at, self.now)

    @property
    def is_here(self) -> bool:
        return self.status in ARRIVED

    @property
    def answers(self) -> Answers:
        return self.told.answers if self.told else Answers()


def coming(records: Repository, patient: str, key: uuid.UUID, now: datetime) -> Coming:
    """Return a booking that was made here.

    :raises NotFound: there is none of this patient's, or it is not this viewer's to see.
    """
    reading = _reading(records)
    with reading.transaction():
        appointment = reading.read("Appointment", str(key))
        with claims.opened():
            booking = own(patient, key)
        return _coming(reading, booking, appointment, now)


def tell(coming: Coming, said: Answers, seen: int, records: Repository) -> None:
    """Keep what somebody says before their visit; said again, nothing changes.

    :raises CannotNow: it is too early, or the visit has started or is not to be.
    :raises Meanwhile: something else was said since `seen`, the version that they looked at.
    """
    with _locked(records, coming) as (found, writing):
        _require(found.preparing)
        if said == found.answers:
            return
        if (found.told.version if found.told else 0) != seen:
            raise Meanwhile
        _write_answers(writing, found, said)
        _write_appointment(writing, found, _with_answers(found, said))


def arrive(coming: Coming, records: Repository) -> None:
    """Write down that somebody has come; said again, the first time stands.

    :raises CannotNow: it is too early or too late, or the visit is not to be.
    """
    with _locked(records, coming) as (found, writing):
        _require(found.arriving)
        if not found.is_here:
            here = arriving.arrived(found.appointment.json, found.now)
            _write_appointment(writing, found, here)


def take_back(coming: Coming, records: Repository) -> None:
    """Take back that somebody has come; what the hospital says of it stands.

    :raises CannotNow: as when they come.
    """
    with _locked(records, coming) as (found, writing):
        _require(found.arriving)
        if arriving.is_ours(found.appointment.json):
            _write_appointment(writing, found, arriving.not_come(found.appointment.json))


def _require(stage: Stage) -> None:
    if stage != Stage.OPEN:
        raise CannotNow(stage)


@contextmanager
def _locked(records: Repository, coming: Coming) -> Iterator[tuple[Coming, Repository]]:
    """Open a booking anew, which nobody else changes meanwhile.

    :raises Meanwhile: somebody else is about to.
    """
    key = coming.booking.key
    writing = _reading(records).lent_writes("Appointment", "QuestionnaireResponse")
    try:
        with writing.transaction():
            with claims.opened():
                booking = theirs(coming.booking.patient, Locked.of(key).claims.get(key), key)
            appointment = writing.read("Appointment", str(key))
            yield _coming(writing, booking, appointment, coming.now), writing
    except (Conflict, Taken):
        raise Meanwhile from None


def _reading(records: Repository) -> Repository:
    return records.lent_reads("QuestionnaireResponse", with_="Appointment")


def _coming(records: Repository, booking: Claim, appointment: Stored, now: datetime) -> Coming:
    if appointment.patient != booking.patient:
        raise NotFound(f"Appointment/{booking.key}")
    told = answers.told_of(records, [booking.series]).get(booking.series)
    return Coming(booking, appointment, told, now)


def _write_answers(writing: Repository, found: Coming, said: Answers) -> None:
    security = found.appointment.json.get("meta", {}).get("security")
    made = answers.response(said, found.booking, security, writing.viewer) | {
        "status": "amended" if found.told else "completed",
        "authored": found.now.isoformat(timespec="seconds"),
    }
    version = found.told.version if found.told else None
    writing.write([resources.draft(made, found.booking.patient, version)])


def _with_answers(found: Coming, said: Answers) -> Json:
    """Return the booking with the number to ring, and where what was said is found."""
    resource = found.appointment.json
    if resources.contact_of(resource) != said.phone:
        resource = resources.with_contact(resource, said.phone)
    pointer = {"reference": f"QuestionnaireResponse/{answers.id_of(found.booking.series)}"}
    information = resource.get("supportingInformation", [])
    if pointer in information:
        return resource
    return resource | {"supportingInformation": [*information, pointer]}


def _write_appointment(writing: Repository, found: Coming, changed: Json) -> None:
    if changed != found.appointment.json:
        stored = found.appointment
        writing.write([resources.draft(changed, stored.patient, stored.version)])
