"""FHIR files on their way through the store's own door, under a feed's name."""

import gzip
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from fhir.access import Kind, Viewer
from fhir.intake import Refused, accept
from fhir.outcomes import Issue, error
from fhir.raw import Entry
from fhir.rest import bundles
from fhir.rest.arriving import Sender
from fhir.rest.failures import Failure
from fhir.store import Conflict, NotFound, Repository
from fhir.validation import Checked, Malformed, check
from portal.identity import grants

_SUFFIXES: Final = (".json", ".ndjson", ".json.gz", ".ndjson.gz")
_UNREADABLE: Final = (OSError, EOFError, zlib.error)
_LINES_AT_ONCE: Final = 200
# Those whom others refer to come first.
_FIRST: Final = ("Organization", "Location", "Practitioner", "PractitionerRole", "Patient")


@dataclass(slots=True)
class Tally:
    """Distinct resources by what became of each, and what was refused and why."""

    outcomes: dict[str, str] = field(default_factory=dict)
    refusals: list[tuple[str, Issue]] = field(default_factory=list)

    def counts(self) -> Counter[str]:
        """Return how many distinct resources were created, updated, unchanged or late."""
        return Counter(self.outcomes.values())


def files_in(paths: Sequence[Path]) -> list[Path]:
    """Return the files named and those in the folders named, people before what is theirs.

    :raises FileNotFoundError: there is no such path.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(one for one in path.rglob("*") if one.name.endswith(_SUFFIXES))
        elif path.exists():
            found.append(path)
        else:
            raise FileNotFoundError(f"there is no {path}")
    return sorted(found, key=_rank)


def sender_of(feed: str, ods: str, *, backload: bool) -> Sender:
    """Return the feed as the door knows it."""
    viewer = Viewer(Kind.SERVICE, f"Device/{feed}", feed, organisation=ods, grants=(grants.FEED,))
    return Sender(viewer, "", Repository(viewer), backload=backload)


def load(path: Path, sender: Sender, tally: Tally) -> None:
    """Send what a file holds; a refusal is kept in the tally and stops nothing else."""
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except _UNREADABLE:
        tally.refusals.append((str(path), error("incomplete", "", "the file cannot be read")))
        return
    if path.name.removesuffix(".gz").endswith(".ndjson"):
        _load_lines(path, content, sender, tally)
    else:
        _load_whole(str(path), content, sender, tally)


def _rank(path: Path) -> int:
    kind = path.name.partition(".")[0]
    return _FIRST.index(kind) if kind in _FIRST else len(_FIRST)


def _load_whole(place: str, content: bytes, sender: Sender, tally: Tally) -> None:
    try:
        checked = check(content)
    except Malformed as refused:
        tally.refusals += [(place, issue) for issue in refused.issues]
        return
    entries = _entries(checked)
    if checked.resource.get("type") == "batch":
        for entry in entries:
            _send(place, [entry], sender, tally)
    else:
        _send(place, entries, sender, tally)


def _load_lines(path: Path, content: bytes, sender: Sender, tally: Tally) -> None:
    waiting: list[tuple[str, Entry]] = []
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        try:
            waiting += [(place, entry) for entry in _entries(check(line))]
        except Malformed as refused:
            tally.refusals += [(place, issue) for issue in refused.issues]
        if len(waiting) >= _LINES_AT_ONCE:
            _send_lines(waiting, sender, tally)
            waiting = []
    _send_lines(waiting, sender, tally)


def _send_lines(lines: Sequence[tuple[str, Entry]], sender: Sender, tally: Tally) -> None:
    """Send lines together; if one of them is refused, each for itself."""
    together = Tally()
    _send("", [entry for _, entry in lines], sender, together)
    if not together.refusals:
        tally.outcomes |= together.outcomes
        return
    for place, entry in lines:
        _send(place, [entry], sender, tally)


def _send(place: str, entries: Sequence[Entry], sender: Sender, tally: Tally) -> None:
    try:
        planned = bundles.plan(sender, entries)
    except Failure as failed:
        tally.refusals += [(place, issue) for issue in failed.issues]
        return
    try:
        written = accept(planned.writes, sender.source(planned.known))
    except (Refused, Conflict, NotFound) as refused:
        tally.refusals += [(place, issue) for issue in planned.failure_of(refused).issues]
        return
    for one in written:
        tally.outcomes.setdefault(f"{one.resource_type}/{one.draft.logical_id}", one.outcome)


def _entries(checked: Checked) -> list[Entry]:
    """Return what a file's resource asks to be written; a bundle that asks nothing is all new."""
    resource = checked.resource
    if resource["resourceType"] != "Bundle":
        kind = str(resource["resourceType"])
        return [Entry("", "POST", kind, "", "", "", checked.text, resource)]
    return list(map(_asked, checked.entries()))


def _asked(entry: Entry) -> Entry:
    if entry.method or entry.resource is None:
        return entry
    return replace(entry, method="POST", url=str(entry.resource["resourceType"]))
