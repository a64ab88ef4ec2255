"""Questions that a person has answered, in words."""

from collections.abc import Iterator
from typing import Any

from fhir.paths import find, first
from portal.record import values, words
from portal.record.entry import Entry, row
from portal.record.statuses import Status

_DEEPEST = 8
_ANSWERS = (
    "valueBoolean", "valueDecimal", "valueInteger", "valueDate", "valueDateTime", "valueTime",
    "valueString", "valueUri", "valueAttachment", "valueCoding", "valueQuantity", "valueReference",
)  # fmt: skip
_STATES = {
    "in-progress": Status("Not finished", "", "Not all answers have been sent.", "Not finished"),
    "completed": Status("Sent", "quiet", "", "Sent"),
    "amended": Status("Changed", "quiet", "Answers were changed after they were sent.", "Sent"),
    "stopped": Status("Stopped", "quiet", "Not all questions were answered.", "Sent"),
}


class QuestionnaireResponse(Entry):
    """Questions, each with its answers."""

    untitled = "Questions and answers"
    named = ("_questionnaire.extension.valueString",)
    dated = ("authored",)
    statuses = _STATES
    table = (row("Answered", "authored"), row("Answered by", "source author"))

    def heading(self) -> str:
        asked = str(self.resource.get("questionnaire") or "").partition("|")[0]
        named = self.names.get(asked) or self.names.get(f"Questionnaire/{asked.rpartition('/')[2]}")
        return words.title(named or "", "") or super().heading()

    def note(self) -> str:
        count = sum(1 for _ in self.answers())
        return f"{count} {'answer' if count == 1 else 'answers'}" if count else ""

    def answers(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each question that was answered, with the answers."""
        yield from self._answers(find(self.resource, "item"), 0)

    def _texts(self) -> Iterator[tuple[str, list[str]]]:
        yield from self.answers()

    def _answers(self, items: list[Any], depth: int) -> Iterator[tuple[str, list[str]]]:
        if depth > _DEEPEST:
            return
        for item in items:
            if not isinstance(item, dict):
                continue
            given = find(item, "answer")
            said = [text for one in given if (text := self._answer(one))]
            if said:
                yield self._question(item), words.bounded(said)
            yield from self._answers(find(item, "item"), depth + 1)
            yield from self._answers(find(item, "answer.item"), depth + 1)

    def _question(self, item: Any) -> str:
        return (
            words.plain(item.get("text") or "", words.LONGEST_TITLE) or "A question without words"
        )

    def _answer(self, answer: Any) -> str:
        said = (values.said(first(answer, name), self.names) for name in _ANSWERS)
        return next(filter(None, said), "")
