"""Says in the log, once, that something needs a person: the kind and how many, never who."""

import logging
from typing import Final

from django.core.cache import cache
from procrastinate.contrib.django import app

from fhir import alarms

logger = logging.getLogger(__name__)

_TOLD: Final = "ops.alarms"


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="look_for_alarms", lock="look_for_alarms")
def look_for_alarms(timestamp: int) -> None:  # noqa: ARG001 (procrastinate tells when it should have run)
    tell()


def tell() -> None:
    """Log each kind of which there are more than when it was last told, and each that is over."""
    told: dict[str, int] = cache.get(_TOLD) or {}
    found = alarms.counts()
    for alarm, number in found.items():
        before = told.get(alarm, 0)
        if number > before:
            logger.error("alarm: %s: %s, before %s", alarm, number, before)
        elif before and not number:
            logger.warning("alarm over: %s", alarm)
    cache.set(_TOLD, {str(alarm): number for alarm, number in found.items()}, timeout=None)
