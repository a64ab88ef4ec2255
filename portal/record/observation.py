"""One value, in words: what its own resource says beyond the facts that lists show."""

from collections.abc import Iterator

from portal.record import words
from portal.record.dates import as_recorded
from portal.record.entry import Entry


class Observation(Entry):
    """What the page of one value says in small print."""

    coded = "Code of this test"
    untitled = "Test without a name"

    def heading(self) -> str:
        return words.concept(self.resource.get("code"), self.untitled)

    def rows(self) -> Iterator[tuple[str, str]]:
        if text := self._when():
            yield "Taken", as_recorded(text)
        if issued := self.resource.get("issued"):
            yield "Result sent", as_recorded(str(issued))
        if method := words.concept(self.resource.get("method")):
            yield "How it was measured", method
        if site := words.concept(self.resource.get("bodySite")):
            yield "Measured at", site
        if name := next(
            filter(None, map(words.referred, self.resource.get("performer") or ())), ""
        ):
            yield "Measured by", name

    def _when(self) -> str:
        """Return when it was taken, not when it was sent."""
        period = self.resource.get("effectivePeriod") or {}
        return str(
            self.resource.get("effectiveDateTime")
            or self.resource.get("effectiveInstant")
            or period.get("start")
            or ""
        )
