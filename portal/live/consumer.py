"""One WebSocket for each open page. It says which sections may have news, and nothing else."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

from channels.consumer import AsyncConsumer
from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from django.conf import settings

from fhir.changes import Head
from portal.live import cursors
from portal.live.admission import Admitted, admit
from portal.live.hub import ENDED, OpenPage
from portal.live.listen import hub

HEARTBEAT = 25  # seconds
SLOW = 20  # seconds that a browser may take to read a message
FORBIDDEN, TOO_SLOW, LOST = 4403, 1013, "reset"
LONGEST = 1024  # characters of the one message that a browser sends


class Live(AsyncConsumer):
    """Speaks JSON: the browser says hello with its cursor; we answer with hints and heartbeats."""

    async def websocket_connect(self, _message: dict[str, Any]) -> None:
        """Accept, so that the browser can be told why it is closed again."""
        self.page: OpenPage | None = None
        self.pending: set[str] = set()
        self.sending: asyncio.Task[None] | None = None
        self.beat: asyncio.TimerHandle | None = None
        await self.send({"type": "websocket.accept"})
        if not is_ours(header_of(self.scope, b"origin")):
            await self._end(FORBIDDEN)

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        """Take the hello; anything else that a browser says is ignored."""
        cursor = _cursor_in(message.get("text") or "")
        if cursor is None or self.page is not None:
            return
        cookies = header_of(self.scope, b"cookie")
        found = await database_sync_to_async(admit)(cookies, cursor)
        if found is None:
            await self._end(ENDED)
            return
        self._open(found)

    async def websocket_disconnect(self, _message: dict[str, Any]) -> None:
        """Forget the page."""
        self._forget()
        raise StopConsumer

    def _open(self, found: Admitted) -> None:
        self.page = OpenPage(
            found.viewer,
            found.patient,
            found.head,
            self._tell,
            self._close,
            self._content,
            found.desk,
        )
        if found.is_new_epoch:
            self._say(LOST)
        hub().open(self.page)
        self._beat()

    def _tell(self, _head: Head, sections: list[str]) -> None:
        self._say(*sections)

    def _content(self) -> None:
        self._say("content")

    def _say(self, *what: str) -> None:
        """Add to the one message that waits; a slow reader gets the latest, never a queue."""
        self.pending.update(what)
        if self.sending is None or self.sending.done():
            self.sending = asyncio.ensure_future(self._send_pending())

    async def _send_pending(self) -> None:
        while self.pending and self.page is not None:
            keys, self.pending = sorted(self.pending), set()
            said = {"t": LOST} if LOST in keys else {"t": "ev", "c": self._cursor(), "k": keys}
            await self._send(said)

    async def _send(self, said: dict[str, Any]) -> None:
        text = json.dumps(said, separators=(",", ":"))
        try:
            async with asyncio.timeout(SLOW):
                await self.send({"type": "websocket.send", "text": text})
        except TimeoutError:
            await self._end(TOO_SLOW)
        except OSError:
            self._forget()  # the browser has gone, and its end is on the way

    def _beat(self) -> None:
        self.beat = asyncio.get_running_loop().call_later(HEARTBEAT, self._beat)
        if self.sending is None or self.sending.done():
            degraded = {"d": 1} if hub().is_degraded else {}
            said = {"t": "head", "c": self._cursor()} | degraded
            self.sending = asyncio.ensure_future(self._send(said))

    def _cursor(self) -> str:
        if self.page is None or not self.page.patient:
            return ""
        return cursors.encode(self.page.head, self.page.patient)

    def _close(self, code: int) -> None:
        asyncio.ensure_future(self._end(code))  # noqa: RUF006 (ends the consumer itself)

    async def _end(self, code: int) -> None:
        self._forget()
        await self.send({"type": "websocket.close", "code": code})

    def _forget(self) -> None:
        if self.beat:
            self.beat.cancel()
        if self.page:
            hub().close(self.page)
        self.page = None


class Nowhere(AsyncConsumer):
    """A socket at an address that has none: refused before it opens."""

    async def websocket_connect(self, _message: dict[str, Any]) -> None:
        """Refuse."""
        await self.send({"type": "websocket.close"})

    async def websocket_disconnect(self, _message: dict[str, Any]) -> None:
        """Forget it."""
        raise StopConsumer


def _cursor_in(text: str) -> str | None:
    """Return the cursor of a hello, or None if it is none."""
    if len(text) > LONGEST:
        return None
    try:
        said = json.loads(text)
    except ValueError:
        return None
    is_hello = isinstance(said, dict) and said.get("t") == "hello"
    cursor = said.get("c", "") if is_hello else None
    return cursor if isinstance(cursor, str) else None


def header_of(scope: dict[str, Any], name: bytes) -> str:
    values = [value for key, value in scope["headers"] if key == name]
    return b"; ".join(values).decode("latin-1")


def is_ours(origin: str) -> bool:
    """Whether a page of ours opens the socket: the exact origin, scheme and port too."""
    if settings.IS_PUBLIC:
        return origin in {settings.BASE_URL, *settings.CSRF_TRUSTED_ORIGINS}
    return urlsplit(origin).hostname in {"localhost", "127.0.0.1", "::1"}
