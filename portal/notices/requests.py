"""What is said of a ServiceRequest: of a plan that ends, of what was asked, of what can be booked.

It is bound to the version that it is of, and holds for as long as that stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from fhir.labels import HIDING
from fhir.store import Criteria, Repository
from portal.appointments.tickets import NOT_USING
from portal.identity.grants import PATIENT_SEES
from portal.notices import rules
from portal.notices.actions import CHANGED
from portal.notices.channels import channels
from portal.notices.kinds import ENDS_BEFORE, TERMS, Kind
from portal.notices.models import Notice
from portal.record.dates import LONDON, local

# When on its day the end of a plan is told of.
_MORNING: Final = time(10)
_STANDS: Final = {
    Kind.ASKED: ("active",),
    Kind.ANSWERED: ("active", "completed"),
}
_ACTIVE: Final = ("active",)


@dataclass(frozen=True, slots=True)
class Subject:
    """A version of a ServiceRequest, and whose it is."""

    patient: str
    id: str
    version: int


def tell(subject: Subject, kind: Kind, now: datetime) -> None:
    """Write down that something is to be said; in a transaction that sees its patient."""
    due_at = now if TERMS[kind].is_at_once else rules.out_of_quiet(now)
    _write(subject, [(kind, due_at)])


def tell_of_end(subject: Subject, last_day: date, now: datetime) -> None:
    """Write down when to say that a plan ends, in place of what was to be said of it before."""
    withdraw(subject.id)
    due = ((kind, _due(last_day, days)) for kind, days in ENDS_BEFORE.items())
    ends_at = datetime.combine(last_day + timedelta(days=1), time(), LONDON)
    _write(subject, [(kind, due_at) for kind, due_at in due if due_at > now], ends_at)


def withdraw(request: str) -> None:
    """Say nothing any more of a request; in a transaction that sees its patient."""
    waiting = Notice.objects.filter(subject=request, state=Notice.State.WAITING)
    waiting.update(state=Notice.State.DROPPED, why=CHANGED)


def why_not(notice: Notice, records: Repository, now: datetime) -> str:
    """Return why it would not be true any more, or nothing."""
    kind = Kind(notice.kind)
    wanted = Criteria(
        "ServiceRequest",
        [notice.patient],
        ids=[notice.subject],
        statuses=_STANDS.get(kind, _ACTIVE),
        count=1,
    )
    found = records.search(wanted)[0]
    if not found or found[0].version != notice.version:
        return CHANGED
    if found[0].labels & int(HIDING) & ~PATIENT_SEES:
        return "it is hidden"
    if notice.starts_at and _is_late(notice.starts_at, kind, now):
        return "it is late"
    if kind == Kind.READY and _is_booked(notice, records):
        return "it is booked"
    return ""


def _due(last_day: date, days: int) -> datetime:
    return datetime.combine(last_day - timedelta(days=days), _MORNING, LONDON)


def _is_late(ends_at: datetime, kind: Kind, now: datetime) -> bool:
    """Whether what a notice says of the days that are left has ceased to be nearly so."""
    last_day = local(ends_at - timedelta(days=1)).date()
    left = (last_day - local(now).date()).days
    return left < ENDS_BEFORE[kind] - 2


def _is_booked(notice: Notice, records: Repository) -> bool:
    using = Criteria(
        "Appointment",
        [notice.patient],
        references=[("based-on", [f"ServiceRequest/{notice.subject}"])],
        but_statuses=NOT_USING,
        count=1,
    )
    return bool(records.search(using)[0])


def _write(
    subject: Subject, wanted: Iterable[tuple[Kind, datetime]], ends_at: datetime | None = None
) -> None:
    Notice.objects.bulk_create(
        (
            Notice(
                patient=subject.patient,
                subject=subject.id,
                version=subject.version,
                starts_at=ends_at,
                kind=kind,
                channel=channel,
                due_at=due_at,
            )
            for kind, due_at in wanted
            for channel in channels()
        ),
        ignore_conflicts=True,
    )
