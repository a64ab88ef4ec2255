"""One line of a record's timeline: what it was, when, and what can be said of it at a glance."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final

from django.urls import reverse

from fhir.dates import span_of
from fhir.moments import moment_of
from fhir.paths import first
from fhir.store import Retraction, Stored, Summary
from portal.identity.middleware import IdentifiedRequest
from portal.record import seen, words
from portal.record.dates import (
    DAY_UNKNOWN,
    as_recorded,
    brief,
    clock,
    day,
    local,
    month_as_recorded,
)
from portal.record.entry import Entry
from portal.record.reading import Flag, flagged, readings_of, title_of
from portal.record.sections import address_of, kind_of
from portal.record.statuses import Status
from portal.results.kinds import MEASURED, SCANS

CORRECTING: Final = "This is being corrected. Do not rely on it."
MOST_NAMED: Final = 4
_EXACT: Final = len("2026-03-10")
_TOGETHER: Final = timedelta(minutes=1)  # taken back at one time: a report and its values


@dataclass(frozen=True, slots=True)
class Moment:
    """One line; `at_text` is its date as it was sent, `until` the end of what lasted days."""

    at: datetime | None
    at_text: str
    title: str
    said: str
    address: str = ""
    until: date | None = None
    status: Status | None = None
    flags: tuple[Flag, ...] = ()
    is_new: bool = False

    def is_ahead(self, now: datetime) -> bool:
        return self.at is not None and self.at > now

    def heading(self, now: datetime) -> str:
        """Return under what it stands: its month, or today."""
        if self.at is None:
            return DAY_UNKNOWN
        if len(self.at_text) >= _EXACT and local(self.at).date() == local(now).date():
            return "Today"
        return month_as_recorded(self.at_text)

    @property
    def when(self) -> str:
        """The day in full, no more exact than it was sent."""
        return as_recorded(self.at_text) if self.at_text else DAY_UNKNOWN

    def day(self, now: datetime) -> str:
        """Return when it was, as far as its heading does not say it."""
        if self.at is None:
            return DAY_UNKNOWN
        if len(self.at_text) < _EXACT:
            return as_recorded(self.at_text)
        if self.heading(now) == "Today" and "T" in self.at_text:
            return clock(self.at)
        begun = local(self.at).date()
        if self.until is None or self.until <= begun:
            return brief(begun, begun)
        if (self.until.year, self.until.month) == (begun.year, begun.month):
            return f"{begun.day} to {brief(self.until, begun)}"
        return f"{brief(begun, begun)} to {brief(self.until, begun)}"


def of_entry(
    request: IdentifiedRequest, stored: Stored, entry: Entry, values: Sequence[Summary]
) -> Moment:
    """Return the line of an entry; `values` are those of a report."""
    _, at_text = moment_of(stored.json)
    readings = [reading for value in values for reading in readings_of(value)]
    status = entry.status()
    title = entry.heading()
    kind = "" if _kind(stored) == title else _kind(stored)
    note = "" if stored.resource_type == "DiagnosticReport" else entry.note()
    return Moment(
        stored.key[0],
        at_text,
        title,
        kind if not note else note if note.startswith(f"{kind}.") else words.sentences(kind, note),
        address_of(stored.resource_type, stored.id),
        _until(stored),
        status if status and status.tone == "warn" else None,
        tuple(dict.fromkeys(flag for _, flag in flagged(readings))),
        seen.all_news_of(request).holds(stored.resource_type, stored.id),
    )


def measured(request: IdentifiedRequest, values: Iterable[Summary]) -> Iterator[Moment]:
    """Return a line for each day on which values were measured that stand in no report."""
    news = seen.news_of(request)
    ordered = sorted(values, key=_day_of, reverse=True)
    for on, group in groupby(ordered, key=_day_of):
        found = list(group)
        are_measured = all(one.facts.get("category") in MEASURED for one in found)
        names = list(dict.fromkeys(title_of(one.facts) for one in found))
        more = [f"{len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
        yield Moment(
            found[0].at,
            found[0].at_text,
            "Measurements" if are_measured else "Other results",
            words.capital(words.listed([*map(words.small, names[:MOST_NAMED]), *more])),
            _list_of(on, are_measured=are_measured),
            flags=tuple(
                dict.fromkeys(flag for one in found for _, flag in flagged(readings_of(one)))
            ),
            is_new=any(news.holds("Observation", one.id) for one in found),
        )


def retracted(found: Sequence[Retraction]) -> Iterator[Moment]:
    """Return a line for each thing that was shown and is not any more; of removed ones, when."""
    told: list[datetime] = []
    for one in found:
        if one.kind == "removed":
            if any(abs(one.at - at) <= _TOGETHER for at in told):
                continue
            told.append(one.at)
            said = f"An entry was removed from the record on {day(one.at)}"
            yield Moment(one.at, local(one.at).isoformat(), said, "")
        else:
            at = span_of(one.at_text).low if one.at_text else None
            title = title_of(one.facts, "An entry")
            address = address_of(one.resource_type, one.id)
            yield Moment(at, one.at_text, title, CORRECTING, address)


def _kind(stored: Stored) -> str:
    if stored.resource_type == "DiagnosticReport":
        codes = {
            coding.get("code")
            for category in stored.json.get("category") or ()
            for coding in category.get("coding") or ()
        }
        return "Scan report" if codes & set(SCANS) else "Test result"
    return kind_of(stored.resource_type)


def _until(stored: Stored) -> date | None:
    """Return the last day of what lasted."""
    if stored.resource_type not in {"Encounter", "EpisodeOfCare"}:
        return None
    end = first(stored.json, "period.end")
    span = span_of(end) if isinstance(end, str) and len(end) >= _EXACT else None
    return local(span.low).date() if span else None


def _day_of(value: Summary) -> date:
    return local(value.at).date() if value.at else date.min


def _list_of(on: date, *, are_measured: bool) -> str:
    """Return where the values of a day are listed: results of days before the next."""
    kind = "kind=measurements&" if are_measured else ""
    before = f"before={on + timedelta(days=1)}" if on != date.min else ""
    return f"{reverse('results:list')}?{kind}{before}".rstrip("&?")
