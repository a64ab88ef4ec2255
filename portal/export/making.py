"""Makes a copy that somebody asked for: claimed by one worker, told as it goes, never half.

Whoever asked is asked for anew: what they may not see any more is not read. A worker that dies is
noticed by its silence, and another begins again; after three, the copy has failed, in words.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q, QuerySet

from fhir import changes
from fhir.access import Viewer
from fhir.store import Repository
from portal import clock
from portal.export import mails, manifest, places, progress, reading
from portal.export.archive import PRINT, WEB, Archive
from portal.export.copying import ENTRIES, PartWriter
from portal.export.models import Export
from portal.export.parts import Part, chosen, parts_of
from portal.export.progress import Progress, Step
from portal.export.viewers import viewer_for
from portal.record.dates import clock as time_of_day
from portal.record.naming import names_of

logger = logging.getLogger(__name__)

SILENCE = timedelta(minutes=2)
LASTS = timedelta(hours=24)
TRIES = 3


class Stopped(Exception):
    """The copy is not this run's any more: it was stopped, or another has taken it up."""


def take_up(now: datetime) -> int:
    """Make what is waiting, and what a worker has left; return how many were taken up."""
    return sum(make(export) for export in list(_due(now).select_related("user")))


def _due(now: datetime) -> QuerySet[Export]:
    silent = Q(state=Export.State.WORKING, beat_at__lt=now - SILENCE)
    return Export.objects.filter(Q(state=Export.State.WAITING) | silent).order_by("asked_at")


def is_due(now: datetime) -> bool:
    """Whether there is anything to take up."""
    return _due(now).exists()


def make(export: Export) -> bool:
    """Make one copy, unless somebody else has taken it up."""
    run = _claimed(export, clock.now())
    if run is None:
        return False
    try:
        _Run(run).make()
    except Stopped:
        logger.info("a copy was stopped while it was made")
    finally:
        places.clear(run.run or UUID(int=0))
    return True


def _claimed(export: Export, now: datetime) -> Export | None:
    """Take the copy up, or say that it has failed after too many tries."""
    mine = Export.objects.filter(pk=export.pk, run=export.run, state=export.state)
    if export.attempts >= TRIES:
        if mine.update(state=Export.State.FAILED):
            mails.tell(export.user, "failed", "export:choose")
        return None
    taken = {"run": uuid4(), "beat_at": now, "attempts": F("attempts") + 1}
    if not mine.update(state=Export.State.WORKING, **taken):
        return None
    return Export.objects.select_related("user").get(pk=export.pk)


@dataclass(slots=True)
class _Run:
    """One run of the work on one copy."""

    export: Export
    parts: list[Progress] = field(default_factory=list)

    def make(self) -> None:
        viewer = viewer_for(self.export.user, self.export.patient)
        if viewer is None:
            self._update(state=Export.State.FAILED)
            return
        workshop = places.workshop(self.export.run or uuid4())
        cover = manifest.cover(viewer, self.export, clock.now())
        offered = chosen(parts_of(viewer, self.export.patient), self.export.chosen)
        self.parts = progress.waiting(offered)
        head = changes.head(viewer, self.export.patient).seq
        self._update(head=head, parts=progress.kept(self.parts))
        for part in offered:
            self._write(part, viewer, workshop / part.key, cover)
        self._finish(workshop, cover)

    def _write(self, part: Part, viewer: Viewer, folder: Path, cover: dict[str, Any]) -> None:
        self._tell(part.key, step=Step.WORKING)
        folder.mkdir(mode=0o700)
        writer = PartWriter(part, folder, cover)
        records = Repository(viewer, leaves_out=True)
        try:
            for page, names in self._pages(records, part):
                writer.write(page, names)
                self._beat()
        except (Stopped, OperationalError, InterfaceError):
            raise  # no fault of this part: another run begins again
        except Exception as fault:  # noqa: BLE001 (a part that fails is named; the others go on)
            # Its words might say what stands in the record.
            logger.error("a part of a copy failed: %s", type(fault).__name__)  # noqa: TRY400
            why = f"We could not read this part at {time_of_day(clock.now())}"
            self._tell(part.key, step=Step.MISSING, why=why)
            return
        left = len(records.left_out)
        self._tell(
            part.key,
            step=Step.DONE if writer.count else Step.MISSING if left else Step.NONE,
            why=_left_out(left) if left else "",
            count=writer.count,
            types=dict(writer.by_type),
            pages=writer.pages,
            prints=writer.prints,
            is_printed_whole=writer.is_printed_whole,
        )

    def _pages(self, records: Repository, part: Part) -> Iterator[tuple[list[Any], dict[str, str]]]:
        asked = reading.Asked(self.export.patient, self.export.since)
        for page in reading.pages_of(records, part, asked):
            yield page, names_of(records, page)

    def _finish(self, workshop: Path, cover: dict[str, Any]) -> None:
        name = places.new_name()
        whole = [part for part in self.parts if part.step is Step.DONE]
        written = places.path_of(f"{name}.part")
        try:
            with Archive(written) as archive:
                for part in whole:
                    _add_part(archive, workshop / part.key, part)
                    self._beat()
                entries = [workshop / part.key / ENTRIES for part in whole]
                counted = archive.add_bundle(cover["made_at"].isoformat(), entries)
                _check(counted, whole)
                manifest.add(archive, cover, self.parts)
            written.chmod(0o600)
            written.rename(places.path_of(name))
        finally:
            written.unlink(missing_ok=True)
        self._be_ready(name)

    def _be_ready(self, name: str) -> None:
        now = clock.now()
        try:
            self._update(
                state=Export.State.READY,
                file=name,
                size=places.path_of(name).stat().st_size,
                ready_at=now,
                expires_at=now + LASTS,
            )
        except Stopped:
            places.remove(name)
            raise
        mails.tell(self.export.user, "ready", "export:choose")

    def _tell(self, key: str, **changed: Any) -> None:
        self.parts = progress.with_part(self.parts, key, **changed)
        self._update(parts=progress.kept(self.parts))

    def _beat(self) -> None:
        mine = Export.objects.filter(
            pk=self.export.pk, run=self.export.run, state=Export.State.WORKING
        )
        if not mine.update(beat_at=clock.now()):
            raise Stopped

    def _update(self, **values: Any) -> None:
        """Keep what has changed and let the open page look again.

        :raises Stopped: the copy is not this run's any more.
        """
        mine = Export.objects.filter(
            pk=self.export.pk, run=self.export.run, state=Export.State.WORKING
        )
        with transaction.atomic():
            if not mine.update(beat_at=clock.now(), **values):
                raise Stopped
            whose = self.export.patient
            changes.announce(whose, changes.SEEN, f"Patient/{whose}")


def _add_part(archive: Archive, folder: Path, part: Progress) -> None:
    """Add a part's pages, and the files beside them."""
    for found in sorted(folder.iterdir()):
        if found.name in part.prints:
            archive.add(f"{PRINT}{found.name}", found)
        elif found.name != ENTRIES:
            archive.add(f"{WEB}{found.name}", found)


def _left_out(number: int) -> str:
    things = "1 thing is" if number == 1 else f"{number} things are"
    return f"{things} damaged and could not be read"


def _check(counted: int, whole: list[Progress]) -> None:
    """Refuse a bundle that has not just what the parts say.

    :raises RuntimeError: it has more or fewer.
    """
    said = sum(part.count for part in whole)
    if counted != said:
        raise RuntimeError(f"{said} resources were written, {counted} stand in the bundle")
