"""A running service on its own database, whose processes a test may kill."""

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg

from portal import database
from tests.starting import Started

COMMANDS = {
    "serve": ["serve"],
    "web": ["serve", "--web-only"],
    "mllp": ["mllp"],
    "relay": ["relay"],
}
APART = ("mllp", "relay", "web")
SECONDS_TO_START = 45
SECONDS_TO_FOLLOW = 60
SECONDS_TO_END = 30  # once it has closed its output, or is asked to
SECONDS_REMEMBERED = 0.6


class DidNotStart(AssertionError):
    """A process of the service ended, or said nothing, instead of serving."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


@dataclass
class Site:
    """The service as users and hospitals meet it.

    ``start("serve")`` runs everything in one process; ``start("web")``, ``start("mllp")`` and
    ``start("relay")`` run the parts apart, as in production. A part that was killed starts again
    on the same port.
    """

    database_name: str
    folder: Path
    database_url: str = ""  # of another server than the checkout's own
    port: int = field(default_factory=free_port)
    mllp_port: int = field(default_factory=free_port)
    running: dict[str, "Running"] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def mails(self) -> list[str]:
        return [path.read_text("utf-8") for path in sorted((self.folder / "mail").glob("*"))]

    def start(self, part: str = "serve") -> "Site":
        self.running[part] = Running(COMMANDS[part], self.environment())
        return self

    def start_apart(self) -> "Site":
        """Start what production runs apart, all at once."""
        with ThreadPoolExecutor(len(APART)) as together:
            list(together.map(self.start, APART))
        return self

    def kill(self, part: str) -> None:
        """End a part as a power cut would."""
        self.running.pop(part).end(signal.SIGKILL)

    def stop(self, part: str) -> None:
        self.running.pop(part).end(signal.SIGTERM)

    def stop_all(self) -> None:
        for part in list(self.running):
            self.stop(part)

    def now(self) -> datetime:
        """Return what time it is for the site's pages."""
        said = httpx.get(f"{self.base_url}/readyz").raise_for_status().text
        return datetime.fromisoformat(said.strip().partition(" at ")[2])

    def move_clock(self, **distance: float) -> datetime:
        """Move the clock of every part, and return the time once the pages know it."""
        aim = self.now() + timedelta(**distance)
        url = self.database_url or database.own_server().url(
            self.database_name, database.APPLICATION
        )
        with psycopg.connect(url) as connected:
            connected.execute("SELECT daybook_move_clock(%s)", [timedelta(**distance)])
        deadline = time.monotonic() + SECONDS_TO_FOLLOW
        # The relay remembers what time it was for as long as the pages do.
        time.sleep(SECONDS_REMEMBERED)
        while (now := self.now()) < aim:
            assert time.monotonic() < deadline, f"The site still thinks it is {now}."
        return now

    def command(self, *arguments: str) -> str:
        """Run a command of manage.py against this site, and return what it printed."""
        started = Started(list(arguments), self.environment())
        with started.stdout, started.stderr, ThreadPoolExecutor(1) as aside:
            complained = aside.submit(started.stderr.read)
            printed = started.stdout.read()
            assert started.wait(SECONDS_TO_END) == 0, printed + complained.result()
        return printed

    def environment(self) -> dict[str, str]:
        given = {name: value for name, value in os.environ.items() if name not in ABSENT}
        return given | {
            "DATABASE_NAME": self.database_name,
            "DATABASE_URL": self.database_url,
            "PORT": str(self.port),
            "MLLP_PORT": str(self.mllp_port),
            "CLOCK_MAY_MOVE": "yes",
            "STRICT_TEMPLATES": "yes",
            "EMAIL_FOLDER": str(self.folder / "mail"),
            "EXPORTS_FOLDER": str(self.folder / "exports"),
        }


def alone(command: list[str], environment: dict[str, str]) -> subprocess.Popen[str]:
    """Start a command as people do, loading everything anew."""
    return subprocess.Popen(
        [sys.executable, "manage.py", *command], cwd=database.ROOT, env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


ABSENT = {"DATABASE_URL", "DATABASE_ROLE", "DATABASE_POOL", "PUBLIC_HOST", "EMAIL_HOST"}


class Running:
    """A process of the service, from its first line of output on."""

    def __init__(
        self,
        command: list[str],
        environment: dict[str, str],
        start: Callable[[list[str], dict[str, str]], Any] = Started,
    ) -> None:
        self.command = command
        self.said: list[str] = []
        self.process = start(command, environment)
        self._ready: queue.Queue[bool] = queue.Queue()
        self._readers = [
            threading.Thread(target=read, daemon=True) for read in (self._read, self._read_errors)
        ]
        for reader in self._readers:
            reader.start()
        self._wait_until_ready()

    def end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self._close()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.said.append(line)
            self._ready.put(True)  # noqa: FBT003 (a queue takes what it is given)
        self._ready.put(False)  # noqa: FBT003 (ditto)

    def _read_errors(self) -> None:
        self.said.extend(self.process.stderr)

    def _wait_until_ready(self) -> None:
        try:
            started = self._ready.get(timeout=SECONDS_TO_START)
        except queue.Empty:
            started = False
        if not started:
            self.process.kill()
            self._close()
            raise DidNotStart(f"manage.py {' '.join(self.command)}:\n{''.join(self.said)}")

    def _close(self) -> None:
        self.process.wait(timeout=SECONDS_TO_END)
        for reader in self._readers:
            reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
