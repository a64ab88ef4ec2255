"""What a person has agreed to or refused, in words."""

from portal.record import words
from portal.record.entry import Entry, row
from portal.record.statuses import Status

_KINDS = {"permit": "You agree", "deny": "You do not agree"}
_SCOPES = {
    "patient-privacy": "Who may see your information",
    "research": "Taking part in research",
    "treatment": "Treatment",
    "adr": "Decisions about future care",
}
_STATES = {
    "draft": Status("Not finished", "quiet", "It does not count yet.", "Not in force"),
    "proposed": Status("Suggested", "quiet", "You have not agreed to it yet.", "Not in force"),
    "active": Status("In force", "", "", "In force"),
    "rejected": Status("Refused", "quiet", "", "Not in force"),
    "inactive": Status("Ended", "quiet", "It no longer counts.", "Not in force"),
}


class Consent(Entry):
    """A choice, what it covers and how long it counts."""

    untitled = "A choice you made"
    coded = "Code of this choice"
    named = ("category", "scope")
    dated = ("dateTime", "provision.period")
    statuses = _STATES
    table = (
        row("Your choice", "provision.type", _KINDS),
        row("About", "scope.coding.code", _SCOPES),
        row("Counts", "provision.period"),
        row("Who it is about", "provision.actor.reference"),
        row("What for", "provision.purpose"),
        row("What may be done", "provision.action"),
        row("Agreed by", "performer"),
        row("Kept by", "organization"),
        row("Made", "dateTime"),
    )
    files = ("sourceAttachment",)

    def heading(self) -> str:
        said = super().heading()
        about = _SCOPES.get(self._code("scope"), said)
        return about if said == self.untitled else said

    def note(self) -> str:
        return words.sentences(_KINDS.get(self._code("provision.type"), ""))
