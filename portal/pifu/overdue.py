"""What patients have asked and nobody has looked at in time, or nobody has rung about."""

from fhir.access import SYSTEM
from fhir.store import Repository
from portal import clock
from portal.pifu.models import Ask
from portal.pifu.rules import OPEN


def asks() -> int:
    """Return how many there are; named in settings.ASKS_OVERDUE."""
    with Repository(SYSTEM).transaction():
        return Ask.objects.filter(state__in=OPEN, due_at__lt=clock.now()).count()
