"""A medicine that a pharmacy has made up or handed out, in words."""

from collections.abc import Iterator

from portal.record import words
from portal.record.entry import row
from portal.record.medicines import MedicineEntry
from portal.record.statuses import DISPENSED


class MedicationDispense(MedicineEntry):
    """What a pharmacy did."""

    dated = ("whenHandedOver", "whenPrepared")
    statuses = DISPENSED
    table = (
        row("Handed out", "whenHandedOver"),
        row("Made ready", "whenPrepared"),
        row("Amount", "quantity"),
        row("Lasts for", "daysSupply"),
        row("Why it was not handed out", "statusReasonCodeableConcept statusReasonReference"),
        row("By", "performer.actor"),
        row("Where", "location"),
        row("Sent to", "destination"),
        row("Collected by", "receiver"),
    )

    def group(self) -> str:
        return "Handed out by a pharmacy"

    def note(self) -> str:
        amount = self.say("quantity")
        return words.sentences(*self.doses()[:1], amount and f"Amount: {amount}")

    def rows(self) -> Iterator[tuple[str, str]]:
        yield from super().rows()
        substitution = self.resource.get("substitution")
        if isinstance(substitution, dict) and substitution.get("wasSubstituted") is True:
            reason = self.say("substitution.reason", "substitution.type")
            yield "Swapped", words.sentences("Another kind was given than was asked for", reason)
