"""Whether a patient's pages may be out of date; named in settings.RECORD_FRESHNESS."""

from typing import Final

from fhir.watch import Heard, heard_of
from portal.record.freshness import Freshness

CURRENT, STALE, UNKNOWN = "current", "stale", "unknown"

# What patients call the systems that results come from, by the section that a feed reports for.
_SYSTEMS: Final = {
    "CT": "the hospital’s scanning department",
    "RAD": "the hospital’s scanning department",
    "RUS": "the hospital’s scanning department",
}
_RECORD: Final = "the hospital’s patient record"
_LABORATORY: Final = "the hospital’s laboratory"


def of(patient: str) -> Freshness:
    """Return how the feeds do that a patient's results come from.

    A message of theirs that cannot be read makes their pages stale at once; so does the silence
    of any of those feeds beyond its own limit (decisions 8).
    """
    feeds, parked_since = heard_of(patient)
    if parked_since:
        phone = next((one.phone for one in feeds if one.phone), "")
        return Freshness(STALE, parked_since, phone=phone)
    if not feeds:
        return Freshness(UNKNOWN)
    # The feed that has been silent for longest says how far the pages can be relied on.
    worst = min(feeds, key=lambda one: (not one.is_silent, one.last_at))
    state = STALE if worst.is_silent else CURRENT
    return Freshness(state, worst.last_at, _system(worst), worst.phone)


def _system(feed: Heard) -> str:
    if feed.kind == "FHIR":
        return _RECORD
    return _SYSTEMS.get(feed.section or "", _LABORATORY)
