"""Whose visit a clinic has cancelled and whom no notice reaches: somebody must ring or write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fhir.access import Viewer
from portal.appointments import claims
from portal.appointments.models import Claim, Clinic, ClinicSlot
from portal.appointments.resources import BY_CLINIC, BY_SERVICE, why_cancelled
from portal.appointments.rules import State
from portal.clinics.lending import Known, facts_of
from portal.record.dates import clock, day, weekday
from portal.record.words import nhs_number

COLUMNS: Final = (
    "Name",
    "NHS number",
    "Date of birth",
    "Visit was on",
    "At",
    "Clinic",
    "Phone",
    "Email",
    "Address",
)
_BY_HOSPITAL: Final = frozenset({BY_CLINIC, BY_SERVICE})
_MOST: Final = 2000


@dataclass(frozen=True, slots=True)
class Untold:
    clinic: Clinic
    claim: Claim
    known: Known

    def cells(self) -> Sequence[str]:
        person = self.known.person
        return (
            person.name,
            nhs_number(person.nhs_number) if person.nhs_number else "",
            day(person.born) if person.born else "",
            weekday(self.claim.starts_at),
            clock(self.claim.starts_at),
            self.clinic.name,
            self.known.phone or ("" if self.known.email else "No contact details"),
            self.known.email,
            self.known.address,
        )


def untold(clinic: Clinic, now: datetime, by: Viewer) -> list[Untold]:
    """Return them by the time of the visit; when that has passed, there is nothing to tell."""
    with claims.opened():
        slots = ClinicSlot.objects.filter(clinic=clinic, starts_at__gt=now).values("slot")
        ended = Claim.objects.filter(slot__in=slots, state=State.CANCELLED, booked_at__isnull=False)
        found = list(ended.order_by("starts_at", "key")[:_MOST])
    facts = facts_of(by, {one.patient for one in found}, {str(one.key) for one in found})
    return [
        Untold(clinic, one, known)
        for one in found
        if (known := facts.people.get(one.patient)) and not known.has_login
        if why_cancelled(facts.appointments.get(str(one.key), {})) in _BY_HOSPITAL
    ]
