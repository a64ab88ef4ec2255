"""A time in the care of one team, in words."""

from portal.record import words
from portal.record.entry import Entry, row
from portal.record.statuses import EPISODES


class EpisodeOfCare(Entry):
    """From when to when a team looks after a person."""

    untitled = "Time in care"
    coded = "Code of this kind of care"
    named = ("type",)
    dated = ("period",)
    statuses = EPISODES
    table = (
        row("When", "period"),
        row("Why", "diagnosis.condition"),
        row("Run by", "managingOrganization"),
        row("Looked after by", "careManager"),
        row("Team", "team"),
    )

    def note(self) -> str:
        return words.sentences(self.say("managingOrganization", "careManager"))
