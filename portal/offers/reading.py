"""What is offered to a patient now, for the list of their visits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fhir.store import Repository
from portal.offers.models import EarlierOffer


@dataclass(frozen=True, slots=True)
class Offered:
    """A time that a patient may take, and until when."""

    key: UUID
    starts_at: datetime
    expires_at: datetime


def open_to(records: Repository, patient: str, now: datetime) -> Sequence[Offered]:
    with records.transaction():
        offers = EarlierOffer.objects.select_related("vacancy").filter(
            patient=patient, state=EarlierOffer.State.OPEN, expires_at__gt=now
        )
        return [
            Offered(one.key, one.vacancy.starts_at, one.expires_at)
            for one in offers.order_by("made_at")
        ]
