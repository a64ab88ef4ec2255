"""A message about a person's care, in words."""

from portal.record import words
from portal.record.entry import Entry, row
from portal.record.statuses import DONE


class Communication(Entry):
    """Who wrote, when, and what."""

    untitled = "Message"
    coded = "Code of this message"
    named = ("topic", "category", "reasonCode")
    dated = ("sent", "received")
    statuses = {code: status for code, status in DONE.items() if code in {"not-done", "stopped"}}
    table = (
        row("From", "sender"),
        row("To", "recipient"),
        row("Sent", "sent"),
        row("About", "topic about reasonCode"),
    )
    passages = (row("What it says", "payload.contentString"), row("Notes", "note"))
    files = ("payload.contentAttachment",)

    def heading(self) -> str:
        said = super().heading()
        name, _, _ = self.say("sender").partition(",")
        return f"{said} from {name}" if name and said == self.untitled else said

    def note(self) -> str:
        sender = self.say("sender")
        return words.sentences(sender and f"From {sender}")
