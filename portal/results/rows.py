"""The rows of the list of results, by month: what each says in a line."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from fhir.dates import span_of
from fhir.store import Retraction, Summary
from portal.record.dates import DAY_UNKNOWN, brief, day, local, month_as_recorded
from portal.record.diagnosticreport import NOT_FINAL
from portal.record.reading import Flag, Reading, flagged, readings_of, title_of
from portal.record.seen import News
from portal.results.listing import Found, day_of, member_ids

MOST_FLAGS = 6
SHORT = 40  # characters of a result that may stand in a row
TOGETHER = timedelta(minutes=1)  # retracted at one time: a report and its values

CORRECTING = "This result is being corrected. Do not rely on it."
_PRESSURE = ("8480-6", "8462-4")  # LOINC: upper (systolic), lower (diastolic)
MEASURED = frozenset({"vital-signs", "vital-sign", "activity", "exam"})


@dataclass(frozen=True, slots=True)
class Measured:
    """A value that stands in no report; one with parts, such as blood pressure, says them all."""

    id: str
    title: str
    said: str
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a report, what was measured on a day, or what became of a result.

    `report` or `value` is the id of the page it leads to; `values` lead each to their own.
    """

    at: datetime | None
    at_text: str
    title: str
    report: str = ""
    taken: str = ""
    is_new: bool = False
    flags: tuple[tuple[str, Flag], ...] = ()
    rest: str = ""
    values: tuple[Measured, ...] = ()
    state: str = ""


def months(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """Return the rows under the months of their samples, the newest first, undated ones last."""
    ordered = sorted(rows, key=lambda row: (row.at is not None, row.at or _NEVER), reverse=True)
    return [
        (heading, list(group))
        for heading, group in groupby(ordered, key=lambda row: month_as_recorded(row.at_text))
    ]


def rows_of(found: Found, news: News, writers: Mapping[str, str]) -> Iterator[Row]:
    for report in found.reports:
        values = [found.values[name] for name in member_ids(report) if name in found.values]
        yield _report(report, values, news, writers.get(report.id, ""))
    by_day = groupby(sorted(found.alone, key=_day_order, reverse=True), key=_day_order)
    for _, group in by_day:
        yield _alone(list(group), news)


def retracted_rows(
    reports: list[Retraction], values: list[Retraction], low: date | None, high: date | None
) -> Iterator[Row]:
    """Return what was shown and is not any more, of the days of the page."""
    alone = [
        one
        for one in values
        if one.kind == "removed" and not any(abs(one.at - it.at) <= TOGETHER for it in reports)
    ]
    seen: set[datetime] = set()
    for one in [*reports, *alone]:
        row = _retracted(one)
        on = local(row.at).date() if row.at else None
        inside = (low is None or (on is not None and on >= low)) and (
            high is None or on is None or on < high
        )
        if inside and (one.kind != "removed" or one.at not in seen):
            seen.add(one.at)
            yield row


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _report(report: Summary, values: list[Summary], news: News, writer: str) -> Row:
    readings = [reading for value in values for reading in readings_of(value)]
    flags = [(reading.title, flag) for reading, flag in flagged(readings)]
    status = str(report.facts.get("status") or "")
    parts = [_taken(report.at, report.at_text)]
    parts.append(counted(len(readings), "test") if readings else "Report only")
    if report.facts.get("corrected"):
        parts.append("Corrected")
    if writer:
        parts.append(f"{writer} has written about this")
    return Row(
        report.at,
        report.at_text,
        title_of(report.facts),
        report=report.id,
        taken=" ".join(f"{part}." for part in parts),
        is_new=news.holds("DiagnosticReport", report.id),
        flags=tuple(flags[:MOST_FLAGS]),
        rest=_rest(readings, len(flags)),
        state=NOT_FINAL.get(status, ""),
    )


def _rest(readings: list[Reading], flags: int) -> str:
    """Return what a line says of the values that it does not name; never that they are normal."""
    if not readings:
        return "A written report. There is no number or range."
    if flags:
        more = f"{flags - MOST_FLAGS} more flagged. " if flags > MOST_FLAGS else ""
        others = len(readings) - flags
        noun = "other" if others == 1 else "others"
        return more + (f"{others} {noun} not flagged" if others else "")
    if all(reading.in_range for reading in readings):
        return "In range" if len(readings) == 1 else "All in range"
    if len(readings) == 1:
        said = readings[0].said
        return said if len(said) <= SHORT else "A written result"
    return "None flagged" if any(reading.in_range for reading in readings) else ""


def _alone(values: list[Summary], news: News) -> Row:
    first = values[0]
    is_measured = all(value.facts.get("category") in MEASURED for value in values)
    return Row(
        first.at,
        first.at_text,
        "Measurements" if is_measured else "Other results",
        taken=f"{_taken(first.at, first.at_text, 'Measured' if is_measured else 'Taken')}.",
        is_new=any(news.holds("Observation", value.id) for value in values),
        values=tuple(_measured(value) for value in values),
    )


def _measured(value: Summary) -> Measured:
    readings = readings_of(value)
    said = _pressure(readings) or ", ".join(
        _close(one) if one.part is None else f"{one.title} {_close(one)}" for one in readings
    )
    flags = tuple(dict.fromkeys(flag for _, flag in flagged(readings)))
    return Measured(value.id, title_of(value.facts, readings[0].title), said, flags)


def _close(one: Reading) -> str:
    """Return a value with its unit; the sign of a percentage stands close to its number."""
    return f"{one.amount}%" if one.unit == "%" and one.number is not None else one.said


def _pressure(readings: list[Reading]) -> str:
    """Return a blood pressure as it is spoken: the upper over the lower."""
    by_code = {one.code: one for one in readings}
    if len(readings) != len(_PRESSURE) or by_code.keys() != set(_PRESSURE):
        return ""
    upper, lower = (by_code[code] for code in _PRESSURE)
    is_plain = upper.number is not None and lower.number is not None and upper.unit == lower.unit
    return f"{upper.amount} over {lower.said}" if is_plain else ""


def _retracted(one: Retraction) -> Row:
    if one.kind == "removed":
        said = f"A result was removed from the record on {day(one.at)}"
        return Row(one.at, local(one.at).date().isoformat(), said, report=one.id, taken="")
    at = span_of(one.at_text).low if one.at_text else None
    return Row(at, one.at_text, title_of(one.facts), report=one.id, state=CORRECTING)


def _taken(at: datetime | None, at_text: str, word: str = "Taken") -> str:
    if at is None or len(at_text) < len("2026-03-10"):
        return DAY_UNKNOWN if not at_text else f"{word} in {month_as_recorded(at_text)}"
    # The month's heading says the year.
    return f"{word} {brief(at, at)}"


_NEVER = datetime.min.replace(tzinfo=UTC)


def _day_order(summary: Summary) -> date:
    return day_of(summary) or date.min
