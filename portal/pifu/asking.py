"""A patient, or who helps them, asks to be seen under a plan, and can take it back.

What is asked is written once however often it is sent, and one thing at a time is asked of a plan:
the database sees to both.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction

from fhir.store import NotFound, Repository
from portal.appointments.lending import lent
from portal.appointments.resources import draft
from portal.appointments.terms import terms_of
from portal.notices import requests
from portal.notices.kinds import Kind
from portal.notices.requests import Subject
from portal.pifu import asked, rules, telling
from portal.pifu.asked import Said, Who
from portal.pifu.models import Ask, FollowUpPlan
from portal.pifu.resources import Plan, plan_of
from portal.pifu.rules import OPEN, Refusal, State
from portal.record.dates import local
from portal.results.hours import Hours

_TYPE: Final = "ServiceRequest"
# From the opening of a working day to its end.
_DAY: Final = timedelta(hours=8)


class CannotAsk(Exception):
    """It is not the time, or something is asked already; nothing was sent."""

    def __init__(self, refusal: Refusal, phone: str) -> None:
        super().__init__(refusal)
        self.refusal = refusal
        self.phone = phone


class CannotTakeBack(Exception):
    """Somebody has looked at it already; nothing has changed."""


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed, and which showing of the form it came from."""

    key: uuid.UUID
    said: Said


def plan_for(records: Repository, patient: str, key: str) -> Plan:
    """Return a plan as its patient finds it.

    :raises NotFound: there is none of this patient's.
    """
    found = plan_of(lent(records, patient).read(_TYPE, key))
    if found is None or found.patient != patient:
        raise NotFound(f"{_TYPE}/{key}")
    return found


def send(records: Repository, patient: str, plan: str, form: Form, now: datetime) -> Ask:
    """Ask to be seen; the same form again is the same asking.

    :raises CannotAsk: the rules refuse.
    :raises NotFound: there is no such plan of this patient's.
    """
    found = plan_for(records, patient, plan)
    form = Form(form.key, _of_plan(found, form.said))
    borrowed = lent(records, patient).lent_writes(_TYPE)
    with borrowed.transaction():
        if again := _sent(patient, form):
            return again
        has_asked = Ask.objects.filter(plan=plan, state__in=OPEN).exists()
        today = local(now).date()
        if refusal := rules.refusal_to_ask(found, today, has_asked=has_asked):
            raise CannotAsk(refusal, terms_of(found.terms.service[0]).phone)
        row = _row(found, form, now)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            if again := _sent(patient, form):
                return again
            raise CannotAsk(Refusal.ASKED, terms_of(row.service).phone) from None
        by = Who(records.viewer.who, records.viewer.name)
        made = asked.asking(str(row.key), found, by, form.said, now)
        [written] = borrowed.write([draft(made, patient)])
        FollowUpPlan.objects.filter(key=plan).update(is_used=True)
        requests.tell(Subject(patient, str(row.key), written.version), Kind.ASKED, now)
        telling.tell(row, written.labels)
    return row


def take_back(records: Repository, patient: str, key: uuid.UUID, now: datetime) -> None:
    """Take back what nobody has looked at yet; said again, it stays so.

    :raises CannotTakeBack: somebody has.
    :raises NotFound: it is not this patient's.
    """
    borrowed = lent(records, patient).lent_writes(_TYPE)
    with borrowed.transaction():
        row = Ask.objects.select_for_update().filter(key=key, patient=patient).first()
        if row is None:
            raise NotFound(f"{_TYPE}/{key}")
        if row.state == State.WITHDRAWN:
            return
        if row.state != State.SENT:
            raise CannotTakeBack
        stored = borrowed.read(_TYPE, str(key))
        borrowed.update(stored.json | {"status": "revoked"}, stored.version)
        row.state, row.decided_at = State.WITHDRAWN, now
        row.save(update_fields=["state", "decided_at"])
        requests.withdraw(str(key))
        telling.tell(row, stored.labels)


def _of_plan(plan: Plan, said: Said) -> Said:
    """Return what is said with the warning signs as the plan has them, the worst first."""
    return replace(said, signs=[sign for sign in plan.signs if sign in said.signs])


def _sent(patient: str, form: Form) -> Ask | None:
    return Ask.objects.filter(patient=patient, form_id=form.key).first()


def _row(plan: Plan, form: Form, now: datetime) -> Ask:
    is_flagged = bool(form.said.signs)
    within = rules.FLAGGED_WITHIN if is_flagged else rules.LOOKED_AT_WITHIN
    return Ask(
        form_id=form.key,
        plan=plan.id,
        patient=plan.patient,
        service=plan.terms.service[0],
        clinician=plan.terms.clinician[0],
        is_flagged=is_flagged,
        sent_at=now,
        due_at=Hours().after_working_days(now, within) + _DAY,
    )
