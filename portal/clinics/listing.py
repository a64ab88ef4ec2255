"""The clinics that somebody runs, each with what is to come: three queries, however many."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import Case, IntegerField, Min, Value, When

from portal.appointments import claims
from portal.appointments.models import Clinic, ClinicSlot
from portal.clinics.reach import clinics_of, may_change
from portal.identity.models import User

_MOST: Final = 300
_BOOKED: Final = """
SELECT s.clinic_id, count(*), count(c.orphaned_at) FROM portal_claim c
JOIN portal_clinicslot s ON s.slot = c.slot
WHERE s.clinic_id = ANY(%s) AND c.state = 'booked' AND c.starts_at > %s GROUP BY s.clinic_id
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A clinic; `orphans` are bookings to come for which it has no room."""

    clinic: Clinic
    next_at: datetime | None
    booked: int
    orphans: int
    is_theirs: bool  # to change


def rows(user: User, now: datetime) -> list[Row]:
    """Return what somebody runs, by name; what is closed comes last."""
    is_closed = Case(
        When(stage=Clinic.Stage.CLOSED, then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    found = list(clinics_of(user).order_by(is_closed, "name", "key")[:_MOST])
    keys = [one.key for one in found]
    to_come = ClinicSlot.objects.filter(clinic__in=keys, is_open=True, starts_at__gt=now)
    begins = dict(to_come.values_list("clinic").annotate(Min("starts_at")))
    counted = booked_in(keys, now)
    return [
        Row(one, begins.get(one.key), *counted.get(one.key, (0, 0)), may_change(user, one))
        for one in found
    ]


def booked_in(clinics: Sequence[uuid.UUID], now: datetime) -> dict[uuid.UUID, tuple[int, int]]:
    """Return how many bookings to come each clinic has, and how many of them are orphans."""
    with claims.opened(), connection.cursor() as cursor:
        cursor.execute(_BOOKED, [list(clinics), now])
        return {key: (booked, orphans) for key, booked, orphans in cursor.fetchall()}
