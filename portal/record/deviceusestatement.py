"""That a person uses a device, in words."""

from portal.record import words
from portal.record.entry import Entry, row
from portal.record.statuses import IN_USE


class DeviceUseStatement(Entry):
    """Which device, since when, and what for."""

    untitled = "Use of a device"
    named = ("device",)
    dated = ("recordedOn", "timingPeriod", "timingDateTime")
    statuses = IN_USE
    table = (
        row("Used", "timingPeriod timingDateTime timingTiming"),
        row("What it is for", "reasonCode reasonReference"),
        row("Part of the body", "bodySite"),
        row("Told by", "source"),
        row("Written down", "recordedOn"),
    )
    passages = (row("Notes", "note"),)

    def note(self) -> str:
        return words.sentences(self.say("reasonCode", "reasonReference"), self.say("bodySite"))
