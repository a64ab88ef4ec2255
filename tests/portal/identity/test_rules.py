"""The rules of logins and codes, without a database."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from portal.identity import codes, rules
from portal.identity.rules import CodeState, Over, Refusal
from tests.builders import a_patient

NOW = datetime(2026, 3, 31, 9, 6, tzinfo=UTC)
TODAY = date(2026, 3, 31)


@dataclass
class Code:
    expires_at: datetime = NOW + rules.CODE_LASTS
    used_at: datetime | None = None
    cancelled_at: datetime | None = None
    locked_at: datetime | None = None


@dataclass
class Limits:
    started_at: datetime = NOW
    last_seen_at: datetime = NOW
    from_nhs_app: bool = False


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (Code(), CodeState.OPEN),
        (Code(expires_at=NOW), CodeState.EXPIRED),
        (Code(used_at=NOW), CodeState.USED),
        (Code(locked_at=NOW), CodeState.LOCKED),
        (Code(cancelled_at=NOW), CodeState.CANCELLED),
        (Code(expires_at=NOW - timedelta(days=1), cancelled_at=NOW), CodeState.EXPIRED),
    ],
)
def test_a_code_says_what_became_of_it(code, state):
    assert rules.state_of(code, NOW) == state


def test_a_code_lasts_ten_days():
    assert rules.state_of(Code(), NOW + timedelta(days=10, seconds=-1)) == CodeState.OPEN
    assert rules.state_of(Code(), NOW + timedelta(days=10)) == CodeState.EXPIRED


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({}, None),
        ({"deceasedBoolean": True}, Refusal.DECEASED),
        ({"deceasedDateTime": "2026-01-02"}, Refusal.DECEASED),
        ({"deceasedBoolean": False}, None),
        ({"active": False}, Refusal.INACTIVE),
        ({"link": [{"type": "replaced-by", "other": {}}]}, Refusal.REPLACED),
        ({"birthDate": "1968-03"}, Refusal.NO_DATE_OF_BIRTH),
        ({"birthDate": "2013-04-01"}, Refusal.TOO_YOUNG),
        ({"birthDate": "2013-03-31"}, None),
    ],
)
def test_who_may_be_given_a_code(more, refusal):
    assert rules.refusal_to_give_code(a_patient() | more, TODAY) == refusal


def test_nobody_is_given_a_code_while_their_identity_is_in_question():
    assert rules.refusal_to_give_code(a_patient(), TODAY, held=True) == Refusal.HELD


def test_a_session_ends_after_thirty_idle_minutes():
    assert rules.over(Limits(), NOW + timedelta(minutes=30, seconds=-1)) is None
    assert rules.over(Limits(), NOW + timedelta(minutes=30)) == Over.IDLE


def test_a_session_opened_from_the_nhs_app_ends_after_ten_idle_minutes():
    from_app = Limits(from_nhs_app=True)

    assert rules.over(from_app, NOW + timedelta(minutes=10, seconds=-1)) is None
    assert rules.over(from_app, NOW + timedelta(minutes=10)) == Over.IDLE


def test_a_session_ends_after_twelve_hours_however_busy():
    busy = Limits(last_seen_at=NOW + timedelta(hours=12))

    assert rules.over(busy, NOW + timedelta(hours=12, seconds=-1)) is None
    assert rules.over(busy, NOW + timedelta(hours=12)) == Over.LONGEST


def test_codes_leave_out_what_is_taken_for_something_else():
    made = "".join(codes.make() for _ in range(500))

    assert set("01OIL").isdisjoint(made)
    assert set(made) == {*codes.LETTERS, "-"}


def test_a_code_reads_the_same_however_it_is_typed():
    assert codes.digest("7KQ4-M2XD-9PHT") == codes.digest(" 7kq4 m2xd–9pht")
    assert codes.digest("7KQ4-M2XD-9PHT") != codes.digest("7KQ4-M2XD-9PHU")


def test_a_code_is_still_known_after_the_secret_key_has_changed(settings):
    before = codes.digest("7KQ4-M2XD-9PHT")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key"

    assert codes.digest("7KQ4-M2XD-9PHT") != before
    assert before in codes.digests("7KQ4-M2XD-9PHT")
