"""A change of a clinic, worked out before anything changes: its sessions, times and bookings."""

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from fhir.access import Viewer
from portal.appointments import clinics, said
from portal.appointments.clinics import Preview, Told, stamp
from portal.appointments.fitting import AHEAD
from portal.appointments.models import Clinic
from portal.appointments.times import bank_holidays, days_between, is_held_on, times
from portal.clinics.lending import Known, facts_of, was_moved
from portal.record.dates import LONDON, local

SHOWN: Final = 50
_COUNTED: Final = {
    "s": ("session changes", "sessions change"),
    "a": ("free time added or altered", "free times added or altered"),
    "r": ("free time removed", "free times removed"),
    "h": ("booked visit hit", "booked visits hit"),
    "n": ("to ring or write to", "to ring or write to"),
    "u": ("with no contact details", "with no contact details"),
    "f": ("booked visit fits again", "booked visits fit again"),
}


@dataclass(frozen=True, slots=True)
class Session:
    """A clinic on one day, on its local clock; a day without hours has no session."""

    day: date
    opens: time | None
    closes: time | None
    count: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One booking that a change hits."""

    told: Told
    known: Known | None
    think_about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    clinic: Clinic
    before: Clinic | None
    preview: Preview
    sessions: Sequence[Session]
    hits: Sequence[Hit]

    @property
    def stamp(self) -> str:
        return stamp(self.before, self.preview)

    @property
    def counts(self) -> dict[str, int]:
        """Return what is counted, by a letter for each."""
        preview = self.preview
        return {
            "s": len(preview.days),
            "a": preview.times_made + preview.times_altered,
            "r": preview.free_withdrawn,
            "h": len(preview.told),
            "n": len(preview.not_reached),
            "u": len(preview.without_contact),
            "f": preview.bookings_adopted,
        }

    @property
    def numbers(self) -> list[tuple[str, int, str]]:
        """Return what staff must know before they agree: its letter, how many, and of what.

        Whom it hits is said even when that is nobody.
        """
        said_too = "hnu" if self.before else "s"
        return [
            (letter, count, one if count == 1 else several)
            for letter, count in self.counts.items()
            for one, several in [_COUNTED[letter]]
            if count or letter in said_too
        ]

    @property
    def shown(self) -> Sequence[Session]:
        """Return the sessions to show: all of a new clinic, else those that change."""
        return [one for one in self.sessions if one.note or not self.before]

    @property
    def unchanged(self) -> int:
        return sum(bool(one.count and not one.note) for one in self.sessions)

    @property
    def clocks(self) -> str:
        """Return when the clocks change between these sessions, if they do."""
        days = [datetime.combine(one.day, time(), LONDON) for one in self.shown]
        return said.clocks(days[0], days[-1]) if days else ""

    @property
    def more(self) -> int:
        """Return how many bookings are hit beyond those that are listed."""
        return len(self.preview.told) - len(self.hits)


def propose(before: Clinic | None, changed: Clinic, now: datetime, by: Viewer) -> Proposal:
    """Return what would become of a clinic's sessions and of the people booked in them."""
    preview = clinics.preview_change(changed, now, by)
    return Proposal(
        changed, before, preview, list(_sessions(before, changed, now)), _hits(preview.told, by)
    )


def _sessions(before: Clinic | None, changed: Clinic, now: datetime) -> Iterator[Session]:
    """Yield the sessions to come, those that are no more, and holidays on which there is none."""
    today = local(now).date()
    ahead = days_between(today, today + AHEAD)
    held, was = _held(changed, ahead, now), _held(before, ahead, now)
    for day in ahead:
        if day in held:
            note = _note(held[day], was.get(day)) if before else ""
            yield Session(day, *held[day], note)
        elif day in was:
            yield Session(day, None, None, 0, "No session any more")
        elif _is_holiday(changed, day):
            yield Session(day, None, None, 0, "Bank holiday: no session")


Hours = tuple[time, time, int]


def _held(clinic: Clinic | None, days: Iterable[date], now: datetime) -> dict[date, Hours]:
    """Return when a clinic is held, as patients would meet it: from its first time to its last."""
    if clinic is None or clinic.stage != Clinic.Stage.PUBLISHED:
        return {}
    zone = ZoneInfo(clinic.zone)
    to_come = [one for one in times(clinic, days) if one.start > now]
    found: dict[date, Hours] = {}
    for day, group in groupby(to_come, lambda one: one.local_date):
        slots = list(group)
        edges = (slots[0].start.astimezone(zone), slots[-1].end.astimezone(zone))
        found[day] = (edges[0].time(), edges[1].time(), len(slots))
    return found


def _note(hours: Hours, was: Hours | None) -> str:
    if was is None:
        return "New"
    if hours[:2] == was[:2]:
        return "" if hours == was else "Other times"
    shorter = hours[0] >= was[0] and hours[1] <= was[1]
    return "Shorter" if shorter else "Other hours"


def _is_holiday(clinic: Clinic, day: date) -> bool:
    """Whether a clinic would be held on a day if it were no bank holiday."""
    if not clinic.nation or day not in bank_holidays(clinic.nation):
        return False
    usual = copy(clinic)
    usual.nation = ""
    return clinic.stage == Clinic.Stage.PUBLISHED and is_held_on(usual, day)


def _hits(told: Sequence[Told], by: Viewer) -> list[Hit]:
    shown = told[:SHOWN]
    facts = facts_of(by, {one.patient for one in shown}, {one.appointment for one in shown})
    return [_hit(one, facts.people.get(one.patient), facts.appointments) for one in shown]


def _hit(told: Told, known: Known | None, appointments: dict[str, dict[str, object]]) -> Hit:
    moved = was_moved(appointments.get(told.appointment, {}))
    needs = known.needs if known else ()
    return Hit(told, known, (*needs, *(["Moved once already"] if moved else [])))
