"""Timed release: each minute, what is due is decided anew and opened if nothing has changed."""

import logging
from datetime import datetime

from django.db import connection
from procrastinate.contrib.django import app

from fhir.access import SYSTEM
from fhir.store import Conflict, Repository
from portal import clock
from portal.results.models import DueRelease
from portal.results.settling import Touched, settle

logger = logging.getLogger(__name__)

BATCH = 500


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="release_due")
def release_due(timestamp: int) -> None:  # noqa: ARG001 (procrastinate tells when it should have run)
    """Run often: a moment that was missed is made up for by the next.

    Two at once do no harm, and there is no lock that a killed worker could leave behind.
    """
    last: int | None = 0
    while last is not None:
        last = open_due(clock.now(), after=last)


def open_due(now: datetime, *, after: int = 0) -> int | None:
    """Decide anew on a batch of what is due; return where to go on, or None at the end.

    A patient for whom it fails stays due, and after a while is an alarm; the others go on.

    :raises Exception: the database has gone away: nobody's release can be tried.
    """
    records = Repository(SYSTEM)
    with records.transaction():
        rows = DueRelease.objects.filter(state=DueRelease.State.LATER, due_at__lte=now)
        due = list(rows.filter(pk__gt=after).order_by("pk")[:BATCH])
    by_patient: dict[str, dict[str, set[str]]] = {}
    for row in due:
        of_type = by_patient.setdefault(row.patient, {}).setdefault(row.resource_type, set())
        of_type.add(row.logical_id)
    for patient, ids in by_patient.items():
        try:
            settle(Touched(patient, ids), now)
        except Conflict:
            logger.info("a newer version came in while a release was due")
        except Exception as fault:
            if not connection.is_usable():
                raise
            # The fault's type is named; its words may hold a value.
            name = type(fault).__name__
            logger.error("what is due of one patient cannot be released: %s", name)  # noqa: TRY400
    return due[-1].pk if len(due) == BATCH else None
