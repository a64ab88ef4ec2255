"""The rules of signing in and of linking: no clock, no database, no request."""

from __future__ import annotations

import enum
import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from fhir.paths import Json

CODE_LASTS = timedelta(days=10)
CODE_TRIES = 5
# From this birthday on a person may have a login of their own.
OWN_LOGIN_FROM = 13

SECOND_FACTOR_TRIES = 5
SECOND_FACTOR_LOCK = timedelta(minutes=30)

IDLE = timedelta(minutes=30)
IDLE_IN_NHS_APP = timedelta(minutes=10)
LONGEST = timedelta(hours=12)
WARNED_BEFORE_IDLE = timedelta(minutes=5)
WARNED_BEFORE_IDLE_IN_NHS_APP = timedelta(minutes=1)
WARNED_BEFORE_LONGEST = timedelta(minutes=10)


class CodeState(enum.StrEnum):
    """What has become of a code, as staff read it."""

    OPEN = "open"
    USED = "used"
    LOCKED = "locked after 5 tries"
    CANCELLED = "cancelled"
    EXPIRED = "ran out, never used"


class Code(Protocol):
    """The columns of an activation code that say what has become of it."""

    expires_at: datetime
    used_at: datetime | None
    cancelled_at: datetime | None
    locked_at: datetime | None


def state_of(code: Code, now: datetime) -> CodeState:
    if code.used_at:
        return CodeState.USED
    if code.locked_at:
        return CodeState.LOCKED
    # Giving a new code closes an expired one too; it had run out before.
    if code.cancelled_at and code.cancelled_at < code.expires_at:
        return CodeState.CANCELLED
    return CodeState.OPEN if now < code.expires_at else CodeState.EXPIRED


class Refusal(enum.StrEnum):
    """Why no code may be given for a person, as staff read it."""

    DECEASED = "This person has died. Nobody can have a login to their record."
    REPLACED = "This record has been merged into another. Search again by the other NHS number."
    INACTIVE = "This record is not in use."
    NO_DATE_OF_BIRTH = "This record has no full date of birth, so a code could not be checked."
    TOO_YOUNG = "People under 13 cannot have a login of their own."
    HELD = "A change of this person’s details is waiting to be checked. Try again after that."


def refusal_to_give_code(patient: Json, today: date, *, held: bool = False) -> Refusal | None:
    if patient.get("deceasedBoolean") or "deceasedDateTime" in patient:
        return Refusal.DECEASED
    if any(link.get("type") == "replaced-by" for link in patient.get("link", ())):
        return Refusal.REPLACED
    if patient.get("active") is False:
        return Refusal.INACTIVE
    if held:
        return Refusal.HELD
    born = birth_date(patient)
    if born is None:
        return Refusal.NO_DATE_OF_BIRTH
    return Refusal.TOO_YOUNG if age_at(born, today) < OWN_LOGIN_FROM else None


def birth_date(patient: Json) -> date | None:
    """Return the date of birth, or None where only a year or a month is known."""
    try:
        return date.fromisoformat(patient.get("birthDate", ""))
    except ValueError:
        return None


def age_at(born: date, today: date) -> int:
    """Return the age in whole years.

    >>> age_at(date(2008, 2, 29), date(2026, 2, 28)), age_at(date(2008, 2, 29), date(2026, 3, 1))
    (17, 18)
    """
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


class Over(enum.StrEnum):
    """Why a session is over; also the word in the address of the signed-out page."""

    IDLE = "idle"
    LONGEST = "longest"
    ENDED = "ended"


class Limits(Protocol):
    """The columns of a session that say how long it lasts."""

    started_at: datetime
    last_seen_at: datetime
    from_nhs_app: bool


def is_nhs_app(user_agent: str) -> bool:
    """Whether the page is shown inside the NHS App, which says so last.

    >>> is_nhs_app("Mozilla/5.0 (Linux; Android 16) Mobile nhsapp-android/2.40.0")
    True
    """
    return re.search(r"nhsapp-(android|ios)/\S*$", user_agent) is not None


def idle_end(limits: Limits) -> datetime:
    return limits.last_seen_at + (IDLE_IN_NHS_APP if limits.from_nhs_app else IDLE)


def longest_end(limits: Limits) -> datetime:
    return limits.started_at + LONGEST


def over(limits: Limits, now: datetime) -> Over | None:
    if now >= longest_end(limits):
        return Over.LONGEST
    return Over.IDLE if now >= idle_end(limits) else None
