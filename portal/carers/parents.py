"""What staff do about parents of children: let one see, decide as the child grows, stop it."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from fhir.access import SYSTEM
from fhir.store import Repository
from portal.carers import rules, writing
from portal.carers.actions import Invited, Limits, NotThere, Wish
from portal.carers.models import Sharing
from portal.carers.rules import Basis, Reason, Stage, State
from portal.carers.scopes import SENSITIVE
from portal.identity import codes
from portal.identity.models import User
from portal.identity.people import Person
from portal.record.dates import local

_HELD = (State.ACTIVE, State.SUSPENDED)


class TooOld(Exception):
    """The child is of an age at which no parent is given new access at the desk."""


def give_code(*, child: Person, wish: Wish, evidence: str, by: User, now: datetime) -> Invited:
    """Make an invitation for a parent who is here and has shown that they are one.

    :raises TooOld: the child is old enough that a professional decides, or has no birthday.
    """
    stage = rules.stage_of(child.born, local(now).date(), settings.CARERS_SUSPENDED_AT)
    if stage != Stage.WHOLE:
        raise TooOld
    code = codes.make()
    sharing = Sharing(
        patient=child.key,
        patient_name=child.name,
        name=wish.name,
        email=wish.email,
        relationship=wish.relationship,
        scopes=sorted(wish.limits.scopes),
        basis=Basis.PARENT,
        evidence=evidence,
        ends_on=None,
        born=child.born,
        invited_by=by,
        invited_at=now,
        expires_at=now + rules.INVITATION_LASTS,
        digest=codes.digest(code),
    )
    writing.open_twins(sharing, Repository(SYSTEM), now)
    return Invited(sharing, code)


def of_child(patient: str) -> QuerySet[Sharing]:
    """Return the sharings of a child's parents that stand."""
    rows = Sharing.objects.filter(patient=patient, basis=Basis.PARENT, state__in=_HELD)
    return rows.select_related("carer").order_by("pk")


def decide(
    *, records: Repository, patient: str, limits: Limits, by: User, now: datetime
) -> list[Sharing]:
    """Write down what a professional decided that the parents of a child may see, until when.

    `records` are those of a clinician who treats the child. What is sensitive is never opened.
    """
    scopes = sorted(limits.scopes - {SENSITIVE})
    decided = []
    with transaction.atomic():
        for row in of_child(patient):
            found = writing.locked(pk=row.pk, state__in=_HELD)
            if found is None:
                continue
            found.decided_scopes, found.decided_until = scopes, limits.ends_on
            found.decided_by = by
            # What was shared at first no longer bounds what a professional opens or closes.
            found.scopes = sorted(set(found.scopes) | set(scopes))
            found.state = State.ACTIVE if scopes else State.SUSPENDED
            found.reason = Reason.REACTIVATED if scopes else Reason.SUSPENDED
            writing.save(found, records, now)
            decided.append(found)
    return decided


def stop(*, patient: str, sharing: int, by: User, now: datetime) -> Sharing:
    """End a parent's sight because the child may not be safe; it shows in no log of theirs.

    :raises NotThere: it had ended already.
    """
    with transaction.atomic():
        found = writing.locked(pk=sharing, patient=patient, basis=Basis.PARENT, state__in=_HELD)
        if found is None:
            raise NotThere
        found.decided_by = by
        writing.end(found, Reason.SAFEGUARDING, Repository(SYSTEM), now)
    return found


def soon_due(patients: frozenset[str], today: date) -> list[Sharing]:
    """Return the sharings of parents of these children of whom a birthday is near, or has come."""
    rows = Sharing.objects.filter(
        patient__in=patients, basis=Basis.PARENT, state__in=_HELD
    ).order_by("born")
    limit: int = settings.CARERS_SUSPENDED_AT
    return [row for row in rows if row.born and _is_near(row, row.born, today, limit)]


def _is_near(row: Sharing, born: date, today: date, limit: int) -> bool:
    """Whether a birthday comes soon, or has come and nobody's decision holds."""
    has_come = rules.stage_of(born, today, limit) in {Stage.NARROWED, Stage.SUSPENDED}
    is_decided = row.decided_until is not None and row.decided_until >= today
    days = [(rules.birthday(born, age) - today).days for age in (rules.NARROWED_AT, limit)]
    is_soon = any(0 < left <= max(rules.WARNED_BEFORE_BIRTHDAY) for left in days)
    return is_soon or (has_come and not is_decided)
