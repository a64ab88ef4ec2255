"""This process's open pages, by patient, and who of them is told "look again".

A hint only says that there may be something: what a page is told is read from the log, so that a
hint lost, doubled, late or out of order changes nothing but the moment (decisions 7). Every page
is asked again who it is each few seconds, and closed when it no longer stands.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from fhir import changes
from fhir.access import Facts, Interaction, Verdict, Viewer, decide
from fhir.changes import AUTH, SEEN, Change, Head
from portal import clock
from portal.identity import sessions
from portal.live import desks
from portal.live.topics import heard_by, sections_of

logger = logging.getLogger(__name__)

CHECK_EVERY = 2.0  # seconds between asking whether the sessions of open pages still stand
LOOK_EVERY = 10.0  # seconds between comparing what pages know with the log, hint or no hint
ENDED = 4401

Result = TypeVar("Result")


@dataclass(eq=False, slots=True)
class OpenPage:
    """One socket or event stream. `tell` and `close` are called in the loop and never wait.

    `desk` is what a page of staff follows instead of a patient.
    """

    viewer: Viewer
    patient: str
    head: Head
    tell: Callable[[Head, list[str]], None]
    close: Callable[[int], None]
    content: Callable[[], None] = field(default=lambda: None)
    desk: str = ""


class _News(NamedTuple):
    """What a page is told: how far the log has come for it, and which sections are touched."""

    head: Head
    sections: list[str]


class Hub:
    """All open pages of one process."""

    def __init__(self) -> None:
        self._pages: dict[str, set[OpenPage]] = {}
        self._known: dict[str, int] = {}
        self._dirty: set[str] = set()
        self._at_desks: set[str] = set()
        self._dirt = asyncio.Event()
        # Apart, so that nobody's news waits while a thousand sessions are looked at.
        self._telling = ThreadPoolExecutor(1, thread_name_prefix="live")
        self._watching = ThreadPoolExecutor(1, thread_name_prefix="live-watch")
        self.is_degraded = False

    def __len__(self) -> int:
        return sum(map(len, self._pages.values()))

    def open(self, page: OpenPage) -> None:
        """Add a page; what happened since its head is told to it at once."""
        self._pages.setdefault(page.patient, set()).add(page)
        if page.desk:
            page.tell(page.head, [desks.TOPIC])
        if page.patient:
            known = self._known.get(page.patient, page.head.seq)
            self._known[page.patient] = min(known, page.head.seq)
            self.heard([page.patient])

    def close(self, page: OpenPage) -> None:
        """Forget a page."""
        pages = self._pages.get(page.patient)
        if pages is None:
            return
        pages.discard(page)
        if not pages:
            del self._pages[page.patient]
            self._known.pop(page.patient, None)

    def heard(self, patients: Iterable[str] | None) -> None:
        """Take a hint: these patients, or None for everybody, may have news."""
        here = self._pages.keys()
        named = set(here) if patients is None else set(patients)
        self._dirty |= here & named - {""}
        if self._desks():
            self._at_desks |= {desks.EVERY} if patients is None else named
        if self._dirty or self._at_desks:
            self._dirt.set()

    def content_published(self) -> None:
        """Tell every page that editors have published something."""
        for page in self._everyone():
            page.content()

    async def serve(self) -> None:
        """Tell pages what hints are about, for as long as the process runs."""
        while True:
            await self._dirt.wait()
            self._dirt.clear()
            dirty, self._dirty = self._dirty, set()
            at_desks, self._at_desks = self._at_desks, set()
            try:
                await self._tell(dirty)
                await self._tell_desks(at_desks)
            except (OperationalError, InterfaceError) as fault:
                logger.warning("live updates wait: %s", type(fault).__name__)
                self._dirty |= dirty
                self._at_desks |= at_desks
                self.is_degraded = True
                await asyncio.sleep(1)
                self._dirt.set()

    async def watch(self) -> None:
        """Look without a hint: at the log now and then, at sessions more often."""
        looked_at = time.monotonic()
        while True:
            await asyncio.sleep(CHECK_EVERY)
            try:
                await self._close_ended(self._everyone(), self._watching)
                if time.monotonic() - looked_at >= LOOK_EVERY:
                    looked_at = time.monotonic()
                    await self.look()
                self.is_degraded = False
            except DatabaseError as fault:
                logger.warning("live updates wait: %s", type(fault).__name__)
                self.is_degraded = True

    async def end(self) -> None:
        """Let go of the database."""
        for thread in (self._telling, self._watching):
            await _in_thread(thread, lambda: connection.close())  # noqa: PLW0108 (the thread's own)
            thread.shutdown()

    async def look(self) -> None:
        patients = [patient for patient in self._pages if patient]
        newest = await _in_thread(self._watching, lambda: changes.numbers(patients))
        self.heard(
            patient for patient, head in newest.items() if head.seq > self._known.get(patient, 0)
        )

    async def _tell(self, dirty: set[str]) -> None:
        marks = {patient: self._known[patient] for patient in dirty if patient in self._known}
        by_patient = await _in_thread(self._telling, lambda: _happened(marks))
        rights = {p for p, found in by_patient.items() if any(one.kind == AUTH for one in found)}
        of_rights = [page for p in rights for page in self._pages.get(p, ())]
        await self._close_ended(of_rights, self._telling)
        for patient, found in by_patient.items():
            if patient in self._known:
                self._known[patient] = max(self._known[patient], found[-1].seq)
            _tell_all(tuple(self._pages.get(patient, ())), found)

    async def _tell_desks(self, heard: set[str]) -> None:
        open_now = self._desks()
        if not heard or not open_now:
            return
        touched = await _in_thread(self._telling, lambda: desks.touched(heard, set(open_now)))
        for page in [page for desk in touched for page in open_now[desk]]:
            page.tell(page.head, [desks.TOPIC])

    def _desks(self) -> dict[str, list[OpenPage]]:
        found: dict[str, list[OpenPage]] = {}
        for page in self._pages.get("", ()):
            if page.desk:
                found.setdefault(page.desk, []).append(page)
        return found

    async def _close_ended(self, pages: list[OpenPage], thread: ThreadPoolExecutor) -> None:
        signed_in = [page for page in pages if page.viewer.session]
        if not signed_in:
            return
        tokens = {page.viewer.session for page in signed_in}
        standing = await _in_thread(thread, lambda: sessions.standing_among(tokens, clock.now()))
        for page in signed_in:
            if standing.get(page.viewer.session) != page.patient:
                self.close(page)
                page.close(ENDED)

    def _everyone(self) -> list[OpenPage]:
        return [page for pages in self._pages.values() for page in pages]


def _tell_all(pages: Iterable[OpenPage], found: list[Change]) -> None:
    """Tell each of a patient's pages; what one viewer has open is decided once."""
    decided: dict[tuple[Viewer, int], _News | None] = {}
    for page in pages:
        known = page.viewer, page.head.seq
        if known not in decided:
            decided[known] = _news(page, found)
        if news := decided[known]:
            page.head = news.head
            page.tell(news.head, news.sections)


