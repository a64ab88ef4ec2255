"""What a patient may ask, has asked and was answered, for their own pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from fhir.store import Criteria, NotFound, Repository
from portal.appointments.lending import lent
from portal.pifu import rules
from portal.pifu.asked import Asking, asking_of
from portal.pifu.models import Ask, FollowUpPlan
from portal.pifu.resources import Plan, plan_of
from portal.pifu.rules import OPEN, Refusal, State
from portal.record.dates import local

# So long after it was answered, what was asked stands in the list of appointments.
_FRESH: Final = timedelta(days=14)
_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Right:
    """A plan, and what was asked of it last, if that is not settled or lately was."""

    plan: Plan
    ask: Ask | None
    today: date

    @property
    def is_open(self) -> bool:
        """Whether something is asked, and not finished with."""
        return self.ask is not None and self.ask.state in OPEN

    @property
    def is_over(self) -> bool:
        return rules.refusal_to_ask(self.plan, self.today) == Refusal.ENDED


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked: how it stands, and what was said."""

    row: Ask
    said: Asking

    @property
    def can_be_taken_back(self) -> bool:
        return self.row.state == State.SENT


def rights_of(records: Repository, patient: str, now: datetime) -> list[Right]:
    """Return the plans under which a patient may ask, now or later, the first to end first.

    One that has ended is there for as long as what was asked of it is worth a word.
    """
    today = local(now).date()
    with records.transaction():
        asks = {one.plan: one for one in _fresh(patient, now)}
        stands = Q(ended_at=None, last_day__gte=today) | Q(key__in=list(asks))
        rows = FollowUpPlan.objects.filter(stands, patient=patient).order_by("last_day", "key")
        keys = list(rows.values_list("key", flat=True)[:_MOST])
    if not keys:
        return []
    wanted = Criteria("ServiceRequest", [patient], ids=keys, count=_MOST)
    found = (plan_of(one) for one in lent(records, patient).search(wanted)[0])
    plans = {one.id: one for one in found if one}
    rights = [Right(plans[key], asks.get(key), today) for key in keys if key in plans]
    return [one for one in rights if one.ask or not one.is_over]


def asked_of(records: Repository, patient: str, plan: Plan) -> list[Asked]:
    """Return all that was asked under a plan, the newest first."""
    with records.transaction():
        rows = Ask.objects.filter(patient=patient, plan=plan.id).order_by("-sent_at")[:_MOST]
        found = list(rows)
    return _read(lent(records, patient), patient, found) if found else []


def asked(records: Repository, patient: str, key: UUID) -> Asked:
    """Return one thing that was asked.

    :raises NotFound: it is not this patient's.
    """
    reading = lent(records, patient)
    said = asking_of(reading.read("ServiceRequest", str(key)))
    with records.transaction():
        row = Ask.objects.filter(key=key, patient=patient).first()
    if row is None or said is None:
        raise NotFound(f"Ask/{key}")
    return Asked(row, said)


def _fresh(patient: str, now: datetime) -> QuerySet[Ask]:
    """Return what is open, or was answered lately; the last of a plan comes last."""
    worth = Q(state__in=sorted(OPEN)) | Q(decided_at__gt=now - _FRESH)
    asks = Ask.objects.filter(worth, patient=patient).exclude(state=State.WITHDRAWN)
    return asks.order_by("sent_at")


def _read(reading: Repository, patient: str, rows: Sequence[Ask]) -> list[Asked]:
    keys = [str(one.key) for one in rows]
    wanted = Criteria("ServiceRequest", [patient], ids=keys, count=len(keys))
    found = (asking_of(one) for one in reading.search(wanted)[0])
    said = {one.id: one for one in found if one}
    return [Asked(one, said[str(one.key)]) for one in rows if str(one.key) in said]
