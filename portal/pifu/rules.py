"""The rules of patient-initiated follow-up: no clock, no database, no request."""

import enum
from collections.abc import Sequence
from datetime import date
from typing import Final, Protocol

LONGEST_TITLE: Final = 100
LONGEST_WORDS: Final = 500
LONGEST_ANSWER: Final = 1000
LONGEST_SIGN: Final = 120
MOST_SIGNS: Final = 8
# How long a plan may be, in months.
MONTHS: Final = (3, 6, 9, 12, 18, 24)
USUAL_MONTHS: Final = 6
# Within how many working days somebody looks; sooner where a warning sign was ticked.
LOOKED_AT_WITHIN: Final = 2
FLAGGED_WITHIN: Final = 1


class State(enum.StrEnum):
    """What has become of what a patient asked."""

    SENT = "sent"
    CALLING = "calling"  # they were promised a phone call
    BOOKABLE = "bookable"
    ADVISED = "advised"
    SPOKEN = "spoken"
    WITHDRAWN = "withdrawn"


# What somebody has still to do something about.
OPEN: Final = frozenset({State.SENT, State.CALLING})


class Act(enum.StrEnum):
    """What staff decide."""

    BOOK = "book"
    CALL = "call"
    ADVISE = "advise"
    SPOKEN = "spoken"


LEADS_TO: Final = {
    Act.BOOK: State.BOOKABLE,
    Act.CALL: State.CALLING,
    Act.ADVISE: State.ADVISED,
    Act.SPOKEN: State.SPOKEN,
}


class Refusal(enum.StrEnum):
    """Why somebody cannot ask now, in words for them."""

    TOO_EARLY = "You cannot ask yet."
    ENDED = "The time in which you could ask here has ended."
    ASKED = "You have asked already, and we have not finished with it."


class Window(Protocol):
    """From when to when a patient may ask."""

    @property
    def first_day(self) -> date: ...
    @property
    def last_day(self) -> date: ...
    @property
    def is_active(self) -> bool: ...


def refusal_to_ask(window: Window, today: date, *, has_asked: bool = False) -> Refusal | None:
    if not window.is_active or today > window.last_day:
        return Refusal.ENDED
    if today < window.first_day:
        return Refusal.TOO_EARLY
    return Refusal.ASKED if has_asked else None


def acts(state: str, *, is_clinician: bool, is_flagged: bool) -> Sequence[Act]:
    """Return what may be decided; where a warning sign was ticked, by a clinician alone."""
    if state not in OPEN or (is_flagged and not is_clinician):
        return ()
    found = [Act.BOOK, Act.CALL] if state == State.SENT else [Act.SPOKEN, Act.BOOK]
    return (*found, Act.ADVISE) if is_clinician else tuple(found)


def after_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of that month.

    >>> after_months(date(2026, 8, 31), 6), after_months(date(2026, 3, 12), 12)
    (datetime.date(2027, 2, 28), datetime.date(2027, 3, 12))
    """
    years, month = divmod(day.month - 1 + months, 12)
    for last in range(day.day, 0, -1):
        try:
            return date(day.year + years, month + 1, last)
        except ValueError:
            continue
    raise AssertionError
