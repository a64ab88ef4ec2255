"""The socket of one browser in a room: who is there, and what they say to find each other.

Nothing that is said or shown in a call comes through here: it goes from browser to browser.
"""

import asyncio
import json
import time
import uuid
from typing import Any, Final

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.db import DatabaseError

from fhir.changes import Head
from portal.consultations import guests, room
from portal.consultations.room import SIGNED_OUT, Ended, Look, Seat
from portal.consultations.rooms import aside, rooms
from portal.live.admission import kept_in, standing_in
from portal.live.consumer import FORBIDDEN, header_of, is_ours
from portal.live.hub import OpenPage
from portal.live.listen import hub

LONGEST: Final = 16_384  # characters of a message
MOST: Final = 150  # messages in so many seconds; finding each other takes some dozens
WINDOW: Final = 5.0
SILENT: Final = 30.0  # seconds without a word after which a browser has gone
TOO_MUCH, DEGRADED = 1008, 1013


class Room(AsyncConsumer):
    """Speaks JSON: hello with a page's own name, then signals; answers with who is there."""

    async def websocket_connect(self, _message: dict[str, Any]) -> None:
        """Accept, so that the browser can be told why it is closed again."""
        self.seat: Seat | None = None
        self.page: OpenPage | None = None
        self.looking: asyncio.Task[None] | None = None
        self.is_due = False
        self.told = ""
        self.heard: list[float] = []
        self.silence: asyncio.TimerHandle | None = None
        await self.send({"type": "websocket.accept"})
        if not is_ours(header_of(self.scope, b"origin")):
            await self._end(FORBIDDEN)
            return
        self._wait_for_a_word()

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        """Take a hello, a signal, or a sign of life; anything else is ignored."""
        said = _said(message.get("text") or "")
        if said is None or self._is_too_much():
            await self._end(TOO_MUCH)
            return
        self._wait_for_a_word()
        try:
            if self.seat is None and said.get("t") == "hello":
                await self._take(str(said.get("page") or "")[:64])
            elif self.seat is not None and said.get("t") == "signal":
                await self._pass_on(self.seat, said)
        except Ended as ended:
            await self._end(ended.code)
        except DatabaseError:
            await self._end(DEGRADED)

    async def websocket_disconnect(self, _message: dict[str, Any]) -> None:
        """Leave the room."""
        await self._forget()
        raise StopConsumer

    async def _sit(self, page: str) -> Seat:
        standing = await aside(standing_in)(header_of(self.scope, b"cookie"))
        if standing is None:
            raise Ended(SIGNED_OUT)
        seat: Seat = await aside(room.take)(
            standing, self.scope["url_route"]["kwargs"]["key"], page
        )
        # By the hub a socket is closed as soon as its session no longer stands.
        self.page = OpenPage(seat.viewer, seat.comer.person, seat.head, _nothing, self._close)
        hub().open(self.page)
        return seat

    async def _take(self, page: str) -> None:
        self.seat = seat = await self._sit(page)
        rooms().open(seat, self._wake)
        await self._say(
            {
                "t": "welcome",
                "id": str(seat.party),
                "role": seat.role,
                "ice": seat.ways.servers,
                "relay": seat.ways.relay_only,
            }
        )
        self._wake()

    async def _pass_on(self, seat: Seat, said: dict[str, Any]) -> None:
        try:
            to = uuid.UUID(str(said.get("to")))
        except ValueError:
            return
        await aside(room.pass_on)(seat, to, json.dumps(said.get("d")))

    def _wake(self) -> None:
        """Look soon; hints that come while it looks are one more look."""
        self.is_due = True
        if self.looking is None or self.looking.done():
            self.looking = asyncio.ensure_future(self._look())

    async def _look(self) -> None:
        while self.is_due and self.seat is not None:
            self.is_due = False
            try:
                await self._tell(await aside(room.look)(self.seat))
            except Ended as ended:
                await self._end(ended.code)
            except DatabaseError:
                return  # looked at again at the next beat

    async def _tell(self, seen: Look) -> None:
        roster = {"t": "roster", "with": seen.others, "held": not seen.is_moderated}
        text = json.dumps(roster)
        if text != self.told:
            self.told = text
            await self._say(roster)
        for one in seen.signals:
            await self._say({"t": "signal", "from": one["from"], "d": json.loads(one["d"])})

    async def _say(self, said: dict[str, Any]) -> None:
        text = json.dumps(said, separators=(",", ":"))
        await self.send({"type": "websocket.send", "text": text})

    def _is_too_much(self) -> bool:
        now = time.monotonic()
        self.heard = [at for at in self.heard if now - at < WINDOW] + [now]
        return len(self.heard) > MOST

    def _wait_for_a_word(self) -> None:
        if self.silence:
            self.silence.cancel()
        loop = asyncio.get_running_loop()
        self.silence = loop.call_later(SILENT, self._close, TOO_MUCH)

    def _close(self, code: int) -> None:
        asyncio.ensure_future(self._end(code))  # noqa: RUF006 (ends the consumer itself)

    async def _end(self, code: int) -> None:
        await self._forget()
        await self.send({"type": "websocket.close", "code": code})

    async def _forget(self) -> None:
        if self.silence:
            self.silence.cancel()
        if self.page:
            hub().close(self.page)
        seat, self.seat, self.page = self.seat, None, None
        if seat:
            rooms().close(seat)
            await aside(room.get_up)(seat)


class GuestRoom(Room):
    """The same for a guest, whose browser keeps what says to which room they come."""

    async def _sit(self, page: str) -> Seat:
        kept = await aside(kept_in)(header_of(self.scope, b"cookie"), guests.SESSION)
        seat: Seat = await aside(room.take_as_guest)(kept, page)
        return seat


def _said(text: str) -> dict[str, Any] | None:
    if len(text) > LONGEST:
        return None
    try:
        said = json.loads(text)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _nothing(_head: Head, _sections: list[str]) -> None:
    """Hear of no news: a room has its own."""
