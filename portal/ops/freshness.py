"""Whether a patient's pages may be out of date; named in settings.RECORD_FRESHNESS."""

from fhir import watch
from portal import clock
from portal.record.freshness import Freshness

CURRENT, STALE, UNKNOWN = "current", "stale", "unknown"


def of(patient: str) -> Freshness:
    """Return how the feeds do that a patient's results come from.

    A message of theirs that cannot be read makes their pages stale at once; so does the silence
    of any of those feeds beyond its own limit (decisions 8).
    """
    heard = watch.heard_of(patient)
    now = clock.now()
    if heard.parked_since:
        phone = next((one.phone for one in heard.feeds if one.phone), "")
        return Freshness(STALE, heard.parked_since, phone=phone)
    spoken = [one for one in heard.feeds if one.last_at]
    if not spoken:
        return Freshness(UNKNOWN)
    # The feed that has been silent for longest says how far the pages can be relied on.
    worst = min(spoken, key=lambda one: (not one.is_silent(now), one.last_at))
    state = STALE if worst.is_silent(now) else CURRENT
    return Freshness(state, worst.last_at, phone=worst.phone)
