"""Opening a record in an emergency, giving it back, and checking afterwards that it was one."""

import logging
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from fhir.access import SYSTEM
from fhir.store import NotFound, Repository
from portal.emergency import rules
from portal.emergency.models import EmergencyAccess
from portal.identity import people
from portal.identity.models import User

logger = logging.getLogger(__name__)


class NoSuchRecord(Exception):
    """No record, or more than one, has this number and date of birth."""


class OwnOrRelations(Exception):
    """It is the clinician's own record, or one of somebody they are related to."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose record is asked for, and why it cannot wait."""

    nhs_number: str
    born: date
    why: str
    reason: str


def open_record(*, records: Repository, user: User, asked: Asked, now: datetime) -> EmergencyAccess:
    """Open one record to a clinician for as long as the rules say; it is alarmed.

    :raises NoSuchRecord: nothing can be opened by this number and date of birth.
    :raises OwnOrRelations: it may not be opened by them; that is alarmed too.
    """
    found = people.find_people(Repository(SYSTEM), asked.born, nhs_number=asked.nhs_number)
    if len(found) != 1:
        raise NoSuchRecord
    patient = found[0].key
    if patient in records.viewer.barred:
        _leave_in_audit(records, patient)
        raise OwnOrRelations
    opened = EmergencyAccess.objects.create(
        user=user,
        who=records.viewer.who,
        patient=patient,
        why=asked.why,
        reason=asked.reason,
        opened_at=now,
        ends_at=now + rules.LASTS,
    )
    logger.error("alarm: %s opened a record in an emergency", records.viewer.who)
    return opened


def give_back(*, user: User, key: UUID, now: datetime) -> None:
    """Close a record before its time."""
    EmergencyAccess.objects.filter(key=key, user=user, closed_at=None).update(closed_at=now)


def check(*, by: User, key: UUID, now: datetime) -> None:
    """Note that whoever guards privacy has looked at it; nobody checks what they opened."""
    rows = EmergencyAccess.objects.filter(key=key, checked_at=None).exclude(user=by)
    rows.update(checked_at=now, checked_by=by)


def _leave_in_audit(records: Repository, patient: str) -> None:
    """Ask the store, which refuses it, keeps the true verdict and raises the alarm."""
    try:
        records.read("Patient", patient)
    except NotFound:
        return
