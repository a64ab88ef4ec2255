"""Something a person wants to reach, in words."""

from portal.record import words
from portal.record.entry import Entry, row
from portal.record.statuses import GOALS


class Goal(Entry):
    """A goal, how far it has come, and by when."""

    untitled = "Goal without a name"
    coded = "Code of this goal"
    named = ("description",)
    dated = ("startDate", "statusDate")
    stated = "lifecycleStatus"
    statuses = GOALS
    table = (
        row("How far", "achievementStatus"),
        row("How important", "priority"),
        row(
            "To reach",
            "target.detailQuantity target.detailRange target.detailCodeableConcept"
            " target.detailString target.detailBoolean target.detailInteger target.detailRatio",
        ),
        row("Measured by", "target.measure"),
        row("By", "target.dueDate target.dueDuration"),
        row("Began", "startDate startCodeableConcept"),
        row("What it is about", "addresses"),
        row("How it went", "outcomeCode outcomeReference"),
        row("Why", "statusReason"),
        row("Set by", "expressedBy"),
    )
    passages = (row("Notes", "note"),)

    def note(self) -> str:
        due = self.say("target.dueDate")
        return words.sentences(self.say("achievementStatus"), due and f"By {due}")
