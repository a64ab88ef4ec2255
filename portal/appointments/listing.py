"""All of a patient's appointments in one list, of whatever hospital system: one query."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from fhir.paths import Json, find
from fhir.store import Criteria, Repository, Stored
from portal.appointments import arriving, said
from portal.appointments.resources import (
    BOOKING,
    BY_CLINIC,
    BY_SERVICE,
    PREVIOUS,
    RESCHEDULED,
    modes_of,
    why_cancelled,
)
from portal.appointments.rules import ARRIVED, JOIN_BEFORE, STANDING, Mode
from portal.beforehand import rules as coming
from portal.record import values
from portal.record.appointment import Appointment
from portal.record.dates import clock as time_of
from portal.record.dates import instant, local, weekday
from portal.record.naming import names_of
from portal.record.sections import address_of

_OVER: Final = ("cancelled", "entered-in-error", "fulfilled", "noshow")
_CALLED_OFF: Final = ("cancelled", "entered-in-error")
_STATES: Final = {
    "cancelled": ("Cancelled", "grey"),
    "noshow": ("You missed this visit", "grey"),
    "pending": ("Not agreed yet", "yellow"),
    "proposed": ("Not agreed yet", "yellow"),
    "waitlist": ("On a waiting list", "grey"),
}
_MOST: Final = 60
_VERSIONS: Final = 10  # of a visit, among which it is looked for when it was
_PAST: Final = 5
# A visit stands under what is to come until so long after its start.
_STILL: Final = timedelta(hours=4)
_KEPT: Final = timedelta(days=30)  # a cancelled one is told of until so long after its day
_COMING, _CANCELLED, _EARLIER = range(3)
_BY_HOSPITAL: Final = frozenset({BY_CLINIC, BY_SERVICE})


Starts: TypeAlias = dict[str, datetime | None]


@dataclass(frozen=True, slots=True)
class Visit:
    """One appointment as the list says it; `state` is a word with its tone, or empty."""

    key: str
    title: str
    address: str
    starts_at: datetime | None
    when: str
    how: str
    whom: str
    state: tuple[str, str]
    note: str
    is_ours: bool
    status: str
    is_by_video: bool
    is_by_phone: bool
    ticket: str

    @property
    def is_booked(self) -> bool:
        return self.status in STANDING

    @property
    def is_here(self) -> bool:
        return self.status in ARRIVED

    def may_prepare(self, now: datetime) -> bool:
        if not self.is_ours or self.starts_at is None:
            return False
        return coming.to_prepare(self.status, self.starts_at, now) == coming.Stage.OPEN

    def may_arrive(self, now: datetime) -> bool:
        """Whether its patient may say that they have come; by video, entering says so."""
        if not self.is_ours or self.is_by_video or self.starts_at is None:
            return False
        return coming.to_arrive(self.status, self.starts_at, now) == coming.Stage.OPEN

    @property
    def joins_at(self) -> datetime | None:
        """From when its patient can join, if it is held in a room of ours."""
        is_here = self.is_ours and self.is_booked and self.is_by_video
        return self.starts_at - JOIN_BEFORE if self.starts_at and is_here else None

    def may_join(self, now: datetime) -> bool:
        return self.joins_at is not None and now >= self.joins_at

    @property
    def day(self) -> str:
        return str(local(self.starts_at).day) if self.starts_at else ""

    @property
    def month(self) -> str:
        return f"{local(self.starts_at):%b}" if self.starts_at else ""


@dataclass(frozen=True, slots=True)
class Listing:
    coming: Sequence[Visit]
    cancelled: Sequence[Visit]
    past: Sequence[Visit]
    has_more: bool

    def to_join(self, now: datetime) -> Sequence[Visit]:
        """Return those with a clock: they stand first, and the rest of what is to come below."""
        return [one for one in self.coming if one.may_join(now)]

    def later(self, now: datetime) -> Sequence[Visit]:
        return [one for one in self.coming if not one.may_join(now)]

    @property
    def is_empty(self) -> bool:
        return not (self.coming or self.cancelled or self.past)


def listing(records: Repository, patient: str, now: datetime) -> Listing:
    """Return the appointments that are worth telling of today; older ones are in the record."""
    found, _ = records.search_any(list(_criteria(patient, now)))
    once = {one.id: one for one in reversed(found)}  # of one found twice, the lower rank
    names = names_of(records, once.values())
    starts = {one.id: _start(one) for one in once.values()}
    was = _times_before(records, found)
    groups: dict[int, list[Visit]] = {rank: [] for rank in (_COMING, _CANCELLED, _EARLIER)}
    for one in found:
        if once.get(one.id) is one and not _is_moved(one.json):
            rank = one.rank if starts[one.id] else _COMING
            groups[rank].append(_visit(one, names, starts, was))
    groups[_COMING].sort(key=lambda visit: (visit.starts_at is None, visit.starts_at or now))
    past = groups[_EARLIER]
    return Listing(groups[_COMING], groups[_CANCELLED], past[:_PAST], len(past) > _PAST)


def _criteria(patient: str, now: datetime) -> Iterator[Criteria]:
    """Yield three searches that have nothing in common: each as the index has it."""
    plain = Criteria("Appointment", [patient], count=_MOST)
    yield replace(plain, but_statuses=_OVER, since=now - _STILL, rank=_COMING)
    yield replace(plain, statuses=["cancelled"], since=now - _KEPT, rank=_CANCELLED)
    yield replace(plain, but_statuses=_CALLED_OFF, before=(now, 0), rank=_EARLIER)


def _times_before(records: Repository, found: Sequence[Stored]) -> Starts:
    """Return when visits to come were before a hospital system moved them where they stand."""
    again = [one for one in found if one.version > 1 and one.rank == _COMING]
    now = {one.id: _start(one) for one in again if one.json.get("status") == "booked"}
    was: Starts = {}
    for version in records.before("Appointment", sorted(now), most=_VERSIONS) if now else ():
        if version.json.get("status") in STANDING and _start(version) != now[version.id]:
            was.setdefault(version.id, _start(version))
    return was


def _visit(one: Stored, names: dict[str, str], starts: Starts, was: Starts) -> Visit:
    entry, resource = Appointment(one, names), one.json
    starts_at = starts[one.id]
    state, note = _state(resource, _before(resource, starts) or was.get(one.id))
    return Visit(
        key=one.id,
        title=entry.heading(),
        address=address_of("Appointment", one.id),
        starts_at=starts_at,
        when=entry.when(),
        how=how(resource),
        whom=whom(resource, names),
        state=state,
        note=note,
        is_ours=_is_ours(resource),
        status=str(resource.get("status")),
        is_by_video=Mode.VIDEO in _modes(resource),
        is_by_phone=Mode.PHONE in _modes(resource),
        ticket=_ticket(resource),
    )


def _state(resource: Json, before: datetime | None) -> tuple[tuple[str, str], str]:
    """Return how it stands, where that is worth a word, and what goes with it."""
    status = str(resource.get("status"))
    if status in ARRIVED:
        at = arriving.arrived_at(resource)
        return ("You have arrived", "green"), f"Since {time_of(at)}" if at else ""
    if status == "cancelled" and why_cancelled(resource) in _BY_HOSPITAL:
        return ("Cancelled by the hospital", "grey"), ""
    if status == "booked" and before:
        return ("Time changed", "blue"), f"It was {_when(before, resource)}"
    return _STATES.get(status, ("", "")), ""


def whom(resource: Json, names: Mapping[str, str]) -> str:
    """Return the people and the clinic; the place only of a visit at which one is there."""
    modes = _modes(resource)
    is_there = not modes or Mode.IN_PERSON in modes
    actors = (one for one in find(resource, "participant.actor") if isinstance(one, dict))
    left = ("Patient/",) if is_there else ("Patient/", "Location/")
    others = (one for one in actors if not str(one.get("reference") or "").startswith(left))
    return ", ".join(filter(None, (values.said(one, names) for one in others)))


def place_of(resource: Json) -> str:
    actors = (one for one in find(resource, "participant.actor") if isinstance(one, dict))
    places = (one for one in actors if str(one.get("reference") or "").startswith("Location/"))
    return next((str(one.get("display") or "") for one in places), "")


def _modes(resource: Json) -> frozenset[str]:
    extensions = [one for one in find(resource, "extension") if isinstance(one, dict)]
    channels = (one.get("valueCodeableConcept") for one in extensions)
    return modes_of([one for one in channels if isinstance(one, dict)])


def how(resource: Json) -> str:
    """Return in which way and for how long, so far as is known."""
    modes = _modes(resource)
    way = next((said.WAYS[mode] for mode in Mode if mode in modes), "")
    length = resource.get("minutesDuration")
    return ", ".join(filter(None, [way, f"{length} minutes" if length else ""]))


def _when(before: datetime, resource: Json) -> str:
    """Return when it was: of the same day, the time alone."""
    now = instant(str(resource.get("start") or ""))
    is_of_day = now is not None and local(now).date() == local(before).date()
    return time_of(before) if is_of_day else f"{weekday(before)}, {time_of(before)}"


def _start(one: Stored) -> datetime | None:
    return instant(str(one.json.get("start") or ""))


def _before(resource: Json, starts: Starts) -> datetime | None:
    """Return when it was before its patient moved it, if that is in the list too."""
    for one in find(resource, "extension"):
        if isinstance(one, dict) and one.get("url") == PREVIOUS:
            return starts.get(_id(one.get("valueReference")))
    return None


def _ticket(resource: Json) -> str:
    return next((_id(one) for one in find(resource, "basedOn") if isinstance(one, dict)), "")


def _is_moved(resource: Json) -> bool:
    return resource.get("status") == "cancelled" and why_cancelled(resource) == RESCHEDULED


def _is_ours(resource: Json) -> bool:
    systems: Iterable[object] = find(resource, "identifier.system")
    return BOOKING in systems


def _id(reference: object) -> str:
    said_at = reference.get("reference") if isinstance(reference, dict) else ""
    return str(said_at or "").rpartition("/")[2]
