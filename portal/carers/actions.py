"""What a patient does to let somebody help, and what that person does to begin."""

import enum
import hmac
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from fhir import changes
from fhir.access import SYSTEM
from fhir.store import NotFound, Repository
from portal.carers import rules, writing
from portal.carers.models import Sharing
from portal.carers.rules import Basis, Reason, State
from portal.identity import codes, people, sessions
from portal.identity.models import User
from portal.identity.rules import birth_date


@dataclass(frozen=True, slots=True)
class Limits:
    """What is shared, and the last day on which it is."""

    scopes: frozenset[str]
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Wish:
    """Whom somebody asks to help, and how far."""

    name: str
    email: str
    relationship: str
    limits: Limits


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation and its code, which is kept nowhere."""

    sharing: Sharing
    code: str


class NotThere(Exception):
    """There is no such sharing of this patient's, or it is not as it was any more."""


class CannotHelp(Exception):
    """The code cannot be used. Why is for tests; whoever typed it is never told."""

    class Why(enum.StrEnum):
        UNKNOWN = enum.auto()
        CLOSED = enum.auto()
        WRONG_DATE_OF_BIRTH = enum.auto()
        HELD = enum.auto()
        OWN_RECORD = enum.auto()
        NOT_PROVED = enum.auto()

    def __init__(self, why: Why, locked: Sharing | None = None) -> None:
        super().__init__(why)
        self.why = why
        # The invitation that this try has closed: its patient is to be told.
        self.locked = locked


def invite(*, records: Repository, patient: str, by: User, wish: Wish, now: datetime) -> Invited:
    """Make an invitation by the patient, who alone can: `records` are their own."""
    code = codes.make()
    sharing = Sharing(
        patient=patient,
        patient_name=people.name_of(records.read("Patient", patient).json),
        name=wish.name,
        email=wish.email,
        relationship=wish.relationship,
        scopes=sorted(wish.limits.scopes),
        ends_on=wish.limits.ends_on,
        invited_by=by,
        invited_at=now,
        expires_at=now + rules.INVITATION_LASTS,
        digest=codes.digest(code),
    )
    writing.open_twins(sharing, records, now)
    return Invited(sharing, code)


def send_again(*, patient: str, sharing: int, now: datetime) -> Invited:
    """Make a new code for an invitation that waits, good for as long as a first one.

    :raises NotThere: it has been answered or taken back meanwhile.
    """
    code = codes.make()
    with transaction.atomic():
        found = _waiting(patient, sharing)
        found.digest, found.tries = codes.digest(code), 0
        found.invited_at, found.expires_at = now, now + rules.INVITATION_LASTS
        found.save()
    return Invited(found, code)


def withdraw(*, records: Repository, patient: str, sharing: int, now: datetime) -> None:
    """Take an invitation back before it has been answered.

    :raises NotThere: it has been answered or taken back meanwhile.
    """
    with transaction.atomic():
        writing.end(_waiting(patient, sharing), Reason.NOT_NEEDED, records, now)


def change(
    *, records: Repository, patient: str, sharing: int, limits: Limits, now: datetime
) -> Sharing:
    """Let somebody see more, or less, or for another time.

    :raises NotThere: the sharing has ended meanwhile, or is not the patient's own to change.
    """
    with transaction.atomic():
        found = _held(patient, sharing)
        found.scopes, found.ends_on, found.told = sorted(limits.scopes), limits.ends_on, []
        writing.save(found, records, now)
    return found


def stop(*, records: Repository, patient: str, sharing: int, now: datetime) -> Sharing:
    """Let somebody see nothing any more; what they have open closes.

    :raises NotThere: it had ended already.
    """
    with transaction.atomic():
        found = _held(patient, sharing)
        writing.end(found, Reason.PATIENT_REQUEST, records, now)
    return found


def step_back(*, user: User, sharing: int, now: datetime) -> Sharing:
    """End a sharing as the one who helped.

    :raises NotThere: it had ended already.
    """
    with transaction.atomic():
        found = writing.locked(pk=sharing, carer=user, state__in=[State.ACTIVE, State.SUSPENDED])
        if found is None:
            raise NotThere
        writing.end(found, Reason.RELATIONSHIP, writing.as_carer(user, found), now)
    return found


def accept(*, user: User, typed: str, born: date, now: datetime) -> Sharing:
    """Begin to help: the code is used up, and another sharing of the same two ends.

    :raises CannotHelp: the code or the date of birth is wrong, or the code is of no more use.
    """
    with transaction.atomic():
        found = writing.locked(digest__in=codes.digests(typed))
        why = _refusal(found, user, born, now)
        if found is not None and why is None:
            return _begin(found, user, now)
        locked = found if found and why == CannotHelp.Why.WRONG_DATE_OF_BIRTH else None
        if locked and not _count_try(locked, now):
            locked = None
    raise CannotHelp(why or CannotHelp.Why.UNKNOWN, locked)


def _begin(found: Sharing, user: User, now: datetime) -> Sharing:
    held = {"patient": found.patient, "carer": user}
    for state in (State.ACTIVE, State.SUSPENDED):
        if before := writing.locked(**held, state=state):
            writing.end(before, Reason.OTHER, writing.as_carer(user, before), now)
    found.carer, found.accepted_at, found.digest = user, now, None
    found.state, found.reason = State.ACTIVE, Reason.ACTIVATED
    writing.save(found, writing.as_carer(user, found), now)
    return found


def _refusal(found: Sharing | None, user: User, born: date, now: datetime) -> CannotHelp.Why | None:
    if found is None:
        return CannotHelp.Why.UNKNOWN
    if not rules.is_open(found, now):
        return CannotHelp.Why.CLOSED
    if changes.is_held(found.patient):
        return CannotHelp.Why.HELD
    if why := _refusal_to(user, found):
        return why
    if not _was_born(found.patient, born):
        return CannotHelp.Why.WRONG_DATE_OF_BIRTH
    return None


def _refusal_to(user: User, found: Sharing) -> CannotHelp.Why | None:
    link = sessions.current_link(user)
    if link is None:
        return CannotHelp.Why.NOT_PROVED
    return CannotHelp.Why.OWN_RECORD if link.patient == found.patient else None


def _count_try(found: Sharing, now: datetime) -> bool:
    """Count a wrong date of birth; return whether it was one too many, which closes it."""
    found.tries += 1
    if found.tries < rules.TRIES:
        found.save(update_fields=["tries"])
        return False
    writing.end(found, Reason.NOT_VERIFIED, Repository(SYSTEM), now)
    return True


def _was_born(patient: str, born: date) -> bool:
    try:
        recorded = birth_date(Repository(SYSTEM).read("Patient", patient).json)
    except NotFound:
        return False
    return recorded is not None and hmac.compare_digest(recorded.isoformat(), born.isoformat())


def _waiting(patient: str, sharing: int) -> Sharing:
    found = writing.locked(pk=sharing, patient=patient, state=State.INVITED)
    if found is None or found.basis != Basis.PATIENT:
        raise NotThere
    return found


def _held(patient: str, sharing: int) -> Sharing:
    found = writing.locked(pk=sharing, patient=patient, state__in=[State.ACTIVE, State.SUSPENDED])
    if found is None or found.basis != Basis.PATIENT:
        raise NotThere
    return found
