"""Asking the privacy team why somebody looked, and answering."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from fhir import audit
from fhir.access import Interaction, Viewer
from fhir.audit import Call, Seen
from portal.identity.models import User
from portal.privacy import mails
from portal.privacy.models import Question
from portal.privacy.rules import DUE_WORKING_DAYS
from portal.record.dates import local
from portal.record.lookups import Lookup
from portal.results.hours import Hours


class NoSuchQuestion(Exception):
    """There is none that this member of staff may answer, or it has been answered."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose question it is, about which line of whose log, in their words."""

    user: User
    patient: str
    line: Lookup
    words: str


def ask(asked: Asked, now: datetime) -> Question:
    """Open a question; asking again of the same line is the same question."""
    line = asked.line
    about = {"who": line.who, "verb": line.verb, "looked_at": line.until}
    opened, _ = Question.objects.get_or_create(
        patient=asked.patient,
        **about,
        defaults={
            "user": asked.user,
            "name": line.called,
            "role": line.role,
            "did": line.said({}),
            "words": asked.words,
            "asked_at": now,
            "due_on": local(Hours().after_working_days(now, DUE_WORKING_DAYS)).date(),
        },
    )
    return opened


def unanswered(user: User, viewer: Viewer) -> QuerySet[Question]:
    """Return the questions that a member of staff may answer, the first due first.

    Not what is about themselves, nor of their own or a relation's record.
    """
    themselves = Q(who=viewer.who) | Q(who__in=_references(user)) | Q(user=user)
    rows = Question.objects.filter(answered_at=None).exclude(themselves)
    return rows.exclude(patient__in=viewer.barred).select_related("user").order_by("due_on", "key")


def opened(user: User, viewer: Viewer, key: UUID) -> Question:
    """Return one question for whoever will answer it: its patient sees that they looked.

    :raises NoSuchQuestion: it is not theirs to answer.
    """
    found = unanswered(user, viewer).filter(key=key).first()
    if found is None:
        raise NoSuchQuestion
    audit.write(viewer, Call(Interaction.READ, [Seen(found.patient, "AuditEvent", [])]))
    return found


@transaction.atomic
def answer(*, user: User, viewer: Viewer, key: UUID, words: str, now: datetime) -> None:
    """Answer a question, once, and tell whoever asked.

    :raises NoSuchQuestion: it is not theirs to answer, or somebody else just has.
    """
    found = opened(user, viewer, key)
    rows = Question.objects.filter(key=key, answered_at=None)
    if not rows.update(answer=words, answered_at=now, answered_by=user):
        raise NoSuchQuestion
    mails.tell(found.patient)


def _references(user: User) -> list[str]:
    kinds = ("Practitioner", "PractitionerRole")
    return [f"User/{user.pk}", *(f"{kind}/{one}" for one in user.practitioners for kind in kinds)]
