"""The sharings that hold: the one place where it is read who may see whose record."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q, QuerySet

from portal.carers import rules
from portal.carers.models import Sharing
from portal.carers.rules import State

if TYPE_CHECKING:
    from portal.identity.models import User


@dataclass(frozen=True, slots=True)
class Acting:
    """As what somebody looks into another's record: by which sharing, and at which parts."""

    sharing: int
    patient: str
    name: str  # of the patient
    who: str
    scopes: frozenset[str]


def acting_for(user: "User", patient: str, today: date) -> Acting | None:
    """Return by what `user` may look into the record of `patient` today, or None."""
    return next((one for one in _acting(_held_by(user).filter(patient=patient), today)), None)


def helped_by(user: "User", today: date, *, locking: bool = False) -> list[Acting]:
    """Return the records that `user` may look into today, by name.

    `locking` is for a transaction: nobody can end one of them before that has ended.
    """
    rows = _held_by(user)
    if locking:
        rows = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
    return sorted(_acting(rows, today), key=lambda one: (one.name, one.patient))


def helping(patient: str, today: date) -> "list[tuple[User, Acting]]":
    """Return who may look into the record of `patient` today, each with as what."""
    rows = _proved(Sharing.objects.filter(patient=patient, state=State.ACTIVE))
    return [
        (row.carer, acts)
        for row in rows.select_related("carer").order_by("pk")
        for acts in _acting([row], today)
        if row.carer is not None
    ]


def still_acting(pairs: Iterable[tuple[int, str]], today: date) -> set[tuple[int, str]]:
    """Return those (user, patient) of whom the first may look into the record today."""
    wanted = set(pairs)
    if not wanted:
        return set()
    any_of = Q(pk__in=[])
    for user, patient in wanted:
        any_of |= Q(carer_id=user, patient=patient)
    rows = _proved(Sharing.objects.filter(any_of, state=State.ACTIVE))
    return {(int(row.carer_id or 0), row.patient) for row in rows if seen_through(row, today)}


def seen_through(sharing: Sharing, today: date) -> frozenset[str]:
    return rules.seen_through(sharing, today, settings.CARERS_SUSPENDED_AT)


def _held_by(user: "User") -> QuerySet[Sharing]:
    return _proved(Sharing.objects.filter(carer=user, state=State.ACTIVE))


def _proved(rows: QuerySet[Sharing]) -> QuerySet[Sharing]:
    """Leave out those whose own identity is not proved any more: their login was disconnected."""
    return rows.filter(carer__links__ended_at=None, carer__links__isnull=False)


def _acting(rows: Iterable[Sharing], today: date) -> Iterable[Acting]:
    for row in rows:
        if seen := seen_through(row, today):
            yield Acting(row.pk, row.patient, row.patient_name, row.who, seen)
