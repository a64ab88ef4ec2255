"""An operation or a treatment, in words."""

from collections.abc import Mapping
from typing import ClassVar

from portal.record import words
from portal.record.entry import Entry, row
from portal.record.statuses import DONE


class Procedure(Entry):
    """What was done, or was to be."""

    untitled = "Treatment without a name"
    coded = "Code of this procedure"
    named = ("code", "category")
    dated = ("performedDateTime", "performedPeriod")
    statuses = DONE
    table = (
        row(
            "Done", "performedDateTime performedPeriod performedAge performedRange performedString"
        ),
        row("Why", "reasonCode reasonReference"),
        row("Why it was not done", "statusReason"),
        row("Part of the body", "bodySite"),
        row("How it went", "outcome"),
        row("Complications", "complication complicationDetail"),
        row("Done by", "performer.actor performer.onBehalfOf"),
        row("Place", "location"),
        row("What happens next", "followUp"),
        row("Used", "usedCode usedReference focalDevice.manipulated"),
        row("Written down by", "recorder asserter"),
        row("Kind", "category"),
    )
    undone: ClassVar[Mapping[str, str]] = {"Done": "Was to be done"}
    passages = (row("Notes", "note"),)

    def note(self) -> str:
        where = self.say("location", "performer.actor")
        return words.sentences(self.say("bodySite"), where)
