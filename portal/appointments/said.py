"""Bookings in words for their patients."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from portal.appointments.rules import Mode
from portal.record.dates import LONDON, local, weekday

WAYS: Final = {
    Mode.VIDEO: "Video",
    Mode.PHONE: "Phone call",
    Mode.IN_PERSON: "At the hospital",
}
HOW: Final = {
    Mode.VIDEO: "Video, from your own phone, tablet or computer",
    Mode.PHONE: "Phone call. We will call you",
    Mode.IN_PERSON: "At the hospital",
}
BY: Final = {Mode.VIDEO: "video", Mode.PHONE: "phone", Mode.IN_PERSON: "a visit to the hospital"}
VISITS: Final = {
    Mode.VIDEO: "video visit",
    Mode.PHONE: "phone visit",
    Mode.IN_PERSON: "visit",
}
# What people most often ask to be interpreted, by its code in BCP 47.
LANGUAGES: Final = {
    "ar": "Arabic",
    "bfi": "British Sign Language",
    "bn": "Bengali",
    "es": "Spanish",
    "fa": "Farsi",
    "fr": "French",
    "gu": "Gujarati",
    "hi": "Hindi",
    "it": "Italian",
    "lt": "Lithuanian",
    "pa": "Punjabi",
    "pl": "Polish",
    "ps": "Pashto",
    "pt": "Portuguese",
    "ro": "Romanian",
    "so": "Somali",
    "ta": "Tamil",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "yue": "Cantonese",
    "zh": "Chinese",
}
_NOON: Final = 12


def visit(modes: Sequence[str]) -> str:
    """Return what a visit is called that can be had in these ways."""
    return VISITS[Mode(modes[0])] if len(modes) == 1 else "visit"


def minutes(starts_at: datetime, ends_at: datetime) -> int:
    return int((ends_at - starts_at).total_seconds() // 60)


def times_to_choose(count: int, *, is_counted: bool = True) -> str:
    """Return how many times there are, in words.

    >>> [times_to_choose(count) for count in (0, 1, 14)]
    ['No times to choose from', '1 time to choose from', '14 times to choose from']
    >>> times_to_choose(100, is_counted=False)
    'More than 99 times to choose from'
    """
    if not count:
        return "No times to choose from"
    if not is_counted:
        return f"More than {count - 1} times to choose from"
    return f"{count} {'time' if count == 1 else 'times'} to choose from"


def clocks(since: datetime, until: datetime) -> str:
    """Return a sentence about the first change of the clocks in a span, if there is one.

    >>> clocks(datetime(2026, 3, 12, tzinfo=LONDON), datetime(2026, 4, 1, tzinfo=LONDON))
    'The clocks go forward on Sunday 29 March 2026.'
    """
    day = local(since).date()
    while day <= local(until).date():
        before, after = (_offset(day + timedelta(days=later)) for later in (0, 1))
        if before != after:
            return f"The clocks go {'forward' if after > before else 'back'} on {weekday(day)}."
        day += timedelta(days=1)
    return ""


def apart(asked: datetime, offered: datetime) -> str:
    """Return how far a time lies from the one that could not be had.

    >>> apart(datetime(2026, 3, 31, 9, 20, tzinfo=LONDON), datetime(2026, 3, 31, 9, 40,
    ...     tzinfo=LONDON))
    '20 minutes later, the same day'
    """
    if asked == offered:
        return "The same time"
    word = "later" if offered > asked else "earlier"
    days = abs((local(offered).date() - local(asked).date()).days)
    if days:
        return f"{days} {'day' if days == 1 else 'days'} {word}"
    gap = abs(offered - asked)
    hours, rest = divmod(int(gap.total_seconds() // 60), 60)
    parts = [_number(hours, "hour"), _number(rest, "minute")]
    return f"{' '.join(filter(None, parts))} {word}, the same day"


def is_morning(at: datetime) -> bool:
    return local(at).hour < _NOON


def language(code: str) -> str:
    """Return the name of a language; of one that has none here, its code."""
    return LANGUAGES.get(code, code)


def a(name: str) -> str:
    """Return a name with its article.

    >>> a("Urdu"), a("Polish")
    ('an Urdu', 'a Polish')
    """
    return f"{'an' if name[:1] in set('AEIOU') else 'a'} {name}"


def _offset(day: date) -> timedelta:
    """Return how far the clock is from UTC when a day begins."""
    return datetime.combine(day, time(), LONDON).utcoffset() or timedelta()


def _number(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}" if count else ""
