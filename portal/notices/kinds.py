"""What people are told about their appointments, and about asking for them, and how urgently.

Others read email and texts too: a notice says that there is something, and never why, where or with
whom. What it is about stands on the pages, after signing in.
"""

import enum
from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Wording:
    """`text` is a mail; `short` is for channels that allow a line, without a link."""

    subject: str
    text: str
    short: str


class Kind(enum.StrEnum):
    """A kind of notice: what has happened, or what is soon."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    # What the hospital did, and its patient did not ask for.
    ARRANGED = "arranged"
    REARRANGED = "rearranged"
    CALLED_OFF = "called off"
    IN_7_DAYS = "in 7 days"
    IN_3_DAYS = "in 3 days"
    TOMORROW = "tomorrow"
    SOON = "in 15 minutes"
    EARLIER = "earlier time"
    # Of what they asked for themselves, under a plan.
    ASKED = "asked to be seen"
    ANSWERED = "answered"
    READY = "ready to book"
    ENDS_IN_30_DAYS = "ends in 30 days"
    ENDS_IN_7_DAYS = "ends in 7 days"


@dataclass(frozen=True, slots=True)
class Terms:
    """An essential notice cannot be switched off; one that goes at once knows no quiet hours."""

    wording: Wording
    is_essential: bool = False
    is_at_once: bool = False


# How long before, on the clock of the wall.
DAYS_BEFORE: Final = {Kind.IN_7_DAYS: 7, Kind.IN_3_DAYS: 3, Kind.TOMORROW: 1}
SOON_BEFORE: Final = timedelta(minutes=15)
REMINDERS: Final = frozenset({*DAYS_BEFORE, Kind.SOON})
OFF: Final = frozenset({Kind.CANCELLED, Kind.CALLED_OFF})  # of what is booked no more
# How many days before the last on which somebody may ask.
ENDS_BEFORE: Final = {Kind.ENDS_IN_30_DAYS: 30, Kind.ENDS_IN_7_DAYS: 7}
# What is of a ServiceRequest, and not of an Appointment.
OF_REQUESTS: Final = frozenset({Kind.ASKED, Kind.ANSWERED, Kind.READY, *ENDS_BEFORE})

_SEE: Final = "Sign in to see it:\n{page}"
_NOT_YOU: Final = "If this was not you, call us on {phone}."
_SHORT: Final = "Sign in to your hospital account to see it."


# To whoever helps somebody: neither who nor what, since it may be read by others of a household.
HELPING: Final = Wording(
    "There is something new about an appointment",
    "There is something new about an appointment of somebody you help. Sign in to see it:\n{page}"
    "\n\nWe tell you because you help them with their appointments. You can stop on the same page.",
    f"There is something new about an appointment of somebody you help. {_SHORT}",
)


def _reminder(when: str) -> Terms:
    told = f"You have a hospital visit {when}."
    text = (
        f"{told} Sign in to see the time and what to do before it:\n{{page}}\n\nYou can switch"
        " reminders off:\n{choices}"
    )
    return Terms(Wording(f"You have a hospital visit {when}", text, f"{told} {_SHORT}"))


def _ends(when: str) -> Terms:
    told = f"The time in which you can ask us to see you ends {when}."
    text = (
        f"{told} Sign in to ask, if you need to:\n{{page}}\n\nIf you are well, you do not need to"
        " do anything."
    )
    return Terms(
        Wording(f"You can ask to be seen: this ends {when}", text, f"{told} {_SHORT}"),
        is_essential=True,
    )


TERMS: Final = {
    Kind.BOOKED: Terms(
        Wording(
            "Your hospital visit is booked",
            f"Your visit is booked. {_SEE}\n\n{_NOT_YOU}",
            f"Your hospital visit is booked. {_SHORT}",
        ),
        is_essential=True,
        is_at_once=True,
    ),
    Kind.MOVED: Terms(
        Wording(
            "The time of your hospital visit has changed",
            f"Your visit has moved to the new time. {_SEE}\n\n{_NOT_YOU}",
            f"The time of your hospital visit has changed. {_SHORT}",
        ),
        is_essential=True,
        is_at_once=True,
    ),
    Kind.CANCELLED: Terms(
        Wording(
            "Your hospital visit is cancelled",
            f"Your visit is cancelled, as you asked. {_SEE}\n\n{_NOT_YOU}",
            f"Your hospital visit is cancelled. {_SHORT}",
        ),
        is_essential=True,
        is_at_once=True,
    ),
    Kind.ARRANGED: Terms(
        Wording(
            "You have a new hospital visit",
            "The hospital has arranged a visit for you. Sign in to see when it is:\n{page}\n\nIf"
            " you cannot come, call us on {phone}.",
            f"You have a new hospital visit. {_SHORT}",
        ),
        is_essential=True,
    ),
    Kind.REARRANGED: Terms(
        Wording(
            "The hospital has changed the time of your visit",
            "The hospital has changed your visit. The old time no longer holds. Sign in to see the"
            " new one:\n{page}\n\nIf you cannot come then, call us on {phone}.",
            f"The hospital has changed the time of your visit. {_SHORT}",
        ),
        is_essential=True,
        is_at_once=True,
    ),
    Kind.CALLED_OFF: Terms(
        Wording(
            "The hospital has cancelled your visit",
            "The hospital has had to cancel your visit. Do not come for it. Sign in to see which"
            " it is and what to do next:\n{page}\n\nIf you have questions, call us on {phone}.",
            f"The hospital has cancelled your visit. Do not come for it. {_SHORT}",
        ),
        is_essential=True,
        is_at_once=True,
    ),
    Kind.IN_7_DAYS: _reminder("in 7 days"),
    Kind.IN_3_DAYS: _reminder("in 3 days"),
    Kind.TOMORROW: _reminder("tomorrow"),
    Kind.SOON: _reminder("in 15 minutes"),
    Kind.EARLIER: Terms(
        Wording(
            "You can have an earlier hospital visit",
            "An earlier time has come free, and we have offered it to you. Others have the offer"
            " too. The first to say yes gets it. Sign in to see it:\n{page}\n\nNothing changes"
            " unless you say yes.",
            f"An earlier time for your hospital visit has come free. {_SHORT}",
        ),
    ),
    Kind.ASKED: Terms(
        Wording(
            "We have what you asked",
            "You have asked to be seen. Sign in to see what you asked, and by when we look at"
            f" it:\n{{page}}\n\n{_NOT_YOU}",
            f"We have what you asked. {_SHORT}",
        ),
        is_essential=True,
        is_at_once=True,
    ),
    Kind.ANSWERED: Terms(
        Wording(
            "We have answered you",
            f"You asked to be seen, and we have answered. {_SEE}",
            f"We have answered what you asked. {_SHORT}",
        ),
        is_essential=True,
    ),
    Kind.READY: Terms(
        Wording(
            "You can choose a time for a hospital visit",
            "A visit is ready for you to book. Sign in to choose when:\n{page}\n\nIf you cannot"
            " choose online, call us on {phone}.",
            f"You can choose a time for a hospital visit. {_SHORT}",
        ),
        is_essential=True,
    ),
    Kind.ENDS_IN_30_DAYS: _ends("in 30 days"),
    Kind.ENDS_IN_7_DAYS: _ends("in 7 days"),
}
