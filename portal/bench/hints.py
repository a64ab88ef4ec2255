"""From a hospital's frame to the browsers' hint, beside a bare call of the database to sockets.

A thousand pages are open on the running service: listener, relay and web, each in processes, on
a database that holds earlier reports of the same people and knows how much it holds. The bare
calls go to a thousand sockets of their own at the same time, each between two frames, so that
both meet the same machine at the same load.
"""

import asyncio
import json
import statistics
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime

import psycopg
import uvloop

from fhir import changes
from portal.bench import browsers, measures, messages, running
from portal.bench.bare_echo import CHANNEL
from portal.bench.browsers import Page
from portal.bench.filling import analyse
from portal.bench.message import take
from portal.bench.messages import Person
from portal.bench.senders import Line
from portal.bench.signing_in import cookie_of, signed_in
from portal.live import cursors

LIMIT, MEMORY_LIMIT = 10.0, 40.0
PEOPLE, PAGES_EACH, MESSAGES, A_SECOND, VALUES = 100, 10, 1_000, 20, 5
REPORTS_BEFORE = 3  # of each person
CONNECTIONS, WARM = 8, 10
SETTLED, LATEST = 4.0, 20.0  # seconds

PARTS = {
    "web": ("serve", "--web-only"),
    "relay of messages": ("relay", "messages"),
    "relay of changes": ("relay", "changes"),
    "relay of the rest": ("relay", "audit", "tasks"),
    "listener": ("mllp",),
}
# As in production, but that it is always working hours.
SETTINGS = {"CLOCK_MAY_MOVE": "no", "RESULTS_IN_WORKING_HOURS": "no"}

Figures = dict[str, float]
Act = Callable[[int], Awaitable[None]]


def run() -> Figures:
    """Measure the service and the echo at the same time, each with its own thousand sockets."""
    messages.admit_laboratory()
    people = messages.people(PEOPLE)
    messages.register(people)
    _fill(people)
    ours, bare, figures = _measured(people)
    expected = MESSAGES * PAGES_EACH
    return {
        "hints": len(ours),
        "hints missing (limit 0)": expected - len(ours),
        "echoes missing": expected - len(bare),
        "frame to hint, median in ms": statistics.median(ours),
        "frame to hint, p99 in ms": _p99(ours),
        "echo, median in ms": statistics.median(bare),
        "echo, p99 in ms": _p99(bare),
        f"ratio of p99 (limit {LIMIT:g})": _p99(ours) / _p99(bare),
        **figures,
    }


def _fill(people: list[Person]) -> None:
    """Release earlier reports, so that the database plans as it does for one in use."""
    earlier = [
        messages.report(f"E{n}-{person.key}", person, datetime.now(UTC), VALUES)
        for n in range(REPORTS_BEFORE)
        for person in people
    ]
    take(earlier)
    analyse()


def _measured(people: list[Person]) -> tuple[list[float], list[float], Figures]:
    """Return how long each hint and each echo took, in ms, and what the service cost."""
    before = {key: head.seq for key, head in changes.numbers([p.key for p in people]).items()}
    ports = {name: running.free_port() for name in ("PORT", "MLLP_PORT", "ECHO_PORT")}
    environment = SETTINGS | {name: str(port) for name, port in ports.items()}
    pages = _pages(people, ports["PORT"])
    echo = _Echo([person.key for person in people], ports["ECHO_PORT"])
    with ExitStack() as stack:
        processes = {
            name: stack.enter_context(running.running("manage.py", *command, **environment))
            for name, command in PARTS.items()
        }
        stack.enter_context(running.running(*echo.command))
        load = _Load(people, pages, processes, ports["MLLP_PORT"])
        uvloop.run(_beside(load, echo))
    return _delays(pages, load.sent, before), echo.delays(), load.figures


async def _beside(load: "_Load", echo: "_Echo") -> None:
    async with echo.opened():
        await load.run(echo.call)


def _pages(people: list[Person], port: int) -> list[Page]:
    address = f"ws://localhost:{port}/live/"
    hello = json.dumps({"t": "hello", "c": ""})
    cookies = {person.key: cookie_of(signed_in(person.key)) for person in people}
    return [
        Page(key, address, hello, cookie)
        for key, cookie in cookies.items()
        for _ in range(PAGES_EACH)
    ]


