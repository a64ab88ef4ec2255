"""A report of a laboratory or a scanning department, in words."""

from collections.abc import Iterator

from fhir.paths import Json, find, first
from portal.record import values, words
from portal.record.dates import as_recorded, clock, instant, weekday
from portal.record.entry import Entry
from portal.record.statuses import REPORTS

NOT_FINAL = {
    "registered": "The results are still to come.",
    "partial": "Some results are still to come.",
    "preliminary": "These are first results. They may change.",
    "cancelled": "This test was not done.",
}


class DiagnosticReport(Entry):
    """What its page says beside the values themselves."""

    coded = "Code of this test"
    untitled = "Test result"
    dated = ("effectiveDateTime", "effectivePeriod")
    statuses = REPORTS
    files = ("presentedForm",)

    def note(self) -> str:
        sender = self.sender()
        return words.sentences(sender and f"From {sender}")

    def taken(self) -> str:
        """Return what was done on the day, as one says it."""
        specimen = " ".join(_specimens(self.resource)).lower()
        if "blood" in specimen or "serum" in specimen or "plasma" in specimen:
            return "Blood taken"
        return "Sample taken" if specimen else "Taken"

    def when_in_full(self) -> str:
        """Return the day with its weekday and the time, as far as they are known."""
        at = instant(self._when())
        return f"{weekday(at)}, {clock(at)}" if at else self.when()

    def state(self) -> str:
        return NOT_FINAL.get(str(self.resource.get("status") or ""), "")

    def conclusion(self) -> list[str]:
        """Return the written part of the report, by paragraphs."""
        coded = map(values.said, find(self.resource, "conclusionCode"))
        written = values.paragraphs(self.resource.get("conclusion"))
        return words.bounded(written or [said for said in coded if said])

    def _texts(self) -> Iterator[tuple[str, list[str]]]:
        if conclusion := self.conclusion():
            yield "What it says", conclusion

    def sender(self) -> str:
        said = (values.said(one, self.names) for one in find(self.resource, "performer"))
        return next(filter(None, said), "")

    def result_ids(self) -> list[str]:
        """Return the ids of its values, in its own order."""
        references = find(self.resource, "result.reference")
        return [str(name).rpartition("/")[2] for name in references if name]

    def rows(self) -> Iterator[tuple[str, str]]:
        if text := self._when():
            yield self.taken(), as_recorded(text)
        if received := first(self.resource, "contained.receivedTime"):
            yield "Reached the laboratory", as_recorded(str(received))
        if issued := self.resource.get("issued"):
            yield "Results sent", as_recorded(str(issued))
        if who := self.say("basedOn"):
            yield "Asked for by", who


def _specimens(resource: Json) -> Iterator[str]:
    yield from map(values.said, find(resource, "specimen"))
    for inside in find(resource, "contained"):
        if isinstance(inside, dict) and inside.get("resourceType") == "Specimen":
            yield values.said(inside.get("type"))
