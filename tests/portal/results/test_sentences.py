"""What charts and panels say: facts worked out from the values."""

from dataclasses import replace
from decimal import Decimal

import pytest

from portal.record.ranges import Range
from portal.results import sentences
from portal.results.spans import SPANS
from tests.portal.results.readings import NOW, a_reading, course

FALLING = course(
    ("2021-06-14", "131"), ("2022-06-20", "133"), ("2023-07-05", "128"),
    ("2024-06-11", "126"), ("2025-12-09", "118"), ("2026-03-10", "112"),
)  # fmt: skip


def test_the_answer_comes_before_the_chart():
    assert sentences.answer(FALLING, NOW) == (
        "The last result was 112 g/L, on 10 March 2026. That is just below the usual range."
        " It has come down since 2021."
    )


def test_without_a_clear_direction_the_time_before_is_said():
    up_and_down = course(("2025-06-10", "120"), ("2025-09-10", "140"), ("2025-12-09", "118"))

    assert sentences.answer(up_and_down, NOW) == (
        "The last result was 118 g/L, on 9 December 2025. That is in the usual range."
        " The time before, on 10 September 2025, it was 140."
    )


def test_a_first_result_is_compared_with_nothing():
    assert sentences.answer([a_reading("90")], NOW) == (
        "The last result was 90 g/L, on 10 March 2026. That is below the usual range."
    )


def test_what_one_took_oneself_is_said_to_be():
    said = sentences.answer([a_reading("90", usual=Range(), own=True)], NOW)

    assert said == "The last result from home was 90 g/L, on 10 March 2026."


@pytest.mark.parametrize(
    ("value", "usual", "said"),
    [
        ("112", Range(Decimal(115), Decimal(165)), "Just below the usual range of 115 to 165."),
        ("100", Range(Decimal(115), Decimal(165)), "Below the usual range of 115 to 165."),
        ("120", Range(Decimal(115), Decimal(165)), "In the usual range of 115 to 165."),
        ("6", Range(high=Decimal(5)), "Above the usual range of up to 5."),
        ("<0.1", Range(high=Decimal("0.41"), high_open=True),
         "In the usual range of less than 0.41."),
        ("<9", Range(Decimal(5), Decimal(10)), "Usual range 5 to 10."),
        ("9", Range(text="Negative"), "Usual range Negative."),
        ("9", Range(), "No usual range given."),
    ],
)  # fmt: skip
def test_where_a_value_lies_is_said_with_its_range(value, usual, said):
    assert sentences.placed(a_reading(value, usual=usual)) == said


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        ("118", "112", "Down 6"),
        ("8.9", "9.8", "Up 0.9"),
        ("112", "112", "No change"),
        ("112", "112.0", "No change"),
        ("<0.1", "<0.1", "No change"),
        ("<0.1", "0.4", "Was <0.1"),
        ("0.4", "<0.1", "Was 0.4"),
    ],
)
def test_a_change_is_said_in_its_own_unit(before, now, said):
    assert sentences.change(a_reading(now), a_reading(before, "2025-12-09")) == said


def test_a_change_of_unit_is_never_worked_out():
    before = a_reading("13.1", "2025-12-09", unit="g/dL")

    assert sentences.change(a_reading("131"), before) == "Was 13.1 g/dL"
    assert sentences.change_since(a_reading("131"), before) == "Was 13.1 g/dL, on 9 December 2025."


def test_a_first_measurement_is_called_so():
    assert sentences.change(a_reading("131"), None) == "First time"


def test_the_description_says_count_highest_lowest_and_where_the_last_lies():
    assert sentences.description(FALLING) == (
        "6 results. The highest was 133 in June 2022. The lowest was 112 in March 2026."
        " The last was 112, below the usual range of 115 to 165."
        " All of them are in the table below."
    )


def test_the_description_tells_the_patients_own_from_the_hospitals():
    own = [replace(one, own=True) for one in FALLING[:2]]

    assert sentences.description([*own, *FALLING[2:]]).startswith(
        "4 hospital results, from 112 to 128, and 2 readings taken at home, from 131 to 133."
    )


def test_a_caption_spells_out_the_unit():
    assert sentences.caption("Oxygen level", "%", "last 6 months") == (
        "Oxygen level, per cent, last 6 months"
    )
    assert sentences.caption("Sodium", "furlongs", "all results") == (
        "Sodium, furlongs, all results"
    )


def test_a_chart_with_nothing_to_join_is_a_sentence():
    old, new = a_reading("120", "2024-01-10"), a_reading("112")
    six_months = SPANS[0]

    assert sentences.instead([], [], six_months).startswith("This result is not a number")
    assert sentences.instead([new], [new], six_months).startswith("This is the first result")
    assert sentences.instead([], [old, old], six_months) == (
        "No results in the last 6 months. The last was on 10 January 2024."
    )
    assert sentences.instead([new], [old, new], six_months) == (
        "One result in the last 6 months: 112 g/L, on 10 March 2026."
    )


def test_a_very_long_course_is_described_too():
    many = [a_reading(str(200 - n), f"2{n:03}-01-01") for n in range(150)]

    assert "It has come down since" in sentences.answer(many, NOW)
