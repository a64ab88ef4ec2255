"""The rules of booking together: no clock, no database, no request."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Protocol

FEWEST, MOST = 2, 6


class Time(Protocol):
    """The columns of a slot that say whether another follows it."""

    slot: str
    starts_at: datetime
    ends_at: datetime

    @property
    def clinic_id(self) -> object: ...


def are_in_a_row(times: Sequence[Time]) -> bool:
    """Whether times are of one clinic, each the same as the one before or beginning at its end."""
    return all(
        one.clinic_id == other.clinic_id
        and (one.slot == other.slot or one.ends_at == other.starts_at)
        for one, other in pairwise(times)
    )
