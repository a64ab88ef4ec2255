"""A medicine that somebody says is taken, in words."""

from dataclasses import replace

from fhir.paths import first
from portal.record import words
from portal.record.entry import row
from portal.record.medicines import MedicineEntry
from portal.record.statuses import MEDICINES, TAKING, TOLD, Status

UNCHECKED = "The care team has not checked it yet"


class MedicationStatement(MedicineEntry):
    """A medicine as the patient, their GP or a ward has told it."""

    dosed = "dosage"
    how = "How it is taken"
    dated = ("effectiveDateTime", "effectivePeriod", "dateAsserted")
    statuses = MEDICINES
    table = (
        row("What it is for", "reasonCode reasonReference"),
        row("Why it was stopped or changed", "statusReason"),
        row("Taken", "effectivePeriod effectiveDateTime"),
        row("Told to us by", "informationSource"),
        row("Told to us", "dateAsserted"),
        row("Where", "category"),
    )

    def told_by_the_patient(self) -> bool:
        told = first(self.resource, "informationSource.reference")
        mine = first(self.resource, "subject.reference")
        return told is not None and told == mine

    def status(self) -> Status | None:
        status = super().status()
        if status and status.group == TAKING and self.told_by_the_patient():
            # Nobody who treats them has said that it is to go on.
            return replace(status, group=TOLD, meaning=f"{UNCHECKED}. Ask them if it is right.")
        return status

    def note(self) -> str:
        return words.sentences(super().note(), UNCHECKED if self.told_by_the_patient() else "")
