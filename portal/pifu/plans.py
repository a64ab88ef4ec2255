"""A clinician lets a patient ask to be seen, until a day; that day comes, and it ends by itself."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from fhir.access import SYSTEM
from fhir.adopting import Follow
from fhir.store import Conflict, NotFound, Repository, Stored
from fhir.writing import Written
from portal import clock
from portal.notices import requests
from portal.notices.requests import Subject
from portal.pifu import letters, resources, telling
from portal.pifu.models import FollowUpPlan
from portal.pifu.resources import Plan, Terms, plan_of
from portal.record.dates import local

_WRITES: Final = "ServiceRequest"
# Taken back by whoever set it, or over in time.
_TAKEN_BACK, _OVER = "revoked", "completed"


def set_plan(records: Repository, patient: str, terms: Terms, now: datetime) -> str:
    """Write a plan for a patient whom the viewer treats, or sees today; return its id."""
    lent = records.lent_writes(_WRITES)
    with lent.transaction():
        made = lent.create(resources.plan(patient, terms, now))
        _follow_and_tell(made, now)
    return made.id


def opened(records: Repository, key: str) -> Plan:
    """Return a plan that the viewer may read.

    :raises NotFound: there is none.
    """
    found = plan_of(records.read(_WRITES, key))
    if found is None:
        raise NotFound(f"{_WRITES}/{key}")
    return found


def change(records: Repository, old: Plan, terms: Terms, now: datetime) -> None:
    """Say something else of a plan; its patient may ask as it says now.

    :raises Conflict: somebody else has changed it meanwhile.
    """
    lent = records.lent_writes(_WRITES)
    with lent.transaction():
        made = lent.update(resources.changed(old, terms), old.version)
        _follow_and_tell(made, now)


def take_back(records: Repository, old: Plan, now: datetime) -> None:
    """End a plan before its day; what was asked already is still to be answered.

    :raises Conflict: somebody else has changed it meanwhile.
    """
    _end(records.lent_writes(_WRITES), old, _TAKEN_BACK, now)


def end_those_over(now: datetime) -> int:
    """End each plan whose last day has passed; return how many there were.

    Where its patient never asked, a letter to their GP is written in the same transaction.
    """
    records = Repository(SYSTEM)
    with records.transaction():
        over = FollowUpPlan.objects.filter(ended_at=None, last_day__lt=local(now).date())
        keys = list(over.order_by("last_day", "key").values_list("key", flat=True))
    for key in keys:
        _end_over(records, key, now)
    return len(keys)


def follow(stored: Stored, now: datetime) -> bool:
    """Bring what is kept of a plan into line with how it stands; whether that was needed.

    In a transaction that sees its patient.
    """
    plan = plan_of(stored)
    if plan is None:
        return False
    held = FollowUpPlan.objects.select_for_update().filter(key=plan.id).first()
    if held is not None and held.version >= plan.version:
        return False
    known_end = held.ended_at if held else None
    FollowUpPlan.objects.update_or_create(
        key=plan.id,
        defaults={
            "patient": plan.patient,
            "version": plan.version,
            "service": plan.terms.service[0],
            "clinician": plan.terms.clinician[0],
            "first_day": plan.first_day,
            "last_day": plan.last_day,
            "ended_at": None if plan.is_active else known_end or now,
        },
    )
    if plan.is_active:
        subject = Subject(plan.patient, plan.id, plan.version)
        requests.tell_of_end(subject, plan.last_day, now)
    else:
        requests.withdraw(plan.id)
    return True


@contextmanager
def plans_come(_: Sequence[str]) -> Iterator[Follow]:
    """Let plans follow what a hospital system writes of them; named in settings.FHIR_FOLLOWING."""
    yield _follow_all


def _follow_all(written: Sequence[Written]) -> None:
    for one in written:
        if resources.is_one(one.draft.resource, resources.PLAN):
            stored = Repository(SYSTEM).read(_WRITES, one.draft.logical_id)
            _follow_and_tell(stored, clock.now())


def _follow_and_tell(stored: Stored, now: datetime) -> None:
    if follow(stored, now):
        telling.tell(FollowUpPlan.objects.get(key=stored.id), stored.labels)


def _end_over(records: Repository, key: str, now: datetime) -> None:
    """End one plan; one that is no plan any more in the record has ended too."""
    try:
        _end(records, opened(records, key), _OVER, now)
    except Conflict:
        return  # It has been changed this moment: the next run looks again.
    except NotFound:
        with records.transaction():
            FollowUpPlan.objects.filter(key=key).update(ended_at=now)


def _end(records: Repository, old: Plan, status: str, now: datetime) -> None:
    with records.transaction():
        if old.is_active:
            made = records.update(old.resource | {"status": status}, old.version)
            if status == _OVER:
                _write_to_gp(records, old, now)
            _follow_and_tell(made, now)
        else:
            FollowUpPlan.objects.filter(key=old.id, ended_at=None).update(ended_at=now)


def _write_to_gp(records: Repository, old: Plan, now: datetime) -> None:
    held = FollowUpPlan.objects.select_for_update().get(key=old.id)
    if not held.is_used and letters.is_due(old, now):
        records.create(letters.letter(old, now))
