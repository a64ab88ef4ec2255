"""Which records are open to somebody in an emergency now, and which were when somebody looked."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from portal.emergency.models import EmergencyAccess

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.identity.models import User


@dataclass(frozen=True, slots=True)
class Window:
    """When a record was open to somebody in an emergency, and why."""

    who: str
    reason: str
    opened_at: datetime
    ended_at: datetime

    def holds(self, who: str, at: datetime) -> bool:
        return who == self.who and self.opened_at <= at <= self.ended_at


def open_to(user: "User", now: datetime) -> frozenset[str]:
    """Return the patients whose records are open to `user` in an emergency."""
    rows = EmergencyAccess.objects.filter(user=user, ends_at__gt=now, closed_at=None)
    return frozenset(rows.values_list("patient", flat=True))


def windows_of(patient: str) -> list[Window]:
    """Return every time that this record was opened so."""
    rows: Iterable[EmergencyAccess] = EmergencyAccess.objects.filter(patient=patient)
    return [
        Window(row.who, row.reason, row.opened_at, row.closed_at or row.ends_at) for row in rows
    ]
