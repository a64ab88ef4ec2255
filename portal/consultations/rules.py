"""The rules of a consultation: no clock, no database, no request."""

import enum
from datetime import datetime, timedelta
from typing import Protocol

from portal.appointments.rules import Booked, Refusal, refusal_to_join

TOKEN_LASTS = timedelta(minutes=10)
LONGEST_NOTE = 140
# What a clinician most often says to whoever waits, and how many minutes late that makes them.
NOTES = {
    "late-10": ("running 10 minutes late", 10),
    "late-20": ("running 20 minutes late", 20),
    "late-30": ("running 30 minutes late", 30),
    "on-time": ("back to time", 0),
}
# Nobody is said not to have come before so long after the start.
MISSED_AFTER = timedelta(minutes=10)
# What a camera, a microphone and a line were found to be.
FOUND = ("works", "slow", "refused", "none")


class Role(enum.StrEnum):
    """As what somebody comes to a consultation."""

    MODERATOR = "moderator"
    PATIENT = "patient"
    CARER = "carer"
    INTERPRETER = "interpreter"


# Who comes beside the patient and the clinician.
THIRDS = frozenset({Role.CARER, Role.INTERPRETER})


class Outcome(enum.StrEnum):
    """How a consultation ended, as the clinician chooses it."""

    FOLLOW_UP = "follow-up"
    ON_REQUEST = "on-request"
    DISCHARGED = "discharged"
    MISSED = "did-not-attend"


class Stage(enum.StrEnum):
    """Where somebody stands on the way into a consultation."""

    EARLY = "early"
    OPEN = "open"
    WAITING = "waiting"
    ADMITTED = "admitted"
    ENDED = "ended"
    MISSED = "missed"
    OVER = "over"
    CALLED_OFF = "called-off"


# Where somebody may be who can still come in.
ON_THE_WAY = frozenset({Stage.OPEN, Stage.WAITING, Stage.ADMITTED})


class Held(Protocol):
    """The columns of a consultation that say what has become of it."""

    ended_at: datetime | None
    outcome: str


class Comer(Protocol):
    """The columns of a party that say how far in they are."""

    waiting_since: datetime | None
    left_at: datetime | None
    admitted_at: datetime | None
    token_until: datetime | None
    token_used_at: datetime | None


_BY_REFUSAL = {
    Refusal.TOO_EARLY: Stage.EARLY,
    Refusal.OVER: Stage.OVER,
    Refusal.NOT_BOOKED: Stage.CALLED_OFF,
    Refusal.NOT_VIDEO: Stage.CALLED_OFF,
}


def stage_of(booking: Booked, held: Held | None, comer: Comer | None, now: datetime) -> Stage:
    """Return where somebody stands; what is over is told before what the clock says."""
    if held and held.ended_at:
        return Stage.MISSED if held.outcome == Outcome.MISSED else Stage.ENDED
    if refusal := refusal_to_join(booking, now):
        return _BY_REFUSAL[refusal]
    if comer is None or comer.waiting_since is None or comer.left_at:
        return Stage.OPEN
    return Stage.ADMITTED if is_let_in(comer, now) else Stage.WAITING


def is_let_in(comer: Comer, now: datetime) -> bool:
    """Whether the door stands open; whoever does not come in time waits again."""
    return comer.admitted_at is not None and (
        comer.token_used_at is not None or may_use_token(comer, now)
    )


def may_use_token(comer: Comer, now: datetime) -> bool:
    """Whether a token that was found to be this person's opens the room: once, and in time."""
    is_new = comer.token_used_at is None
    return is_new and comer.token_until is not None and now < comer.token_until


def may_be_missed(starts_at: datetime, comer: Comer | None, now: datetime) -> bool:
    """Whether somebody may be marked as not having come: not while they wait, nor too soon."""
    is_here = comer is not None and comer.waiting_since is not None and comer.left_at is None
    return not is_here and now >= starts_at + MISSED_AFTER


def are_introduced(one: str, other: str, *, is_moderated: bool) -> bool:
    """Whether two who are in a room may see each other: a patient is alone with no third."""
    return is_moderated or Role.MODERATOR in {one, other}
