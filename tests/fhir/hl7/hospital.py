"""A hospital system as the listener meets it, and feeds for it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fhir.hl7.framing import framed
from fhir.hl7.message import Message
from fhir.models import Feed

WINPATH = "WINPATH|RMB"


def a_feed(name: str = "winpath", sender: str = WINPATH, **more) -> Feed:
    return Feed.objects.create(name=name, ods="RMB", sender=sender, **more)


def a_message(
    control_id: str = "1", sender: str = WINPATH, processing: str = "P", body: str = "", **more
) -> bytes:
    application, facility = sender.split("|")
    accept, application_ack = more.get("accept", ""), more.get("application", "")
    head = (
        rf"MSH|^~\&|{application}|{facility}|DAYBOOK|RMB|20260310140500||ORU^R01|{control_id}"
        rf"|{processing}|2.5.1|||{accept}|{application_ack}"
    )
    return f"{head}\r{body or 'PID|1||9991000003^^^NHS^NH'}\r".encode()


class Sender:
    """One connection of a hospital system."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def says(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def sends(self, message: bytes) -> Message:
        await self.says(framed(message))
        return await self.hears()

    async def hears(self) -> Message:
        return Message.read(await self.reader.readuntil(b"\x1c\r"))

    async def was_hung_up_on(self) -> bool:
        return await self.reader.read() == b""


@asynccontextmanager
async def connected(port: int, tls: ssl.SSLContext | None = None) -> AsyncIterator[Sender]:
    name = "localhost" if tls else None
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls, server_hostname=name)
    try:
        yield Sender(reader, writer)
    finally:
        writer.close()


def code(answer: Message) -> str:
    return answer.text("MSA-1")
