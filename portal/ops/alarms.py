"""Says in the log, once, that something needs a person: the kind and how many, never who."""

import enum
import logging
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core.cache import cache
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app

from fhir import alarms

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

_TOLD: Final = "ops.alarms"


class Overdue(enum.StrEnum):
    """The kinds of trouble that the record itself knows nothing of."""

    RELEASE = "people whose results are due and still shut"
    ASK = "people who asked to be seen and were not answered in time"


def counts() -> dict[enum.StrEnum, int]:
    """Return how many there are of each kind, the record's and ours."""
    overdue: Callable[[], int] = import_string(settings.RESULTS_OVERDUE)
    unanswered: Callable[[], int] = import_string(settings.ASKS_OVERDUE)
    found: dict[enum.StrEnum, int] = dict(alarms.counts().items())
    return found | {Overdue.RELEASE: overdue(), Overdue.ASK: unanswered()}


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="look_for_alarms", lock="look_for_alarms")
def look_for_alarms(timestamp: int) -> None:  # noqa: ARG001 (procrastinate tells when it should have run)
    tell()


def tell() -> None:
    """Log each kind of which there are more than when it was last told, and each that is over."""
    told: dict[str, int] = cache.get(_TOLD) or {}
    found = counts()
    for alarm, number in found.items():
        before = told.get(alarm, 0)
        if number > before:
            logger.error("alarm: %s: %s, before %s", alarm, number, before)
        elif before and not number:
            logger.warning("alarm over: %s", alarm)
    cache.set(_TOLD, {str(alarm): number for alarm, number in found.items()}, timeout=None)
