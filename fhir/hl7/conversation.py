"""One sender's connection: messages come in, one at a time is taken, and its answer goes out.

While a message is being kept its sender is not listened to beyond a piece of what follows, so that
a network's own flow control holds it back.
"""

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol, cast

from fhir.hl7.framing import MESSAGE_LIMIT, Frames, TooLarge, framed
from fhir.hl7.patience import Patience
from fhir.hl7.reception import LARGE, Reception, too_large

logger = logging.getLogger(__name__)

FIRST_BYTE: Final = 10.0  # seconds after connecting
BETWEEN_BYTES: Final = 30.0  # within a message
WHOLE: Final = 120.0  # from a message's first byte to its last
IDLE: Final = 300.0  # between messages
_PROBES: Final = 60  # seconds of silence after which the network is asked
_PIECE: Final = 64 * 1024


class Company(Protocol):
    """The listener, as one of its conversations knows it."""

    reception: Reception
    places: "Places"

    def admits(self, conversation: "Conversation") -> bool:
        """Whether this one may begin."""

    def forget(self, conversation: "Conversation") -> None:
        """It has ended."""


class Places:
    """The few places for large messages, each held while one is on its way."""

    def __init__(self, number: int) -> None:
        self._free = number
        self._waiting: deque[Callable[[], None]] = deque()

    def ask(self, given: Callable[[], None]) -> None:
        """Call `given` when a place is free; from then on it is held."""
        if self._free:
            self._free -= 1
            given()
        else:
            self._waiting.append(given)

    def leave(self) -> None:
        if self._waiting:
            self._waiting.popleft()()
        else:
            self._free += 1


class Conversation(asyncio.Protocol):
    """Talks with one sender until it goes, falls silent or speaks something else."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._frames = Frames(MESSAGE_LIMIT)
        self._busy = False  # with a message, or waiting for room or for answers to be read
        self._paused = False
        self._placed = False
        self._ended = False  # the sender says no more
        self._begun_at = 0.0  # when the unfinished message began; 0 where there is none
        self.certificate = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._loop = asyncio.get_running_loop()
        self._patience = Patience(self._lose_patience)
        self.peer = _peer(self._transport)
        if not self._company.admits(self):
            self.hang_up()
            return
        self.certificate = _certificate(self._transport)
        _keep_alive(self._transport)
        self._patience.grant(FIRST_BYTE)

    def data_received(self, data: bytes) -> None:
        self._frames.receive(data)
        if not self._busy:
            self._go_on()
        elif self._frames.held > _PIECE:
            self._pause()

    def eof_received(self) -> bool:
        self._ended = True
        if not self._busy:
            self._go_on()
        # Over TLS nothing more can be said.
        return self._transport.get_extra_info("ssl_object") is None

    def pause_writing(self) -> None:
        self._busy = True

    def resume_writing(self) -> None:
        self._resume()

    def connection_lost(self, _: Exception | None) -> None:
        self._patience.end()
        self._leave_place()
        self._company.forget(self)

    def answer(self, answers: list[bytes]) -> None:
        """Send these and listen on."""
        if self._transport.is_closing():
            return
        self._busy = False
        for one in answers:
            self._transport.write(framed(one))
        if self._busy:  # until they are read
            self._patience.grant(BETWEEN_BYTES)
        elif self._frames.held:
            # After the others, whose messages wait as well.
            self._loop.call_soon(self._go_on)
        else:
            self._expect_more()

    def fail(self, fault: Exception) -> None:
        """End it without a word."""
        if self._transport.is_closing():
            return
        logger.warning("%s: connection ended: %s", self.peer, type(fault).__name__)
        self.hang_up()

    def hang_up(self) -> None:
        """End it, once what has been answered is on its way."""
        self._patience.grant(BETWEEN_BYTES)
        self._transport.close()

    def abort(self) -> None:
        """End it now."""
        self._transport.abort()

    def _go_on(self) -> None:
        """Take the next message, if it is whole and the last is answered."""
        if self._busy or self._transport.is_closing():
            return
        reception = self._company.reception
        if reception.capture.full:
            self._wait()
            reception.capture.when_room(self._resume)
            return
        try:
            if (message := self._frames.next()) is None:
                self._expect_more()
                return
            self._busy = True
            self._begun_at = 0.0
            self._patience.be_endless()  # the sender waits for us
            reception.take(message, self)
        except TooLarge as refused:
            self._refuse(refused)
        except Exception as fault:  # noqa: BLE001 (the listener outlives whom it serves)
            self.fail(fault)

    def _expect_more(self) -> None:
        held = self._frames.held
        if self._ended:
            self.hang_up()
        elif held > LARGE and not self._placed:
            self._wait()
            self._company.places.ask(self._take_place)
        else:
            if held <= LARGE:
                self._leave_place()
            self._patience.grant(self._longest_silence(held))
            self._listen()

    def _longest_silence(self, held: int) -> float:
        if not held:
            return IDLE
        now = self._loop.time()
        self._begun_at = self._begun_at or now
        return min(BETWEEN_BYTES, self._begun_at + WHOLE - now)

    def _wait(self) -> None:
        self._busy = True
        self._patience.be_endless()
        self._pause()

    def _resume(self) -> None:
        if not self._transport.is_closing():
            self._busy = False
            self._listen()
            self._go_on()

    def _take_place(self) -> None:
        if self._transport.is_closing():
            self._company.places.leave()
            return
        self._placed = True
        self._begun_at = self._loop.time()
        self._resume()

    def _leave_place(self) -> None:
        if self._placed:
            self._placed = False
            self._company.places.leave()

    def _pause(self) -> None:
        if not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def _listen(self) -> None:
        if self._paused:
            self._paused = False
            self._transport.resume_reading()

    def _refuse(self, refused: TooLarge) -> None:
        logger.warning("%s: a message was too large", self.peer)
        for one in too_large(refused.start):
            self._transport.write(framed(one))
        self.hang_up()

    def _lose_patience(self) -> None:
        logger.warning("%s: connection ended: it was silent for too long", self.peer)
        self.abort()


def _certificate(transport: asyncio.Transport) -> str:
    """Return the common name of the sender's certificate, or "" where it showed none."""
    shown = transport.get_extra_info("peercert") or {}
    names = (pair for part in shown.get("subject", ()) for pair in part)
    return next((value for name, value in names if name == "commonName"), "")


def _keep_alive(transport: asyncio.Transport) -> None:
    plain = transport.get_extra_info("socket")
    if plain is None:
        return
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _PROBES)


def _peer(transport: asyncio.Transport) -> str:
    peer = transport.get_extra_info("peername")
    return str(peer[0]) if peer else "?"
