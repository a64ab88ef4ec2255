"""An appointment as it was made, in words."""

from collections.abc import Iterator
from datetime import datetime

from fhir.paths import find
from portal.record import values, words
from portal.record.dates import clock, instant, weekday
from portal.record.entry import Entry, row
from portal.record.statuses import APPOINTMENTS

# Where UK Core says how it is held.
_CHANNEL = "Extension-UKCore-DeliveryChannel"
_CHANNELS = {"In-person": "In person", "Telephone": "By phone", "Video": "By video"}


class Appointment(Entry):
    """When, where, with whom and what for."""

    untitled = "An appointment"
    coded = "Code of this appointment"
    named = ("description", "serviceType", "specialty", "appointmentType", "serviceCategory")
    dated = ("start", "requestedPeriod")
    statuses = APPOINTMENTS
    table = (
        row("When", "start requestedPeriod"),
        row("Until", "end"),
        row("What it is for", "reasonCode reasonReference"),
        row("Clinic", "serviceType specialty"),
        row("Kind", "appointmentType"),
        row("Why it was cancelled", "cancelationReason"),
        row("Lasts, in minutes", "minutesDuration"),
        row("Made", "created"),
    )
    passages = (row("What to do", "patientInstruction"), row("Notes", "comment"))

    def channel(self) -> str:
        """Return how it is held, where that is known."""
        for one in find(self.resource, "extension"):
            if isinstance(one, dict) and str(one.get("url") or "").endswith(_CHANNEL):
                codes = [str(code) for code in find(one, "valueCodeableConcept.coding.code")]
                known = [_CHANNELS[code] for code in codes if code in _CHANNELS]
                return next(iter(known), values.said(one.get("valueCodeableConcept")))
        return ""

    def with_whom(self) -> str:
        """Return the others who take part: people and places."""
        actors = find(self.resource, "participant.actor")
        others = (
            values.said(one, self.names)
            for one in actors
            if not (isinstance(one, dict) and str(one.get("reference")).startswith("Patient/"))
        )
        return words.enumerated(others)

    def when(self) -> str:
        start = self._time("start")
        return f"{weekday(start)}, {clock(start)}" if start else super().when()

    def note(self) -> str:
        return words.sentences(self.channel(), self.with_whom())

    def rows(self) -> Iterator[tuple[str, str]]:
        start, end = self._time("start"), self._time("end")
        is_of_a_day = start and end and start.date() == end.date()
        if end and is_of_a_day:
            yield "When", f"{self.when()} to {clock(end)}"
        if channel := self.channel():
            yield "How", channel
        if whom := self.with_whom():
            yield "With", whom
        for label, text in super().rows():
            if not is_of_a_day or label not in {"When", "Until"}:
                yield label, text

    def _time(self, name: str) -> datetime | None:
        return instant(str(self.resource.get(name) or ""))
