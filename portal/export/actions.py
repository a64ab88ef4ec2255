"""What people do about copies of their record: ask for one, stop it, have it made again."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime

from django.db import IntegrityError, transaction
from procrastinate.exceptions import AlreadyEnqueued

from fhir import audit
from fhir.access import Interaction, Viewer
from fhir.audit import Call, Seen
from fhir.changes import since
from portal.export import places
from portal.export.archive import names_any
from portal.export.models import Export
from portal.export.tasks import make_copies
from portal.identity.models import User

MOST_CHANGES = 2_000
# What was not in the record yet when a copy was made cannot be wrong in it.
NEW = "created"


def ask(
    *, user: User, patient: str, chosen: Sequence[str], since: datetime | None, now: datetime
) -> Export:
    """Ask for a copy; one that is under way already is that which was asked for."""
    try:
        with transaction.atomic():
            made = Export.objects.create(
                user=user, patient=patient, chosen=list(chosen), since=since, asked_at=now
            )
    except IntegrityError:
        return Export.objects.get(user=user, patient=patient, state__in=Export.UNDER_WAY)
    others = Export.objects.filter(user=user, patient=patient).exclude(pk=made.pk)
    remove(others.filter(state=Export.State.READY))
    _wake()
    return made


def again(export: Export) -> None:
    """Have the whole copy made anew, as it was asked for."""
    places.remove(export.file)
    mine = Export.objects.filter(pk=export.pk).exclude(state__in=Export.UNDER_WAY)
    mine.update(state=Export.State.WAITING, file="", attempts=0, parts=[], expires_at=None)
    _wake()


def _wake() -> None:
    """Have a worker look soon; where one is about to, that will do."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        make_copies.defer()


def stop(export: Export) -> None:
    """Stop a copy that is being made; whoever makes it notices within a page."""
    mine = Export.objects.filter(pk=export.pk, state__in=Export.UNDER_WAY)
    mine.update(state=Export.State.STOPPED)


def remove(exports: Iterable[Export]) -> None:
    """Delete the files of copies; the rows stay, to say that there had been one."""
    for export in exports:
        places.remove(export.file)
        Export.objects.filter(pk=export.pk).update(state=Export.State.GONE, file="")


def is_outdated(export: Export, viewer: Viewer) -> bool:
    """Whether the record says something else now of what is in the copy (decisions 23)."""
    changed = since(viewer, export.patient, export.head, MOST_CHANGES)
    ids = {one.logical_id for one in changed if one.resource_type and one.kind != NEW}
    too_many = len(changed) >= MOST_CHANGES
    return too_many or names_any(places.path_of(export.file), ids)


def account_for(export: Export, viewer: Viewer) -> None:
    """Leave a row that the copy was handed over, before it is."""
    call = Call(Interaction.READ, [Seen(export.patient, "Bundle", [])])
    audit.write(viewer, call)
