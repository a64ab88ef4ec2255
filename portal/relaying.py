"""The relay: what follows from a committed change, carried out outside the request.

Four lines of work, each in a thread of its own so that none holds up another: telling subscribers
of changes, reading inbound messages, chaining the audit, and running timed tasks. Each looks for
work when the database says that there is some, and every second in any case. Several processes may
share the work, each with all lines or with some.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, cast

import psycopg
from django.db import connection
from procrastinate import App
from procrastinate.contrib.django import app as tasks
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import DEFAULT_QUEUE, Status

from fhir import audit, changes, deliveries
from fhir.hl7 import inbox
from portal import waking
from portal.export.tasks import QUEUE as SLOW_QUEUE

if TYPE_CHECKING:
    from procrastinate.contrib.django.django_connector import DjangoConnector

logger = logging.getLogger(__name__)

PERIOD = 1.0  # seconds between looks when nobody calls
REVIVAL = 10.0  # seconds between looks for tasks whose worker has died


class _Work(NamedTuple):
    """What a line does, how much of it is taken at once, and where the database calls for it."""

    do: Callable[[], int]
    most: int
    channel: str


WORKS: Final = {
    "changes": _Work(deliveries.deliver_next, deliveries.MOST, changes.OWED),
    "messages": _Work(inbox.process_next, 1, inbox.CHANNEL),
    # Nobody waits for the chain: it is linked by the clock, many rows at once.
    "audit": _Work(audit.chain, audit.MOST, ""),
}
TASKS: Final = "tasks"
LINES: Final = (*WORKS, TASKS)


def run(stop: threading.Event, names: Collection[str] = LINES) -> None:
    """Work on these lines until `stop` is set; what is under way is finished first."""
    works = {name: work for name, work in WORKS.items() if name in names}
    wakes = {name: _Wake() for name in works}
    by_channel = {work.channel: wakes[name] for name, work in works.items() if work.channel}
    lines = [_thread(name, _line, work, stop, wakes[name]) for name, work in works.items()]
    if by_channel:
        lines.append(_thread("wake", _listen, stop, by_channel))
    if TASKS in names:
        lines.append(_thread(TASKS, _timed, stop))
    for line in lines:
        line.start()
    stop.wait()
    for wake in wakes.values():
        wake.call()
    for line in lines:
        line.join(timeout=10)


def _thread(name: str, target: Callable[..., None], *values: object) -> threading.Thread:
    return threading.Thread(target=target, args=values, name=name, daemon=True)


class _Wake:
    """Calls, counted: one that comes while a line is at work is not missed."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.calls = 0

    def call(self) -> None:
        with self._changed:
            self.calls += 1
            self._changed.notify_all()

    def wait(self, since: int) -> None:
        """Return once there have been more calls than `since`, or after PERIOD."""
        with self._changed:
            self._changed.wait_for(lambda: self.calls != since, PERIOD)


def _line(work: _Work, stop: threading.Event, wake: _Wake) -> None:
    """Work whenever there is a call, and go on at once where as much was done as is taken."""
    while not stop.is_set():
        calls = wake.calls
        if _tried(work.do) < work.most:
            wake.wait(calls)
    connection.close()


def _tried(work: Callable[[], int]) -> int:
    """Do some of the work; a database that is away comes back, and the relay outlives it."""
    try:
        return work()
    except Exception as fault:  # noqa: BLE001 (the relay outlives whom it calls)
        logger.warning("%s failed: %s", work.__module__, type(fault).__name__)
        connection.close()
        return 0


def _listen(stop: threading.Event, wakes: Mapping[str, _Wake]) -> None:
    """Wake the lines when the database calls; without it they look every second."""
    while not stop.is_set():
        try:
            with psycopg.connect(**waking.address(), autocommit=True) as listening:
                for channel in wakes:
                    listening.execute(f"LISTEN {channel}")
                while not stop.is_set():
                    for called in listening.notifies(timeout=PERIOD, stop_after=1):
                        wakes[called.channel].call()
        except psycopg.Error:
            stop.wait(PERIOD)


def _timed(stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            asyncio.run(_tasks(stop))
        except Exception as fault:  # noqa: BLE001 (the relay outlives whom it calls)
            logger.warning("timed tasks failed: %s", type(fault).__name__)
            stop.wait(PERIOD)


async def _tasks(stop: threading.Event) -> None:
    """Run timed tasks until `stop` is set.

    :raises Exception: the database went away, or the worker ended for another reason.
    """
    connector = cast("DjangoConnector", tasks.connector).get_worker_connector()
    with tasks.replace_connector(connector) as app:
        async with app.open_async():
            # What takes minutes has a worker of its own, and holds up nothing that is due.
            working = [
                asyncio.create_task(
                    app.run_worker_async(
                        queues=[queue],
                        concurrency=1,
                        install_signal_handlers=False,
                        delete_jobs="successful",
                        listen_notify=True,
                    )
                )
                for queue in (DEFAULT_QUEUE, SLOW_QUEUE)
            ]
            running = [
                *working,
                asyncio.create_task(_revive(app)),
                asyncio.create_task(_end(stop)),
            ]
            ended, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for one in running:
                one.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            for one in ended:
                one.result()


async def _end(stop: threading.Event) -> None:
    """Return when `stop` is set; no thread waits for it, which would outlive a failure."""
    while not stop.is_set():  # noqa: ASYNC110 (it is set by another thread)
        await asyncio.sleep(PERIOD)


async def _revive(app: App) -> None:
    """Take up again what a worker that died was at: its lock holds up every later one."""
    while True:
        for job in await app.job_manager.get_stalled_jobs():
            try:
                await app.job_manager.retry_job(job)
            except UniqueViolation:  # the next one is waiting already
                await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
        await asyncio.sleep(REVIVAL)
