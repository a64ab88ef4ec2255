"""The demo hospital at work beside the service: brings its past in, then goes on living."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, ParamSpec, TypeVar

from django.db import close_old_connections

from fhir import matching
from fhir.access import SYSTEM
from fhir.scope import scoped
from portal.simulator import cast, people
from portal.simulator.accounts import hand_over, name_professionals
from portal.simulator.backload import Hospital
from portal.simulator.booking import let_ask, open_clinics, order_follow_ups
from portal.simulator.events import History
from portal.simulator.histories import history_of
from portal.simulator.memory import Memory
from portal.simulator.people import Person
from portal.simulator.sender import FhirSender, NotTaken
from portal.simulator.sooner import bring_an_offer
from portal.simulator.steps import Steps
from portal.simulator.trickle import Figure, Trickle
from portal.simulator.visiting import bring_a_visit

_EVERY: Final = 0.2
_PATIENCE: Final = 300.0
_GREETED_FOR: Final = timedelta(hours=1)
# How often something happens to each of them.
_WEIGHTS: Final = {"amina": 6, "ben": 2, "grace": 2, "stranger": 1}

Work = Callable[[], object]
Stage = Callable[[Hospital, list[History]], Awaitable[None]]
Given = ParamSpec("Given")
Result = TypeVar("Result")


class DidNotHappen(Exception):
    """What the demo waited for has not come about; the message says what."""


@dataclass
class Demo:
    """One demo: where the service listens, what is remembered, and what others do for it.

    `quiet` tells whether all that was sent has been taken in and decided; `review` is a clinician
    at her desk; `ready` says who can sign in.
    """

    memory: Memory
    address: tuple[str, int]
    base: str
    say: Callable[[str], None]
    now: Callable[[], datetime]
    quiet: Callable[[], bool]
    review: Work
    ready: Work
    steps: Steps = field(init=False)

    def __post_init__(self) -> None:
        self.steps = Steps(self.say)

    async def __call__(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set."""
        working = asyncio.ensure_future(self._work())
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working

    async def _work(self) -> None:
        hospital = self._hospital()
        try:
            histories = [self._history(person) for person in cast.PATIENTS]
            await self._stage(hospital, histories)
            with self.steps("Amina is booked by video with Dr Nair, in a few minutes"):
                await _aside(bring_a_visit, self.now())
            with self.steps("Amina cancels another visit, which Ben is offered"):
                await _aside(bring_an_offer, self.now())
            self.ready()
            await asyncio.gather(self._others(hospital), self._live(histories))
        finally:
            await hospital.close()

    def _hospital(self) -> Hospital:
        return Hospital(self.address, FhirSender(self.base, self.memory.token))

    def _history(self, person: Person) -> History:
        return history_of(person, self.memory.seed, self.memory.began_at)

    async def _stage(self, hospital: Hospital, histories: list[History]) -> None:
        stages: tuple[tuple[str, str, Stage], ...] = (
            ("staff", "The hospital names its staff", self._staff),
            ("accounts", "Patients register and get their codes", self._met),
            ("cast", "Five years of the cast come in", self._told),
            ("reviewed", "A clinician looks at what waits", self._reviewed),
            ("clinics", "Clinics open, and follow-ups are asked for", self._opened),
        )
        for name, what, stage in stages:
            if not self.memory.has(name):
                with self.steps(what):
                    await stage(hospital, histories)
                self.memory.done(name)

    async def _staff(self, hospital: Hospital, _: list[History]) -> None:
        await hospital.names_its_staff()
        await _aside(name_professionals)

    async def _met(self, hospital: Hospital, histories: list[History]) -> None:
        for history in histories:
            await hospital.registers(history)
        for history in histories:
            await self._known(history.person)
            await _aside(hand_over, history.person, self.now())

    async def _told(self, hospital: Hospital, histories: list[History]) -> None:
        await asyncio.gather(*(hospital.tells(one, self._known) for one in histories))
        await self._until(self.quiet, "the results of the cast were not taken in")

    async def _reviewed(self, hospital: Hospital, histories: list[History]) -> None:
        """A correction comes after what it corrects has been seen; then somebody reads it."""
        for history in histories:
            await hospital.corrects(history)
        await self._until(self.quiet, "the corrections were not taken in")
        await _aside(self.review)

    async def _opened(self, hospital: Hospital, _: list[History]) -> None:
        await hospital.names_its_staff()  # and its places, to a demo begun before there were any
        await _aside(open_clinics, self.now())
        await _aside(order_follow_ups, self.now())
        await _aside(let_ask, self.now())

    async def _others(self, hospital: Hospital) -> None:
        """One person at a time, so that what happens now never waits behind the past."""
        began_at = self.memory.began_at
        for person in people.others(self.memory.seed, began_at.date()):
            if not self.memory.has(person.key):
                history = self._history(person)
                await hospital.registers(history)
                await hospital.tells(history, self._known)
                with contextlib.suppress(DidNotHappen):
                    await self._until(self.quiet, f"{person.name} was not taken in")
                self.memory.done(person.key)
                await _aside(self.review)

    async def _live(self, histories: list[History]) -> None:
        figures = [Figure.of(one, _WEIGHTS[one.person.key]) for one in histories]
        trickle = Trickle(figures, self.memory.seed, self.now())
        hospital = self._hospital()
        greeted_at: datetime | None = None
        try:
            while True:
                if greeted_at is None or self.now() - greeted_at > _GREETED_FOR:
                    greeted_at = self.now()
                    await hospital.greets(histories[0])
                await asyncio.sleep(trickle.pause())
                happening = trickle.next(self.now())
                with contextlib.suppress(NotTaken):
                    await hospital.says(happening.message)
                    self.say(f"{self.now():%H:%M:%S} {happening.line}")
        finally:
            await hospital.close()

    async def _known(self, person: Person) -> None:
        await self._until(lambda: _is_known(person), f"{person.name} was not taken in")

    async def _until(self, happened: Callable[[], bool], otherwise: str) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                while not await _aside(happened):  # noqa: ASYNC110 (nothing calls: we must look)
                    await asyncio.sleep(_EVERY)
        except TimeoutError:
            raise DidNotHappen(otherwise) from None


async def _aside(
    work: Callable[Given, Result], *given: Given.args, **named: Given.kwargs
) -> Result:
    """Do in a thread what asks the database."""

    def done() -> Result:
        try:
            return work(*given, **named)
        finally:
            close_old_connections()

    return await asyncio.to_thread(done)


def _is_known(person: Person) -> bool:
    asked = matching.Person(person.nhs_number, person.born.isoformat(), (person.family,))
    with scoped(SYSTEM):
        return bool(matching.match(asked))
