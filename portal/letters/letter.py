"""A letter in words: a DocumentReference with what it holds, or a Composition with its sections.

Where a letter came in several forms, the one with real headings is the page, and the others are
files to save. What did not come, or cannot be shown, is said.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fhir.paths import Json
from fhir.store import Stored
from portal.letters import files, markup
from portal.letters.files import File, Unreadable
from portal.record import words
from portal.record.dates import DAY_UNKNOWN, as_recorded, day_as_recorded
from portal.record.entry import NO_NAMES, present

DEEPEST, MOST_SECTIONS, LONGEST_NARRATIVE = 6, 200, 400_000
RIGHT_TO_LEFT = frozenset(
    {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"}
)

STATES = {
    "superseded": "There is a newer version of this letter. Ask the care team if it is not here.",
    "preliminary": "This letter is not finished. It may change.",
    "amended": "This letter has been changed since it was first sent.",
}
# Why a section is empty (HL7 v3 list-empty-reason).
NOTHING = {
    "nilknown": "None known.",
    "notasked": "This was not asked about.",
    "withheld": "The sender left this part out.",
    "unavailable": "The sender could not get this part.",
    "notstarted": "This part has not been started.",
    "closed": "Nothing more is written here.",
}
NOT_SENT = "This part came without any text."


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the letter: a heading of its level, or none, and safe markup below it."""

    heading: str
    level: int
    body: str
    language: str = ""

    @property
    def direction(self) -> str:
        return "rtl" if self.language.partition("-")[0].lower() in RIGHT_TO_LEFT else ""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that came with the letter; `fault` says why it cannot be saved, if so."""

    number: int
    title: str
    kind: str
    size: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    id: str
    resource_type: str
    version: int
    title: str
    when: str
    sender: str
    state: str
    is_mistake: bool
    passages: tuple[Passage, ...]
    enclosures: tuple[Enclosure, ...]

    @property
    def kind(self) -> str:
        """The type as addresses have it."""
        return self.resource_type.lower()

    @property
    def day(self) -> str:
        return day_as_recorded(self.when)

    @property
    def moment(self) -> str:
        return as_recorded(self.when) if self.when else DAY_UNKNOWN

    @property
    def is_readable(self) -> bool:
        return bool(self.passages)

    @property
    def has_table(self) -> bool:
        """Whether it may be wider than a phone, so that it is scrolled sideways."""
        return any("<table" in one.body for one in self.passages)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The letter as it stood until then."""

    until: datetime
    letter: Letter


def letter_of(stored: Stored, level: int = 2, names: Mapping[str, str] = NO_NAMES) -> Letter:
    """Return the letter, its highest headings of `level`; `names` are those of its writers."""
    resource = stored.json
    entry = present(stored, names)
    pieces = list(_pieces(resource, level))
    is_composition = stored.resource_type == "Composition"
    passages = _sections(resource, level) if is_composition else _passages(resource, pieces, level)
    return Letter(
        stored.id,
        stored.resource_type,
        stored.version,
        entry.heading(),
        _when(resource),
        entry.say("author", "custodian"),
        next((STATES[code] for code in _states(resource) if code in STATES), ""),
        "entered-in-error" in _states(resource),
        tuple(passages),
        tuple(_enclosures(pieces)),
    )


def earlier_of(stored: Stored, before: Sequence[Stored]) -> list[Earlier]:
    """Return the versions `before` this one that had other words, the newest first."""
    found = []
    newer, until = letter_of(stored, level=3), stored.updated_at
    for one in before:
        older = letter_of(one, level=3)
        if older.passages != newer.passages and older.is_readable and not older.is_mistake:
            found.append(Earlier(until, older))
        newer, until = older, one.updated_at
    return found


def file_of(stored: Stored, number: int) -> File:
    """Return one file of a letter.

    :raises LookupError: there is none of that number to save.
    """
    element = _attachments(stored.json)[number]
    try:
        file = files.opened(element)
    except Unreadable:
        raise LookupError(number) from None
    if file.content_type not in files.ENDINGS:
        raise LookupError(number)
    return file


