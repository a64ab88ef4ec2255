"""What the list of appointments says of booking together: nothing, unless there is something."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.appointments.models import Claim
from portal.appointments.together import batches
from portal.appointments.together.companies import Company, companies_of
from portal.appointments.together.people import Booker, Person
from portal.appointments.together.rules import FEWEST
from portal.record import words


@dataclass(frozen=True, slots=True)
class Kept:
    """Times that are held for several people just now."""

    batch: UUID
    names: str
    starts_at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Offering:
    companies: Sequence[Company] = ()
    kept: Sequence[Kept] = ()


def offering(booker: Booker | None) -> Offering:
    """Return who can be booked together, and what is held for them."""
    people = booker.people() if booker else []
    if booker is None or len(people) < FEWEST:
        return Offering()
    held = batches.kept_for(booker, [one.patient for one in people])
    by_batch: dict[UUID, list[Claim]] = {}
    for one in held:
        if batch := batches.batch_of(one, booker.user):
            by_batch.setdefault(batch, []).append(one)
    kept = [_kept(batch, found, people) for batch, found in by_batch.items()]
    tickets = {one.ticket for one in held}
    companies = companies_of(booker, people)
    return Offering([one for one in companies if not tickets.intersection(one.tickets)], kept)


def _kept(batch: UUID, held: Sequence[Claim], people: Sequence[Person]) -> Kept:
    wanted = {one.patient for one in held}
    names = words.listed(one.name or "you" for one in people if one.patient in wanted)
    return Kept(batch, names, min(one.starts_at for one in held), held[0].hold_until)
