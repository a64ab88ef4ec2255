"""What has come since a page was drawn, for the parts of it that are drawn again.

Nothing new is put into a list that is being read: its status line says how many there are, and
leads to the page as it is now. What is withdrawn goes at once.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from fhir import changes
from fhir.store import Summary
from portal.identity.middleware import IdentifiedRequest
from portal.record import seen
from portal.record.heads import asked_since, head_of
from portal.results.listing import Found

APPEARING = frozenset({"created", "released"})
RESULT_TYPES = ("DiagnosticReport", "Observation")


@dataclass(frozen=True, slots=True)
class Arrived:
    """How many results have come or changed, and which of them the page did not show."""

    count: int
    unseen: frozenset[str]

    def without_unseen(self, found: Found) -> Found:
        """Leave out what would push in; what comes back corrected returns to its own place."""
        if not self.unseen:
            return found
        return replace(
            found,
            reports=[one for one in found.reports if self._stays(one)],
            alone=[one for one in found.alone if self._stays(one)],
        )

    def _stays(self, one: Summary) -> bool:
        return (
            bool(one.facts.get("corrected")) or f"{one.resource_type}/{one.id}" not in self.unseen
        )


NOTHING = Arrived(0, frozenset())


def arrived(request: IdentifiedRequest) -> Arrived:
    """Return what has come since the page that asks was drawn."""
    since = asked_since(request)
    if since is None or since.seq >= head_of(request).seq:
        return NOTHING
    told = changes.since(request.viewer, request.patient, since.seq, seen.MOST)
    unseen = frozenset(
        f"{one.resource_type}/{one.logical_id}" for one in told if one.kind in APPEARING
    )
    items = seen.newest(request.records, request.patient, since.seq)
    return Arrived(len(items), unseen)


def withdrawn(request: IdentifiedRequest) -> bool:
    """Whether anything has been taken back since the page that asks was drawn."""
    since = asked_since(request)
    if since is None or since.seq >= head_of(request).seq:
        return False
    told = changes.since(request.viewer, request.patient, since.seq, seen.MOST)
    changed = {(one.resource_type, one.logical_id) for one in told}
    return any(
        (resource_type, one.id) in changed
        for resource_type in RESULT_TYPES
        for one in request.records.retracted(request.patient, resource_type)
    )


def touched(request: IdentifiedRequest, ids: Collection[str]) -> bool:
    """Whether any of these has changed since the page that asks was drawn."""
    since = asked_since(request)
    if since is None or since.seq >= head_of(request).seq:
        return False
    told = changes.since(request.viewer, request.patient, since.seq, seen.MOST)
    return any(one.logical_id in ids for one in told)
