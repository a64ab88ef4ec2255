"""What is due to open by itself and has not: something is wrong with it, or nobody opens it."""

from datetime import timedelta
from typing import Final

from django.db.models import Count

from fhir.access import SYSTEM
from fhir.store import Repository
from portal import clock
from portal.results.models import DueRelease

_PATIENCE: Final = timedelta(minutes=5)


def people() -> int:
    """Return how many people wait for what is overdue; named in settings.RESULTS_OVERDUE."""
    with Repository(SYSTEM).transaction():
        overdue = DueRelease.objects.filter(
            state=DueRelease.State.LATER, due_at__lt=clock.now() - _PATIENCE
        )
        number: int = overdue.aggregate(number=Count("patient", distinct=True))["number"]
    return number
