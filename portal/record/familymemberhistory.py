"""An illness in the family, in words."""

from collections.abc import Iterator

from fhir.paths import find
from portal.record import values, words
from portal.record.entry import Entry, row


class FamilyMemberHistory(Entry):
    """What a relation has or had."""

    untitled = "Somebody in the family"
    coded = "Code of this relation"
    named = ("relationship",)
    dated = ("date",)
    table = (
        row("Born", "bornDate bornPeriod bornString"),
        row("Age", "ageAge ageRange ageString"),
        row("Died", "deceasedDate deceasedAge deceasedRange deceasedString deceasedBoolean"),
        row("Written down", "date"),
        row("Why it was asked", "reasonCode reasonReference"),
    )
    passages = (row("Notes", "note condition.note"),)

    def heading(self) -> str:
        return words.capital(super().heading())

    def illnesses(self) -> list[str]:
        """Return each illness with when it began and how it ended."""
        return list(filter(None, map(self._illness, find(self.resource, "condition"))))

    def note(self) -> str:
        return words.enumerated(self.illnesses())

    def rows(self) -> Iterator[tuple[str, str]]:
        if illnesses := self.illnesses():
            yield "Illnesses", words.enumerated(illnesses)
        yield from super().rows()

    def _illness(self, condition: object) -> str:
        if not isinstance(condition, dict) or not (name := values.said(condition.get("code"))):
            return ""
        ages = (values.said(condition.get(f"onset{kind}")) for kind in ("Age", "Range"))
        age = next(filter(None, ages), "")
        began = f"at the age of {age}" if age else values.said(condition.get("onsetPeriod"))
        began = began or values.said(condition.get("onsetString"))
        outcome = values.said(condition.get("outcome"))
        return ", ".join(filter(None, [name, began, words.small(outcome)]))
