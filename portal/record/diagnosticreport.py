"""A report of a laboratory or a scanning department, in words."""

from collections.abc import Iterator
from typing import Any

from fhir.paths import first
from portal.record import words
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
        coded = (words.concept(value) for value in self.resource.get("conclusionCode") or ())
        written = words.paragraphs(str(self.resource.get("conclusion") or ""))
        return words.bounded(written or [said for said in coded if said])

    def _texts(self) -> Iterator[tuple[str, list[str]]]:
        if conclusion := self.conclusion():
            yield "What it says", conclusion

    def sender(self) -> str:
        return next(
            (
                name
                for reference in self.resource.get("performer") or ()
                if (name := words.referred(reference))
            ),
            "",
        )

    def result_ids(self) -> list[str]:
        """Return the ids of its values, in its own order."""
        references = (one.get("reference") for one in self.resource.get("result") or ())
        return [str(name).rpartition("/")[2] for name in references if name]

    def rows(self) -> Iterator[tuple[str, str]]:
        if text := self._when():
            yield self.taken(), as_recorded(text)
        if received := first(self.resource, "contained.receivedTime"):
            yield "Reached the laboratory", as_recorded(str(received))
        if issued := self.resource.get("issued"):
            yield "Results sent", as_recorded(str(issued))
        asked = [words.referred(one) for one in self.resource.get("basedOn") or ()]
        if who := words.listed(name for name in asked if name):
            yield "Asked for by", who


def _specimens(resource: dict[str, Any]) -> Iterator[str]:
    for specimen in resource.get("specimen") or ():
        yield words.referred(specimen)
    for inside in resource.get("contained") or ():
        if inside.get("resourceType") == "Specimen":
            yield words.concept(inside.get("type"))
