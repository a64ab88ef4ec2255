"""``manage.py relay``: tells changes, reads messages, chains the audit, runs timed tasks."""

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.management import BaseCommand

from portal import processes, relaying


async def run(stop: asyncio.Event, ready: Callable[[], None] = lambda: None) -> None:
    """Run the relay's threads beside this loop until `stop` is set."""
    stopping = threading.Event()
    working = asyncio.ensure_future(asyncio.to_thread(relaying.run, stopping))
    ready()
    waiting = asyncio.ensure_future(stop.wait())
    await asyncio.wait([working, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    stopping.set()
    await working


class Command(BaseCommand):
    help = "Runs the relay until it is asked to stop; what is under way is finished first."

    def handle(self, *_args: Any, **_options: Any) -> None:
        processes.run(partial(run, ready=self._announce))

    def _announce(self) -> None:
        self.stdout.write("Relaying")
        self.stdout.flush()
