"""The rules of opening a record in an emergency: no clock, no database, no request."""

import enum
from datetime import timedelta

LASTS = timedelta(hours=4)
SHORTEST_REASON, LONGEST_REASON = 20, 300


class Why(enum.StrEnum):
    """Why it cannot wait, as staff say it and as the patient reads it."""

    TREATING = "treating"
    CALLED = "called"
    AT_RISK = "at-risk"


WORDS = {
    Why.TREATING: "I am treating them now",
    Why.CALLED: "They, or someone with them, called for urgent help",
    Why.AT_RISK: "Someone else is at risk",
}
