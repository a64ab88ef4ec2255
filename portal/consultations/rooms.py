"""This process's sockets in rooms: woken by the database, and by a look every few seconds."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from channels.db import DatabaseSyncToAsync
from django.db import DatabaseError

from portal.consultations import room
from portal.consultations.opening import ROOM
from portal.consultations.room import Seat
from portal.live import listen

if TYPE_CHECKING:
    import uuid

Given = ParamSpec("Given")
Result = TypeVar("Result")

logger = logging.getLogger(__name__)

# Twice in which a socket may fail to say that it is there.
BEAT_EVERY: Final = 8.0

Wake = Callable[[], None]


class Rooms:
    """The seats of one process, and how each of them is told to look."""

    def __init__(self) -> None:
        self._seats: dict[uuid.UUID, dict[Seat, Wake]] = {}

    def open(self, seat: Seat, wake: Wake) -> None:
        self._seats.setdefault(seat.key, {})[seat] = wake

    def close(self, seat: Seat) -> None:
        """Forget a seat."""
        seats = self._seats.get(seat.key, {})
        seats.pop(seat, None)
        if not seats:
            self._seats.pop(seat.key, None)

    def heard(self, named: str) -> None:
        """Take a hint: something has happened in a room, or, unnamed, perhaps in any."""
        keys = [key for key in self._seats if named in {"", str(key)}]
        for key in keys:
            for wake in list(self._seats.get(key, {}).values()):
                wake()

    async def watch(self) -> None:
        """Say that those who sit here are there, and look without a hint."""
        while True:
            await asyncio.sleep(BEAT_EVERY)
            seats = [seat for of_room in self._seats.values() for seat in of_room]
            if not seats:
                continue
            try:
                await aside(room.beat)(seats)
            except DatabaseError as fault:
                logger.warning("rooms wait: %s", type(fault).__name__)
            self.heard("")


class _Process:
    rooms: Rooms | None = None
    loop: asyncio.AbstractEventLoop | None = None
    work: asyncio.Task[None] | None = None


def rooms() -> Rooms:
    """Return this process's rooms; its work begins with the first who comes in."""
    loop = asyncio.get_running_loop()
    if _Process.rooms is None or _Process.loop is not loop:
        _Process.rooms, _Process.loop = Rooms(), loop
        _Process.work = loop.create_task(_Process.rooms.watch())
    return _Process.rooms


def aside(work: Callable[Given, Result]) -> Callable[Given, Awaitable[Result]]:
    """Do in a thread what asks the database; one call does not wait for another's."""
    made: Callable[Given, Awaitable[Result]] = DatabaseSyncToAsync(work, thread_sensitive=False)
    return made


def _heard(named: str) -> None:
    if _Process.rooms is not None:
        _Process.rooms.heard(named)


listen.also(ROOM, _heard)
