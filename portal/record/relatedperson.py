"""Somebody close to a person, in words.

Never where they live nor how to reach them: next of kin are hidden with a patient's own address
(decisions 24), and this entry cannot know whether they are.
"""

from portal.record import words
from portal.record.entry import Entry, row


class RelatedPerson(Entry):
    """Who they are to the patient."""

    untitled = "Somebody close to you"
    coded = "Code of this relation"
    named = ("name", "relationship")
    dated = ("period",)
    table = (
        row("Who they are to you", "relationship"),
        row("Since", "period"),
        row("Language", "communication.language"),
    )

    def codes(self) -> list[tuple[str, str]]:
        return []

    def note(self) -> str:
        return words.sentences(self.say("relationship"))
