"""Hospital systems for measuring: on each connection one message at a time waits for its answer."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import cast

END = b"\x1c\r"
PATIENCE = 30.0  # seconds that an answer may take


class NotTaken(RuntimeError):
    """A message was not acknowledged as stored."""


@dataclass(slots=True)
class Spell:
    """How long senders send, and what came of it: the waits for an answer, in seconds."""

    ends_at: float
    waits: list[float] = field(default_factory=list)


class Sender(asyncio.Protocol):
    """Sends the next message as soon as the last has been acknowledged, until the spell ends."""

    def __init__(self, messages: Iterator[bytes], spell: Spell) -> None:
        self._messages = messages
        self._spell = spell
        self._heard = bytearray()
        self._sent_at = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if not self._heard.endswith(END):
            return
        if b"MSA|AA|" not in self._heard:
            self._finish(NotTaken(self._heard.decode("ascii", "replace")))
            return
        self._heard.clear()
        self._spell.waits.append(time.monotonic() - self._sent_at)
        self._send()

    def connection_lost(self, _: Exception | None) -> None:
        self._finish(NotTaken("the connection was closed"))

    def _send(self) -> None:
        self._sent_at = time.monotonic()
        message = next(self._messages, b"") if self._sent_at < self._spell.ends_at else b""
        if message:
            self._transport.write(b"\x0b" + message + END)
        else:
            self._finish(None)

    def _finish(self, fault: Exception | None) -> None:
        if self.done.done():
            return
        if fault:
            self.done.set_exception(fault)
        else:
            self.done.set_result(None)
        self._transport.close()


async def send(port: int, streams: list[Iterator[bytes]], seconds: float) -> list[float]:
    """Send each stream on a connection of its own and return how long each answer took.

    :raises NotTaken: a message was not acknowledged.
    """
    loop = asyncio.get_running_loop()
    spell = Spell(time.monotonic() + seconds)
    senders = []
    for stream in streams:
        _, sender = await loop.create_connection(partial(Sender, stream, spell), "127.0.0.1", port)
        senders.append(sender.done)
    async with asyncio.timeout(seconds + PATIENCE):
        await asyncio.gather(*senders)
    return spell.waits


class Line:
    """A hospital system with a few connections, which sends when it has something to say."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]]
        self._free = asyncio.Queue()

    async def open(self, connections: int) -> None:
        for _ in range(connections):
            self._free.put_nowait(await asyncio.open_connection("127.0.0.1", self._port))

    async def send(self, message: bytes) -> float:
        """Return the moment at which the frame was sent, once it has been acknowledged.

        :raises NotTaken: it was not.
        """
        reader, writer = await self._free.get()
        sent_at = time.monotonic()
        writer.write(b"\x0b" + message + END)
        answer = await reader.readuntil(END)
        if b"MSA|AA|" not in answer:
            raise NotTaken(answer.decode("ascii", "replace"))
        self._free.put_nowait((reader, writer))
        return sent_at

    def close(self) -> None:
        while not self._free.empty():
            self._free.get_nowait()[1].close()
