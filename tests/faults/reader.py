"""A page that stays open while the service dies and comes back: it does what live.js does."""

import asyncio
import json
import re
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
from django.conf import settings
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, WebSocketException

from tests.site import Site

RESULTS = "/record/results/"
PAUSE = 0.3  # seconds before it tries again
CURSOR = re.compile(r'data-cursor="([^"]*)"')


@dataclass
class Reader:
    """One person with the list of results open."""

    site: Site
    cookie: str
    cursor: str = ""
    drawn: str = ""
    hints: int = 0
    reconnected: int = 0
    codes: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    listening: asyncio.Event = field(default_factory=asyncio.Event)

    async def reads(self) -> None:
        """Open the page, then listen until cancelled; come back with the cursor after a break."""
        page = await self.opens(RESULTS)
        self.cursor = CURSOR.search(page)[1]
        while True:
            with suppress(OSError, InvalidHandshake, ConnectionClosed, TimeoutError):
                await self._listens()
            self.listening.clear()
            self.reconnected += 1
            await asyncio.sleep(PAUSE)

    async def opens(self, address: str) -> str:
        """Return a page, asking again while the service is away."""
        while True:
            answer = await self.asks(address)
            if answer is not None and answer.status_code == httpx.codes.OK:
                return answer.text
            await asyncio.sleep(PAUSE)

    async def asks(self, address: str) -> httpx.Response | None:
        try:
            async with httpx.AsyncClient(
                base_url=self.site.base_url, cookies=self._cookies, timeout=20
            ) as browser:
                answer = await browser.get(address)
        except httpx.TransportError:
            return None
        self.statuses.append(answer.status_code)
        return answer

    @property
    def _cookies(self) -> dict[str, str]:
        return {settings.SESSION_COOKIE_NAME: self.cookie}

    async def _listens(self) -> None:
        try:
            async with connect(
                f"ws://localhost:{self.site.port}/live/",
                origin=self.site.base_url,
                additional_headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={self.cookie}"},
                open_timeout=10,
                close_timeout=1,
            ) as socket:
                await socket.send(json.dumps({"t": "hello", "c": self.cursor}))
                await self._hears(socket)
        except ConnectionClosed as closed:
            if closed.rcvd:
                self.codes.append(closed.rcvd.code)
            raise
        except WebSocketException as fault:
            raise ConnectionError from fault

    async def _hears(self, socket: ClientConnection) -> None:
        async for text in socket:
            said = json.loads(text)
            assert said["t"] in {"head", "ev"}, said
            self.listening.set()
            self.cursor = said["c"]
            if said["t"] == "ev":
                self.hints += 1
                self.drawn = await self.opens(RESULTS)
