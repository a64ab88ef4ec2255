"""What patients have asked, for those who answer: a clinician's own, a booking office's places.

Clinicians read by the rights that they hold. Booking staff are lent what was asked and who asks, of
the services that have clinics at their places, and of nothing else. What is of a relation's, or
one's own, is counted and not shown.
"""

import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from fhir.access import READING, SYSTEM, Grant, Viewer
from fhir.labels import HIDING
from fhir.store import Criteria, NotFound, Repository
from portal.clinics.lending import Known, facts_of
from portal.clinics.reach import clinics_of
from portal.identity.models import Role, User
from portal.pifu import letters, rules
from portal.pifu.asked import Asking, asking_of
from portal.pifu.models import Ask, FollowUpPlan
from portal.pifu.resources import Plan, plan_of
from portal.pifu.rules import OPEN, Act, State
from portal.record.dates import local

_TYPE: Final = "ServiceRequest"
_MOST: Final = 100
# So long those plans are listed that ended without anybody having asked.
_ENDED: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one person asks."""

    row: Ask
    said: Asking
    known: Known

    @property
    def is_promised(self) -> bool:
        return self.row.state == State.CALLING

    @property
    def is_over(self) -> bool:
        """Whether it was answered or taken back since the list was made."""
        return self.row.state not in OPEN


@dataclass(frozen=True, slots=True)
class Worklist:
    """Warning signs first, then the first due; `closed` are those not shown to who looks."""

    waiting: Sequence[Waiting]
    closed: int

    @property
    def count(self) -> int:
        return sum(not one.is_over for one in self.waiting)


@dataclass(frozen=True, slots=True)
class Opened:
    """One of them for whoever decides, with leave to."""

    row: Ask
    said: Asking
    plan: Plan
    known: Known
    records: Repository
    acts: Sequence[Act]


@dataclass(frozen=True, slots=True)
class Unused:
    """A plan that ended without anybody having asked."""

    plan: Plan
    known: Known

    @property
    def letter(self) -> list[letters.Section]:
        return letters.sections(self.plan)


def worklist(user: User, viewer: Viewer, since: datetime | None = None) -> Worklist:
    """Return what waits: as many queries however much it is.

    A list that was made at `since` keeps its rows: what is over meanwhile is still among them, and
    what has come in is not.
    """
    barred = {"patient__in": sorted(viewer.barred)}
    with _behind_the_wall(user, viewer):
        mine = (_rows(user) if since is None else _listed(user, since)).exclude(**barred)
        rows = list(mine.order_by("-is_flagged", "due_at", "key")[:_MOST])
    reading = _reading(user, viewer, {one.patient for one in rows})
    said = _by_id(reading, [str(one.key) for one in rows])
    known = [one for one in rows if str(one.key) in said]
    people = facts_of(viewer, {one.patient for one in known}, ()).people
    waiting = [
        Waiting(one, said[str(one.key)], people[one.patient])
        for one in known
        if one.patient in people
    ]
    with Repository(SYSTEM).transaction():
        closed = _rows(user).filter(**barred).count()
    return Worklist(waiting, closed)


def come_since(user: User, viewer: Viewer, since: datetime) -> list[Ask]:
    """Return what has come in since a list was made, which does not move under who reads it."""
    with _behind_the_wall(user, viewer):
        new = _rows(user).exclude(patient__in=sorted(viewer.barred)).filter(sent_at__gt=since)
        return list(new[:_MOST])


def opened(user: User, viewer: Viewer, key: uuid.UUID) -> Opened:
    """Return what somebody asked, for whom it is theirs to answer.

    :raises NotFound: it is not, or there is none.
    """
    with Repository(SYSTEM).transaction():
        row = _reached(user).filter(key=key).first()
    if row is None or row.patient in viewer.barred:
        raise NotFound(f"Ask/{key}")
    records = _reading(user, viewer, {row.patient})
    said = asking_of(records.read(_TYPE, str(key)))
    plan = plan_of(records.read(_TYPE, row.plan))
    known = facts_of(viewer, {row.patient}, ()).people.get(row.patient)
    if said is None or plan is None or known is None:
        raise NotFound(f"Ask/{key}")
    is_clinician = user.role == Role.CLINICIAN
    acts = rules.acts(row.state, is_clinician=is_clinician, is_flagged=row.is_flagged)
    return Opened(row, said, plan, known, records.lent_writes(_TYPE), acts)


def unused(user: User, viewer: Viewer, now: datetime) -> list[Unused]:
    """Return the plans of a clinician's that ended lately by themselves, unused."""
    if user.role != Role.CLINICIAN:
        return []
    with Repository(SYSTEM).transaction():
        ended = FollowUpPlan.objects.filter(
            clinician__in=user.practitioners, is_used=False, ended_at__gt=now - _ENDED
        ).exclude(patient__in=viewer.barred)
        rows = [one for one in ended.order_by("-ended_at")[:_MOST] if _ran_out(one)]
    wanted = Criteria(_TYPE, ids=[one.key for one in rows], count=len(rows) or 1)
    found = Repository(viewer).search(wanted)[0] if rows else []
    plans = [plan for one in found if (plan := plan_of(one))]
    people = facts_of(viewer, {one.patient for one in plans}, ()).people
    shown = [Unused(one, people[one.patient]) for one in plans if one.patient in people]
    return sorted(shown, key=lambda one: one.plan.last_day, reverse=True)


def _behind_the_wall(user: User, viewer: Viewer) -> AbstractContextManager[object]:
    """Show rows: to clinicians of those they treat; booking staff hold nothing to go by."""
    return Repository(SYSTEM if user.role == Role.BOOKING else viewer).transaction()


def _rows(user: User) -> QuerySet[Ask]:
    return _reached(user).filter(state__in=sorted(OPEN))


def _listed(user: User, since: datetime) -> QuerySet[Ask]:
    """Return what stood in a list that was made then."""
    stood = Q(state__in=sorted(OPEN)) | Q(decided_at__gt=since)
    return _reached(user).filter(stood, sent_at__lte=since)


def _reached(user: User) -> QuerySet[Ask]:
    """Return what was asked of the services of somebody's clinics, or of a clinician."""
    of_services = Q(service__in=clinics_of(user).values("service"))
    if user.role == Role.CLINICIAN:
        return Ask.objects.filter(of_services | Q(clinician__in=user.practitioners))
    return Ask.objects.filter(of_services)


def _reading(user: User, viewer: Viewer, patients: set[str]) -> Repository:
    """Return the record as somebody answers from it."""
    if user.role != Role.BOOKING or not patients:
        return Repository(viewer)
    lent = Grant(frozenset(patients), frozenset({_TYPE}), READING, int(HIDING))
    return Repository(replace(viewer, grants=(*viewer.grants, lent)))


def _by_id(reading: Repository, ids: Sequence[str]) -> dict[str, Asking]:
    if not ids:
        return {}
    found = (asking_of(one) for one in reading.search(Criteria(_TYPE, ids=ids, count=len(ids)))[0])
    return {one.id: one for one in found if one}


def _ran_out(plan: FollowUpPlan) -> bool:
    return plan.ended_at is not None and _day(plan.ended_at) > plan.last_day


def _day(at: datetime) -> date:
    return local(at).date()
