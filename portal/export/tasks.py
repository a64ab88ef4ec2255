"""Copies are made, and taken away again, by tasks of a queue of their own.

Making one takes a while and much memory, so it is a process of its own: what is released by the
minute does not wait for it, and its memory goes back when it ends.
"""

import subprocess
import sys

from procrastinate.contrib.django import app

from portal import clock, database
from portal.export import making, tidying

QUEUE = "copies"


@app.task(queueing_lock="make_copies", queue=QUEUE)
def make_copies() -> None:
    """Make what waits; asked for when somebody wants a copy."""
    if making.is_due(clock.now()):
        command = [sys.executable, "manage.py", "copies"]
        subprocess.run(command, cwd=database.ROOT, check=True)  # noqa: S603 (our own command)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="look_after_copies", queue=QUEUE)
def look_after_copies(timestamp: int) -> None:  # noqa: ARG001 (procrastinate tells when it should have run)
    """Take up what a worker left that died, and delete what has run out."""
    tidying.tidy(clock.now())
    make_copies()
