"""What is new to a person in a record: counted by its event log since they last saw all of it.

Each section of the record is counted by itself. An item stays new until it is opened, or all is
marked as seen. The log is read as this viewer may, so what is withheld is counted nowhere.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from fhir import changes
from fhir.changes import Change
from fhir.store import Criteria, Repository
from portal import clock
from portal.identity.middleware import IdentifiedRequest
from portal.record.heads import head_of
from portal.record.models import Opened, SectionSeen
from portal.record.sections import RESULTS, SECTION_OF, Section, sections_for

MOST = 2_000  # changes looked at; whoever has more has a great deal that is new
MOST_ITEMS = 200
_RESULT_TYPES = ("DiagnosticReport", "Observation")

Changed = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class News:
    """What is new in a section since `since`: items as "Type/id", each with its newest change."""

    since: datetime
    items: dict[str, int]

    @property
    def count(self) -> int:
        return len(self.items)

    def holds(self, resource_type: str, logical_id: str) -> bool:
        return f"{resource_type}/{logical_id}" in self.items


@dataclass(frozen=True, slots=True)
class AllNews:
    """What is new in each section; the stamp stands for what has been seen of all of them."""

    sections: Mapping[str, News]
    stamp: str

    @property
    def count(self) -> int:
        return sum(news.count for news in self.sections.values())

    @property
    def since(self) -> datetime:
        """The time since when it is new: that of the section that was seen longest ago."""
        found = [one.since for one in self.sections.values() if one.count]
        return min(found or [one.since for one in self.sections.values()] or [clock.now()])

    @property
    def counts(self) -> dict[str, int]:
        return {key: news.count for key, news in self.sections.items()}

    def holds(self, resource_type: str, logical_id: str) -> bool:
        return any(news.holds(resource_type, logical_id) for news in self.sections.values())


def all_news_of(request: IdentifiedRequest) -> AllNews:
    """Return what is new in the record in view; worked out once a request."""
    known: AllNews | None = vars(request).get("news")
    if known is None:
        known = _all_news(request)
        vars(request)["news"] = known
    return known


def news_of(request: IdentifiedRequest, section: str = RESULTS) -> News:
    """Return what is new in one section; in one that is not there for the viewer, nothing."""
    return all_news_of(request).sections.get(section) or News(clock.now(), {})


def open_item(request: IdentifiedRequest, resource_type: str, logical_id: str) -> None:
    """Remember that an item was opened; other open pages are told, since their counts fall."""
    open_items(request, resource_type, [logical_id])


def open_items(request: IdentifiedRequest, resource_type: str, ids: Iterable[str]) -> None:
    section = SECTION_OF[resource_type].key
    news = news_of(request, section)
    items = [item for one in ids if (item := f"{resource_type}/{one}") in news.items]
    if not items:
        return
    with transaction.atomic():
        whose = _whose(request)
        Opened.objects.bulk_create(
            [Opened(**whose, section=section, item=one, seq=news.items[one]) for one in items],
            update_conflicts=True,
            update_fields=["seq"],
            unique_fields=["user", "patient", "section", "item"],
        )
        changes.announce(request.patient, changes.SEEN, request.viewer.who)
    vars(request).pop("news")


def see_all(request: IdentifiedRequest) -> None:
    """Remember that all there is now, in every section, has been seen."""
    with transaction.atomic():
        _saw_all(request, sections_for(request.viewer))
        Opened.objects.filter(**_whose(request)).delete()
        changes.announce(request.patient, changes.SEEN, request.viewer.who)
    vars(request).pop("news", None)


def newest(records: Repository, patient: str, seq: int) -> dict[str, int]:
    """Return the results that have changed since, a report with its values as one item."""
    return _results(records, patient, _by_type(changes.since(records.viewer, patient, seq, MOST)))


def still_there(records: Repository, patient: str, items: Collection[str]) -> set[str]:
    """Return those items, as "Type/id", that this viewer can see now."""
    by_type: dict[str, list[str]] = defaultdict(list)
    for item in items:
        resource_type, _, logical_id = item.partition("/")
        by_type[resource_type].append(logical_id)
    wanted = [Criteria(name, [patient], ids=ids, count=MOST_ITEMS) for name, ids in by_type.items()]
    return {f"{one.resource_type}/{one.id}" for one in records.summaries_any(wanted)[0]}


def _whose(request: IdentifiedRequest) -> dict[str, Any]:
    return {"user": request.user, "patient": request.patient}


def _all_news(request: IdentifiedRequest) -> AllNews:
    seen = _seen(request)
    if not seen:
        return AllNews({}, "")
    oldest = min(one.seq for one in seen.values())
    told = changes.since(request.viewer, request.patient, oldest, MOST)
    found = _found(request, seen, told)
    opened: dict[str, int] = {}
    if any(found.values()):
        opened = dict(Opened.objects.filter(**_whose(request)).values_list("item", "seq"))
    sections = {
        key: News(
            one.seen_at,
            {item: seq for item, seq in found[key].items() if opened.get(item, -1) < seq},
        )
        for key, one in seen.items()
    }
    marks = ".".join(f"{one.seq}" for one in seen.values())
    stamp = f"{head_of(request).epoch}.{marks}.{sum(opened.values())}.{len(opened)}"
    return AllNews(sections, stamp)


def _found(
    request: IdentifiedRequest, seen: Mapping[str, SectionSeen], told: Iterable[Change]
) -> dict[str, dict[str, int]]:
    """Return by section what has changed since it was seen, and is there to be seen."""
    since = [
        change
        for change in told
        if (section := SECTION_OF.get(change.resource_type))
        and section.key in seen
        and change.seq > seen[section.key].seq
    ]
    found: dict[str, dict[str, int]] = {key: {} for key in seen}
    if not since:
        return found
    changed = _by_type(since)
    if RESULTS in seen:
        found[RESULTS] = _results(request.records, request.patient, changed)
    rest = {
        f"{name}/{one}": seq
        for name, ids in changed.items()
        if name not in _RESULT_TYPES
        for one, seq in ids.items()
    }
    for item in still_there(request.records, request.patient, rest):
        found[SECTION_OF[item.partition("/")[0]].key][item] = rest[item]
    return found


def _by_type(told: Iterable[Change]) -> Changed:
    """Return the newest change of each resource, by type and id."""
    changed: Changed = defaultdict(dict)
    for change in told:
        changed[change.resource_type][change.logical_id] = change.seq
    return changed


def _seen(request: IdentifiedRequest) -> dict[str, SectionSeen]:
    """Return up to where they have seen each section.

    At a first visit, to a section that is there anew, or in a log begun anew, that is all of it.
    """
    sections = sections_for(request.viewer)
    epoch = head_of(request).epoch
    held = {one.section: one for one in SectionSeen.objects.filter(**_whose(request), epoch=epoch)}
    if missing := [one for one in sections if one.key not in held]:
        held |= _saw_all(request, missing)
    return {one.key: held[one.key] for one in sections}


def _saw_all(request: IdentifiedRequest, sections: Iterable[Section]) -> dict[str, SectionSeen]:
    head = head_of(request)
    rows = [
        SectionSeen(
            **_whose(request),
            section=one.key,
            epoch=head.epoch,
            seq=head.seq,
            seen_at=clock.now(),
        )
        for one in sections
    ]
    SectionSeen.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["user", "patient", "section"],
        update_fields=["epoch", "seq", "seen_at"],
    )
    return {row.section: row for row in rows}


def _results(records: Repository, patient: str, changed: Changed) -> dict[str, int]:
    reports = changed.get("DiagnosticReport", {})
    values = dict(changed.get("Observation", {}))
    found: dict[str, int] = {}
    for criteria in (
        Criteria("DiagnosticReport", [patient], ids=list(reports), count=MOST_ITEMS),
        Criteria(
            "DiagnosticReport",
            [patient],
            references=[("result", [f"Observation/{one}" for one in values])],
            count=MOST_ITEMS,
        ),
    ):
        if not (reports if criteria.ids is not None else values):
            continue
        for report in records.summaries(criteria)[0]:
            members = [name.partition("/")[2] for name in report.facts["results"]]
            seqs = [values.pop(one, 0) for one in members]
            item = f"DiagnosticReport/{report.id}"
            found[item] = max(found.get(item, 0), reports.get(report.id, 0), *seqs, 0)
    if values:
        alone = Criteria("Observation", [patient], ids=list(values), count=MOST_ITEMS)
        for value in records.summaries(alone)[0]:
            found[f"Observation/{value.id}"] = values[value.id]
    return found
