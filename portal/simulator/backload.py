"""Brings the past of the hospital in, through the same doors as everything else."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from itertools import groupby

from portal.simulator import bundles
from portal.simulator.events import History
from portal.simulator.hospital import SENDERS
from portal.simulator.messages import first_told, reported, told
from portal.simulator.people import Person
from portal.simulator.sender import FhirSender, MllpSender

Known = Callable[[Person], Awaitable[None]]


class Hospital:
    """Each system on its own connection, as they stand in a real hospital."""

    def __init__(self, address: tuple[str, int], records: FhirSender) -> None:
        self._systems = {one.application.encode(): MllpSender(*address) for one in SENDERS}
        self._records = records

    async def says(self, message: bytes) -> None:
        await self._systems[_application(message)].send(message)

    async def names_its_staff(self) -> None:
        await self._records.send(bundles.staff())

    async def registers(self, history: History) -> None:
        await self.says(first_told(history))

    async def tells(self, history: History, known: Known) -> None:
        """Tell a whole past: what is said in HL7 v2 by each system in its order, and the record.

        The record's copy of a person must not come before the one that may change it.
        """
        await known(history.person)
        await asyncio.gather(
            self._records.send(bundles.record(history)),
            *(self._tell_in_order(messages) for messages in _by_system(told(history))),
        )

    async def corrects(self, history: History) -> None:
        for report in history.corrections:
            await self.says(reported(history.person, report))

    async def greets(self, history: History) -> None:
        """Have every system say again what it said last, so that none of them is taken for dead.

        What has been said before changes nothing.
        """
        await self.names_its_staff()
        last = {_application(message): message for message in told(history)}
        for message in last.values():
            await self.says(message)

    async def close(self) -> None:
        for system in self._systems.values():
            await system.close()

    async def _tell_in_order(self, messages: Iterable[bytes]) -> None:
        for message in messages:
            await self.says(message)


def _by_system(messages: Iterable[bytes]) -> list[list[bytes]]:
    ordered = sorted(messages, key=_application)
    return [list(group) for _, group in groupby(ordered, key=_application)]


def _application(message: bytes) -> bytes:
    """MSH-3."""
    return message.split(b"|", 3)[2]
