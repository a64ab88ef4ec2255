"""What is new to a person in a record: counted by its event log since they last saw all of it.

An item stays new until it is opened, or all is marked as seen. The log is read as this viewer
may, so what is withheld is counted nowhere.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from fhir import changes
from fhir.store import Criteria, Repository
from portal import clock
from portal.identity.middleware import IdentifiedRequest
from portal.record.heads import head_of
from portal.record.models import Opened, SectionSeen

RESULTS = "results"
MOST = 2_000  # changes looked at; whoever has more has a great deal that is new
MOST_ITEMS = 200


@dataclass(frozen=True, slots=True)
class News:
    """What is new since `since`: items as "Type/id", each with its newest change."""

    since: datetime
    items: dict[str, int]
    stamp: str

    @property
    def count(self) -> int:
        return len(self.items)

    def holds(self, resource_type: str, logical_id: str) -> bool:
        return f"{resource_type}/{logical_id}" in self.items


def news_of(request: IdentifiedRequest) -> News:
    """Return what is new in the results of the record in view; worked out once a request."""
    known: News | None = vars(request).get("news")
    if known is None:
        known = _news(request)
        vars(request)["news"] = known
    return known


def open_item(request: IdentifiedRequest, resource_type: str, logical_id: str) -> None:
    """Remember that an item was opened; other open pages are told, since their counts fall."""
    news = news_of(request)
    item = f"{resource_type}/{logical_id}"
    if item not in news.items:
        return
    with transaction.atomic():
        Opened.objects.update_or_create(
            **_whose(request), item=item, defaults={"seq": news.items[item]}
        )
        changes.announce(request.patient, changes.SEEN, request.viewer.who)
    vars(request).pop("news")


def see_all(request: IdentifiedRequest) -> None:
    """Remember that all there is now has been seen."""
    with transaction.atomic():
        _saw_all(request)
        Opened.objects.filter(**_whose(request)).delete()
        changes.announce(request.patient, changes.SEEN, request.viewer.who)
    vars(request).pop("news", None)


def _whose(request: IdentifiedRequest) -> dict[str, Any]:
    return {"user": request.user, "patient": request.patient, "section": RESULTS}


def _news(request: IdentifiedRequest) -> News:
    seen = _section(request)
    found = newest(request.records, request.patient, seen.seq)
    opened: dict[str, int] = {}
    if found:
        opened = dict(Opened.objects.filter(**_whose(request)).values_list("item", "seq"))
    items = {item: seq for item, seq in found.items() if opened.get(item, -1) < seq}
    stamp = f"{seen.epoch}.{seen.seq}.{sum(opened.values())}.{len(opened)}"
    return News(seen.seen_at, items, stamp)


def _section(request: IdentifiedRequest) -> SectionSeen:
    """Return up to where they have seen; at a first visit, or in a log begun anew, that is all."""
    seen = SectionSeen.objects.filter(**_whose(request)).first()
    if seen is not None and seen.epoch == head_of(request).epoch:
        return seen
    return _saw_all(request)


def _saw_all(request: IdentifiedRequest) -> SectionSeen:
    head = head_of(request)
    now_seen = {"epoch": head.epoch, "seq": head.seq, "seen_at": clock.now()}
    return SectionSeen.objects.update_or_create(**_whose(request), defaults=now_seen)[0]


def newest(records: Repository, patient: str, seq: int) -> dict[str, int]:
    """Return the results that have changed since, a report with its values as one item."""
    changed: dict[str, dict[str, int]] = {"DiagnosticReport": {}, "Observation": {}}
    for change in changes.since(records.viewer, patient, seq, MOST):
        if change.resource_type in changed:
            changed[change.resource_type][change.logical_id] = change.seq
    reports, values = changed["DiagnosticReport"], changed["Observation"]
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
