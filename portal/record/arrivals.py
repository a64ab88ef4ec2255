"""What has come since a page was drawn, for the parts of it that are drawn again.

Nothing new is put into a list that is being read; its status line says how many there are.
"""

from collections.abc import Collection
from dataclasses import dataclass

from fhir import changes
from fhir.changes import Change
from fhir.store import Stored, Summary
from portal.identity.middleware import IdentifiedRequest
from portal.record import seen
from portal.record.heads import asked_since, head_of

_APPEARING = frozenset({"created", "released"})


@dataclass(frozen=True, slots=True)
class Arrived:
    """How many things have come or changed, and which of them the page did not show."""

    count: int = 0
    unseen: frozenset[str] = frozenset()

    def shows(self, one: Stored | Summary) -> bool:
        return f"{one.resource_type}/{one.id}" not in self.unseen


def arrived(request: IdentifiedRequest, types: Collection[str]) -> Arrived:
    """Return what of these types has come since the page that asks was drawn."""
    told = [change for change in _told(request) if change.resource_type in types]
    if not told:
        return Arrived()
    names = {f"{one.resource_type}/{one.logical_id}" for one in told}
    there = seen.still_there(request.records, request.patient, names)
    unseen = {f"{one.resource_type}/{one.logical_id}" for one in told if one.kind in _APPEARING}
    return Arrived(len(there), frozenset(unseen))


def touched(request: IdentifiedRequest, logical_id: str) -> bool:
    """Whether this has changed since the page that asks was drawn."""
    return any(change.logical_id == logical_id for change in _told(request))


def _told(request: IdentifiedRequest) -> list[Change]:
    since = asked_since(request)
    if since is None or since.seq >= head_of(request).seq:
        return []
    return changes.since(request.viewer, request.patient, since.seq, seen.MOST)
