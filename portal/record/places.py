"""Where a page of a list begins, as an address carries it: sealed, since it counts the hospital."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.http import Http404

from fhir.store import Stored
from portal.identity.middleware import IdentifiedRequest
from portal.live import cursors


@dataclass(frozen=True, slots=True)
class Place:
    """The last row of the page before."""

    at: datetime | None
    number: int
    rank: int = 0

    @classmethod
    def after(cls, last: Stored) -> Self:
        return cls(*last.key, last.rank)

    def sealed(self, patient: str) -> str:
        at = self.at.isoformat() if self.at else ""
        return cursors.seal(f"{self.rank}|{at}|{self.number}", patient, "place")


def asked_for(request: IdentifiedRequest) -> Place | None:
    """Return from where on a list is asked for, or None for its beginning.

    :raises Http404: that is no place of this record.
    """
    asked = request.GET.get("before", "")
    if not asked:
        return None
    opened = cursors.unseal(asked, request.patient, "place")
    if opened is None:
        raise Http404
    rank, at, number = opened.split("|")
    return Place(datetime.fromisoformat(at) if at else None, int(number), int(rank))
