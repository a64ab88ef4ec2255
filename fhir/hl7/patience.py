"""How long a sender may be silent: one timer for a conversation, looked at when it runs out.

To set a timer anew for each piece that is read would cost more than to read it.
"""

import asyncio
from collections.abc import Callable
from typing import Final

_FOR_EVER: Final = float("inf")


class Patience:
    """Calls `lost` when a sender has been silent for longer than was granted last."""

    def __init__(self, lost: Callable[[], None]) -> None:
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._until = self._looks_at = _FOR_EVER
        self._timer: asyncio.TimerHandle | None = None

    def grant(self, seconds: float) -> None:
        """From now on wait so long."""
        self._until = self._loop.time() + seconds
        if self._until < self._looks_at:
            self._look_at(self._until)

    def be_endless(self) -> None:
        self._until = _FOR_EVER

    def end(self) -> None:
        if self._timer:
            self._timer.cancel()

    def _look_at(self, moment: float) -> None:
        self.end()
        self._looks_at = moment
        self._timer = self._loop.call_at(moment, self._look)

    def _look(self) -> None:
        self._timer, self._looks_at = None, _FOR_EVER
        if self._until <= self._loop.time():
            self._lost()
        elif self._until < _FOR_EVER:
            self._look_at(self._until)
