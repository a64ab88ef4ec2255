"""What becomes of what a patient asked: a visit to book, a phone call, or advice in writing.

Each is one transaction; the patient is told that there is something, and reads what on the pages.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from fhir.store import Repository, Stored
from portal.appointments.tickets import Order, order_follow_up
from portal.notices import requests
from portal.notices.kinds import Kind
from portal.notices.requests import Subject
from portal.pifu import asked, rules, telling
from portal.pifu.asked import Asking, Who, asking_of
from portal.pifu.models import Ask
from portal.pifu.rules import LEADS_TO, Act
from portal.pifu.triage import Opened
from portal.record.dates import LONDON, weekday

_TYPE: Final = "ServiceRequest"


class CannotDecide(Exception):
    """Somebody else has answered, or the patient has taken it back; nothing has changed."""


@dataclass(frozen=True, slots=True)
class Decision:
    """`words` are read by the patient; an order is what they may book, `ring_by` of a call."""

    act: Act
    words: str = ""
    order: Order | None = None
    ring_by: date | None = None


def decide(found: Opened, decision: Decision, now: datetime) -> None:
    """Do what was decided, and tell the patient.

    :raises CannotDecide: it is not to be decided any more.
    """
    records = found.records
    with records.transaction():
        row = Ask.objects.select_for_update().get(key=found.row.key)
        if row.state != found.row.state or decision.act not in found.acts:
            raise CannotDecide
        written = _written(records, row, decision, now)
        if decision.order:
            row.ticket = order_follow_up(records, row.patient, decision.order, now)
        if decision.ring_by:
            row.due_at = _end_of(decision.ring_by)
        row.state, row.decided_at = LEADS_TO[decision.act], now
        row.save(update_fields=["state", "decided_at", "due_at", "ticket"])
        _tell(row, written.version, decision.act, now)
        telling.tell(row, written.labels)


def order(found: Opened, service: tuple[str, str], modes: list[str], last_day: date) -> Order:
    """Return what lets a patient book, as whoever set the plan would have ordered it."""
    return Order(
        *service,
        found.plan.terms.title,
        modes=modes,
        last_day=last_day,
        priority="urgent" if found.row.is_flagged else "routine",
        asked_by=found.plan.resource.get("requester"),
        based_on=found.said.id,
        security=found.plan.security,
    )


def _written(records: Repository, row: Ask, decision: Decision, now: datetime) -> Stored:
    """Write the answer beside what was asked."""
    stored = records.read(_TYPE, str(row.key))
    said = asking_of(stored)
    if said is None:
        raise CannotDecide
    status = "active" if LEADS_TO[decision.act] in rules.OPEN else "completed"
    return records.update(_answered(records, said, status, decision, now), stored.version)


def _answered(
    records: Repository, said: Asking, status: str, decision: Decision, now: datetime
) -> dict[str, object]:
    promise = f"We will ring you by {weekday(decision.ring_by)}." if decision.ring_by else ""
    words = " ".join(filter(None, [promise, decision.words]))
    by = Who(records.viewer.who, records.viewer.name)
    return asked.settled(said, status, asked.note(by, words, now) if words else None)


def _tell(row: Ask, version: int, act: Act, now: datetime) -> None:
    """Tell its patient, but of what was said to them just now."""
    requests.withdraw(str(row.key))
    if act == Act.BOOK:
        requests.tell(Subject(row.patient, row.ticket, 1), Kind.READY, now)
    elif act != Act.SPOKEN:
        requests.tell(Subject(row.patient, str(row.key), version), Kind.ANSWERED, now)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59), LONDON)
