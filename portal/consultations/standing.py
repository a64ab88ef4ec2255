"""Whom a clinic brings before a clinician: for their day alone, and the days beside it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from portal.record.dates import local

# What is prepared the day before, and written up the day after.
BESIDE: Final = timedelta(days=1)
# Who they are, when and why they come, and what to adjust for them; the rest of a record opens to
# whoever treats them.
TYPES: Final = frozenset({"Appointment", "Encounter", "Flag", "Patient"})


def seen_by(practitioners: Sequence[str], now: datetime) -> frozenset[str]:
    """Return the patients who are booked with one of these, yesterday, today or tomorrow."""
    if not practitioners:
        return frozenset()
    today = local(now).date()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT daybook_seen_in_clinic(%s, %s, %s)",
            [list(practitioners), today - BESIDE, today + BESIDE],
        )
        return frozenset(str(patient) for (patient,) in cursor.fetchall())
