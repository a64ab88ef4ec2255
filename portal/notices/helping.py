"""Who is told of an appointment beside its patient: whoever they share their appointments with.

Each is told in their own name, and as long as they may see it; reminders are the patient's alone.
"""

from datetime import datetime

from fhir.store import Repository
from portal.carers import standing
from portal.carers.scopes import APPOINTMENTS
from portal.identity import viewers
from portal.identity.models import User
from portal.notices.models import Notice
from portal.record.dates import local


def sharings(patient: str, now: datetime) -> list[int]:
    """Return the sharings by which somebody sees a patient's appointments today."""
    found = standing.helping(patient, local(now).date())
    return [acts.sharing for _, acts in found if APPOINTMENTS in acts.scopes]


def reader(notice: Notice, now: datetime) -> User | None:
    """Return who is told through the notice's sharing, if they may see its appointment now."""
    for user, acts in standing.helping(notice.patient, local(now).date()):
        if acts.sharing == notice.sharing:
            records = Repository(viewers.helper(user, acts))
            version = records.current_version("Appointment", notice.subject)
            return user if version == notice.version else None
    return None
