"""Wakes the open pages of whoever a plan, or what was asked under it, is to do with."""

from typing import Protocol

from fhir import changes
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
    changes.touch([row.patient], "Appointment", labels=labels)
