"""The rules of helping somebody with their record: no clock, no database, no request."""

import enum
from datetime import date, datetime, timedelta
from typing import Protocol

from portal.carers.scopes import APPOINTMENTS, EVERYTHING, SENSITIVE
from portal.identity.rules import age_at

INVITATION_LASTS = timedelta(days=14)
TRIES = 5
WARNED_BEFORE_END = timedelta(days=14)

# Birthdays at which what a parent sees becomes less (decisions 27).
NARROWED_AT = 11
ENDED_AT = 16
WARNED_BEFORE_BIRTHDAY = (90, 30)  # days


class State(enum.StrEnum):
    """What has become of an invitation."""

    INVITED = "invited"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class Basis(enum.StrEnum):
    """Why somebody may help: the patient chose them, or they are a parent of a child."""

    PATIENT = "patient"
    PARENT = "parental-responsibility"


class Reason(enum.StrEnum):
    """Why a sharing is as it is, by the national list of codes."""

    CREATED = "ROLE_CREATED"
    ACTIVATED = "ROLE_ACTIVATED"
    REACTIVATED = "ROLE_REACTIVATED"
    SUSPENDED = "ROLE_SUSPENDED_PENDING_REVIEW"
    NOT_NEEDED = "APPLICATION_REJECTED_NOT_NEEDED"
    NOT_VERIFIED = "APPLICATION_REJECTED_IDENTITY_NOT_VERIFIED"
    SAFEGUARDING = "ROLE_DEACTIVATED_SAFEGUARDING"
    PATIENT_REQUEST = "ROLE_DEACTIVATED_PATIENT_REQUEST"
    END_DATE = "ROLE_DEACTIVATED_END_DATE_REACHED"
    DECEASED = "ROLE_DEACTIVATED_PATIENT_DECEASED"
    RELATIONSHIP = "ROLE_DEACTIVATED_CHANGE_IN_RELATIONSHIP"
    OTHER = "OTHER"


class Stage(enum.StrEnum):
    """How far a parent's sight has been taken back because their child has grown."""

    WHOLE = ""
    NARROWED = "narrowed"
    SUSPENDED = "suspended"
    ENDED = "ended"


class Terms(Protocol):
    """The columns of a sharing that say what may be seen through it, and until when."""

    state: str
    scopes: list[str]
    basis: str
    ends_on: date | None
    born: date | None
    decided_scopes: list[str] | None
    decided_until: date | None


class Invitation(Protocol):
    """The columns of a sharing that say whether its code can be used."""

    state: str
    expires_at: datetime
    tries: int


def is_open(invitation: Invitation, now: datetime) -> bool:
    waits = invitation.state == State.INVITED and invitation.tries < TRIES
    return waits and now < invitation.expires_at


def is_over(terms: Terms, today: date) -> bool:
    """Whether the last day of a sharing has gone by; the day itself is still one of it."""
    return terms.ends_on is not None and terms.ends_on < today


def seen_through(terms: Terms, today: date, suspended_at: int) -> frozenset[str]:
    """Return the scopes that somebody holds today: worked out anew for each request.

    What the daily task has not yet written down holds all the same. From `suspended_at` years on
    a parent sees only what a professional has decided.
    """
    if terms.state != State.ACTIVE or is_over(terms, today):
        return frozenset()
    shared = frozenset(terms.scopes) & EVERYTHING
    if terms.basis == Basis.PATIENT:
        return shared
    decided = _decided(terms, today)
    match stage_of(terms.born, today, suspended_at):
        case Stage.WHOLE:
            return shared if decided is None else shared & decided
        case Stage.NARROWED:
            return shared & ({APPOINTMENTS} if decided is None else decided)
        case Stage.SUSPENDED:
            return shared & (decided or frozenset())
        case _:
            return frozenset()


def stage_of(born: date | None, today: date, suspended_at: int) -> Stage:
    """Return how far a parent's sight is taken back; without a date of birth, altogether."""
    if born is None:
        return Stage.SUSPENDED
    age = age_at(born, today)
    if age >= ENDED_AT:
        return Stage.ENDED
    if age >= suspended_at:
        return Stage.SUSPENDED
    return Stage.NARROWED if age >= NARROWED_AT else Stage.WHOLE


def birthday(born: date, age: int) -> date:
    """Return the day on which somebody is `age`, as the law counts for a 29 February.

    >>> birthday(date(2012, 2, 29), 11)
    datetime.date(2023, 3, 1)
    """
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def warning_due(born: date, today: date, suspended_at: int, told: list[str]) -> str | None:
    """Return which warning of a birthday is due and not told: "11-90" is 90 days before the 11th.

    Of several that were missed only the latest is told.
    """
    due = None
    for age in sorted({NARROWED_AT, suspended_at, ENDED_AT}):
        left = (birthday(born, age) - today).days
        for days in WARNED_BEFORE_BIRTHDAY:
            if 0 < left <= days:
                due = f"{age}-{days}"
    return due if due and due not in told else None


def _decided(terms: Terms, today: date) -> frozenset[str] | None:
    """Return what a professional decided that a parent may see, while that holds."""
    if terms.decided_scopes is None or terms.decided_until is None:
        return None
    if terms.decided_until < today:
        return None
    return frozenset(terms.decided_scopes) - {SENSITIVE}
