"""What people do to logins and to their links with records; each is one transaction."""

import enum
import hmac
from datetime import date, datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction

from cms import groups
from fhir import changes
from fhir.access import SYSTEM
from fhir.store import NotFound, Repository
from portal.identity import codes, rules, sessions
from portal.identity.models import (
    ActivationCode,
    Capacity,
    Link,
    Role,
    SessionLimit,
    User,
)
from portal.identity.rules import CodeState


class JustGiven(Exception):
    """Two members of staff gave the same person a code at once; the first one's stands."""


class CannotActivate(Exception):
    """The code cannot be used. Why is for tests and logs; whoever typed it is never told."""

    class Why(enum.StrEnum):
        UNKNOWN = enum.auto()
        CLOSED = enum.auto()
        WRONG_DATE_OF_BIRTH = enum.auto()
        HELD = enum.auto()
        OTHER_RECORD = enum.auto()

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


# The groups in which the content admin keeps what each may do.
CONTENT_GROUPS = {
    Role.EDITOR: groups.EDITORS,
    Role.APPROVER: groups.APPROVERS,
    Role.ADMIN: groups.APPROVERS,
}


def open_account(*, email: str, password: str | None, name: str, **fields: Any) -> User:
    """Make a login whose email address needs no proof: for staff, and for demonstrations."""
    with transaction.atomic():
        user = User.objects.create_user(email, password, name=name, **fields)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        if group := CONTENT_GROUPS.get(Role(user.role)):
            user.groups.add(Group.objects.get(name=group))
    return user


def give_code(*, patient: str, evidence: str, by: User, now: datetime) -> str:
    """Make a code for a person whose identity `by` has checked, and return it: it is kept nowhere.

    Any earlier code is cancelled.

    :raises JustGiven: somebody else gave one at the same moment.
    """
    made = codes.make()
    try:
        with transaction.atomic():
            cancel_code(patient=patient, by=by, now=now)
            ActivationCode.objects.create(
                digest=codes.digest(made),
                patient=patient,
                evidence=evidence,
                issued_by=by,
                issued_at=now,
                expires_at=now + rules.CODE_LASTS,
            )
    except IntegrityError:
        raise JustGiven from None
    return made


def cancel_code(*, patient: str, by: User, now: datetime) -> None:
    ActivationCode.objects.filter(
        patient=patient, used_at=None, cancelled_at=None, locked_at=None
    ).update(cancelled_at=now, cancelled_by=by)


def try_code(*, typed: str, born: date, now: datetime) -> ActivationCode:
    """Return the open code that was typed, if the date of birth is the person's too.

    :raises CannotActivate: one or the other is wrong, or the code is of no more use.
    """
    with transaction.atomic():
        found = _locked(digest__in=codes.digests(typed))
        why = _refusal(found, born, now)
        if found and why == CannotActivate.Why.WRONG_DATE_OF_BIRTH:
            _count_try(found, now)
    if why or found is None:
        raise CannotActivate(why or CannotActivate.Why.UNKNOWN)
    return found


def activate(*, user: User, code: int, now: datetime) -> Link:
    """Link `user` with the record that the code is for, and use the code up.

    A login that had the record before loses it: whoever holds the code has just been identified.

    :raises CannotActivate: the code was used meanwhile, or the login has another record.
    """
    try:
        with transaction.atomic():
            return _activate(user, code, now)
    except IntegrityError:
        raise CannotActivate(CannotActivate.Why.OTHER_RECORD) from None


def end_link(*, link: Link, now: datetime) -> None:
    """Take the record away from a login; whatever it has open closes."""
    with transaction.atomic():
        Link.objects.filter(pk=link.pk, ended_at=None).update(ended_at=now)
        sessions.end_all(link.user, also=(link.patient,))


def _activate(user: User, code: int, now: datetime) -> Link:
    found = _locked(pk=code)
    if found is None or rules.state_of(found, now) != CodeState.OPEN:
        raise CannotActivate(CannotActivate.Why.CLOSED)
    if changes.is_held(found.patient):
        raise CannotActivate(CannotActivate.Why.HELD)
    held = sessions.current_link(user)
    if held and held.patient != found.patient:
        raise CannotActivate(CannotActivate.Why.OTHER_RECORD)
    for before in Link.objects.filter(patient=found.patient, ended_at=None).exclude(user=user):
        end_link(link=before, now=now)
    found.used_at, found.used_by = now, user
    found.save(update_fields=["used_at", "used_by"])
    link = held or Link.objects.create(
        user=user, patient=found.patient, method=Link.Method.ACTIVATION_CODE, linked_at=now
    )
    # Sessions that were open as a member of staff stay so.
    SessionLimit.objects.filter(user=user, capacity=Capacity.NONE).update(
        capacity=Capacity.PATIENT, person=found.patient
    )
    return link


def _locked(**which: object) -> ActivationCode | None:
    return ActivationCode.objects.select_for_update().filter(**which).first()


def _refusal(found: ActivationCode | None, born: date, now: datetime) -> CannotActivate.Why | None:
    if found is None:
        return CannotActivate.Why.UNKNOWN
    if rules.state_of(found, now) != CodeState.OPEN:
        return CannotActivate.Why.CLOSED
    if changes.is_held(found.patient):
        return CannotActivate.Why.HELD
    if not _was_born(found.patient, born):
        return CannotActivate.Why.WRONG_DATE_OF_BIRTH
    return None


def _was_born(patient: str, born: date) -> bool:
    try:
        recorded = rules.birth_date(Repository(SYSTEM).read("Patient", patient).json)
    except NotFound:
        return False
    return recorded is not None and hmac.compare_digest(recorded.isoformat(), born.isoformat())


def _count_try(found: ActivationCode, now: datetime) -> None:
    found.tries += 1
    if found.tries >= rules.CODE_TRIES:
        found.locked_at = now
    found.save(update_fields=["tries", "locked_at"])
