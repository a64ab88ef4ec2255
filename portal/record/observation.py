"""One value, in words: what its own resource says beyond the facts that lists show."""

from typing import Any

from fhir.paths import Json, find
from portal.record import values, words
from portal.record.entry import Entry, row
from portal.record.statuses import REPORTS

_MOST_PARTS = 100
NO_VALUE = "No value was sent"


class Observation(Entry):
    """A value, or several that were measured at one time, as of blood pressure."""

    untitled = "Test without a name"
    coded = "Code of this test"
    dated = ("effectiveDateTime", "effectiveInstant", "effectivePeriod")
    statuses = REPORTS
    table = (
        row("Taken", "effectiveDateTime effectiveInstant effectivePeriod effectiveTiming"),
        row("Result sent", "issued"),
        row("How it was measured", "method"),
        row("Measured at", "bodySite"),
        row("Measured by", "performer"),
        row("Measured with", "device"),
        row("Sample", "specimen"),
    )
    passages = (row("Notes", "note"),)

    def measured(self) -> list[tuple[str, str]]:
        """Return each value under its name: the whole's first, then its parts'."""
        parts = [one for one in find(self.resource, "component") if isinstance(one, dict)]
        said = [
            (values.said(part.get("code"), self.names) or self.untitled, self._value(part))
            for part in parts[:_MOST_PARTS]
        ]
        own = self._value(self.resource)
        if own == NO_VALUE and (said or find(self.resource, "hasMember")):
            return said
        return [(self.heading(), own), *said]

    def note(self) -> str:
        found = self.measured()
        if len(found) == 1:
            return found[0][1]
        return "; ".join(f"{name}: {value}" for name, value in found)

    def _value(self, element: Json) -> str:
        sent = next((element[name] for name in element if name.startswith("value")), None)
        absent = values.said(element.get("dataAbsentReason"), self.names)
        return values.said(_timed(sent), self.names) or words.capital(absent) or NO_VALUE


def _timed(value: Any) -> Any:
    """Return a time of day without seconds that say nothing."""
    is_time = isinstance(value, str) and len(value) == len("10:00:00") and value.endswith(":00")
    return value[:5] if is_time else value
