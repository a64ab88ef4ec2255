"""What is to be said of a change, written down once however often the change is told.

What has been told of an appointment is kept beside it, so that notices follow from how it stands
and not from how many steps led there.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fhir.access import SYSTEM
from fhir.store import Criteria, NotFound, Repository
from portal.notices import helping, rules
from portal.notices.channels import channels
from portal.notices.kinds import REMINDERS, TERMS, Kind
from portal.notices.models import Notice, Told
from portal.notices.standing import End, Standing, standing_of

# A change that nobody has heard of yet, and that one of these follows, is told as itself.
_NEW: Final = frozenset({Kind.BOOKED, Kind.ARRANGED})
CHANGED: Final = "it has changed"


@dataclass(frozen=True, slots=True)
class Changed:
    """What one transaction did to a patient's appointments; `new` are those that it made."""

    patient: str
    keys: Collection[str]
    new: Collection[str]
    is_history: bool = False


def follow(changed: Changed, now: datetime) -> None:
    """Bring what is to be said of these appointments into line with how they stand.

    History is told to nobody; of what is still to come in it, people are reminded.
    """
    records = Repository(SYSTEM)
    keys = sorted(changed.keys)
    with records.transaction():
        wanted = Criteria("Appointment", [changed.patient], ids=keys, count=len(keys))
        found = {one.id: standing_of(one) for one in records.search(wanted)[0]}
        told = Told.objects.select_for_update().in_bulk(keys)
        for key in keys:
            if stands := found.get(key):
                before = told.get(key) or (None if key in changed.new else _before(records, stands))
                _follow(stands, before, now, is_history=changed.is_history)
            else:
                _drop(key)


def offer_earlier(booking: Standing, about: str, now: datetime) -> None:
    """Write down that an earlier time is offered; in a transaction that sees its patient."""
    _write(booking, [(Kind.EARLIER, now)], about)


def withdraw(about: str) -> None:
    """Say nothing any more of what has ended; in a transaction that sees whom it was for."""
    waiting = Notice.objects.filter(about=about, state=Notice.State.WAITING)
    waiting.update(state=Notice.State.DROPPED, why=CHANGED)


def _follow(stands: Standing, told: Told | None, now: datetime, *, is_history: bool) -> None:
    if told is not None and told.version >= stands.version:
        return
    if told is not None and _is_as_told(stands, told):
        _bind(stands)
    else:
        unheard = _drop(stands.appointment)
        kind = None if is_history else _news(stands, told, now, unheard & _NEW)
        news = [(kind, _due(kind, now))] if kind else []
        _write(stands, [*news, *_reminders(stands, now)])
        for sharing in helping.sharings(stands.patient, now) if news else ():
            _write(stands, news, sharing=sharing)
    Told.objects.bulk_create(
        [_told(stands)],
        update_conflicts=True,
        unique_fields=["appointment"],
        update_fields=["version", "starts_at", "is_booked"],
    )


def _before(records: Repository, stands: Standing) -> Told | None:
    """Return what was known of an appointment that is older than what is kept here."""
    try:
        stored = records.read_version("Appointment", stands.appointment, stands.version - 1)
    except NotFound:
        return None
    was = standing_of(stored)
    return _told(was) if was else None


def _told(stands: Standing) -> Told:
    return Told(
        appointment=stands.appointment,
        patient=stands.patient,
        version=stands.version,
        starts_at=stands.starts_at,
        is_booked=stands.is_booked,
    )


def _is_as_told(stands: Standing, told: Told) -> bool:
    return stands.is_booked == told.is_booked and stands.starts_at == told.starts_at


def _news(
    stands: Standing, told: Told | None, now: datetime, unheard: Collection[str]
) -> Kind | None:
    """Return what is new to the patient, if anything that is still to come is.

    What they booked they know of, though no notice has said so yet.
    """
    if stands.starts_at is None or stands.starts_at <= now:
        return None
    if stands.is_booked:
        return _booked(stands, told, unheard=bool(unheard))
    if told is None or not told.is_booked:
        return None
    match stands.end:
        case End.BY_PATIENT:
            return None if unheard else Kind.CANCELLED
        case End.BY_HOSPITAL:
            return None if Kind.ARRANGED in unheard else Kind.CALLED_OFF
        case _:
            return None


def _booked(stands: Standing, told: Told | None, *, unheard: bool) -> Kind:
    if told is not None and told.is_booked and not unheard:
        return Kind.REARRANGED
    if not stands.is_ours or told is not None:
        return Kind.ARRANGED
    return Kind.MOVED if stands.has_moved else Kind.BOOKED


def _due(kind: Kind, now: datetime) -> datetime:
    return now if TERMS[kind].is_at_once else rules.out_of_quiet(now)


def _reminders(stands: Standing, now: datetime) -> Iterator[tuple[Kind, datetime]]:
    if stands.is_booked and stands.starts_at is not None:
        yield from rules.reminders(stands.starts_at, now, is_video=stands.is_video)


def _bind(stands: Standing) -> None:
    """Let what waits be of this version: nothing that it says has changed."""
    waiting = Notice.objects.filter(subject=stands.appointment, state=Notice.State.WAITING)
    waiting.update(version=stands.version)


def _drop(appointment: str) -> set[str]:
    """Say nothing any more of how it was; return what its patient has not been told."""
    waiting = Notice.objects.filter(subject=appointment, state=Notice.State.WAITING)
    of_patient = waiting.filter(sharing=0).exclude(kind__in=REMINDERS)
    unsaid = set(of_patient.values_list("kind", flat=True))
    waiting.update(state=Notice.State.DROPPED, why=CHANGED)
    return unsaid


def _write(
    stands: Standing,
    wanted: Iterable[tuple[Kind, datetime]],
    about: str = "",
    *,
    sharing: int = 0,
) -> None:
    Notice.objects.bulk_create(
        Notice(
            patient=stands.patient,
            subject=stands.appointment,
            version=stands.version,
            starts_at=stands.starts_at,
            kind=kind,
            about=about,
            channel=channel,
            sharing=sharing,
            due_at=due_at,
        )
        for kind, due_at in wanted
        for channel in channels()
    )
