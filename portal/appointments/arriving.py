"""That somebody has come, as an Appointment says it: its status, and since when they are there."""

from datetime import datetime
from typing import Final

from fhir.paths import Json
from portal.record.dates import instant

_HERE: Final = "arrived"
_NOT_HERE: Final = "booked"


def arrived(appointment: Json, now: datetime) -> Json:
    """Return a booking whose patient has come."""
    period = {"start": now.isoformat(timespec="seconds")}
    return _with_patient(appointment, _HERE, {"period": period})


def not_come(appointment: Json) -> Json:
    """Return a booking whose patient said so by mistake, or has gone again."""
    return _with_patient(appointment, _NOT_HERE, {})


def is_ours(appointment: Json) -> bool:
    """Whether it was said here that they have come: what a hospital system says is its own."""
    return appointment.get("status") == _HERE


def arrived_at(appointment: Json) -> datetime | None:
    """Return since when its patient is there, so far as it is said."""
    for one in appointment.get("participant", ()):
        if _is_patient(one):
            return instant(str(one.get("period", {}).get("start") or ""))
    return None


def _with_patient(appointment: Json, status: str, more: Json) -> Json:
    participants = [
        {name: value for name, value in one.items() if name != "period"} | more
        if _is_patient(one)
        else one
        for one in appointment.get("participant", ())
    ]
    return appointment | {"status": status, "participant": participants}


def _is_patient(participant: Json) -> bool:
    return str(participant.get("actor", {}).get("reference", "")).startswith("Patient/")
