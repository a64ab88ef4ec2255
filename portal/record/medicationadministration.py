"""A dose that staff gave, in words."""

from collections.abc import Mapping
from typing import ClassVar

from portal.record import words
from portal.record.entry import row
from portal.record.medicines import MedicineEntry
from portal.record.statuses import DONE


class MedicationAdministration(MedicineEntry):
    """A dose given on a ward or at a clinic."""

    dosed = "dosage"
    how = "How it was given"
    dated = ("effectiveDateTime", "effectivePeriod")
    statuses = DONE
    table = (
        row("Amount", "dosage.dose"),
        row("Given", "effectiveDateTime effectivePeriod"),
        row("What it was for", "reasonCode reasonReference"),
        row("Why it was not given", "statusReason"),
        row("Given by", "performer.actor"),
        row("Given with", "device"),
    )

    undone: ClassVar[Mapping[str, str]] = {"Given": "Was to be given"}

    def group(self) -> str:
        return "Given by staff"

    def note(self) -> str:
        return words.sentences(*self.doses()[:1], self.say("statusReason"))
