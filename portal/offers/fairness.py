"""To whom earlier times were offered and what became of it, in groups: for a review of fairness.

Numbers alone: a group of a few is not told apart, so that nobody can be.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Aggregate, Count, FloatField, Q

from fhir.access import SYSTEM
from fhir.store import Repository
from portal.offers.models import EarlierOffer

GROUPS: Final = {
    "age": "age_band",
    "language": "language",
    "deprivation": "deprivation",
}
FEWEST: Final = 5
UNKNOWN, FEW = "not recorded", f"groups of fewer than {FEWEST}"
State = EarlierOffer.State
_COUNTED: Final = ("offered", "accepted", "declined", "expired", "gone")


class Median(Aggregate):
    """The one in the middle."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True, slots=True)
class Row:
    """One group; `waited` is the median of days before the offer, and not told of FEW."""

    group: str
    value: str
    offered: int
    accepted: int
    declined: int
    expired: int
    gone: int
    waited: float | None = None


def review(since: datetime) -> list[Row]:
    """Return what became of the offers made since then, by each group."""
    with Repository(SYSTEM).transaction():
        return [row for group in GROUPS for row in _rows(group, since)]


def _rows(group: str, since: datetime) -> Iterator[Row]:
    offers = EarlierOffer.objects.filter(made_at__gte=since).values(GROUPS[group])
    counted = offers.annotate(
        offered=Count("key"),
        accepted=Count("key", filter=Q(state=State.ACCEPTED)),
        declined=Count("key", filter=Q(state=State.DECLINED)),
        expired=Count("key", filter=Q(state=State.EXPIRED)),
        gone=Count("key", filter=Q(state=State.GONE)),
        waited=Median("waited_days"),
    )
    few: Counter[str] = Counter()
    for one in counted.order_by(GROUPS[group]):
        numbers = {name: int(one[name]) for name in _COUNTED}
        if one["offered"] < FEWEST:
            few.update(numbers)
        else:
            yield Row(group, one[GROUPS[group]] or UNKNOWN, **numbers, waited=one["waited"])
    if few:
        yield Row(group, FEW, **{name: few[name] for name in _COUNTED})
