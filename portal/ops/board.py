"""The feeds as operations see them: the worst first, and what patients see of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fhir.hl7.inbox import State
from fhir.watch import HOURS, FeedState, feeds
from portal.record.dates import clock, local

WIDTH: Final = 110
HEIGHT: Final = 26
_FLOOR: Final = 23
_CEILING: Final = 3


@dataclass(frozen=True, slots=True)
class Line:
    """The last 24 hours, drawn: where messages came, and the gap since the last one."""

    points: str
    gap_from: float | None


@dataclass(frozen=True, slots=True)
class Row:
    """One feed; `rank` puts silence before parked people, before failures."""

    name: str
    what: str
    state: str
    colour: str
    detail: str
    last_at: datetime | None
    last: str
    delay: str
    line: Line | None
    lately: int
    failed: int
    unmatched: int
    patients_see: str
    phone: str
    rank: int


def rows(now: datetime) -> list[Row]:
    found = [_row(feed, now) for feed in feeds()]
    return sorted(found, key=lambda row: (row.rank, row.name))


def worst(found: Sequence[Row]) -> str:
    """Return the gravest trouble in one sentence, or nothing."""
    bad = next((row for row in found if row.rank < _WORKS), None)
    if bad is None:
        return ""
    call = f" Call {bad.phone}." if bad.phone else ""
    sees = f" Patients see: {bad.patients_see.lower()}." if bad.patients_see else ""
    return f"{bad.name}: {bad.detail}.{sees}{call}"


_SILENT, _PARKED, _FAILED, _WORKS, _NEW = range(5)


def _row(feed: FeedState, now: datetime) -> Row:
    state, colour, detail, rank = _state(feed, now)
    return Row(
        feed.name,
        _what(feed),
        state,
        colour,
        detail,
        feed.last_at,
        _last(feed.last_at, now),
        said(now - feed.oldest_unread) if feed.oldest_unread else "",
        _line(feed.hours) if feed.sender else None,
        sum(feed.hours),
        feed.failed,
        feed.unmatched,
        _patients_see(feed, now),
        feed.phone,
        rank,
    )


def _state(feed: FeedState, now: datetime) -> tuple[str, str, str, int]:
    if feed.last_at and feed.is_silent(now):
        gone = said(now - feed.last_at)
        return "Silent", "red", f"silent for {gone}, its limit is {said(feed.silence)}", _SILENT
    if feed.parked_people:
        people = _many(feed.parked_people, "patient waits", "patients wait")
        number = _many(feed.standing.get(State.PARKED, 0), "failed message", "failed messages")
        return "Patients parked", "yellow", f"{people} on {number}", _PARKED
    if feed.failed:
        return "Failed messages", "yellow", _many(feed.failed, "message", "messages"), _FAILED
    if feed.last_at is None:
        return "Not heard yet", "grey", "", _NEW
    return "Working", "green", "", _WORKS


def _what(feed: FeedState) -> str:
    if not feed.sender:
        return f"FHIR R4, {feed.ods}"
    application = feed.sender.partition("|")[0]
    return f"HL7 {', '.join(sorted(feed.kinds)) or 'v2'}, {application}"


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
