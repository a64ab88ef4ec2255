"""A referral or a test that was asked for, in words."""

from dataclasses import replace
from typing import Final

from fhir.paths import find
from portal.record import words
from portal.record.entry import Entry, row
from portal.record.statuses import ASKED, Status

# Whose codes say what a ServiceRequest is of patient-initiated follow-up.
FOLLOW_UPS: Final = "urn:daybook:codes:patient-initiated-follow-up"
# A laboratory that sends a result names the request, and seldom says when it was made.
_UNTOLD: Final = "We were not told when this was asked for"
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

    def told(self) -> str:
        return super().told() or _UNTOLD

    def status(self) -> Status | None:
        """Return how it stands; of a plan under which a person may ask, that they may."""
        found, systems = super().status(), find(self.resource, "category.coding.system")
        is_plan = FOLLOW_UPS in systems and self._code("intent") == "plan"
        if found and is_plan and self._code("status") == "active":
            return replace(found, meaning="It says here when to ask to be seen.")
        return found

    def note(self) -> str:
        asked = self.say("requester")
        urgent = (
            PRIORITIES.get(self._code("priority"), "")
            if self._code("priority") != "routine"
            else ""
        )
        return words.sentences(urgent, self.say("performer"), asked and f"Asked for by {asked}")
