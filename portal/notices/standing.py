"""How an appointment stands, so far as its patient is to be told of it."""

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fhir.labels import HIDING
from fhir.paths import Json, find
from fhir.store import Stored
from portal.appointments.actions import Why
from portal.appointments.resources import (
    BOOKING,
    CANCELLED_WHY,
    PREVIOUS,
    RESCHEDULED,
    modes_of,
)
from portal.appointments.rules import STANDING, Mode
from portal.identity.grants import PATIENT_SEES
from portal.record.dates import instant


class End(enum.Enum):
    """Why a booking is none any more."""

    ELSEWHERE = enum.auto()  # it has a successor at another time
    BY_PATIENT = enum.auto()
    BY_HOSPITAL = enum.auto()


@dataclass(frozen=True, slots=True)
class Standing:
    """What notices go by; `end` is None of what is booked, or over in the ordinary way."""

    appointment: str
    patient: str
    version: int
    starts_at: datetime | None
    is_booked: bool
    is_ours: bool
    has_moved: bool
    is_video: bool
    end: End | None


_OFF: Final = frozenset({"cancelled", "entered-in-error"})
_ERASED: Final = "entered-in-error"
_BY_PATIENT: Final = frozenset(why.code for why in Why)


def standing_of(stored: Stored) -> Standing | None:
    """Return how it stands; None of what its patient may not see, and so is not told of."""
    resource = stored.json
    status = resource.get("status")
    if status != _ERASED and stored.labels & int(HIDING) & ~PATIENT_SEES:
        return None
    starts_at = instant(str(resource.get("start") or ""))
    urls = [str(url) for url in find(resource, "extension.url")]
    return Standing(
        appointment=stored.id,
        patient=stored.patient,
        version=stored.version,
        starts_at=starts_at,
        is_booked=status in STANDING and starts_at is not None,
        is_ours=BOOKING in list(find(resource, "identifier.system")),
        has_moved=PREVIOUS in urls,
        is_video=Mode.VIDEO in modes_of(_channels(resource)),
        end=_end(resource) if status in _OFF else None,
    )


def _end(resource: Json) -> End:
    codings = [one for one in find(resource, "cancelationReason.coding") if isinstance(one, dict)]
    codes = {one.get("code") for one in codings if one.get("system") == CANCELLED_WHY}
    if RESCHEDULED in codes:
        return End.ELSEWHERE
    return End.BY_PATIENT if codes & _BY_PATIENT else End.BY_HOSPITAL


def _channels(resource: Json) -> list[Json]:
    return [
        one for one in find(resource, "extension.valueCodeableConcept") if isinstance(one, dict)
    ]
