"""A sharing and its FHIR twins, written together and by whoever acts."""

from datetime import datetime

from django.db import transaction

from fhir.access import SYSTEM, WRITING, Grant, Kind, Viewer
from fhir.store import Repository
from portal.carers import consents
from portal.carers.models import Sharing
from portal.carers.rules import Reason, State
from portal.carers.standing import seen_through
from portal.identity import sessions
from portal.identity.models import User
from portal.record.dates import local

TWINS = ("RelatedPerson", "Consent")


def open_twins(sharing: Sharing, records: Repository, now: datetime) -> None:
    """Write a new sharing with its RelatedPerson and its Consent."""
    writing = _writer(records)
    with writing.transaction():
        sharing.related_person = writing.create(consents.related_person(sharing)).id
        shown = frozenset(sharing.scopes)
        sharing.consent = writing.create(consents.consent(sharing, now, shown)).id
        sharing.save()


def save(sharing: Sharing, records: Repository, now: datetime) -> None:
    """Write a sharing that has changed, and its twins; pages that show the record close.

    To be called with the row locked: its twins are written over whatever they said.
    """
    writing = _writer(records)
    with transaction.atomic():
        with writing.transaction():
            sharing.save()
            is_held = sharing.state == State.ACTIVE
            shown = (
                seen_through(sharing, local(now).date()) if is_held else frozenset(sharing.scopes)
            )
            writing.update(consents.related_person(sharing), None)
            writing.update(consents.consent(sharing, now, shown), None)
        if sharing.carer:
            sessions.stop_acting(sharing.carer, sharing.patient)


def end(sharing: Sharing, reason: Reason, records: Repository, now: datetime) -> None:
    """End a sharing for good: its code is of no more use, and its pages close."""
    sharing.state, sharing.reason, sharing.ended_at = State.ENDED, reason, now
    sharing.digest = None
    save(sharing, records, now)


def locked(**which: object) -> Sharing | None:
    """Return a sharing that nobody else can change before the transaction ends."""
    rows = Sharing.objects.select_for_update(of=("self",)).select_related("carer")
    return rows.filter(**which).first()


def as_carer(user: User, sharing: Sharing) -> Repository:
    """Return the record for what a carer does to their own sharing, and nothing else."""
    grant = Grant(frozenset({sharing.patient}), frozenset(TWINS), WRITING)
    return Repository(
        Viewer(
            Kind.PROXY,
            sharing.who,
            user.name,
            grants=(grant,),
            on_behalf_of=f"Patient/{sharing.patient}",
        )
    )


def _writer(records: Repository) -> Repository:
    """Return the record with leave to write the twins; the service itself needs none."""
    return records if records.viewer is SYSTEM else records.lent_writes(*TWINS)
