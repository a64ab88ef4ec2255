"""The page of one value: what it is, where it lies, how it has gone, and what that may mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from fhir.store import Repository, Summary
from portal.record.dates import local
from portal.record.reading import Reading, readings_of, title_of
from portal.results import sentences, spans
from portal.results.history import Correction, corrections, of_same_test
from portal.results.mark import Mark, mark
from portal.results.spans import Span
from portal.results.trend import Trend, drawable, trend

HEIGHT = 220


@dataclass(frozen=True, slots=True)
class Chart:
    """The drawing for a span of time, or in its place a sentence."""

    span: Span
    caption: str
    trend: Trend | None
    title: str
    description: str
    instead: str


@dataclass(frozen=True, slots=True)
class Course:
    """All values of one test: those in the unit of the last one, the rest by unit."""

    readings: list[Reading]
    others: dict[str, list[Reading]]
    undrawn: int
    has_more: bool
    range_changed: str


@dataclass(frozen=True, slots=True)
class Value:
    """`title` names the whole of which `reading` may be a part; `parts` are all that it has."""

    title: str
    parts: list[Reading]
    reading: Reading
    mark: Mark | None
    correction: Correction | None
    answer: str
    placed: str
    change: str
    chart: Chart
    course: Course


def value_page(
    records: Repository, summary: Summary, part: int | None, asked: str, now: datetime
) -> Value:
    reading = _part(summary, part)
    alike, more = of_same_test(records, summary.patient, summary, reading.part)
    correction = corrections(records, [reading]).get(reading.id)
    course = _course(alike, reading, has_more=more)
    upto = [one for one in alike if one.unit == reading.unit and _not_after(one, reading)]
    return Value(
        title_of(summary.facts, reading.title),
        [one for one in readings_of(summary) if one.part is not None],
        reading,
        mark(reading, correction.old_number if correction else None),
        correction,
        sentences.answer(upto, now) if upto else "",
        sentences.placed(reading),
        _change(upto),
        _chart(drawable(alike, reading.unit), reading, asked, now),
        course,
    )


def _part(summary: Summary, part: int | None) -> Reading:
    readings = readings_of(summary)
    return next((one for one in readings if one.part == part), readings[0])


def _not_after(one: Reading, other: Reading) -> bool:
    return one.at is None or other.at is None or one.at <= other.at


def _change(upto: Sequence[Reading]) -> str:
    alike = [one for one in upto if one.own == upto[-1].own] if upto else []
    if len(alike) < 2 or not alike[-2].at:  # noqa: PLR2004 (this one and the one before)
        return ""
    return sentences.change_since(alike[-1], alike[-2])


def _chart(readings: list[Reading], shown: Reading, asked: str, now: datetime) -> Chart:
    moments = [one.at for one in readings if one.at]
    span = spans.chosen(asked, moments, now)
    start = spans.start_of(span, now)
    inside = [one for one in readings if start is None or (one.at and one.at >= start)]
    caption = sentences.caption(shown.title, shown.unit, span.words)
    if len(inside) > 1:
        return Chart(
            span,
            caption,
            trend(inside, start, now, HEIGHT),
            f"{shown.title} {sentences.period(inside)}",
            sentences.description(inside),
            "",
        )
    return Chart(span, caption, None, "", "", sentences.instead(inside, readings, span))


def _course(alike: Sequence[Reading], shown: Reading, *, has_more: bool) -> Course:
    newest = sorted(alike, key=lambda one: (one.at is not None, one.at), reverse=True)
    mine = [one for one in newest if one.unit == shown.unit]
    others: dict[str, list[Reading]] = {}
    for one in newest:
        if one.unit != shown.unit:
            others.setdefault(one.unit, []).append(one)
    undrawn = sum(one.number is not None and not one.is_drawn for one in mine)
    return Course(mine, others, undrawn, has_more, _range_changed(mine))


def _range_changed(newest_first: Sequence[Reading]) -> str:
    """Return the year in which the usual range last changed, or nothing."""
    ranged = [one for one in newest_first if one.range.has_limits and one.at]
    for later, earlier in pairwise(ranged):
        if (later.range.low, later.range.high) != (earlier.range.low, earlier.range.high):
            return str(local(later.at).year) if later.at else ""
    return ""
