"""Where somebody stands among all who wait for one clinician; of the others nothing is told."""

from dataclasses import dataclass

from portal.appointments import claims
from portal.consultations.models import Consultation, Party
from portal.consultations.opening import Opened
from portal.consultations.rules import Role


@dataclass(frozen=True, slots=True)
class Place:
    """How many wait before and after, and whether somebody is being seen."""

    before: int
    after: int
    is_being_seen: bool


def place_of(found: Opened) -> Place:
    """Return a place by the time of the appointment, which no reload changes."""
    booking = found.booking
    with claims.opened():
        others = Consultation.objects.filter(
            clinician=booking.clinician, local_date=booking.local_date, ended_at=None
        ).exclude(pk=booking.key)
        starts = dict(others.values_list("pk", "starts_at"))
        here = Party.objects.filter(
            consultation__in=list(starts),
            role=Role.PATIENT,
            waiting_since__isnull=False,
            left_at=None,
        )
        waiting = dict(here.values_list("consultation", "admitted_at"))
    unseen = [starts[key] for key, admitted_at in waiting.items() if admitted_at is None]
    before = sum(at < booking.starts_at for at in unseen)
    return Place(before, len(unseen) - before, any(waiting.values()))
