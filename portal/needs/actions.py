"""What somebody needs is said, or said to hold still; each act is one transaction."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime

from fhir.access import Viewer
from fhir.paths import Json
from fhir.store import Conflict, Repository
from portal.appointments.resources import draft
from portal.needs import flags, kinds
from portal.needs.flags import Need, Needs, Told
from portal.record.dates import local


class Meanwhile(Exception):
    """Something else was said at the same time; nothing of this has been kept."""


def state(records: Repository, patient: str, needs: Needs, seen: str, now: datetime) -> list[str]:
    """Keep what somebody needs, and return the ids of what was written.

    What is not said any more is taken back and stays in the record; said again, nothing changes.

    :raises Meanwhile: something else was said since they looked at what `seen` stands for.
    """
    wanted = list(needs.each())
    with _opened(records, patient) as (writing, told):
        if flags.stamp(wanted) != (stamp := told.stamp) and stamp != seen:
            raise Meanwhile
        today, by_key = local(now).date(), {one.key: one for one in wanted}
        now_kept = _changed(told, by_key, writing.viewer, patient, today)
        return _write(writing, patient, told, now_kept)


def confirm(records: Repository, patient: str, seen: str, now: datetime) -> list[str]:
    """Keep that all of it holds, and return the ids of what was written.

    :raises Meanwhile: something else was said since they looked at what `seen` stands for.
    """
    with _opened(records, patient) as (writing, told):
        if told.stamp != seen:
            raise Meanwhile
        today = local(now).date()
        holding = [(key, flags.reviewed(one.json, today)) for key, one in told.standing.items()]
        return _write(writing, patient, told, holding)


@contextmanager
def _opened(records: Repository, patient: str) -> Iterator[tuple[Repository, Told]]:
    writing = records.lent_writes("Flag")
    try:
        with writing.transaction():
            yield writing, flags.told_of(writing, patient)
    except Conflict:
        raise Meanwhile from None


def _changed(
    told: Told, wanted: Mapping[str, Need], by: Viewer, patient: str, today: date
) -> Iterator[tuple[str, Json]]:
    """Give each Flag as it is to be; whoever said first what has not changed stays its author."""
    for key in kinds.KEYS:
        need, before = wanted.get(key), told.flags.get(key)
        if need is not None:
            made = flags.flag(need, patient, by, today)
            is_known = before is not None and flags.is_same(before.json, made)
            yield key, flags.reviewed(before.json, today) if before and is_known else made
        elif key in told.standing:
            yield key, flags.taken_back(told.standing[key].json, today)


def _write(
    writing: Repository, patient: str, told: Told, flags_now: Iterable[tuple[str, Json]]
) -> list[str]:
    drafts = []
    for key, made in flags_now:
        before = told.flags.get(key)
        if before is None or made != before.json:
            one = draft(made, patient, before.version if before else None)
            one.fresh = before is None  # somebody else may be about to say the same
            drafts.append(one)
    return [one.draft.logical_id for one in writing.write(drafts)] if drafts else []
