"""Who can be booked together: people of one booker with tickets that the same times would serve."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

from portal.appointments.tickets import Ticket, tickets
from portal.appointments.together.people import Booker, Person
from portal.appointments.together.rules import FEWEST
from portal.record import words


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with the ticket by which they are booked."""

    person: Person
    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Company:
    """People who can be seen one after another; `common` is what all their tickets allow."""

    members: Sequence[Member]
    common: Ticket

    def only(self, ids: Collection[str]) -> Self:
        """Return those of them who are booked by these tickets, of which there is one at least."""
        members = [one for one in self.members if one.ticket.id in ids]
        return replace(self, members=members, common=_shared(members))

    @property
    def patients(self) -> list[str]:
        return [one.person.patient for one in self.members]

    @property
    def names(self) -> str:
        return words.listed(one.person.name or "you" for one in self.members)

    @property
    def called(self) -> str:
        """Return their names as a sentence begins with them."""
        return words.capital(self.names)

    @property
    def tickets(self) -> list[str]:
        return [one.ticket.id for one in self.members]


def companies_of(booker: Booker, people: Sequence[Person] | None = None) -> list[Company]:
    """Return who can be booked together now; each person's tickets are read as theirs alone.

    Whoever helps nobody has none, and nothing is read for it.
    """
    people = booker.people() if people is None else people
    if len(people) < FEWEST:
        return []
    open_now = [
        Member(person, ticket)
        for person in people
        for ticket in tickets(person.records, person.patient)
    ]
    services = dict.fromkeys(one.ticket.service for one in open_now)
    return [
        company
        for service in services
        for company in _gathered([one for one in open_now if one.ticket.service == service])
    ]


def company_of(booker: Booker, ticket: str) -> Company | None:
    return next((one for one in companies_of(booker) if ticket in one.tickets), None)


def common(one: Ticket, other: Ticket) -> Ticket | None:
    """Return what both tickets allow, or None if no time would serve both."""
    modes = one.modes & other.modes if one.modes and other.modes else one.modes | other.modes
    earliest = max(filter(None, (one.earliest, other.earliest)), default=None)
    latest = min(filter(None, (one.latest, other.latest)), default=None)
    is_apart = (
        one.service != other.service
        or len({one.clinician, other.clinician} - {""}) > 1
        or (one.modes and other.modes and not modes)
        or (earliest and latest and earliest >= latest)
    )
    if is_apart:
        return None
    clinician = one.clinician or other.clinician
    return replace(one, modes=modes, earliest=earliest, latest=latest, clinician=clinician)


def _gathered(members: Sequence[Member]) -> Iterator[Company]:
    """Yield companies, each person once in each; of somebody's tickets the first that fits."""
    left = list(members)
    while left:
        company = _from_first(left)
        left = [one for one in left[1:] if one not in company.members]
        if len(company.members) >= FEWEST:
            yield company


def _from_first(members: Sequence[Member]) -> Company:
    gathered = list(members[:1])
    for one in members[1:]:
        is_new = one.person.patient not in [known.person.patient for known in gathered]
        if is_new and common(_shared(gathered), one.ticket):
            gathered.append(one)
    return Company(gathered, _shared(gathered))


def _shared(members: Sequence[Member]) -> Ticket:
    """Return what the tickets allow of people who can be seen together."""
    shared = members[0].ticket
    for one in members[1:]:
        shared = common(shared, one.ticket) or shared
    return shared
