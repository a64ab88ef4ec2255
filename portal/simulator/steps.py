"""Says what is being done, and how long it took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

WIDTH = 46


@dataclass
class Steps:
    say: Callable[[str], None]

    @contextmanager
    def __call__(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.say(f"{what:.<{WIDTH}}{time.monotonic() - began:6.1f} s")
