"""The sessions of a clinic that are to come, and the bookings for which they have no room."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection

from fhir.access import Viewer
from portal.appointments import claims, clinics
from portal.appointments.claims_sql import SPANNED
from portal.appointments.models import Claim, Clinic
from portal.clinics.lending import Known, facts_of

# Times through which a longer visit lasts are no places, and who has a unit beyond a slot's room is
# in nobody's.
_SESSIONS: Final = f"""
SELECT s.local_date, min(s.starts_at) FILTER (WHERE s.is_open),
  max(s.ends_at) FILTER (WHERE s.is_open),
  coalesce(sum(s.capacity - b.seated) FILTER (WHERE s.is_open AND NOT {SPANNED}), 0),
  coalesce(sum(b.booked), 0), coalesce(sum(b.orphans), 0)
FROM portal_clinicslot s LEFT JOIN LATERAL (
  SELECT count(*) AS booked, count(c.orphaned_at) AS orphans,
    count(*) FILTER (WHERE c.unit < s.capacity) AS seated
  FROM portal_claim c
  WHERE c.slot = s.slot AND c.state = 'booked') b ON true
WHERE s.clinic_id = %s AND s.starts_at > %s
GROUP BY s.local_date HAVING bool_or(s.is_open) OR sum(b.booked) > 0 ORDER BY s.local_date
"""


@dataclass(frozen=True, slots=True)
class Session:
    """One day; without times it has none any more, though somebody is booked."""

    day: date
    opens_at: datetime | None
    closes_at: datetime | None
    free: int
    booked: int
    orphans: int


@dataclass(frozen=True, slots=True)
class Orphan:
    """A booking that is kept outside its session; nobody is named to those it is closed to."""

    claim: Claim
    known: Known | None


def sessions_of(clinic: uuid.UUID, now: datetime) -> list[Session]:
    with claims.opened(), connection.cursor() as cursor:
        cursor.execute(_SESSIONS, [clinic, now])
        return [Session(*row) for row in cursor.fetchall()]


def orphans_of(clinic: Clinic, now: datetime, by: Viewer) -> Sequence[Orphan]:
    """Return the bookings to come that are outside their sessions, by time."""
    kept = [one for one in clinics.orphans(clinic) if one.starts_at > now]
    facts = facts_of(by, {one.patient for one in kept}, {str(one.key) for one in kept})
    return [Orphan(one, facts.people.get(one.patient)) for one in kept]
