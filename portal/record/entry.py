"""An entry is a resource put in words: no address, no markup, no class of a style sheet.

A module of this folder named as a resource type, in small letters, holds the entry of that type;
it is found by its name. The facts are taken from the resource's JSON, which may be older or odder
than any library's idea of it: what is absent is left out of `rows`, never shown empty.
"""

from collections.abc import Iterator
from importlib import import_module

from fhir.store import Stored
from portal.record.dates import DAY_UNKNOWN, as_recorded
from portal.record.words import listed


class Entry:
    """What is said of any resource; a type says more."""

    untitled = "Record without a name"

    def __init__(self, stored: Stored) -> None:
        self.id = stored.id
        self.version = stored.version
        self.resource = stored.json

    def heading(self) -> str:
        return self.untitled

    def when(self) -> str:
        """Return the day in words, no more exact than it was recorded."""
        return as_recorded(text) if (text := self._when()) else DAY_UNKNOWN

    def codes(self) -> list[tuple[str, str]]:
        """Return system and code of what this is about, for whoever explains it."""
        codings = (self.resource.get("code") or {}).get("coding") or ()
        return [
            (str(one.get("system") or ""), str(one["code"])) for one in codings if one.get("code")
        ]

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield what else is worth knowing, as a label and words."""
        yield from ()

    def _when(self) -> str:
        return ""

    def _code_row(self) -> Iterator[tuple[str, str]]:
        """Yield the codes, for whoever is asked about them on the telephone."""
        if codes := listed(code for _, code in self.codes()):
            yield "Code of this test", codes


def present(stored: Stored) -> Entry:
    """Return the entry of a resource.

    :raises NoEntry: its type is not shown to people.
    """
    name = stored.resource_type
    try:
        made: type[Entry] = getattr(import_module(f"portal.record.{name.lower()}"), name)
    except (ModuleNotFoundError, AttributeError):
        raise NoEntry(name) from None
    return made(stored)


class NoEntry(LookupError):
    """Nothing says how to put this type in words."""
