"""A vaccine, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

from fhir.paths import find
from portal.record import words
from portal.record.entry import Entry, row
from portal.record.statuses import DONE, Status

# Where UK Core says which vaccination it was, beside the product.
_PROCEDURE = "Extension-UKCore-VaccinationProcedure"


class Immunization(Entry):
    """A vaccine that was given, or was not."""

    untitled = "Vaccine without a name"
    coded = "Code of this vaccine"
    named = ("vaccineCode",)
    dated = ("occurrenceDateTime", "recorded")
    table = (
        row("Given", "occurrenceDateTime occurrenceString"),
        row("Why it was not given", "statusReason"),
        row("Protects against", "protocolApplied.targetDisease"),
        row("Batch number", "lotNumber"),
        row("Maker", "manufacturer"),
        row("Use before", "expirationDate"),
        row("Amount", "doseQuantity"),
        row("Where on the body", "site"),
        row("How it was given", "route"),
        row("Given by", "performer.actor"),
        row("Place", "location"),
        row("Why it was given", "reasonCode reasonReference"),
        row("Part of", "protocolApplied.series"),
        row("Told to us by", "reportOrigin"),
        row("Reaction", "reaction.detail"),
    )
    passages = (row("Notes", "note"),)
    undone: ClassVar[Mapping[str, str]] = {"Given": "Was to be given"}

    def heading(self) -> str:
        title = super().heading()
        return (self._procedure() or title) if title == self.untitled else title

    def status(self) -> Status | None:
        match self._code("status"):
            case "not-done":
                return replace(DONE["not-done"], word="Not given", group="Not given")
            case _:
                return None

    def group(self) -> str:
        return super().group() or "Given"

    def dose(self) -> str:
        """Return which dose it was of how many.

        A number stands as a number or as a text, as the sender had it.
        """
        number = self.say(
            "protocolApplied.doseNumberPositiveInt", "protocolApplied.doseNumberString"
        )
        of = self.say("protocolApplied.seriesDosesPositiveInt", "protocolApplied.seriesDosesString")
        return f"Dose {number}{f' of {of}' if of else ''}" if number else ""

    def note(self) -> str:
        return words.sentences(self.dose(), self.say("location"), self.say("statusReason"))

    def rows(self) -> Iterator[tuple[str, str]]:
        if dose := self.dose():
            yield "Dose", dose
        yield from super().rows()

    def _procedure(self) -> str:
        for one in find(self.resource, "extension"):
            if isinstance(one, dict) and str(one.get("url") or "").endswith(_PROCEDURE):
                value = one.get("valueCodeableConcept")
                return words.title(words.concept(value if isinstance(value, dict) else None), "")
        return ""
