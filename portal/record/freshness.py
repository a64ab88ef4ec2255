"""Whether what a page shows may be out of date: since when the hospital's systems are silent."""

from dataclasses import dataclass
from datetime import datetime


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


def of(patient: str) -> Freshness:  # noqa: ARG001 (the feeds do not say yet)
    return Freshness("unknown")
