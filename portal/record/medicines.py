"""What all four kinds of entries about a medicine have in common."""

from collections.abc import Iterator
from typing import ClassVar

from fhir.paths import find
from portal.record import words
from portal.record.doses import doses
from portal.record.entry import Entry, Row, row
from portal.record.statuses import FORBIDDEN, PAUSED, STOPPED

# What is said of how to take it must not read as something to do.
NOT_NOW = frozenset({FORBIDDEN, PAUSED, STOPPED})


class MedicineEntry(Entry):
    """A medicine: named by its code, or by what it refers to or holds within."""

    untitled = "Medicine without a name"
    coded = "Code of this medicine"
    named = ("medicationCodeableConcept", "medicationReference", "contained.code")
    dosed: ClassVar[str] = "dosageInstruction"
    how: ClassVar[str] = "How to take it"
    passages: ClassVar[tuple[Row, ...]] = (row("Notes", "note"),)

    def doses(self) -> list[str]:
        """Return how it is to be taken, step by step."""
        return doses(find(self.resource, self.dosed), self.names)

    def reason(self) -> str:
        return self.say("reasonCode", "reasonReference")

    def note(self) -> str:
        reason = self.reason()
        dose = "".join(self.doses()[:1])
        if dose and self.group() in NOT_NOW:
            dose = f"It was: {words.small(dose)}"
        return words.sentences(dose, reason and f"For {words.small(reason)}")

    def rows(self) -> Iterator[tuple[str, str]]:
        if steps := self.doses():
            how = "How it was to be taken" if self.group() in NOT_NOW else self.how
            yield how, words.sentences(*steps)
        yield from super().rows()
