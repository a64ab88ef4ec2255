"""``manage.py relay``: tells changes, reads messages, chains the audit, runs timed tasks.

``manage.py relay messages`` does one of these alone, beside others that do the rest.
"""

import asyncio
import threading
from argparse import ArgumentParser
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from django.core.checks import Tags
from django.core.management import BaseCommand

from portal import processes, relaying


async def run(
    stop: asyncio.Event,
    ready: Callable[[], None] = lambda: None,
    lines: Collection[str] = relaying.LINES,
) -> None:
    """Run the relay's threads beside this loop until `stop` is set."""
    stopping = threading.Event()
    working = asyncio.ensure_future(asyncio.to_thread(relaying.run, stopping, lines))
    ready()
    waiting = asyncio.ensure_future(stop.wait())
    await asyncio.wait([working, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    stopping.set()
    await working


class Command(BaseCommand):
    help = "Runs the relay until it is asked to stop; what is under way is finished first."
    requires_system_checks = [Tags.security]  # of pages, only what serves them asks

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("lines", nargs="*", choices=[*relaying.LINES, []], help="some, or all")

    def handle(self, *_args: Any, **options: Any) -> None:
        processes.run(partial(run, ready=self._announce, lines=options["lines"] or relaying.LINES))

    def _announce(self) -> None:
        self.stdout.write("Relaying")
        self.stdout.flush()