def _when(resource: Json) -> str:
    written = [element.get("creation") for element in _attachments(resource)]
    return str(next((at for at in (resource.get("date"), *written) if at), ""))


def _states(resource: Json) -> list[str]:
    return [str(resource.get(name) or "") for name in ("status", "docStatus")]


def _attachments(resource: Json) -> list[Json]:
    return [content.get("attachment") or {} for content in resource.get("content") or ()]


def _sections(resource: Json, level: int) -> list[Passage]:
    language = str(resource.get("language") or "")
    found = list(_below(resource.get("section") or (), level, language))[:MOST_SECTIONS]
    if div := _div(resource):
        # The whole in the sender's own words, where its sections have none.
        whole = Passage("", level, markup.of_html(div, level), language)
        found = found if any(one.body for one in found) else [whole]
    return [one for one in found if one.body or one.heading]


def _below(sections: Any, level: int, language: str) -> Iterator[Passage]:
    for section in sections:
        heading = str(section.get("title") or "").strip() or words.concept(section.get("code"))
        inner = section.get("section") or ()
        body = markup.of_html(_div(section), level + 1)
        yield Passage(heading, level, body or ("" if inner else _instead(section)), language)
        if level < DEEPEST:
            yield from _below(inner, level + 1, language)


def _instead(section: Json) -> str:
    """Return what to say where a section has no text of its own."""
    codings = (section.get("emptyReason") or {}).get("coding") or ()
    reasons = [NOTHING[code] for one in codings if (code := one.get("code")) in NOTHING]
    named = [name for entry in section.get("entry") or () if (name := words.referred(entry))]
    if named:
        return markup.of_text("\n".join(f"- {name}" for name in named))
    return markup.of_text(next(iter(reasons), NOT_SENT))


def _div(element: Json) -> str:
    div = (element.get("text") or {}).get("div")
    return div if isinstance(div, str) and len(div) <= LONGEST_NARRATIVE else ""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One form that the letter came in: words for the page, or a file, or neither and why."""

    number: int
    element: Json
    passage: Passage | None = None
    size: int = 0
    fault: str = ""

    @property
    def is_plain(self) -> bool:
        return files.type_of(self.element) == files.TEXT


def _pieces(resource: Json, level: int) -> Iterator[_Piece]:
    for number, element in enumerate(_attachments(resource)):
        try:
            file = files.opened(element)
            passage = _read(element, file, level) if file.content_type in files.READABLE else None
        except Unreadable as refused:
            yield _Piece(number, element, fault=str(refused.fault))
        else:
            yield _Piece(number, element, passage, len(file.content))


def _read(element: Json, file: File, level: int) -> Passage | None:
    text = files.text_of(element, file)
    is_plain = file.content_type == files.TEXT
    body = markup.of_text(text, level) if is_plain else markup.of_html(text, level)
    return Passage("", level, body, str(element.get("language") or "")) if body else None


def _passages(resource: Json, pieces: list[_Piece], level: int) -> list[Passage]:
    """Return the letter as it can be read in a page: with headings if it came so, else plain."""
    shown = [piece.passage for piece in _shown(pieces) if piece.passage]
    # What a machine made of the rest is full of its codes, and is no letter.
    is_written = (resource.get("text") or {}).get("status") != "generated"
    if not shown and is_written and (body := markup.of_html(_div(resource), level)):
        return [Passage("", level, body, str(resource.get("language") or ""))]
    return shown


def _shown(pieces: list[_Piece]) -> list[_Piece]:
    readable = [piece for piece in pieces if piece.passage]
    return [piece for piece in readable if not piece.is_plain] or readable


def _enclosures(pieces: list[_Piece]) -> Iterator[Enclosure]:
    shown = _shown(pieces)
    for piece in pieces:
        if piece in shown:
            continue
        title = str(piece.element.get("title") or "").strip() or "The letter as it was sent"
        kind = files.NAMES.get(files.type_of(piece.element), "")
        size = words.size(piece.size) if piece.size else ""
        empty = "" if kind else str(files.Fault.EMPTY)
        yield Enclosure(piece.number, title, kind, size, piece.fault or empty)
