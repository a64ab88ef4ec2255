"""Free times as a page shows them: by day, each a button that says what pressing it holds."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Final

from portal.appointments import said
from portal.appointments.filters import mode_of
from portal.appointments.rules import Mode
from portal.appointments.searching import FreeTime, Page
from portal.appointments.tickets import Ticket
from portal.live import cursors
from portal.record.dates import clock, local, weekday

PAGE: Final = 40
_PURPOSE: Final = "booking"


@dataclass(frozen=True, slots=True)
class Offered:
    """One time; `apart` says how far it is from another that could not be had."""

    time: FreeTime
    mode: Mode
    apart: str = ""

    @property
    def value(self) -> str:
        return f"{self.time.held_as}|{self.mode}"

    @property
    def at(self) -> str:
        return clock(self.time.starts_at)

    @property
    def until(self) -> str:
        return clock(self.time.ends_at)

    @property
    def day(self) -> str:
        return weekday(self.time.starts_at)

    @property
    def way(self) -> str:
        return said.WAYS[self.mode]


@dataclass(frozen=True, slots=True)
class Day:
    """One day; `parts` are its morning and afternoon, without a name where it has only one."""

    heading: str
    count: int
    parts: Sequence[tuple[str, Sequence[Offered]]]


@dataclass(frozen=True, slots=True)
class Days:
    days: Sequence[Day]
    after: str  # where the next page begins, sealed; empty on the last
    last: datetime | None


def days_of(
    page: Page,
    ticket: Ticket,
    ways: Collection[str],
    held: Callable[[datetime], Iterable[date]],
) -> Days:
    """Return whole days, and those among them with no times left: `held` says all of them."""
    times = _whole(page.times) if page.has_more else page.times
    offered = [Offered(one, mode_of(one.modes, ticket, ways)) for one in times]
    by_day = {day: list(group) for day, group in groupby(offered, _date)}
    every = {*by_day, *(held(times[-1].starts_at) if times else ())}
    days = [_day(day, by_day.get(day, [])) for day in sorted(every)]
    after = _sealed(times[-1], ticket.patient) if page.has_more else ""
    return Days(days, after, times[-1].starts_at if times else None)


def begin_after(sealed: str, patient: str) -> tuple[datetime, str] | None:
    """Return where a page begins, or None for the first."""
    opened = cursors.unseal(sealed, patient, _PURPOSE) if sealed else None
    if opened is None:
        return None
    at, slot = json.loads(opened)
    return datetime.fromisoformat(at), slot


def near(times: Iterable[FreeTime], mode: Mode, asked: datetime | None) -> list[Offered]:
    """Return times in place of one that could not be had: the same one first, if it is free."""
    found = [Offered(one, mode, said.apart(asked, one.starts_at) if asked else "") for one in times]
    return sorted(found, key=lambda one: one.time.starts_at != asked)


def _day(day: date, offered: Sequence[Offered]) -> Day:
    return Day(weekday(day), len(offered), list(_parts(offered)))


def _parts(offered: Sequence[Offered]) -> Iterator[tuple[str, Sequence[Offered]]]:
    morning = [one for one in offered if said.is_morning(one.time.starts_at)]
    afternoon = [one for one in offered if not said.is_morning(one.time.starts_at)]
    is_both = bool(morning and afternoon)
    for name, part in (("Morning", morning), ("Afternoon", afternoon)):
        if part:
            yield (name if is_both else ""), part


def _date(offered: Offered) -> date:
    return local(offered.time.starts_at).date()


def _whole(times: Sequence[FreeTime]) -> list[FreeTime]:
    last = local(times[-1].starts_at).date()
    return [one for one in times if local(one.starts_at).date() != last] or list(times)


def _sealed(last: FreeTime, patient: str) -> str:
    at, slot = last.key
    return cursors.seal(json.dumps([at.isoformat(), slot]), patient, _PURPOSE)
