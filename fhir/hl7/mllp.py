"""The listener: takes messages from hospital systems over MLLP, keeps them, and says so."""

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import Callable, Iterable
from typing import Any, Final

import psycopg
from django.conf import settings
from django.db import connection

from fhir.hl7.conversation import Conversation, Places
from fhir.hl7.reception import Reception

MOST_CONNECTIONS: Final = 200
_LARGE_AT_ONCE: Final = 2
_LAST_ANSWERS: Final = 2.0


async def serve(
    host: str,
    port: int,
    stop: asyncio.Event,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Listen until `stop` is set; what had been taken in is kept and answered first."""
    listener = Listener(Reception(connect), settings.MLLP_SOURCES)
    capture = listener.reception.capture
    writing = asyncio.ensure_future(capture.run())
    server = await asyncio.get_running_loop().create_server(
        lambda: Conversation(listener), host, port, ssl=_tls(), backlog=MOST_CONNECTIONS
    )
    async with server:
        ready()
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait([stopping, writing], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        server.close()
        capture.close()
        await writing
        await listener.hang_up()


async def connect() -> psycopg.AsyncConnection[Any]:
    """Open a connection of our own to the service's database."""
    parameters = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port", "sslmode")
    given = {name: parameters[name] for name in names if parameters.get(name)}
    return await psycopg.AsyncConnection.connect(**given, autocommit=True, connect_timeout=5)


class Listener:
    """All conversations of one process, with what they share."""

    def __init__(self, reception: Reception, sources: Iterable[str] = ()) -> None:
        """`sources` are the networks that may connect; where none is named, any may."""
        self.reception = reception
        self.places = Places(_LARGE_AT_ONCE)
        self._sources = [ipaddress.ip_network(source) for source in sources]
        self._open: set[Conversation] = set()
        self._one_ended = asyncio.Event()

    def admits(self, conversation: Conversation) -> bool:
        if len(self._open) >= MOST_CONNECTIONS or not self._may_connect(conversation.peer):
            return False
        self._open.add(conversation)
        return True

    def forget(self, conversation: Conversation) -> None:
        self._open.discard(conversation)
        self._one_ended.set()

    async def hang_up(self) -> None:
        """End all conversations, once those whose message is kept have been told."""
        await self.reception.finish()
        for one in list(self._open):
            one.hang_up()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_ANSWERS):
                while self._open:
                    self._one_ended.clear()
                    await self._one_ended.wait()
        for one in list(self._open):
            one.abort()

    def _may_connect(self, peer: str) -> bool:
        if not self._sources:
            return True
        address = ipaddress.ip_address(peer)
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in source for source in self._sources)


def _tls() -> ssl.SSLContext | None:
    if not settings.MLLP_CERTIFICATE:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.MLLP_CERTIFICATE, settings.MLLP_KEY or None)
    if settings.MLLP_CLIENTS_CA:
        context.load_verify_locations(settings.MLLP_CLIENTS_CA)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
