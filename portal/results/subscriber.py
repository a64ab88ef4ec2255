"""Told by the relay of each change: a report, or what belongs to one, has come in or changed."""

from collections import defaultdict
from collections.abc import Sequence

from fhir.changes import Change
from portal import clock
from portal.results.cases import TYPES
from portal.results.following import FOLLOWERS
from portal.results.settling import Touched, settle

# What we release ourselves is a change too, and nothing new.
WRITTEN = frozenset({"created", "updated"})
_OURS = frozenset({*TYPES, *FOLLOWERS})


def report_changed(changes: Sequence[Change]) -> None:
    """Decide on what one transaction wrote of one patient; named in settings.FHIR_SUBSCRIBERS."""
    written = [one for one in changes if one.kind in WRITTEN and one.resource_type in _OURS]
    if not written:
        return
    ids: dict[str, set[str]] = defaultdict(set)
    for one in written:
        ids[one.resource_type].add(one.logical_id)
    touched = Touched(
        written[0].patient,
        ids,
        frozenset((one.resource_type, one.logical_id) for one in written if one.kind == "updated"),
        backload=all(one.backload for one in written),
    )
    settle(touched, clock.now())
