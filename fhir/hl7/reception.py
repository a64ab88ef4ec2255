"""Takes a message in, or turns it away: who may send what, and what the sender is answered.

It reads no more of a message than its header and whose it is. A sender is told "stored" only when
the message is committed, "not now" when it cannot be, and "never" only when it is not for us.
"""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, Protocol

import psycopg

from fhir.hl7 import acknowledgement as ack
from fhir.hl7.acknowledgement import Outcome, Problem
from fhir.hl7.agreements import Agreement, Agreements
from fhir.hl7.capture import Arrived, Capture
from fhir.hl7.envelope import envelope_of
from fhir.hl7.header import Header, header_of
from fhir.hl7.message import Unreadable

logger = logging.getLogger(__name__)

# Above this size a message needs one of few places, and above the other it is read beside the
# others and not between them.
LARGE: Final = 2**20
_LONG: Final = 2**16
_DIGEST: Final = 32  # bytes


class Sender(Protocol):
    """Who waits for an answer; `certificate` is the name it has proved, if any."""

    certificate: str

    def answer(self, answers: list[bytes]) -> None:
        """Send these and listen on."""

    def fail(self, fault: Exception) -> None:
        """Hang up: there is no answer."""


class Reception:
    """Decides on messages, one at a time for each sender."""

    def __init__(self, connect: Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]) -> None:
        self.capture = Capture(connect)
        self._agreements = Agreements(connect)
        self._slow: set[asyncio.Task[None]] = set()

    def take(self, raw: bytes, sender: Sender) -> None:
        """Keep a message and answer; what takes long is done while others are heard."""
        try:
            header = header_of(raw)
            name = header.sender
        except Unreadable as refused:
            logger.warning("a message without a readable header was rejected: %s", refused.place)
            sender.answer([_unreadable(refused)])
            return
        if self._agreements.fresh:
            self._consider(raw, header, self._agreements.known(name), sender)
        else:
            self._slowly(self._ask(raw, header, sender), sender)

    async def finish(self) -> None:
        """Return when what was slow has been decided."""
        await asyncio.gather(*self._slow)

    async def _ask(self, raw: bytes, header: Header, sender: Sender) -> None:
        try:
            await self._agreements.refresh()
        except (psycopg.Error, OSError, TimeoutError) as fault:
            logger.warning("feeds cannot be looked up: %s", type(fault).__name__)
            sender.answer(ack.answers(header, Outcome.NOT_STORED, _now(), ack.CANNOT_STORE))
        else:
            self._consider(raw, header, self._agreements.known(header.sender), sender)

    def _consider(
        self, raw: bytes, header: Header, agreement: Agreement | None, sender: Sender
    ) -> None:
        problem = _refusal(header, agreement, sender.certificate)
        if agreement is None or problem:
            problem = problem or ack.UNKNOWN_SENDER
            logger.warning("a message was rejected: %s %s", problem.place, problem.text)
            sender.answer(ack.answers(header, Outcome.REJECTED, _now(), problem))
        elif len(raw) > _LONG:
            self._slowly(self._read_long(raw, header, agreement, sender), sender)
        else:
            self._keep(_arrived(raw, header, agreement), header, agreement, sender)

    async def _read_long(
        self, raw: bytes, header: Header, agreement: Agreement, sender: Sender
    ) -> None:
        arrived = await asyncio.to_thread(_arrived, raw, header, agreement)
        self._keep(arrived, header, agreement, sender)

    def _keep(self, arrived: Arrived, header: Header, agreement: Agreement, sender: Sender) -> None:
        self.capture.keep(arrived, partial(_tell, header, agreement, sender))

    def _slowly(self, work: Coroutine[Any, Any, None], sender: Sender) -> None:
        async def done() -> None:
            try:
                await work
            except Exception as fault:  # noqa: BLE001 (the listener outlives whom it serves)
                sender.fail(fault)

        task = asyncio.ensure_future(done())
        self._slow.add(task)
        task.add_done_callback(self._slow.discard)


def too_large(start: bytes) -> list[bytes]:
    """Return the answer to a message of which this is the beginning."""
    try:
        return ack.answers(header_of(start), Outcome.NOT_STORED, _now(), ack.TOO_LARGE)
    except Unreadable as refused:
        return [_unreadable(refused)]


def _tell(header: Header, agreement: Agreement, sender: Sender, outcome: Outcome) -> None:
    problem = None if outcome is Outcome.STORED else ack.CANNOT_STORE
    try:
        sender.answer(ack.answers(header, outcome, _now(), problem, agreement.ack))
    except Exception as fault:  # noqa: BLE001 (others are told all the same)
        sender.fail(fault)


def _refusal(header: Header, agreement: Agreement | None, certificate: str) -> Problem | None:
    if agreement is None:
        return ack.UNKNOWN_SENDER
    if agreement.certificate and agreement.certificate != certificate:
        return ack.WRONG_CERTIFICATE
    if header.said.processing != agreement.processing:
        return ack.WRONG_PROCESSING
    return None


def _arrived(raw: bytes, header: Header, agreement: Agreement) -> Arrived:
    envelope = envelope_of(raw, agreement.settings)
    return Arrived(
        feed=agreement.settings.name,
        control_id=header.control_id,
        # As hard to find another message for as SHA-256, in half the time.
        digest=hashlib.blake2b(raw, digest_size=_DIGEST).digest(),
        raw=raw,
        kind=envelope.kind or header.said.kind,
        person=envelope.person,
        report_key="\n".join(envelope.reports).replace("\x00", ""),
    )


def _unreadable(refused: Unreadable) -> bytes:
    return ack.unreadable(refused, _now(), f"DB{_now():%Y%m%d%H%M%S%f}")


def _now() -> datetime:
    return datetime.now(UTC)
