"""Waits for what the service does by itself, by looking; never by the clock alone."""

import time
from collections.abc import Callable

from portal import demonstration

LONGEST = 30.0


def until(holds: Callable[[], object], what: str) -> None:
    """Return once it holds, or fail saying what never came to be."""
    deadline = time.monotonic() + LONGEST
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def settled() -> None:
    """Return once the relay has told all there is to tell."""
    until(demonstration.is_quiet, "The relay has not finished.")
