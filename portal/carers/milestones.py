"""What time does to a sharing: its last day, and the birthdays of a child.

Looked at every hour with the time passed in. What may be seen is worked out at each request
whatever is done here: this writes it down, closes what is open, and tells both.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from fhir.access import SYSTEM
from fhir.paths import Json
from fhir.store import Criteria, Repository
from portal.carers import mails, rules, writing
from portal.carers.models import Sharing
from portal.carers.rules import Basis, Reason, Stage, State
from portal.carers.standing import seen_through
from portal.identity import people
from portal.record.dates import day, local

logger = logging.getLogger(__name__)

_HELD = (State.ACTIVE, State.SUSPENDED)
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail that is due to one of the two, once what it tells of is written."""

    mail: str
    to_patient: bool
    until: str = ""


def look_after_all(now: datetime) -> None:
    """Do what is due to every sharing that stands; each is one transaction of its own."""
    rows = Sharing.objects.filter(state__in=_HELD).order_by("pk").values_list("pk", "patient")
    held = list(rows)
    for start in range(0, len(held), _BATCH):
        batch = held[start : start + _BATCH]
        persons = _persons({patient for _, patient in batch})
        for sharing, patient in batch:
            _look_after(sharing, persons.get(patient, {}), now)


def _look_after(sharing: int, person: Json, now: datetime) -> None:
    with transaction.atomic():
        found = writing.locked(pk=sharing, state__in=_HELD)
        if found is None:
            return
        _keep_name(found, person)
        due = list(_done(found, person, now))
    for notice in due:
        _tell(found, notice)


def _done(found: Sharing, person: Json, now: datetime) -> Iterator[Notice]:
    """Write down what is due to one sharing, and return what its two are told."""
    today = local(now).date()
    if person.get("deceasedBoolean") or "deceasedDateTime" in person:
        _end(found, Reason.DECEASED, now)
        yield Notice("ended", to_patient=False)
    elif rules.is_over(found, today):
        _end(found, Reason.END_DATE, now)
        yield from _both("ended", "left")
    elif found.basis == Basis.PARENT:
        yield from _grown(found, today, now)
    yield from _last_days(found, today)


def _grown(found: Sharing, today: date, now: datetime) -> Iterator[Notice]:
    """Take back what a parent sees at the birthdays that say so; warn of them before."""
    limit: int = settings.CARERS_SUSPENDED_AT
    stage = rules.stage_of(found.born, today, limit)
    if stage == Stage.ENDED:
        found.stage = Stage.ENDED
        _end(found, Reason.END_DATE, now)
        yield from _both("ended", "has changed")
    elif _is_news(found, stage, today):
        found.stage = stage
        if stage == Stage.SUSPENDED and not _sees(found, today):
            found.state, found.reason = State.SUSPENDED, Reason.SUSPENDED
        writing.save(found, Repository(SYSTEM), now)
        yield from _both("changed", "has changed")
    elif found.born and (warning := rules.warning_due(found.born, today, limit, found.told)):
        age = int(warning.partition("-")[0])
        _remember(found, warning)
        yield from _both("will change", "will change", day(rules.birthday(found.born, age)))


def _is_news(found: Sharing, stage: Stage, today: date) -> bool:
    """Whether a birthday has come, or what a professional decided has run out, unwritten."""
    has_run_out = (
        stage == Stage.SUSPENDED and found.state == State.ACTIVE and not _sees(found, today)
    )
    return found.stage != stage or has_run_out


def _last_days(found: Sharing, today: date) -> Iterator[Notice]:
    if found.state != State.ACTIVE or found.ends_on is None:
        return
    warning = f"end-{found.ends_on.isoformat()}"
    is_near = today >= found.ends_on - rules.WARNED_BEFORE_END
    if is_near and warning not in found.told:
        _remember(found, warning)
        yield from _both("ends soon", "ends soon", day(found.ends_on))


def _both(carers: str, patients: str, until: str = "") -> Iterator[Notice]:
    yield Notice(carers, to_patient=False, until=until)
    yield Notice(patients, to_patient=True, until=until)


def _tell(found: Sharing, notice: Notice) -> None:
    try:
        if notice.to_patient:
            mails.tell_patient(found, notice.mail, until=notice.until)
        else:
            mails.tell_carer(found.carer, notice.mail, until=notice.until)
    except OSError as fault:
        # The post is away; what it would have told of has been done all the same.
        logger.warning("a mail about a sharing was not sent: %s", type(fault).__name__)


def _end(found: Sharing, reason: Reason, now: datetime) -> None:
    writing.end(found, reason, Repository(SYSTEM), now)


def _remember(found: Sharing, warning: str) -> None:
    found.told = [*found.told, warning]
    found.save(update_fields=["told"])


def _keep_name(found: Sharing, person: Json) -> None:
    name = people.name_of(person) if person else found.patient_name
    if name != found.patient_name:
        found.patient_name = name
        found.save(update_fields=["patient_name"])


def _sees(found: Sharing, today: date) -> bool:
    return bool(seen_through(found, today))


def _persons(patients: set[str]) -> dict[str, Json]:
    wanted = Criteria("Patient", sorted(patients), count=len(patients))
    return {one.id: one.json for one in Repository(SYSTEM).search(wanted)[0]}
