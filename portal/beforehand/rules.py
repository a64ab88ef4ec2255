"""When somebody may prepare for a visit, and say that they have come: no clock, no database."""

import enum
from datetime import datetime, timedelta

from portal.appointments.rules import JOIN_AFTER, STANDING
from portal.record.dates import local

# As the first reminder; what is said sooner may be wrong by then.
PREPARE_BEFORE = timedelta(days=7)
# Long enough for a bus that is early, too short for the wrong day.
HERE_BEFORE = timedelta(hours=2)
HERE_AFTER = JOIN_AFTER
LONGEST_NEEDS = 300
LONGEST_MEDICINES = 1000


class Stage(enum.StrEnum):
    """Whether it is the time for something."""

    EARLY = "early"
    OPEN = "open"
    LATE = "late"
    OFF = "off"  # the visit is not to be, or has been


def to_prepare(status: str, starts_at: datetime, now: datetime) -> Stage:
    """Return whether somebody may say what they have to say before a visit: until it starts."""
    return _stage(status, now, prepares_at(starts_at), starts_at)


def prepares_at(starts_at: datetime) -> datetime:
    """Return from when that is: the same time of day, whatever the clocks do in between."""
    return local(starts_at) - PREPARE_BEFORE


def to_arrive(status: str, starts_at: datetime, now: datetime) -> Stage:
    """Return whether somebody may say that they have come, or take it back."""
    return _stage(status, now, starts_at - HERE_BEFORE, starts_at + HERE_AFTER)


def _stage(status: str, now: datetime, first: datetime, last: datetime) -> Stage:
    if status not in STANDING:
        return Stage.OFF
    if now < first:
        return Stage.EARLY
    return Stage.LATE if now >= last else Stage.OPEN
