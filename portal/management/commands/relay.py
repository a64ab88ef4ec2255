"""``manage.py relay``: tells changes, reads messages, chains the audit, runs timed tasks."""

import signal
import threading
from typing import Any

from django.core.management import BaseCommand

from portal import relaying


class Command(BaseCommand):
    """Runs until it is asked to stop."""

    help = __doc__

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Work until SIGTERM or SIGINT; what is under way is finished first."""
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        relaying.run(stop)
