"""A diagnosis or a problem, in words."""

from portal.record import words
from portal.record.entry import Entry, row
from portal.record.statuses import CERTAINTY, CONDITIONS, Status

_KINDS = {
    "problem-list-item": "On the list of health problems",
    "encounter-diagnosis": "Written down at a visit",
    "health-concern": "A worry about health",
}


class Condition(Entry):
    """What a person has, had, or may have."""

    untitled = "Health problem without a name"
    coded = "Code of this condition"
    dated = ("onsetDateTime", "onsetPeriod", "recordedDate")
    table = (
        row("Began", "onsetDateTime onsetPeriod onsetRange onsetAge onsetString"),
        row(
            "Ended",
            "abatementDateTime abatementPeriod abatementRange abatementAge abatementString",
        ),
        row("How bad", "severity"),
        row("Part of the body", "bodySite"),
        row("Stage", "stage.summary"),
        row("Signs", "evidence.code"),
        row("Kind", "category.coding.code", _KINDS),
        row("Written down", "recordedDate"),
        row("Written down by", "recorder"),
        row("Told by", "asserter"),
    )
    passages = (row("Notes", "note"),)

    def status(self) -> Status | None:
        """Return its doubt before its course: what has been ruled out is not had."""
        doubt = CERTAINTY.get(self._code("verificationStatus"))
        return doubt or CONDITIONS.get(self._code("clinicalStatus"))

    def note(self) -> str:
        ended = self.say("abatementDateTime", "abatementPeriod")
        who = self.say("recorder", "asserter")
        return words.sentences(
            self.say("severity"), ended and f"Ended {ended}", who and f"Written down by {who}"
        )
