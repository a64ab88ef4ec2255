"""Timed work of booking: slots that come within reach, and holds that nobody confirmed."""

import logging

from django.db import connection
from procrastinate.contrib.django import app

from portal.appointments import claims, clinics
from portal.appointments.models import Clinic

logger = logging.getLogger(__name__)


@app.periodic(cron="20 2 * * *")
@app.task(queueing_lock="make_slots")
def make_slots(timestamp: int) -> None:  # noqa: ARG001 (procrastinate tells when it should have run)
    """Run again at any time: what is there already is not made again."""
    make_all_slots()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="end_stale_holds")
def end_stale_holds(timestamp: int) -> None:  # noqa: ARG001 (as above)
    """End holds whose time is over; whoever wants such a slot first does not wait for this."""
    with claims.opened():
        claims.expire()


def make_all_slots() -> None:
    """Look ahead for every clinic; one for which it fails holds up no other.

    :raises Exception: the database has gone away: no clinic can be looked at.
    """
    for clinic in Clinic.objects.filter(stage=Clinic.Stage.PUBLISHED).order_by("key"):
        try:
            clinics.look_ahead(clinic, claims.now())
        except Exception as fault:
            if not connection.is_usable():
                raise
            logger.error("slots of a clinic cannot be made: %s", type(fault).__name__)  # noqa: TRY400 (its words may hold a value)
