"""The record as booking reads and writes it for one patient: lent, and for this alone."""

from dataclasses import replace

from fhir.access import READING, Grant, Interaction
from fhir.store import Criteria, NotFound, Repository

# A helper with whom appointments are shared may use a ticket and carry needs onto a booking; of
# these types they see nothing else.
READ_FOR_BOOKING = frozenset({"Flag", "ServiceRequest"})


def lent(records: Repository, patient: str) -> Repository:
    """Return the record with leave to book for a patient whose appointments the viewer may see.

    :raises NotFound: they may not; the attempt stands in the audit.
    """
    viewer = records.viewer
    seeing = [
        grant
        for grant in viewer.grants
        if grant.covers(Interaction.READ, "Appointment") and grant.reaches(patient)
    ]
    if not patient or not seeing or patient in viewer.barred:
        records.count(Criteria("Appointment", patients=[patient]))
        raise NotFound(f"Patient/{patient}")
    more = tuple(
        Grant(frozenset({patient}), READ_FOR_BOOKING, READING, grant.sees) for grant in seeing
    )
    borrowed = Repository(replace(viewer, grants=(*viewer.grants, *more)))
    return borrowed.lent_writes("Appointment", "Slot")
