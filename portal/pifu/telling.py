"""Wakes the open pages of whoever a plan, or what was asked under it, is to do with."""

from typing import Protocol

from fhir import changes
from fhir.access import SYSTEM
from fhir.changes import BESIDE, Change
from fhir.scope import scoped
from portal.appointments.models import Clinic
from portal.live import desks


class Row(Protocol):
    """The columns of a row that say whose pages show it."""

    patient: str
    service: str
    clinician: str


def tell(row: Row, labels: int) -> None:
    """Wake them when this transaction is committed; to be called last in it.

    Who may not see what has changed, by its labels, hears of nothing.
    """
    places = Clinic.objects.filter(service=row.service).exclude(location="")
    for place in sorted(set(places.values_list("location", flat=True))):
        desks.changed(f"Location/{place}")
    if row.clinician:
        desks.changed(f"Practitioner/{row.clinician}")
    # Who helps with appointments hears of no ServiceRequest.
    beside = Change(row.patient, "Appointment", "", 0, BESIDE, labels)
    with scoped(SYSTEM):
        changes.record([beside])
