"""Something that whoever treats a person must know, in words."""

from portal.record import words
from portal.record.entry import Entry, row
from portal.record.statuses import IN_USE


class Flag(Entry):
    """Only of the kinds that are for patients: what helps staff to help them."""

    untitled = "Note for staff"
    coded = "Code of this note"
    dated = ("period",)
    statuses = IN_USE
    table = (
        row("What staff should know", "code"),
        row("When", "period"),
        row("Written down by", "author"),
    )

    def note(self) -> str:
        return words.sentences(self.say("author"))
