"""Whether what a page shows may be out of date: since when the hospital's systems are silent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Freshness:
    """`state` is "current", "stale" or, where no system has been heard yet, "unknown"."""

    state: str
    last_at: datetime | None = None
    system: str = ""
    phone: str = ""

    @property
    def is_stale(self) -> bool:
        return self.state == "stale"


Watch = Callable[[str], Freshness]


def of(patient: str) -> Freshness:
    """Return what those who watch the feeds know; `settings.RECORD_FRESHNESS` names them."""
    if not settings.RECORD_FRESHNESS:
        return Freshness("unknown")
    watched: Watch = import_string(settings.RECORD_FRESHNESS)
    return watched(patient)
