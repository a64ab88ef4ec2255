"""An entry is a resource put in words: no address, no markup, no class of a style sheet.

A module of this folder named as a resource type, in small letters, holds the entry of that type;
it is found by its name. The facts are taken from the resource's JSON, which may be older or odder
than any library's idea of it: what is absent is left out of `rows`, never shown empty. All that
an entry says is plain text of bounded length; whoever lays it out escapes it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from types import MappingProxyType
from typing import Any, ClassVar

from fhir.paths import Json, find, first
from fhir.store import Stored
from portal.record import values, words
from portal.record.dates import DAY_UNKNOWN, as_recorded
from portal.record.naming import names_inside
from portal.record.narratives import sanitised
from portal.record.statuses import Status

MOST_PASSAGES = 500
NO_NAMES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Row:
    """A line of an item's page: what stands at the first of the paths that says anything.

    Codes that are no names are put in words by `codes`; one that is not in it is not said.
    """

    label: str
    paths: tuple[str, ...]
    codes: Mapping[str, str] | None = None


def row(label: str, paths: str, codes: Mapping[str, str] | None = None) -> Row:
    return Row(label, tuple(paths.split()), codes)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a resource; `element` is the FHIR Attachment that holds or names it."""

    title: str
    content_type: str
    octets: int | None
    element: Json


