"""What an item said before it was changed, of the versions that this viewer may read alone.

Two versions that say the same in words are one, whatever else differs in them; what came late
was never shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fhir.paths import first
from fhir.store import NotFound, Repository, Stored
from portal.record import narratives
from portal.record.entry import Entry, present

MOST: Final = 20  # versions of one item that are looked at
Said = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What stood there until then: of what was changed next, each label with its old words.

    Without any where it had not been written down.
    """

    until: datetime
    lines: list[tuple[str, list[str]]]


def versions_before(records: Repository, stored: Stored) -> list[Stored]:
    """Return the versions before this one, the newest first; of a first one nothing is asked."""
    if stored.version == 1:
        return []
    try:
        found = records.history(stored.resource_type, stored.id, late=False, most=MOST)
    except NotFound:  # withdrawn since it was read
        return []
    return [one for one in found if one.version < stored.version]


def earlier(stored: Stored, before: Sequence[Stored], names: Mapping[str, str]) -> list[Earlier]:
    """Return what it said before, the newest first, where that were other words."""
    found = []
    newer, until = _said(present(stored, names)), stored.updated_at
    for one in before:
        older = _said(present(one, names))
        if lines := list(_changed(older, newer)):
            found.append(Earlier(until, lines))
        newer, until = older, one.updated_at
    return found


def _said(entry: Entry) -> Said:
    status = entry.status()
    said: Said = {"Name": [entry.heading()]}
    for label, text in [("Status", status.word if status else ""), *entry.rows()]:
        said.setdefault(label, []).extend([text] if text else [])
    for label, paragraphs in entry.texts():
        said.setdefault(label, []).extend(paragraphs)
    if entry.narrative():
        said["What it says"] = narratives.paragraphs(first(entry.resource, "text.div"))
    return {label: lines for label, lines in said.items() if lines}


def _changed(older: Said, newer: Said) -> Iterator[tuple[str, list[str]]]:
    """Yield the old words of what changed; a new label for the same words is no change."""
    old, new = list(older.values()), list(newer.values())
    for label, lines in older.items():
        if newer.get(label) != lines and (label in newer or lines not in new):
            yield label, lines
    for label, lines in newer.items():
        if label not in older and lines not in old:
            yield label, []
