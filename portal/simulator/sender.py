"""The two doors as a hospital system uses them: MLLP, one message at a time, and FHIR over HTTP.

Both send again what was not answered, so that a restart of the service loses nothing.
"""

import asyncio
import contextlib
import http.client
import itertools
import json
from collections.abc import Awaitable, Callable, Iterator
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from portal.simulator.resources import Json

_START: Final = b"\x0b"
_END: Final = b"\x1c\r"
_ANSWER_WITHIN: Final = 30.0
_ACCEPTED: Final = frozenset({"AA", "CA"})
_TRY_AGAIN: Final = frozenset({"AE", "CE"})
_BUSY: Final = frozenset({429, 500, 502, 503, 504})
_LONGEST_PAUSE: Final = 10.0

Pause = Callable[[float], Awaitable[None]]


class NotTaken(Exception):
    """The service has said no, for good; sending the same again would not help."""


def _pauses() -> Iterator[float]:
    for turn in itertools.count():
        yield min(0.2 * 2**turn, _LONGEST_PAUSE)


class MllpSender:
    """One connection, stop and wait: a message is sent once the last has been answered.

    Whoever else would send meanwhile waits for their turn.
    """

    def __init__(self, host: str, port: int, pause: Pause = asyncio.sleep) -> None:
        self._address = (host, port)
        self._pause = pause
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.close()

    async def send(self, message: bytes) -> None:
        """Return when the message is stored; until then, try again.

        :raises NotTaken: it was rejected.
        """
        async with self._turn:
            await self._send(message)

    async def _send(self, message: bytes) -> None:
        for pause in _pauses():
            with contextlib.suppress(OSError, EOFError, TimeoutError, asyncio.LimitOverrunError):
                code = _code(await self._exchange(message), message)
                if code in _ACCEPTED:
                    return
                if code not in _TRY_AGAIN:
                    raise NotTaken(f"answered {code or 'with another message'}")
            await self.close()
            await self._pause(pause)

    async def close(self) -> None:
        if self._open:
            _, writer = self._open
            self._open = None
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _exchange(self, message: bytes) -> bytes:
        if self._open is None:
            self._open = await asyncio.open_connection(*self._address)
        reader, writer = self._open
        writer.write(_START + message + _END)
        await writer.drain()
        async with asyncio.timeout(_ANSWER_WITHIN):
            return await reader.readuntil(_END)


def _code(answer: bytes, message: bytes) -> str:
    """MSA-1, where MSA-2 is the control id that we sent."""
    control_id = message.split(b"\r", 1)[0].split(b"|")[9]
    for segment in answer.strip(_START + _END).split(b"\r"):
        fields = segment.split(b"|")
        if fields[0] == b"MSA" and len(fields) > 2 and fields[2] == control_id:  # noqa: PLR2004 - MSA-2
            return fields[1].decode("ascii", "replace")
    return ""


class FhirSender:
    """Posts bundles to the FHIR base with the feed's bearer token."""

    def __init__(self, base: str, token: str, pause: Pause = asyncio.sleep) -> None:
        self._base = urlsplit(base)
        self._token = token
        self._pause = pause

    async def send(self, bundle: Json) -> None:
        """Return when the bundle is stored; while the service is away or busy, try again.

        :raises NotTaken: it was refused.
        """
        body = json.dumps(bundle, ensure_ascii=False).encode()
        for pause in _pauses():
            with contextlib.suppress(OSError, http.client.HTTPException):
                status, answer = await asyncio.to_thread(self._post, body)
                if status < http.HTTPStatus.BAD_REQUEST:
                    return
                if status not in _BUSY:
                    raise NotTaken(f"HTTP {status}: {_reason(answer)}")
            await self._pause(pause)

    def _post(self, body: bytes) -> tuple[int, bytes]:
        secure = self._base.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(self._base.hostname or "", self._base.port, timeout=_ANSWER_WITHIN)
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/fhir+json",
            "Accept": "application/fhir+json",
        }
        try:
            connection.request("POST", self._base.path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def _reason(answer: bytes) -> str:
    """The first issue of an OperationOutcome: its place, and what is wrong there."""
    try:
        issue = json.loads(answer)["issue"][0]
    except (ValueError, LookupError, TypeError):
        return "no reason given"
    place = ", ".join(issue.get("expression", ()))
    return f"{place}: {issue.get('diagnostics', issue.get('code', ''))}"