class _Load:
    """Messages at a steady rate, with the pages open, and what the processes took for it."""

    def __init__(
        self, people: list[Person], pages: list[Page], processes: dict[str, int], port: int
    ) -> None:
        self.sent: dict[str, list[float]] = defaultdict(list)
        self.figures: Figures = {}
        self._people = people
        self._pages = pages
        self._processes = processes
        self._line = Line(port)

    async def run(self, beside: Act) -> None:
        async with browsers.opened(self._pages[:WARM]):
            await asyncio.sleep(SETTLED)
        await asyncio.sleep(SETTLED)
        without = measures.memory_of(self._processes["web"])
        async with browsers.opened(self._pages):
            await asyncio.sleep(SETTLED)
            taken = measures.memory_of(self._processes["web"]) - without
            name = f"memory of an idle socket, KB (limit {MEMORY_LIMIT:g})"
            self.figures[name] = taken / len(self._pages)
            await self._line.open(CONNECTIONS)
            before = self._spent()
            await asyncio.gather(_steadily(self._send), _steadily(beside, 0.5))
            await browsers.until_told(self._pages, MESSAGES * PAGES_EACH, LATEST)
            for part, spent in self._spent().items():
                self.figures[f"{part}, ms of CPU a message"] = (
                    1000 * (spent - before[part]) / MESSAGES
                )
            self._line.close()

    async def _send(self, n: int) -> None:
        person = self._people[n % PEOPLE]
        report = messages.report(f"H{n}", person, datetime.now(UTC), VALUES)
        self.sent[person.key].append(await self._line.send(report))

    def _spent(self) -> Figures:
        parts = {name: measures.of_process(one) for name, one in self._processes.items()}
        return {**parts, "database": measures.of_backends(running.address())}


def _events(page: Page) -> list[tuple[float, int]]:
    """Return when the page was told, and up to which number of its patient's log."""
    said = [(at, json.loads(text)) for at, text in page.heard]
    told = [(at, cursors.decode(one["c"], page.whose)) for at, one in said if one["t"] == "ev"]
    return [(at, head.seq) for at, head in told if head]


def _delays(pages: list[Page], sent: dict[str, list[float]], before: dict[str, int]) -> list[float]:
    """Return for each message and page how long it took until the page was told of the release."""
    released: dict[str, list[int]] = defaultdict(list)
    for change in changes.after(before):
        if change.kind == "released" and change.resource_type == "DiagnosticReport":
            released[change.patient].append(change.seq)
    delays = []
    for page in pages:
        told = _events(page)
        for sent_at, seq in zip(sorted(sent[page.whose]), released[page.whose], strict=False):
            heard_at = next((at for at, up_to in told if up_to >= seq), None)
            if heard_at is not None:
                delays.append(1000 * (heard_at - sent_at))
    return delays


class _Echo:
    """The bare calls: when each was made, and the sockets that hear it."""

    def __init__(self, names: list[str], port: int) -> None:
        address = f"ws://localhost:{port}/"
        self.command = ("-m", "portal.bench.bare_echo", str(port), running.address())
        self._names = names
        self._pages = [Page(name, address, name) for name in names for _ in range(PAGES_EACH)]
        self._called: dict[int, float] = {}

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Open its sockets, and close them once all have been told."""
        async with (
            browsers.opened(self._pages),
            await psycopg.AsyncConnection.connect(running.address(), autocommit=True) as connected,
        ):
            self._connected = connected
            yield
            await browsers.until_told(self._pages, MESSAGES * PAGES_EACH, LATEST)

    async def call(self, n: int) -> None:
        self._called[n] = time.monotonic()
        payload = f"{self._names[n % len(self._names)]},{n}"
        await self._connected.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])

    def delays(self) -> list[float]:
        """Return how long each echo took, in ms."""
        return [
            1000 * (at - self._called[int(text.partition(",")[2])])
            for page in self._pages
            for at, text in page.heard
        ]


async def _steadily(act: Act, beat: float = 0) -> None:
    """Do something so many times a second, whether or not the last has been done.

    `beat` is the part of the time between two for which the first waits.
    """
    began = time.monotonic() + beat / A_SECOND
    async with asyncio.TaskGroup() as doing:
        for n in range(MESSAGES):
            await asyncio.sleep(began + n / A_SECOND - time.monotonic())
            doing.create_task(_done(act(n)))


async def _done(work: Awaitable[None]) -> None:
    await work


def _p99(delays: list[float]) -> float:
    return statistics.quantiles(delays, n=100)[98]
