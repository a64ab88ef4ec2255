"""A sample that was taken, in words."""

from portal.record import words
from portal.record.entry import Entry, row
from portal.record.statuses import Status

_STATES = {
    "unavailable": Status("Not there any more", "quiet", "The sample cannot be tested again."),
    "unsatisfactory": Status("Could not be used", "warn", "Another sample may be needed."),
}


class Specimen(Entry):
    """What was taken, from where and when."""

    untitled = "Sample"
    coded = "Code of this sample"
    named = ("type",)
    dated = ("collection.collectedDateTime", "collection.collectedPeriod", "receivedTime")
    statuses = _STATES
    table = (
        row("Taken", "collection.collectedDateTime collection.collectedPeriod"),
        row("Taken from", "collection.bodySite"),
        row("How it was taken", "collection.method"),
        row("Taken by", "collection.collector"),
        row("Fasting", "collection.fastingStatusCodeableConcept collection.fastingStatusDuration"),
        row("Amount", "collection.quantity"),
        row("Reached the laboratory", "receivedTime"),
        row("State when it came", "condition"),
    )
    passages = (row("Notes", "note"),)

    def note(self) -> str:
        return words.sentences(self.say("collection.bodySite"))
