"""Whether a patient's pages may be out of date; named in settings.RECORD_FRESHNESS."""

from datetime import datetime
from typing import Final

from django.conf import settings

from fhir.watch import STOPPED, Heard, News, news_of
from portal import clock
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
    """Return how news reach this patient's record.

    A message of theirs that cannot be read makes their pages stale at once; so does the silence
    of any of the feeds of their results beyond its own limit (decisions 8), and a relay that has
    stopped: then messages are kept, and nothing of them is in the record.
    """
    news = news_of(patient)
    if held_up_since := news.parked_since or _stopped_since(news):
        phone = next((one.phone for one in news.feeds if one.phone), "")
        return Freshness(STALE, held_up_since, phone=phone)
    if not news.feeds:
        return Freshness(UNKNOWN)
    # The feed that has been silent for longest says how far the pages can be relied on.
    worst = min(news.feeds, key=lambda one: (not one.is_silent, one.last_at))
    state = STALE if worst.is_silent else CURRENT
    return Freshness(state, worst.last_at, _system(worst), worst.phone)


def _stopped_since(news: News) -> datetime | None:
    # Where time is moved, age tells nothing.
    if settings.CLOCK_MAY_MOVE or news.undone_since is None:
        return None
    return news.undone_since if clock.now() - news.undone_since > STOPPED else None


def _system(feed: Heard) -> str:
    if feed.kind == "FHIR":
        return _RECORD
    return _SYSTEMS.get(feed.section or "", _LABORATORY)
