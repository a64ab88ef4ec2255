"""One resource as a copy of the record shows it: in the words of its entry, with its files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fhir.store import Stored, Summary
from fhir.summary import summary_of
from portal.letters import files
from portal.letters.files import Unreadable
from portal.letters.letter import Passage, letter_of
from portal.record.entry import Entry, NoEntry, present
from portal.record.generic import Generic
from portal.record.reading import Reading, readings_of
from portal.record.statuses import Status

LETTERS = frozenset({"Composition", "DocumentReference"})
NOT_HERE = "This file is not in the link. Ask the patient for it."
Keep = Callable[[str, bytes], str]


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that came with a resource: where it is in the copy, or why it is not there."""

    title: str
    name: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One resource; `readings` where it is a value, which stands in a table."""

    entry: Entry
    readings: tuple[Reading, ...] = ()
    passages: tuple[Passage, ...] = ()
    files: tuple[Enclosed, ...] = ()

    @property
    def is_value(self) -> bool:
        return bool(self.readings)

    @property
    def is_mistake(self) -> bool:
        """Whether it is in the record by mistake: then nothing of it is said but that."""
        return self.entry.resource.get("status") == "entered-in-error"

    @property
    def status(self) -> Status | None:
        return self.entry.status()

    @property
    def rows(self) -> list[tuple[str, str]]:
        return list(self.entry.rows())


def item_of(stored: Stored, names: Mapping[str, str], keep: Keep | None, level: int = 3) -> Item:
    """Return a resource in words; `keep` puts a file into the copy and returns its name there.

    `level` is that of the highest heading within a letter.
    """
    entry = entry_of(stored, names)
    if stored.resource_type == "Observation":
        return Item(entry, readings=tuple(readings_of(_summary(stored))))
    is_letter = stored.resource_type in LETTERS
    passages = letter_of(stored, level).passages if is_letter else ()
    return Item(entry, passages=passages, files=tuple(_files(entry, keep, passages)))


def entry_of(stored: Stored, names: Mapping[str, str]) -> Entry:
    try:
        return present(stored, names)
    except NoEntry:
        return Generic(stored, names)


def _files(entry: Entry, keep: Keep | None, passages: tuple[Passage, ...]) -> list[Enclosed]:
    found: list[Enclosed] = []
    for one in entry.attachments():
        try:
            file = files.opened(one.element)
        except Unreadable as refused:
            found.append(Enclosed(one.title, fault=str(refused.fault)))
            continue
        ending = files.ENDINGS.get(file.content_type)
        if ending is None or (passages and file.content_type == files.TEXT):
            continue  # its words are there
        if keep is None:
            found.append(Enclosed(one.title, fault=NOT_HERE))
        else:
            found.append(Enclosed(one.title, name=keep(ending, file.content)))
    return found


def _summary(stored: Stored) -> Summary:
    at, number = stored.key
    return Summary(
        stored.resource_type,
        stored.id,
        stored.version,
        stored.patient,
        stored.labels,
        at,
        "",
        stored.updated_at,
        number,
        summary_of(stored.json),
    )
