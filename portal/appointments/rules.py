"""The rules of booking: no clock, no database, no request. A refusal is what the patient reads."""

import enum
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Protocol

HELD_FOR = timedelta(minutes=5)
CUT_OFF = timedelta(hours=24)
JOIN_BEFORE = timedelta(minutes=30)
JOIN_AFTER = timedelta(hours=4)
LONGEST_REASON = 150


class Mode(enum.StrEnum):
    """How somebody is seen."""

    VIDEO = "video"
    PHONE = "phone"
    IN_PERSON = "in-person"


class State(enum.StrEnum):
    """What has become of a claim."""

    HELD = "held"
    BOOKED = "booked"
    EXPIRED = "expired"
    RELEASED = "released"
    MOVED = "moved"
    CANCELLED = "cancelled"
    MISSED = "missed"


# What keeps a slot, its clinician and its patient from anything else at that time.
LIVE = frozenset({State.HELD, State.BOOKED})
# What an Appointment is while its booking stands; of these, what it is once somebody has come.
ARRIVED = frozenset({"arrived", "checked-in"})
STANDING = ARRIVED | {"booked"}


class Refusal(enum.StrEnum):
    """Why not, in words for the patient."""

    NO_LEAVE = "You cannot book this online. Ring us if you think you should be able to."
    USED = "You have already booked an appointment for this."
    OTHER_KIND = "That time is for another kind of appointment. Choose another time."
    OTHER_DAYS = "Your team asked to see you at another time. Choose a day that they asked for."
    GONE = "The clinic has changed and that time has gone. Choose another time."
    PAST = "That time has passed. Choose another time."
    TAKEN = "That time has just been taken. Choose another time."
    BUSY = "You have another appointment at that time. Choose another time."
    CHOSEN_ELSEWHERE = "You have chosen a time in another window. Go on there, or choose again."
    EXPIRED = "We could not keep that time for you any longer. Choose a time again."
    KEPT_ONCE = "We have kept this time for longer once. We cannot keep it again."
    TOO_LONG = f"What you need to talk about must be {LONGEST_REASON} characters or less."
    NOT_BOOKED = "This appointment has already been changed or cancelled."
    TOO_LATE = "It is too late to change this appointment online. Ring us to change it."
    HERE = "You have told us that you are here. Ring us to change this appointment."
    NOT_VIDEO = "This appointment is not by video."
    TOO_EARLY = "You can join from 30 minutes before your appointment starts."
    OVER = "It is too late to join this appointment. Ring us if you still need it."


class Opening(Protocol):
    """The columns of a slot that say what can be booked in it."""

    service: str
    clinician: str
    modes: list[str]
    starts_at: datetime
    is_open: bool


class Leave(Protocol):
    """What a ticket lets its patient book; an empty clinician or no modes mean any."""

    @property
    def is_used(self) -> bool: ...
    @property
    def service(self) -> str: ...
    @property
    def clinician(self) -> str: ...
    @property
    def modes(self) -> Collection[str]: ...
    @property
    def earliest(self) -> datetime | None: ...
    @property
    def latest(self) -> datetime | None: ...


class Seat(Protocol):
    """The columns of a claim that say what of its slot it needs."""

    @property
    def unit(self) -> int: ...
    @property
    def mode(self) -> str: ...
    @property
    def clinician(self) -> str: ...
    @property
    def location(self) -> str: ...
    @property
    def ends_at(self) -> datetime: ...


class Room(Protocol):
    """The columns of a slot that say whether what was booked in it still fits."""

    capacity: int
    modes: list[str]
    clinician: str
    location: str
    is_open: bool
    ends_at: datetime


class Held(Protocol):
    """The columns of a claim that say whether it can still be confirmed."""

    state: str
    hold_until: datetime | None
    is_extended: bool


class Booked(Protocol):
    """The columns of a claim that say what its patient may still do with it."""

    state: str
    mode: str
    starts_at: datetime


def refusal_to_hold(slot: Opening, leave: Leave, mode: str, now: datetime) -> Refusal | None:
    if leave.is_used:
        return Refusal.USED
    if not slot.is_open:
        return Refusal.GONE
    if slot.starts_at <= now:
        return Refusal.PAST
    return _refusal_by_kind(slot, leave, mode) or _refusal_by_day(slot, leave)


def fits(
    seat: Seat, room: Room, second: Room | None = None, *, until: datetime | None = None
) -> bool:
    """Whether a slot, as its clinic has it now, is what its patient was told.

    A longer visit needs the `second` too, which is of the same clinic. One that lasts `until` then
    by the record, where a hospital's word stands, must have its clinician as long.
    """
    return (
        (until is None or until <= seat.ends_at)
        and room.is_open
        and seat.unit < room.capacity
        and seat.mode in room.modes
        and seat.clinician == room.clinician
        and seat.location == room.location
        and (seat.ends_at == room.ends_at or (second is not None and second.is_open))
    )


def refusal_to_extend(hold: Held, now: datetime) -> Refusal | None:
    if refusal := refusal_to_confirm(hold, now):
        return refusal
    return Refusal.KEPT_ONCE if hold.is_extended else None


def refusal_to_confirm(hold: Held, now: datetime) -> Refusal | None:
    """Return why a hold cannot become a booking; at its last moment it has ended."""
    if hold.state == State.RELEASED:
        return Refusal.CHOSEN_ELSEWHERE
    if hold.state in {State.MOVED, State.CANCELLED, State.MISSED}:
        return Refusal.NOT_BOOKED
    if hold.state == State.HELD and hold.hold_until is not None and now < hold.hold_until:
        return None
    return Refusal.EXPIRED


def refusal_of_reason(reason: str) -> Refusal | None:
    return Refusal.TOO_LONG if len(reason) > LONGEST_REASON else None


def refusal_to_change(booking: Booked, cut_off: timedelta, now: datetime) -> Refusal | None:
    """Return why its patient cannot move or cancel a booking online any more."""
    if booking.state != State.BOOKED:
        return Refusal.NOT_BOOKED
    return Refusal.TOO_LATE if booking.starts_at - now < cut_off else None


def refusal_to_join(booking: Booked, now: datetime) -> Refusal | None:
    """Return why somebody cannot join a consultation by video now; both edges are inside."""
    if booking.state != State.BOOKED:
        return Refusal.NOT_BOOKED
    if booking.mode != Mode.VIDEO:
        return Refusal.NOT_VIDEO
    if now < booking.starts_at - JOIN_BEFORE:
        return Refusal.TOO_EARLY
    return Refusal.OVER if now > booking.starts_at + JOIN_AFTER else None


def _refusal_by_kind(slot: Opening, leave: Leave, mode: str) -> Refusal | None:
    is_of_kind = (
        slot.service == leave.service
        and leave.clinician in {"", slot.clinician}
        and mode in slot.modes
        and (not leave.modes or mode in leave.modes)
    )
    return None if is_of_kind else Refusal.OTHER_KIND


def _refusal_by_day(slot: Opening, leave: Leave) -> Refusal | None:
    too_soon = leave.earliest is not None and slot.starts_at < leave.earliest
    too_late = leave.latest is not None and slot.starts_at >= leave.latest
    return Refusal.OTHER_DAYS if too_soon or too_late else None
