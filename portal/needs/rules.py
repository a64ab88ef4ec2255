"""When what somebody needs is asked about again: no clock, no database, no request."""

from datetime import date, timedelta
from typing import Final

ASKED_EVERY: Final = timedelta(days=365)
LONGEST_WORDS: Final = 150
LONGEST_LANGUAGE: Final = 40


def is_due(reviewed_on: date | None, today: date) -> bool:
    """Whether it is time to ask if it still holds; of what nobody has told us, never."""
    return reviewed_on is not None and today >= reviewed_on + ASKED_EVERY
