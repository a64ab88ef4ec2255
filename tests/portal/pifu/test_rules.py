"""When somebody may ask, who may answer what, and when what is owed is overdue."""

from dataclasses import dataclass
from datetime import date

import pytest

from portal.pifu.rules import Act, Refusal, State, acts, refusal_to_ask


@dataclass
class Window:
    first_day: date = date(2026, 3, 12)
    last_day: date = date(2026, 9, 12)
    is_active: bool = True


@pytest.mark.parametrize(
    ("today", "refusal"),
    [
        (date(2026, 3, 11), Refusal.TOO_EARLY),
        (date(2026, 3, 12), None),
        (date(2026, 9, 12), None),
        (date(2026, 9, 13), Refusal.ENDED),
    ],
)
def test_somebody_may_ask_from_the_first_day_to_the_last(today, refusal):
    assert refusal_to_ask(Window(), today) == refusal


def test_one_thing_is_asked_at_a_time_and_nothing_of_a_plan_that_has_ended():
    today = date(2026, 4, 1)

    assert refusal_to_ask(Window(), today, has_asked=True) == Refusal.ASKED
    assert refusal_to_ask(Window(is_active=False), today, has_asked=True) == Refusal.ENDED


@pytest.mark.parametrize(
    ("state", "is_clinician", "is_flagged", "may"),
    [
        (State.SENT, True, False, {Act.BOOK, Act.CALL, Act.ADVISE}),
        (State.SENT, True, True, {Act.BOOK, Act.CALL, Act.ADVISE}),
        (State.SENT, False, False, {Act.BOOK, Act.CALL}),
        (State.SENT, False, True, set()),
        (State.CALLING, True, True, {Act.BOOK, Act.SPOKEN, Act.ADVISE}),
        (State.CALLING, False, False, {Act.BOOK, Act.SPOKEN}),
        (State.CALLING, False, True, set()),
        (State.BOOKABLE, True, False, set()),
        (State.ADVISED, True, False, set()),
        (State.SPOKEN, True, False, set()),
        (State.WITHDRAWN, True, False, set()),
    ],
)
def test_an_office_gives_no_advice_and_decides_on_no_warning_sign(
    state, is_clinician, is_flagged, may
):
    assert set(acts(state, is_clinician=is_clinician, is_flagged=is_flagged)) == may
