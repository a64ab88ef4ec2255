"""Something a person was given to wear, use or carry within, in words."""

from portal.record import words
from portal.record.entry import Entry, row
from portal.record.statuses import IN_USE


class Device(Entry):
    """A device: what it is, and the numbers to give when it fails."""

    untitled = "Device without a name"
    coded = "Code of this device"
    named = ("deviceName.name", "type")
    dated = ("manufactureDate",)
    is_dated = False
    statuses = IN_USE
    table = (
        row("What it is", "type"),
        row("Maker", "manufacturer"),
        row("Model", "modelNumber"),
        row("Made", "manufactureDate"),
        row("Use before", "expirationDate"),
        row("Place", "location"),
        row("Who to ask", "contact"),
    )
    passages = (row("Safety", "safety"), row("Notes", "note"))

    def codes(self) -> list[tuple[str, str]]:
        """Return its numbers beside its code: a maker who calls it back asks for them."""
        numbers = ("serialNumber", "lotNumber", "distinctIdentifier")
        return super().codes() + [
            ("", str(self.resource[name])) for name in numbers if self.resource.get(name)
        ]

    def note(self) -> str:
        return words.sentences(self.say("manufacturer"))
