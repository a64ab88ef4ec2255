"""The listener: takes messages from hospital systems over MLLP, keeps them, and says so.

It reads no more of a message than its header and whose it is. A sender is told "stored" only when
the message is committed, "not now" when it cannot be, and "never" only when it is not for us.
"""

import asyncio
import contextlib
import hashlib
import ipaddress
import logging
import socket
import ssl
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
from django.conf import settings
from django.db import connection

from fhir.hl7 import acknowledgement as ack
from fhir.hl7.acknowledgement import Outcome, Problem
from fhir.hl7.agreements import Agreement, Agreements
from fhir.hl7.capture import Arrived, Capture, NotStored
from fhir.hl7.envelope import envelope_of
from fhir.hl7.framing import MESSAGE_LIMIT, Frames, NotFramed, TooLarge, framed
from fhir.hl7.message import Message, Unreadable
from fhir.hl7.patience import FOR_EVER, Patience

logger = logging.getLogger(__name__)

MOST_CONNECTIONS: Final = 200
FIRST_BYTE: Final = 10.0  # seconds after connecting
BETWEEN_BYTES: Final = 30.0  # within a message
IDLE: Final = 300.0  # between messages
_PROBES: Final = 60  # seconds of silence after which the network is asked
_PIECE: Final = 64 * 1024
# Above this size a message needs one of few places, so that memory stays bounded.
_LARGE: Final = 2**20
_LARGE_AT_ONCE: Final = 2
_LAST_ANSWERS: Final = 2.0


async def serve(
    host: str,
    port: int,
    stop: asyncio.Event,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Listen until `stop` is set; what had been taken in is kept and answered first."""
    listener = Listener(connect, settings.MLLP_SOURCES)
    writing = asyncio.ensure_future(listener.capture.run())
    server = await asyncio.start_server(
        listener.converse, host, port, limit=_PIECE, ssl=_tls(), backlog=MOST_CONNECTIONS
    )
    async with server:
        ready()
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait([stopping, writing], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        server.close()
        await listener.capture.close()
        await writing
        await listener.hang_up()


async def connect() -> psycopg.AsyncConnection[Any]:
    """Open a connection of our own to the service's database."""
    parameters = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port", "sslmode")
    given = {name: parameters[name] for name in names if parameters.get(name)}
    return await psycopg.AsyncConnection.connect(**given, autocommit=True, connect_timeout=5)


class Listener:
    """All conversations of one process, with what they share: the writer, the feeds, the limits."""

    def __init__(self, connect: Callable[[], Any], sources: Iterable[str] = ()) -> None:
        """`sources` are the networks that may connect; where none is named, any may."""
        self.capture = Capture(connect)
        self._agreements = Agreements(connect)
        self._sources = [ipaddress.ip_network(source) for source in sources]
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)
        self._open: set[asyncio.Task[None]] = set()
        self._answering = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk with one sender until it goes, falls silent or speaks something else."""
        task = asyncio.current_task()
        if task is None or len(self._open) >= MOST_CONNECTIONS or not self._may_connect(writer):
            writer.close()
            return
        self._open.add(task)
        try:
            _keep_alive(writer)
            # Hung up by us; Python 3.11 reports a cancelled conversation as a fault.
            with contextlib.suppress(asyncio.CancelledError):
                await self._talk(reader, writer)
        except (NotFramed, TimeoutError, OSError, ssl.SSLError) as fault:
            logger.warning("%s: connection ended: %s", _peer(writer), type(fault).__name__)
        except Exception as fault:  # noqa: BLE001 (the listener outlives whom it serves)
            logger.warning("%s: connection failed: %s", _peer(writer), type(fault).__name__)
        finally:
            self._open.discard(task)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def hang_up(self) -> None:
        """End all conversations, once those whose message is kept have been told."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_ANSWERS):
                await self._quiet.wait()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        frames = Frames(MESSAGE_LIMIT)
        patience = Patience(reader, writer)
        patience.grant(FIRST_BYTE)
        place = _Place(self._large)
        try:
            while data := await reader.read(_PIECE):
                for message in frames.receive(data):
                    await self._answer(message, writer, patience)
                if frames.held > _LARGE:
                    patience.grant(FOR_EVER)
                await place.hold(needed=frames.held > _LARGE)
                patience.grant(BETWEEN_BYTES if frames.held else IDLE)
        except TooLarge as refused:
            logger.warning("%s: a message was too large", _peer(writer))
            patience.grant(BETWEEN_BYTES)
            await _say(writer, _too_large(refused.start))
        finally:
            patience.end()
            place.leave()

    async def _answer(
        self, message: bytes, writer: asyncio.StreamWriter, patience: Patience
    ) -> None:
        self._answering += 1
        self._quiet.clear()
        patience.grant(FOR_EVER)  # the sender waits for us
        try:
            answers = await self.take(message, _certificate(writer))
            patience.grant(BETWEEN_BYTES)
            await _say(writer, answers)
        finally:
            self._answering -= 1
            if not self._answering:
                self._quiet.set()

    def _may_connect(self, writer: asyncio.StreamWriter) -> bool:
        if not self._sources:
            return True
        address = ipaddress.ip_address(_peer(writer))
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in source for source in self._sources)

    async def take(self, raw: bytes, certificate: str = "") -> list[bytes]:
        """Keep a message and return what to answer."""
        try:
            header = ack.header_of(raw)
        except Unreadable as refused:
            logger.warning("a message without a readable header was rejected: %s", refused.place)
            return [ack.unreadable(refused, _now(), f"DB{_now():%Y%m%d%H%M%S%f}")]
        try:
            agreement = await self._agreements.of(header.sender)
        except (psycopg.Error, OSError, TimeoutError) as fault:
            logger.warning("feeds cannot be looked up: %s", type(fault).__name__)
            return ack.answers(header, Outcome.NOT_STORED, _now(), ack.CANNOT_STORE)
        if problem := _refusal(header, agreement, certificate):
            logger.warning("a message was rejected: %s %s", problem.place, problem.text)
            return ack.answers(header, Outcome.REJECTED, _now(), problem)
        assert agreement is not None  # noqa: S101 (an unknown sender was refused)
        return await self._keep(raw, header, agreement)

    async def _keep(self, raw: bytes, header: Message, agreement: Agreement) -> list[bytes]:
        if len(raw) > _LARGE:
            arrived = await asyncio.to_thread(_arrived, raw, header, agreement)
        else:
            arrived = _arrived(raw, header, agreement)
        try:
            await self.capture.keep(arrived)
        except NotStored:
            return ack.answers(header, Outcome.NOT_STORED, _now(), ack.CANNOT_STORE, agreement.ack)
        return ack.answers(header, Outcome.STORED, _now(), None, agreement.ack)


