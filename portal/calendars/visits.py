"""What stands in a calendar: each appointment once, wherever it has moved, and its changes counted.

A booking that moves is another Appointment of the same series; of a hospital system's own, the
resource itself moves. Either way a calendar knows it by one name, and each change counts up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fhir.store import Criteria, Repository, Stored
from portal.appointments.models import Claim
from portal.record.dates import instant

KEPT: Final = timedelta(days=30)  # what is cancelled or over, after its day
# What is not agreed yet is no visit; what was entered in error nobody is shown.
_OFF: Final = "cancelled"
_SHOWN: Final = ("booked", "arrived", "checked-in", "fulfilled", "noshow", _OFF)
_MOST: Final = 200
_LENGTH: Final = timedelta(minutes=30)  # of one whose end is not recorded


@dataclass(frozen=True, slots=True)
class Visit:
    """One appointment as calendars know it: by its series, with how often it has changed."""

    series: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    is_off: bool
    changed_at: datetime


def since(records: Repository, patient: str, moment: datetime) -> list[Visit]:
    """Return the visits from then on, those that were cancelled among them, in order of time."""
    wanted = Criteria("Appointment", [patient], statuses=_SHOWN, since=moment, count=_MOST)
    return _visits(records, patient, records.search(wanted)[0])


def of(records: Repository, patient: str, key: str) -> Visit | None:
    """Return the visit that an Appointment is about, as it stands now; None if it has no time.

    :raises NotFound: it is not this viewer's to see.
    """
    found = records.read("Appointment", key)
    return next(iter(_visits(records, patient, [found])), None)


def _visits(records: Repository, patient: str, found: Sequence[Stored]) -> list[Visit]:
    chains = _chains(records, patient, [one.id for one in found])
    known = {one.id: one for one in found}
    missing = [key for chain in chains.values() for key in chain if key not in known]
    if missing:
        wanted = Criteria("Appointment", [patient], ids=missing, count=len(missing))
        known |= {one.id: one for one in records.search(wanted)[0]}
    visits = [_visit(series, chain, known) for series, chain in chains.items()]
    return sorted(filter(None, visits), key=lambda one: (one.starts_at, one.series))


def _chains(records: Repository, patient: str, keys: Sequence[str]) -> dict[str, list[str]]:
    """Return the Appointments of which these are one, oldest first, by the name of their series."""
    with records.transaction():
        booked = Claim.objects.filter(patient=patient, booked_at__isnull=False)
        pairs = list(booked.order_by("booked_at", "sequence").values_list("key", "series"))
    chains: dict[str, list[str]] = {}
    for key, series in pairs:
        chains.setdefault(str(series), []).append(str(key))
    series_of = {key: series for series, chain in chains.items() for key in chain}
    names = sorted({series_of.get(key, key) for key in keys})
    return {name: chains.get(name, [name]) for name in names}


def _visit(series: str, chain: Sequence[str], known: Mapping[str, Stored]) -> Visit | None:
    """Return what the last of a chain says; each version since the first is a change."""
    seen = [known[key] for key in chain if key in known]
    last = seen[-1].json if seen else {}
    starts_at = instant(str(last.get("start") or ""))
    if starts_at is None:
        return None
    return Visit(
        series=series,
        sequence=sum(one.version - 1 for one in seen),
        starts_at=starts_at,
        ends_at=instant(str(last.get("end") or "")) or starts_at + _LENGTH,
        is_off=last.get("status") == _OFF,
        changed_at=max(one.updated_at for one in seen),
    )
