"""How far back a chart looks, and the ticks along its time axis."""

from calendar import month_abbr, month_name
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.record.dates import LONDON, local

MOST_TICKS = 6
ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Span:
    key: str
    label: str
    months: int | None
    words: str


SPANS = (
    Span("6m", "6 months", 6, "last 6 months"),
    Span("1y", "1 year", 12, "last year"),
    Span("5y", "5 years", 60, "last 5 years"),
    Span("all", "All", None, "all results"),
)


@dataclass(frozen=True, slots=True)
class Tick:
    at: datetime
    label: str


def chosen(key: str, moments: Sequence[datetime], now: datetime) -> Span:
    """Return the span asked for, else the shortest that shows a few points, else all of time."""
    for span in SPANS:
        if span.key == key:
            return span
    for span in SPANS:
        start = start_of(span, now)
        if start is not None and sum(start <= at <= now for at in moments) >= ENOUGH:
            return span
    return SPANS[-1]


def start_of(span: Span, now: datetime) -> datetime | None:
    """Return when the span begins, or nothing where it has no beginning."""
    if span.months is None:
        return None
    today = local(now)
    month = today.year * 12 + today.month - 1 - span.months
    first = date(month // 12, month % 12 + 1, 1)
    # 31 August less six months is the end of February.
    day = first + timedelta(days=min(today.day, _days_in(first)) - 1)
    return datetime(day.year, day.month, day.day, tzinfo=LONDON)


def ticks(start: datetime, end: datetime) -> list[Tick]:
    """Return four to six moments worth naming, on the first of a month or year where possible."""
    for months in (1, 3, 6, 12, 24, 60, 120, 240):
        found = _month_starts(start, end, months)
        if len(found) <= MOST_TICKS:
            if len(found) < ENOUGH and months == 1:
                break
            return [Tick(at, _label(at, months)) for at in found]
    return _days(start, end)


def _label(at: datetime, months: int) -> str:
    if months >= 12:  # noqa: PLR2004 (whole years)
        return str(at.year)
    if months == 1:
        return month_abbr[at.month]
    return f"Jan {at.year}" if at.month == 1 else month_name[at.month]


def _month_starts(start: datetime, end: datetime, step: int) -> list[datetime]:
    first, last = local(start), local(end)
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    starts = (
        datetime(number // 12, number % 12 + 1, 1, tzinfo=LONDON)
        for number in numbers
        if number % step == 0
    )
    return [at for at in starts if start <= at <= end]


def _days(start: datetime, end: datetime) -> list[Tick]:
    first = local(start).date()
    days = (local(end).date() - first).days
    step = max(1, -(-days // (MOST_TICKS - 1)))
    found = [first + timedelta(days=n) for n in range(0, days + 1, step)]
    midnights = [datetime(day.year, day.month, day.day, tzinfo=LONDON) for day in found]
    return [Tick(at, f"{at.day} {month_abbr[at.month]}") for at in midnights if at >= start]


def _days_in(first: date) -> int:
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return (following - first).days
