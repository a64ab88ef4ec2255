"""One booking as somebody on their way into it, or the clinician, finds it."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from fhir import changes
from fhir.store import NotFound, Repository, Stored
from portal.appointments import claims
from portal.appointments.models import Claim
from portal.consultations import rules
from portal.consultations.models import Consultation, Party
from portal.consultations.rules import Stage
from portal.live import desks

# Browsers that are in one room find each other through here.
ROOM: Final = "daybook_room"


@dataclass(frozen=True, slots=True)
class WayIn:
    """A booking, what has become of it, and somebody's own way into it; none before it began."""

    booking: Claim
    held: Consultation | None
    own: Party | None
    now: datetime

    @property
    def stage(self) -> Stage:
        return rules.stage_of(self.booking, self.held, self.own, self.now)

    @property
    def key(self) -> uuid.UUID:
        return self.booking.key


@dataclass(frozen=True, slots=True)
class Opened(WayIn):
    """The way in of a viewer who may see the appointment."""

    appointment: Stored


def opened(records: Repository, key: uuid.UUID, now: datetime) -> Opened:
    """Return a booking that was made here, as its patient or whoever helps them finds it.

    :raises NotFound: it is not this viewer's to see, or was not made here.
    """
    appointment = records.read("Appointment", str(key))
    with records.transaction():
        return _opened(records, appointment, now)


@contextmanager
def locked(records: Repository, key: uuid.UUID, now: datetime) -> Iterator[Opened]:
    """Open a booking with its consultation, begun if need be, which nobody else changes meanwhile.

    :raises NotFound: it is not this viewer's to see, or was not made here.
    """
    with records.transaction():
        appointment = records.read("Appointment", str(key))
        booking = _booking(appointment)
        begun = {
            "patient": booking.patient,
            "clinician": booking.clinician,
            "starts_at": booking.starts_at,
            "local_date": booking.local_date,
        }
        Consultation.objects.get_or_create(pk=key, defaults=begun)
        Consultation.objects.select_for_update().get(pk=key)
        yield _opened(records, appointment, now)


def require_held_by(found: Opened, practitioners: Sequence[str]) -> None:
    """Let nobody but the clinician of a clinic act upon its bookings.

    :raises NotFound: it is another's.
    """
    if found.booking.clinician not in practitioners:
        raise NotFound(f"Appointment/{found.key}")


def tell(found: Opened) -> None:
    """Wake the open pages of whoever may see the appointment, and its clinician's; nothing else."""
    labels = found.appointment.labels
    changes.touch([found.booking.patient], "Appointment", str(found.key), labels)
    tell_clinic(found)


def tell_clinic(found: Opened) -> None:
    """Wake the clinician's own list, and their call."""
    desks.changed(desk_of(found.booking.clinician))


def desk_of(clinician: str) -> str:
    """Return what pages follow that show the visits of a clinician."""
    return f"Practitioner/{clinician}"


def tell_room(key: uuid.UUID) -> None:
    """Wake the sockets of a room, in whichever process they are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [ROOM, str(key)])


def _opened(records: Repository, appointment: Stored, now: datetime) -> Opened:
    booking = _booking(appointment)
    mine: dict[str, Any] = {"consultation": booking.key, "who": records.viewer.who}
    return Opened(
        booking,
        Consultation.objects.filter(pk=booking.key).first(),
        Party.objects.filter(**mine).first(),
        now,
        appointment,
    )


def _booking(appointment: Stored) -> Claim:
    try:
        found = claims.by_key(uuid.UUID(appointment.id))
    except ValueError:
        found = None
    if found is None:
        raise NotFound(f"Claim/{appointment.id}")
    return found
