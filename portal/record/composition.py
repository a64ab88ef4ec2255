"""A letter or a summary that came as parts with headings, in words."""

from collections.abc import Iterator
from typing import Any

from fhir.paths import find
from portal.record import narratives, values, words
from portal.record.entry import Entry, row
from portal.record.statuses import DOCUMENTS

_DEEPEST = 6


class Composition(Entry):
    """A document whose text is here."""

    untitled = "Document without a name"
    coded = "Code of this kind of document"
    named = ("title", "type", "category")
    dated = ("date",)
    statuses = DOCUMENTS
    table = (
        row("Kind", "type"),
        row("Written", "date"),
        row("Written by", "author"),
        row("Signed by", "attester.party"),
        row("Sent by", "custodian"),
        row("What was done", "event.code"),
        row("About the time", "event.period"),
    )

    def codes(self) -> list[tuple[str, str]]:
        """Return those of its type; a category names many kinds."""
        codings = (one for one in find(self.resource, "type.coding") if isinstance(one, dict))
        return [
            (str(one.get("system") or ""), one["code"])
            for one in codings
            if isinstance(one.get("code"), str)
        ]

    def note(self) -> str:
        who = self.say("author", "custodian")
        return words.sentences(who and f"From {who}")

    def _texts(self) -> Iterator[tuple[str, list[str]]]:
        for title, section in self._sections(find(self.resource, "section"), 0):
            lines = narratives.paragraphs(_div(section)) or self._entries(section)
            lines = lines or values.paragraphs(section.get("emptyReason"))
            if lines:
                yield title, words.bounded(lines)

    def sections(self) -> Iterator[tuple[str, int, str]]:
        """Yield heading, depth and safe markup of each part, for a page that shows it as sent."""
        for title, section in self._sections(find(self.resource, "section"), 0):
            if html := narratives.sanitised(_div(section)):
                yield title, 0, html

    def _sections(self, sections: list[Any], depth: int) -> Iterator[tuple[str, Any]]:
        if depth > _DEEPEST:
            return
        for section in sections:
            if isinstance(section, dict):
                name = words.plain(section.get("title") or "", words.LONGEST_TITLE)
                yield name or words.concept(section.get("code"), "More"), section
                yield from self._sections(find(section, "section"), depth + 1)

    def _entries(self, section: Any) -> list[str]:
        said = (values.said(one, self.names) for one in find(section, "entry"))
        return [line for line in said if line]


def _div(section: Any) -> object:
    return next(iter(find(section, "text.div")), None)
