"""Consultations in words: of whom, how late, how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fhir.paths import Json, find
from portal.consultations.models import Consultation
from portal.consultations.rules import NOTES

_TITLES: Final = frozenset(
    {"Dr", "Prof", "Professor", "Mr", "Mrs", "Miss", "Ms", "Nurse", "Sister"}
)
# Further back than this nobody is given a number.
_COUNTED: Final = 3


@dataclass(frozen=True, slots=True)
class Note:
    """What the clinic said last, when, and when somebody will probably be seen then."""

    words: str
    sent_at: datetime
    about: datetime | None


def short(name: str) -> str:
    """Return how somebody is spoken of whose whole name has been said.

    >>> short("Dr Priya Nair"), short("Lee Hall"), short("")
    ('Dr Nair', 'Lee Hall', 'Your clinician')
    """
    first, *others = name.split() or [""]
    return f"{first} {others[-1]}" if first in _TITLES and others else name or "Your clinician"


def clinician_of(appointment: Json) -> str:
    """Return the name of the first professional who takes part."""
    for actor in find(appointment, "participant.actor"):
        is_person = str(actor.get("reference", "")).startswith("Practitioner/")
        if is_person and actor.get("display"):
            return str(actor["display"])
    return ""


def note_of(held: Consultation | None, clinician: str) -> Note | None:
    if held is None or not held.note or held.noted_at is None:
        return None
    words, late = NOTES.get(held.note, (held.note, 0))
    who = short(clinician)
    if held.note not in NOTES:
        return Note(f"From {who}: {words}", held.noted_at, None)
    about = held.starts_at + timedelta(minutes=late) if late else None
    return Note(f"{who} is {words}", held.noted_at, about)


def note_for_staff(note: str) -> str:
    words, _ = NOTES.get(note, (note, 0))
    return words[:1].upper() + words[1:]


def before_you(count: int) -> str:
    """Return how many wait before somebody, without false precision.

    >>> [before_you(count) for count in (0, 1, 3, 4)]
    ['You are next', '1 person before you', '3 people before you', 'More than 3 people before you']
    """
    if not count:
        return "You are next"
    if count > _COUNTED:
        return f"More than {_COUNTED} people before you"
    return f"{count} {'person' if count == 1 else 'people'} before you"


def minutes_since(moment: datetime | None, now: datetime) -> int:
    return max(0, int((now - moment).total_seconds() // 60)) if moment else 0
