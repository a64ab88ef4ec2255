"""Each rule of booking, at its edges."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from portal.appointments import rules
from portal.appointments.rules import Mode, Refusal, State

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
A_MOMENT = timedelta(microseconds=1)


@dataclass
class Opening:
    service: str = "breathing"
    clinician: str = "nair"
    modes: list[str] = field(default_factory=lambda: [Mode.VIDEO, Mode.PHONE])
    starts_at: datetime = NOW + timedelta(days=20)
    is_open: bool = True


@dataclass
class Leave:
    is_used: bool = False
    service: str = "breathing"
    clinician: str = ""
    modes: tuple[str, ...] = ()
    earliest: datetime | None = None
    latest: datetime | None = None


@dataclass
class Claim:
    state: str = State.HELD
    hold_until: datetime | None = NOW + timedelta(minutes=5)
    is_extended: bool = False
    mode: str = Mode.VIDEO
    starts_at: datetime = NOW + timedelta(days=20)


START = Opening().starts_at


@pytest.mark.parametrize(
    ("slot", "leave", "mode", "refusal"),
    [
        ({}, {}, "video", None),
        ({}, {"is_used": True}, "video", Refusal.USED),
        ({"is_open": False}, {}, "video", Refusal.GONE),
        ({"starts_at": NOW}, {}, "video", Refusal.PAST),
        ({"starts_at": NOW + A_MOMENT}, {}, "video", None),
        ({"service": "hips"}, {}, "video", Refusal.OTHER_KIND),
        ({}, {"clinician": "lund"}, "video", Refusal.OTHER_KIND),
        ({}, {"clinician": "nair"}, "video", None),
        ({}, {}, "in-person", Refusal.OTHER_KIND),
        ({}, {"modes": ("phone",)}, "video", Refusal.OTHER_KIND),
        ({}, {"modes": ("phone",)}, "phone", None),
        ({}, {"earliest": START}, "video", None),
        ({}, {"earliest": START + A_MOMENT}, "video", Refusal.OTHER_DAYS),
        ({}, {"latest": START}, "video", Refusal.OTHER_DAYS),
        ({}, {"latest": START + A_MOMENT}, "video", None),
    ],
)
def test_who_may_hold_a_time(slot, leave, mode, refusal):
    assert rules.refusal_to_hold(Opening(**slot), Leave(**leave), mode, NOW) == refusal


@pytest.mark.parametrize(
    ("claim", "refusal"),
    [
        ({}, None),
        ({"hold_until": NOW + A_MOMENT}, None),
        ({"hold_until": NOW}, Refusal.EXPIRED),
        ({"state": State.EXPIRED, "hold_until": None}, Refusal.EXPIRED),
        ({"state": State.RELEASED, "hold_until": None}, Refusal.CHOSEN_ELSEWHERE),
        ({"state": State.CANCELLED, "hold_until": None}, Refusal.NOT_BOOKED),
        ({"state": State.MOVED, "hold_until": None}, Refusal.NOT_BOOKED),
    ],
)
def test_which_hold_may_be_confirmed(claim, refusal):
    assert rules.refusal_to_confirm(Claim(**claim), NOW) == refusal


@pytest.mark.parametrize(
    ("claim", "refusal"),
    [
        ({}, None),
        ({"is_extended": True}, Refusal.KEPT_ONCE),
        ({"hold_until": NOW, "is_extended": True}, Refusal.EXPIRED),
        ({"state": State.RELEASED}, Refusal.CHOSEN_ELSEWHERE),
    ],
)
def test_a_hold_is_kept_for_longer_once(claim, refusal):
    assert rules.refusal_to_extend(Claim(**claim), NOW) == refusal


@pytest.mark.parametrize(
    ("state", "before", "cut_off", "refusal"),
    [
        (State.BOOKED, timedelta(hours=24) + A_MOMENT, 24, None),
        (State.BOOKED, timedelta(hours=24), 24, None),
        (State.BOOKED, timedelta(hours=24) - A_MOMENT, 24, Refusal.TOO_LATE),
        (State.BOOKED, timedelta(hours=30), 48, Refusal.TOO_LATE),
        (State.BOOKED, timedelta(hours=2), 1, None),
        (State.BOOKED, -timedelta(hours=1), 0, Refusal.TOO_LATE),
        (State.MOVED, timedelta(days=9), 24, Refusal.NOT_BOOKED),
        (State.CANCELLED, timedelta(days=9), 24, Refusal.NOT_BOOKED),
    ],
)
def test_until_when_a_booking_may_be_moved_or_cancelled(state, before, cut_off, refusal):
    booking = Claim(state=state, starts_at=NOW + before)

    assert rules.refusal_to_change(booking, timedelta(hours=cut_off), NOW) == refusal


@pytest.mark.parametrize(
    ("since_start", "refusal"),
    [
        (-timedelta(minutes=30) - A_MOMENT, Refusal.TOO_EARLY),
        (-timedelta(minutes=30), None),
        (timedelta(0), None),
        (timedelta(hours=4), None),
        (timedelta(hours=4) + A_MOMENT, Refusal.OVER),
    ],
)
def test_when_a_video_consultation_may_be_joined(since_start, refusal):
    booking = Claim(state=State.BOOKED, starts_at=NOW - since_start)

    assert rules.refusal_to_join(booking, NOW) == refusal


def test_only_a_booked_video_consultation_may_be_joined():
    at_once = {"starts_at": NOW}

    by_phone = Claim(state=State.BOOKED, mode=Mode.PHONE, **at_once)
    assert rules.refusal_to_join(by_phone, NOW) == Refusal.NOT_VIDEO
    assert rules.refusal_to_join(Claim(state=State.HELD, **at_once), NOW) == Refusal.NOT_BOOKED


def test_a_reason_may_have_150_characters():
    assert rules.refusal_of_reason("é" * 150) is None
    assert rules.refusal_of_reason("é" * 151) == Refusal.TOO_LONG


def test_every_refusal_is_a_sentence_for_the_patient():
    assert [
        one.value for one in Refusal if not (one.value[0].isupper() and one.endswith("."))
    ] == []
