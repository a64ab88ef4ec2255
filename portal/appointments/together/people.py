"""For whom somebody may book: themselves, and those whose appointments are shared with them.

A session has one person in view (decisions 18), and that stays so. Whoever books for several does
it from their own record, and each other person's is opened by a viewer of its own, who acts for
that person alone. Nobody's rights are ever added to another's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self, cast

from fhir.store import Repository
from portal import clock
from portal.carers.scopes import APPOINTMENTS
from portal.carers.standing import helped_by
from portal.identity.middleware import IdentifiedRequest
from portal.identity.models import Capacity, User
from portal.identity.sessions import Standing
from portal.identity.viewers import viewer_for
from portal.record.dates import local


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may be booked for, and their record as it is open to the one who books.

    Without a name it is the one who books; of anybody else, `sharing` says by what.
    """

    patient: str
    name: str
    records: Repository
    sharing: int = 0

    @property
    def is_self(self) -> bool:
        return not self.name

    @property
    def called(self) -> str:
        return self.name or "You"

    @property
    def whose(self) -> str:
        return f"{self.name}’s" if self.name else "Your"


@dataclass(frozen=True, slots=True)
class Booker:
    """Somebody signed in, with their own record in view."""

    standing: Standing
    records: Repository

    @classmethod
    def of(cls, request: IdentifiedRequest) -> Self | None:
        """Return who asks, unless it is in another capacity than as a patient."""
        standing = request.standing
        if standing is None or standing.capacity != Capacity.PATIENT or not request.patient:
            return None
        return cls(standing, request.records)

    @property
    def user(self) -> User:
        return self.standing.user

    def people(self, *, until_end: bool = False) -> list[Person]:
        """Return for whom they may book today, themselves first, then the others by name.

        `until_end` is for a transaction: nothing of it then ends before that does.
        """
        today = local(clock.now()).date()
        helped = helped_by(self.user, today, locking=until_end)
        others = [
            Person(one.patient, one.name, Repository(viewer_for(self.standing, one)), one.sharing)
            for one in helped
            if APPOINTMENTS in one.scopes
        ]
        own = Person(self.standing.person, "", self.records)
        return [own, *(one for one in others if one.records.viewer.grants)]

    def still(self, patients: Iterable[str]) -> dict[str, Person]:
        """Return these people for as long as a transaction lasts, by patient key.

        :raises NoLonger: one of them may not be booked for any more.
        """
        people = {one.patient: one for one in self.people(until_end=True)}
        try:
            return {key: people[key] for key in patients}
        except KeyError:
            raise NoLonger from None


class NoLonger(Exception):
    """Somebody's appointments are not shared any more with the one who books."""


def booker_of(request: IdentifiedRequest) -> Booker:
    """Return who asks, on a page that is for people in their own record alone."""
    return cast("Booker", Booker.of(request))