def _news(page: OpenPage, found: list[Change]) -> _News | None:
    seen = [change for change in found if change.seq > page.head.seq and _may_know(page, change)]
    if not seen:
        return None
    head = Head(seen[-1].epoch, seen[-1].seq)
    return _News(head, heard_by(page.viewer, sections_of(seen)))


def _may_know(page: OpenPage, change: Change) -> bool:
    """Whether this viewer could see the resource before or after the change."""
    if change.kind == AUTH or change.backload:
        return False
    if change.kind == SEEN:
        return change.patient == page.patient and change.logical_id == page.viewer.who
    facts = Facts(change.resource_type, change.patient, change.labels)
    return decide(page.viewer, Interaction.READ, facts) == Verdict.ALLOWED


def _happened(marks: dict[str, int]) -> dict[str, list[Change]]:
    """Return each patient's changes since its mark, oldest first, where there are any."""
    found: dict[str, list[Change]] = {}
    for change in changes.after(marks):
        found.setdefault(change.patient, []).append(change)
    return found


async def _in_thread(thread: ThreadPoolExecutor, work: Callable[[], Result]) -> Result:
    return await asyncio.get_running_loop().run_in_executor(thread, _with_connection, work)


def _with_connection(work: Callable[[], Result]) -> Result:
    try:
        return work()
    except (OperationalError, InterfaceError):
        connection.close()
        raise
