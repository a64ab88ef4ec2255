"""Open pages for measuring: sockets that note when they hear something, and what."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection, connect

AT_ONCE = 25  # sockets that open at the same time
HEARTBEAT = '{"t":"head"'


@dataclass(eq=False, slots=True)
class Page:
    """One socket of `whose`; what it has heard since, each with its moment."""

    whose: str
    address: str
    hello: str
    cookie: str = ""
    heard: list[tuple[float, str]] = field(default_factory=list)

    async def read(self, socket: ClientConnection) -> None:
        async for said in socket:
            if not str(said).startswith(HEARTBEAT):
                self.heard.append((time.monotonic(), str(said)))


@asynccontextmanager
async def opened(pages: list[Page]) -> AsyncIterator[None]:
    """Open the pages, each until it has been answered, and close them at the end."""
    gate = asyncio.Semaphore(AT_ONCE)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as reading:
        sockets = await asyncio.gather(*(_open(page, gate, stack) for page in pages))
        tasks = [
            reading.create_task(page.read(socket))
            for page, socket in zip(pages, sockets, strict=True)
        ]
        yield
        for task in tasks:
            task.cancel()


async def until_told(pages: list[Page], times: int, seconds: float) -> None:
    """Wait until pages have been told something so many times, or until the time is over."""
    deadline = time.monotonic() + seconds
    # Nobody but the clock tells of a hint that is missing.
    while (  # noqa: ASYNC110
        sum(len(page.heard) for page in pages) < times and time.monotonic() < deadline
    ):
        await asyncio.sleep(0.1)


async def _open(page: Page, gate: asyncio.Semaphore, stack: AsyncExitStack) -> ClientConnection:
    host = page.address.split("/")[2]
    async with gate:
        socket = await stack.enter_async_context(
            connect(
                page.address,
                origin=f"http://{host}",  # type: ignore[arg-type]  # a NewType of str
                additional_headers={"Cookie": page.cookie} if page.cookie else {},
                compression=None,
                ping_interval=None,
            )
        )
        await socket.send(page.hello)
        await socket.recv()
    return socket
