from decimal import Decimal

import pytest

from portal.simulator.catalogue import PANELS, TESTS
from portal.simulator.ranges import flag_of, read_alarm, read_usual, usual_for

HB = TESTS["HB"].ranges


@pytest.mark.parametrize(
    ("sex", "age", "printed"),
    [
        ("F", 58, "115 - 165"),
        ("M", 58, "130 - 180"),
        ("M", 7, "115 - 155"),
        ("F", 3, "110 - 140"),
        ("F", 0, "95 - 140"),
    ],
)
def test_the_range_of_haemoglobin_depends_on_sex_and_age(sex, age, printed):
    assert usual_for(HB, sex, age).text == printed


@pytest.mark.parametrize(
    ("usual", "value", "comparator", "flag"),
    [
        ("115-165", "112", "", "L"),
        ("115-165", "115", "", ""),
        ("115-165", "165", "", ""),
        ("115-165", "166", "", "H"),
        ("<0.41", "0.40", "", ""),
        ("<0.41", "0.41", "", "H"),
        (">60", "60", "", "L"),
        (">60", "61", "", ""),
        ("<5", "5", "<", ""),
        (">60", "90", ">", ""),
        ("15-200", "1650", ">", "H"),
        ("0.27-4.20", "0.01", "<", "L"),
    ],
)
def test_a_flag_is_that_of_a_laboratory(usual, value, comparator, flag):
    assert flag_of(Decimal(value), read_usual(usual), comparator=comparator) == flag


def test_a_value_that_is_rung_through_is_flagged_twice():
    potassium = TESTS["K"]
    usual = usual_for(potassium.ranges, "F", 40)

    assert flag_of(Decimal("6.5"), usual, potassium.alarm) == "HH"
    assert flag_of(Decimal("2.4"), usual, potassium.alarm) == "LL"
    assert flag_of(Decimal("6.4"), usual, potassium.alarm) == "H"


def test_an_alarm_is_read_from_either_end():
    alarm = read_alarm("1.0 below 50.0 above")

    assert (alarm.low, alarm.high) == (Decimal("1.0"), Decimal("50.0"))


def test_a_range_that_is_none_is_refused():
    with pytest.raises(ValueError, match="not a usual range"):
        read_usual("X12+ 1-2")


def test_every_panel_names_tests_that_exist():
    assert {key for panel in PANELS.values() for key in panel.tests} <= TESTS.keys()


def test_usual_ranges_have_their_bounds_in_order():
    for test in TESTS.values():
        for usual in test.ranges:
            assert usual.low is None or usual.high is None or usual.low < usual.high