class _Place:
    """One of the few places for large messages, held while one is on its way."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places = places
        self._held = False

    async def hold(self, *, needed: bool) -> None:
        """Wait for a place if one is needed; the sender waits with us."""
        if needed and not self._held:
            await self._places.acquire()
            self._held = True
        elif not needed:
            self.leave()

    def leave(self) -> None:
        if self._held:
            self._places.release()
            self._held = False


def _arrived(raw: bytes, header: Message, agreement: Agreement) -> Arrived:
    envelope = envelope_of(raw, agreement.settings)
    return Arrived(
        feed=agreement.settings.name,
        control_id=header.text("MSH-10").replace("\x00", ""),
        digest=hashlib.sha256(raw).digest(),
        raw=raw,
        kind=envelope.kind or "^".join(header.kind).replace("\x00", ""),
        person=envelope.person,
        report_key="\n".join(envelope.reports).replace("\x00", ""),
    )


def _refusal(header: Message, agreement: Agreement | None, certificate: str) -> Problem | None:
    if agreement is None:
        return ack.UNKNOWN_SENDER
    if agreement.certificate and agreement.certificate != certificate:
        return ack.WRONG_CERTIFICATE
    if header.text("MSH-11") != agreement.processing:
        return ack.WRONG_PROCESSING
    return None


def _too_large(start: bytes) -> list[bytes]:
    try:
        header = ack.header_of(start)
    except Unreadable as refused:
        return [ack.unreadable(refused, _now(), f"DB{_now():%Y%m%d%H%M%S%f}")]
    return ack.answers(header, Outcome.NOT_STORED, _now(), ack.TOO_LARGE)


async def _say(writer: asyncio.StreamWriter, answers: list[bytes]) -> None:
    for answer in answers:
        writer.write(framed(answer))
    await writer.drain()


def _tls() -> ssl.SSLContext | None:
    if not settings.MLLP_CERTIFICATE:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.MLLP_CERTIFICATE, settings.MLLP_KEY or None)
    if settings.MLLP_CLIENTS_CA:
        context.load_verify_locations(settings.MLLP_CLIENTS_CA)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _certificate(writer: asyncio.StreamWriter) -> str:
    """Return the common name of the sender's certificate, or "" where it showed none."""
    shown = writer.get_extra_info("peercert") or {}
    names = (pair for part in shown.get("subject", ()) for pair in part)
    return next((value for name, value in names if name == "commonName"), "")


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    plain = writer.get_extra_info("socket")
    if plain is None:
        return
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _PROBES)


def _peer(writer: asyncio.StreamWriter) -> str:
    peer = writer.get_extra_info("peername")
    return str(peer[0]) if peer else "?"


def _now() -> datetime:
    return datetime.now(UTC)
