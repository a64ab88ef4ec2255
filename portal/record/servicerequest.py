"""A referral or a test that was asked for, in words."""

from portal.record import words
from portal.record.entry import Entry, row
from portal.record.statuses import ASKED

PRIORITIES = {
    "routine": "Not urgent",
    "urgent": "Urgent",
    "asap": "As soon as possible",
    "stat": "At once",
}


class ServiceRequest(Entry):
    """What somebody asked another team to do."""

    untitled = "Request without a name"
    coded = "Code of this request"
    named = ("code", "category", "orderDetail", "reasonCode")
    dated = ("authoredOn", "occurrenceDateTime", "occurrencePeriod")
    is_dated = False
    statuses = ASKED
    table = (
        row("Why", "reasonCode reasonReference"),
        row("How urgent", "priority", PRIORITIES),
        row("Asked for by", "requester"),
        row("Asked for", "authoredOn"),
        row("Sent to", "performer performerType"),
        row("To be done", "occurrenceDateTime occurrencePeriod occurrenceTiming"),
        row("Part of the body", "bodySite"),
        row("Place", "locationReference locationCode"),
        row("How much", "quantityQuantity quantityRatio quantityRange"),
        row("More about it", "orderDetail"),
        row("Sample", "specimen"),
        row("When needed", "asNeededCodeableConcept"),
        row("Kind", "category"),
    )
    passages = (row("What to do", "patientInstruction"), row("Notes", "note"))

    def note(self) -> str:
        asked = self.say("requester")
        urgent = (
            PRIORITIES.get(self._code("priority"), "")
            if self._code("priority") != "routine"
            else ""
        )
        return words.sentences(urgent, self.say("performer"), asked and f"Asked for by {asked}")