class Entry:
    """What is said of any resource; a type says more, most of it by these tables."""

    untitled: ClassVar[str] = "Record without a name"
    # Where the name, the day and the state of such a resource stand, the best first.
    named: ClassVar[tuple[str, ...]] = ("code",)
    dated: ClassVar[tuple[str, ...]] = ()
    stated: ClassVar[str] = "status"
    statuses: ClassVar[Mapping[str, Status]] = MappingProxyType({})
    table: ClassVar[tuple[Row, ...]] = ()
    passages: ClassVar[tuple[Row, ...]] = ()
    # Labels that say a thing was done, and what they are called where it was not.
    undone: ClassVar[Mapping[str, str]] = MappingProxyType({})
    coded: ClassVar[str] = "Code"
    files: ClassVar[tuple[str, ...]] = ()
    is_dated: ClassVar[bool] = True  # whether it is worth saying that its day was not recorded

    def __init__(self, stored: Stored, names: Mapping[str, str] = NO_NAMES) -> None:
        """Put `stored` in words; `names` says what references without a name point to."""
        self.type = stored.resource_type
        self.id = stored.id
        self.version = stored.version
        self.labels = stored.labels
        self.resource = stored.json
        self.names = names_inside(self.resource) | dict(names)

    def heading(self) -> str:
        """Return the plain name: never a code, never the bare type."""
        return next(filter(None, map(self._name_at, self.named)), "") or self.untitled

    def when(self) -> str:
        """Return the day in words, no more exact than it was recorded."""
        if text := self._when():
            return as_recorded(text)
        return next(filter(None, map(self.say, self.dated)), DAY_UNKNOWN)

    def told(self) -> str:
        """Return the day with the word for what happened on it, such as "Prescribed 3 May 2026"."""
        label, day = self._dated_row()
        if day == DAY_UNKNOWN and not self.is_dated:
            return ""
        return f"{label} {day}" if label else day

    def status(self) -> Status | None:
        """Return how it stands, where that is worth a word."""
        return self.statuses.get(self._code(self.stated))

    def group(self) -> str:
        """Return the heading under which a list puts it."""
        return status.group if (status := self.status()) else ""

    def note(self) -> str:
        """Return one line for a list."""
        return ""

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield what else is worth knowing, as a label and words, what people ask for first."""
        for one in self.table:
            if text := self._said(one):
                yield self._label(one), text

    def rest(self) -> Iterator[tuple[str, str]]:
        """Yield the rows but those that the heading and `told` say already."""
        label, day = self._dated_row()
        said = {(label or "When", day)}
        heading = self.heading()
        return (one for one in self.rows() if one not in said and one[1] != heading)

    def code_rows(self) -> Iterator[tuple[str, str]]:
        """Yield the codes, for whoever is asked about them on the telephone."""
        if codes := words.listed(dict.fromkeys(words.plain(code) for _, code in self.codes())):
            yield self.coded, codes

    def texts(self) -> Iterator[tuple[str, list[str]]]:
        """Yield longer passages: a heading and its paragraphs."""
        yield from islice(self._texts(), MOST_PASSAGES)

    def _texts(self) -> Iterator[tuple[str, list[str]]]:
        for one in self.passages:
            found = [
                line
                for path in one.paths
                for value in find(self.resource, path)
                for line in values.paragraphs(value, self.names)
            ]
            if found:
                yield one.label, words.bounded(found)

    def narrative(self) -> str:
        """Return the sender's own text as safe markup, where nothing else says anything.

        What a machine made of the rest is full of its codes, and says no more.
        """
        if first(self.resource, "text.status") == "generated":
            return ""
        if any(True for _ in self.rows()) or any(True for _ in self.texts()):
            return ""
        return sanitised(first(self.resource, "text.div"))

    def attachments(self) -> list[Attachment]:
        """Return the files that came with it, in their order."""
        return [
            _attachment(element)
            for path in self.files
            for element in find(self.resource, path)
            if isinstance(element, dict)
        ]

    def codes(self) -> list[tuple[str, str]]:
        """Return system and code of what this is about, for whoever explains it."""
        return [
            (str(one.get("system") or ""), one["code"])
            for path in self.named
            for one in find(self.resource, f"{path}.coding")
            if isinstance(one, dict) and isinstance(one.get("code"), str)
        ]

    def _when(self) -> str:
        return next(filter(None, map(self._moment_at, self.dated)), "")

    def _dated_row(self) -> tuple[str, str]:
        """Return the day, and the label of the row that says what happened on it."""
        day = self.when()
        rows = (one for one in self.table if one.label != "When" and {*one.paths} & {*self.dated})
        return next((self._label(one) for one in rows if self._said(one) == day), ""), day

    def _label(self, row: Row) -> str:
        is_undone = self._code(self.stated) == "not-done"
        return self.undone.get(row.label, row.label) if is_undone else row.label

    def _moment_at(self, path: str) -> str:
        found = first(self.resource, path)
        text = found.get("start") if isinstance(found, dict) else found
        return text if isinstance(text, str) else ""

    def _name_at(self, path: str) -> str:
        said = (values.said(one, self.names) for one in find(self.resource, path))
        return next((name for text in said if (name := words.title(text, self.type))), "")

    def _code(self, path: str) -> str:
        """Return a code, whether it stands alone or in a CodeableConcept."""
        found = first(self.resource, path)
        code = first(found, "coding.code") if isinstance(found, dict) else found
        return code if isinstance(code, str) else ""

    def say(self, *paths: str) -> str:
        """Return what stands at the first of the paths that says anything."""
        return self._said(Row("", paths))

    def _said(self, row: Row) -> str:
        for path in row.paths:
            found = find(self.resource, path)
            if row.codes is None:
                said = [values.said(one, self.names) for one in found]
            else:
                said = _in_words(found, row.codes)
            if text := words.enumerated(said):
                return text
        return ""


def present(stored: Stored, names: Mapping[str, str] = NO_NAMES) -> Entry:
    """Return the entry of a resource.

    :raises NoEntry: its type is not shown to people.
    """
    return entry_of(stored.resource_type)(stored, names)


def entry_of(resource_type: str) -> type[Entry]:
    """Return what puts a type in words.

    :raises NoEntry: the type is not shown to people.
    """
    try:
        found: type[Entry] = getattr(
            import_module(f"portal.record.{resource_type.lower()}"), resource_type
        )
    except (ModuleNotFoundError, AttributeError):
        return _generic(resource_type)
    return found


def _generic(resource_type: str) -> type[Entry]:
    from portal.record.generic import PLAIN, Generic  # noqa: PLC0415 (it is an entry itself)

    if resource_type not in PLAIN:
        raise NoEntry(resource_type)
    return Generic


class NoEntry(LookupError):
    """Nothing says how to put this type in words."""


def _in_words(codes: list[Any], table: Mapping[str, str]) -> list[str]:
    known = dict.fromkeys(table[one] for one in codes if isinstance(one, str) and one in table)
    head, *others = known or [""]
    return [head, *map(words.small, others)]


def _attachment(element: Json) -> Attachment:
    data, size = element.get("data"), element.get("size")
    octets = len(data) * 3 // 4 if isinstance(data, str) and data else size
    return Attachment(
        words.title(values.said(element.get("title")), "") or "Document",
        words.plain(element.get("contentType") or "").partition(";")[0].strip().lower(),
        octets if isinstance(octets, int) else None,
        element,
    )
