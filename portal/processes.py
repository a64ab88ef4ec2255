"""Runs parts of the service in one event loop until a signal, or the end of one, stops them all."""

import asyncio
import importlib
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import uvicorn
from django.conf import settings

from portal import checks, memory

Part = Callable[[asyncio.Event], Awaitable[None]]
PATIENCE = 5  # seconds that open requests and sockets are given when we stop


def run(*parts: Part) -> None:
    """Run the parts; each gets an event that is set when it should end."""
    checks.require_safe()
    memory.settle()
    make_loop = found("uvloop.new_event_loop") or asyncio.new_event_loop
    with asyncio.Runner(loop_factory=make_loop) as runner:
        runner.run(_together(parts))


def web(listening: socket.socket, ready: Callable[[], None]) -> Part:
    """Return the part that serves pages and sockets on ``listening``."""

    async def serve(stop: asyncio.Event) -> None:
        server = _Server(_configuration(), ready)
        serving = asyncio.ensure_future(server.serve(sockets=[listening]))
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        stopping.cancel()
        await serving

    return serve


def found(dotted: str) -> Any:
    """Return what ``module.name`` says, or None where there is no such module."""
    module, _, name = dotted.rpartition(".")
    return getattr(importlib.import_module(module), name) if find_spec(module) else None


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # signals stop every part, so ``_together`` hears them


def _configuration() -> uvicorn.Config:
    return uvicorn.Config(
        "portal.asgi:application",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        ws_max_size=65_536,
        ws_per_message_deflate=False,
        forwarded_allow_ips=settings.TRUSTED_PROXIES,
        timeout_graceful_shutdown=PATIENCE,
    )


async def _together(parts: tuple[Part, ...]) -> None:
    stop = asyncio.Event()
    _stop_on_signals(stop)
    tasks = {asyncio.ensure_future(part(stop)) for part in parts}
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    failures = [task.exception() for task in (await asyncio.wait(tasks))[0]]
    for failure in failures:
        if failure:
            raise failure


def _stop_on_signals(stop: asyncio.Event) -> None:
    if sys.platform == "win32":
        return
    loop = asyncio.get_running_loop()

    def heard() -> None:
        stop.set()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)  # a second one ends us at once

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, heard)
