"""The feeds as operations see them: the worst first, and what patients see of it."""

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fhir.alarms import Alarm
from fhir.hl7.inbox import State
from fhir.watch import HOURS, FeedState, feeds
from portal.record.dates import clock, local

WIDTH: Final = 110
_FLOOR: Final = 23
_CEILING: Final = 3


@dataclass(frozen=True, slots=True)
class Line:
    """The last 24 hours, drawn: where messages came, and the gap since the last one."""

    points: str
    gap_from: float | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many messages are in a list of that key, and what they are called."""

    view: str
    number: int
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One feed; `rank` puts silence before parked people, before failures."""

    name: str
    what: str
    state: str
    colour: str
    detail: str
    last: str
    delay: str
    line: Line | None
    lately: int
    failed: int
    unmatched: int
    also: tuple[Count, ...]
    patients_see: str
    phone: str
    rank: int


@dataclass(frozen=True, slots=True)
class Worst:
    """The gravest trouble: what it is, and what follows from it."""

    what: str
    rest: str
    phone: str = ""


def rows(now: datetime) -> list[Row]:
    found = [_row(feed, now) for feed in feeds()]
    return sorted(found, key=lambda row: (row.rank, row.name))


def worst(found: Sequence[Row], alarms: Mapping[enum.StrEnum, int]) -> Worst | None:
    """Return the gravest trouble in a sentence or two, or nothing."""
    bad = [row for row in found if row.rank < _WORKS]
    if bad:
        row, more = bad[0], len(bad) - 1
        sees = f"Patients see: {_lower(row.patients_see)}." if row.patients_see else ""
        others = f"{_many(more, 'more feed needs', 'more feeds need')} you." if more else ""
        rest = " ".join(filter(None, (sees, others)))
        return Worst(f"{row.name} {_BAD[row.rank].format(row.detail)}.", rest, row.phone)
    held = alarms[Alarm.HELD]
    if held:
        people = _many(held, "person’s login is", "people’s logins are")
        return Worst(f"{people} held.", "A hospital system wanted to change who they are.")
    return None


def others(alarms: Mapping[enum.StrEnum, int]) -> list[tuple[enum.StrEnum, int]]:
    """Return the alarms that no row of the board speaks of."""
    apart: set[enum.StrEnum] = {Alarm.SILENT, Alarm.PARKED}
    return [(alarm, number) for alarm, number in alarms.items() if number and alarm not in apart]


_SILENT, _PARKED, _FAILED, _WORKS, _NEW = range(5)
_BAD: Final = {
    _SILENT: "has been {}",
    _PARKED: "holds people up: {}",
    _FAILED: "has messages that need you: {}",
}


def _row(feed: FeedState, now: datetime) -> Row:
    state, colour, detail, rank = _state(feed, now)
    standing = feed.standing
    return Row(
        name=feed.name,
        what=_what(feed),
        state=state,
        colour=colour,
        detail=detail,
        last=_last(feed.last_at, now),
        delay=said(now - feed.oldest_unread) if feed.oldest_unread else "",
        line=_line(feed.hours) if feed.sender else None,
        lately=sum(feed.hours),
        failed=standing.get(State.PARKED, 0),
        unmatched=standing.get(State.UNMATCHED, 0),
        also=tuple(_also(feed)),
        patients_see=_patients_see(feed, now),
        phone=feed.phone,
        rank=rank,
    )


def _state(feed: FeedState, now: datetime) -> tuple[str, str, str, int]:
    if feed.last_at and feed.is_silent(now):
        limit = f"over its {said(feed.silence)} limit"
        return "Silent", "red", f"silent for {said(now - feed.last_at)}, {limit}", _SILENT
    if parked := feed.standing.get(State.PARKED, 0):
        people = _many(max(feed.parked_people, 1), "patient waits", "patients wait")
        detail = f"{people} on {_many(parked, 'failed message', 'failed messages')}"
        return "Patients parked", "yellow", detail, _PARKED
    if review := feed.standing.get(State.REVIEW, 0):
        return "Who is it?", "yellow", f"{_many(review, 'message', 'messages')} to decide", _FAILED
    if feed.last_at is None:
        return "Not heard yet", "grey", "", _NEW
    return "Working", "green", "", _WORKS


def _also(feed: FeedState) -> Iterator[Count]:
    """Yield the rest of what is counted, where there is any."""
    counted = (
        ("review", feed.standing.get(State.REVIEW, 0), "who is it?"),
        ("not-mapped", feed.standing.get(State.NOT_MAPPED, 0), "not mapped"),
        ("late", feed.marks["late"], "late or out of order"),
        ("reused", feed.marks["reused"], "control id used again"),
    )
    yield from (Count(*one) for one in counted if one[1])


def _what(feed: FeedState) -> str:
    if not feed.sender:
        return f"FHIR R4, {feed.ods}"
    application = feed.sender.partition("|")[0]
    return f"HL7 {', '.join(sorted(filter(None, feed.kinds))) or 'v2'}, {application}"


def _patients_see(feed: FeedState, now: datetime) -> str:
    if feed.last_at and feed.is_silent(now):
        since = feed.last_at + feed.silence
        day = "" if local(since).date() == local(now).date() else f"{local(since):%-d %B}, "
        return f"Notice since {day}{clock(since)}"
    if feed.parked_people:
        return f"Notice for {_many(feed.parked_people, 'patient', 'patients')}"
    return ""


def _last(at: datetime | None, now: datetime) -> str:
    """Return when a feed was last heard, by the clock or by the day."""
    if at is None:
        return ""
    if local(at).date() != local(now).date():
        return f"{local(at):%-d %B}, {clock(at)}"
    return f"{clock(at)}, {said(now - at)} ago"


def said(span: timedelta) -> str:
    """Return a length of time, to be read at a glance.

    >>> said(timedelta(seconds=52)), said(timedelta(minutes=89)), said(timedelta(hours=50))
    ('52 s', '1 h 29 min', '2 days')
    """
    seconds = max(int(span.total_seconds()), 0)
    if seconds < 60:  # noqa: PLR2004 (a minute)
        return f"{seconds} s"
    if span >= timedelta(days=2):
        return f"{span.days} days"
    hours, minutes = divmod(seconds // 60, 60)
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes or not hours else ""]
    return " ".join(part for part in parts if part)


def _line(hours: Sequence[int]) -> Line:
    most = max(*hours, 1)
    step = WIDTH / (HOURS - 1)
    heard = [n for n, number in enumerate(hours) if number]
    last = heard[-1] if heard else 0
    points = " ".join(
        f"{round(n * step, 1)} {round(_FLOOR - (_FLOOR - _CEILING) * number / most, 1)}"
        for n, number in enumerate(hours[: last + 1])
    )
    return Line(points, round(last * step, 1) if last < HOURS - 1 else None)


def _many(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
