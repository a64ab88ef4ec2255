"""What is said of a type that has no module of its own: its name, its day and the usual facts."""

from typing import Final

from portal.record.entry import Entry, row
from portal.record.statuses import IN_USE

# What such a thing is called where it has no name.
PLAIN: Final = {
    "BodyStructure": "Part of the body",
    "DeviceRequest": "Device that was asked for",
    "ImmunizationRecommendation": "Vaccines that may be needed",
    "SupplyDelivery": "Something that was sent",
}


class Generic(Entry):
    """Any type that a patient may see and that nobody has found more words for."""

    named = (
        "code", "codeCodeableConcept", "codeReference", "suppliedItem.itemCodeableConcept",
        "suppliedItem.itemReference", "morphology", "location", "type", "category", "title",
        "name", "description",
    )  # fmt: skip
    dated = (
        "date", "dateTime", "occurrenceDateTime", "occurrencePeriod", "authoredOn", "period",
        "created", "issued", "dateWritten",
    )  # fmt: skip
    statuses = IN_USE
    table = (
        row("When", " ".join(dated)),
        row("What it is for", "reasonCode reasonReference reason"),
        row("Part of the body", "location bodySite"),
        row("Vaccines", "recommendation.vaccineCode recommendation.targetDisease"),
        row("How much", "suppliedItem.quantity quantity"),
        row("By", "requester performer supplier author prescriber"),
        row("Place", "destination"),
    )
    passages = (row("About it", "description"), row("Notes", "note"))

    def heading(self) -> str:
        said = super().heading()
        return PLAIN.get(self.type, said) if said == self.untitled else said
