"""The trend as a drawing: every figure that the page writes."""

from dataclasses import replace
from decimal import Decimal

from portal.record.ranges import Range
from portal.results.trend import Band, Line, drawable, trend
from tests.portal.results.readings import BEFORE, NOW, USUAL, a_reading, at, course

START = at("2025-03-12")
FALLING = course(("2025-06-10", "140"), ("2025-09-10", "130"), ("2025-12-10", "120"))


def test_time_is_true_to_scale_with_room_at_both_ends():
    drawn = trend([a_reading("120", "2025-03-12"), a_reading("120", "2026-03-12")], START, NOW)

    assert [point.x for point in drawn.points] == [3, 92]


def test_limits_are_the_values_and_ranges_with_some_to_spare():
    drawn = trend(FALLING, START, NOW, height=260)
    (band,) = drawn.bands

    # 224 pixels show 102.5 to 169: the range, a quarter of it below and a little above.
    assert drawn.axis == 236
    assert (band.top, band.bottom) == (25.5, 193.9)
    assert [point.y for point in drawn.points] == [109.7, 143.4, 177.1]


def test_a_band_steps_half_way_between_the_points_whose_ranges_differ():
    readings = [replace(FALLING[0], range=BEFORE), *FALLING[1:]]

    first, second = trend(readings, START, NOW).bands

    assert (first.left, first.right, second.right) == (0, second.left, 100)
    assert (first.label, first.label_right) == ("Usual range 120 to 160", False)
    assert (second.label, second.label_right) == ("115 to 165", True)


def test_an_upper_limit_alone_runs_to_the_base_which_is_then_zero():
    usual = Range(high=Decimal(5))
    drawn = trend(course(("2025-06-10", "4"), ("2025-12-10", "18"), usual=usual), START, NOW, 220)
    (band,) = drawn.bands

    assert band == Band(0, 100, band.top, 196, (band.top,), "Usual range up to 5", band.top - 7)


def test_a_lower_limit_alone_runs_to_the_top():
    usual = Range(low=Decimal(92))
    (band,) = trend(
        course(("2025-06-10", "94"), ("2025-12-10", "93"), usual=usual), START, NOW
    ).bands

    assert (band.top, band.label, band.label_y) == (12, "Usual range 92 or more", 29)


def test_values_without_a_range_have_no_band():
    drawn = trend(course(("2025-06-10", "4"), ("2025-12-10", "5"), usual=Range()), START, NOW)

    assert drawn.bands == ()


def test_a_hospital_value_without_a_range_leaves_a_gap_in_the_band():
    readings = [FALLING[0], replace(FALLING[1], range=Range()), FALLING[2]]

    first, second = trend(readings, START, NOW).bands

    assert first.right < second.left


def test_less_than_stands_alone_and_is_joined_to_nothing():
    readings = [FALLING[0], a_reading("<120", "2025-09-10"), FALLING[2]]
    drawn = trend(readings, START, NOW)

    assert [point.shape for point in drawn.points] == ["disc", "less", "disc"]
    assert [len(line.points) for line in drawn.lines] == [2]


def test_what_the_patient_took_is_hollow_and_joined_to_itself_alone():
    own = course(("2025-07-10", "128"), ("2025-10-10", "110"), own=True)
    readings = sorted([*FALLING, *own], key=lambda one: one.at)
    drawn = trend(readings, START, NOW)

    assert [(point.shape, point.own) for point in drawn.points if point.own] == [
        ("disc", True),
        ("diamond", True),
    ]
    assert [(line.own, len(line.points)) for line in drawn.lines] == [(False, 3), (True, 2)]


def test_a_single_point_has_no_line():
    drawn = trend([a_reading("112")], START, NOW)

    assert drawn.lines == ()
    assert [point.shape for point in drawn.points] == ["diamond"]


def test_the_last_value_is_written_below_where_it_fell_and_above_where_it_rose():
    fell = trend(FALLING, START, NOW)
    rose = trend(course(("2025-06-10", "120"), ("2025-09-10", "140")), START, NOW)

    assert (fell.last, fell.last_y - fell.points[-1].y) == ("120", 26)
    assert (rose.last, rose.last_y - rose.points[-1].y) == ("140", -14)


def test_every_figure_stays_inside_the_drawing():
    drawn = trend([a_reading("1000", "2025-06-10"), a_reading("1", "2025-12-10")], START, NOW)

    assert all(0 <= point.y <= drawn.axis for point in drawn.points)
    assert 0 < drawn.last_y < drawn.axis


def test_only_numbers_of_one_unit_on_known_days_are_drawn():
    there = a_reading("112")
    others = [
        a_reading("13.1", unit="g/dL"),
        a_reading("1", number=None, text="Clotted"),
        a_reading("120", at_text="2025"),
        a_reading("120", at=None, at_text=""),
    ]

    assert drawable([*others, there], "g/L") == [there]


def test_equal_values_make_a_level_line():
    drawn = trend(course(("2025-06-10", "4"), ("2025-12-10", "4"), usual=Range()), START, NOW)

    assert len({point.y for point in drawn.points}) == 1
    assert drawn.lines == (Line(tuple((point.x, point.y) for point in drawn.points), own=False),)


def test_the_usual_range_of_the_first_band_is_that_of_its_time():
    assert trend(FALLING, START, NOW).bands[0].label == f"Usual range {USUAL.said}"
