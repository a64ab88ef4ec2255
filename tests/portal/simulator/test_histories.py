from datetime import timedelta
from decimal import Decimal

import pytest

from portal.simulator import cast
from portal.simulator.catalogue import TESTS
from portal.simulator.histories import history_of
from portal.simulator.hospital import HALL, LUND, NAIR
from portal.simulator.ranges import flag_of, read_usual
from tests.portal.simulator.conftest import SEED, THURSDAY


def values(report):
    return {one.test.key: f"{one.comparator}{one.value}" for one in report.results}


def named(history, name):
    return [report for report in history.reports if report.code.name == name]


def test_the_same_seed_and_time_tell_the_same_story(histories, everybody, now):
    again = {person.key: history_of(person, SEED, now) for person in everybody}

    assert again == histories


def test_another_seed_tells_another(amina, now):
    assert history_of(cast.AMINA, SEED + 1, now) != amina


def test_aminas_last_blood_count_is_that_of_the_pictures(amina):
    last = named(amina, "Full blood count")[-1]

    assert last.collected_at.isoformat() == "2026-03-10T09:15:00+00:00"
    assert values(last) == {
        "HB": "112",
        "WBC": "9.8",
        "PLT": "286",
        "RBC": "4.21",
        "MCV": "38",
        "NEUT": "8.1",
        "EOS": "0.38",
        "BASO": "<0.1",
    }
    flags = {one.test.key: one.flag for one in last.results if one.flag}
    assert flags == {"HB": "L", "MCV": "L", "NEUT": "H"}
    assert [one.usual for one in last.results if one.test.key == "EOS"] == ["<0.41"]


def test_one_number_is_put_right_the_day_after(amina):
    [correction] = amina.corrections
    before = named(amina, "Full blood count")[-1]

    assert correction.number == before.number
    assert correction.issued_at.isoformat() == "2026-03-11T14:10:00+00:00"
    assert values(correction) == {**values(before), "MCV": "83"}
    assert [one.test.key for one in correction.results if one.status == "C"] == ["MCV"]


def test_her_haemoglobin_comes_down_slowly_and_the_range_changes_once(amina):
    counts = [
        (report.collected_at.year, one.value, one.usual)
        for report in named(amina, "Full blood count")
        for one in report.results
        if one.test.key == "HB"
    ]

    found = [int(value) for _, value, _ in counts]
    assert found == [131, 129, 133, 127, 128, 124, 126, 121, 119, 113, 120, 118, 112]
    assert counts[0][0] == 2021
    ranges = [usual for _, _, usual in counts]
    assert ranges == ["120 - 160"] * 4 + ["115 - 165"] * 9


def test_before_2020_haemoglobin_was_in_another_unit(amina):
    old = [
        (one.value, one.test.unit, one.test.loinc)
        for report in amina.reports
        for one in report.results
        if one.test.key == "HBGDL"
    ]

    assert old == [("13.6", "g/dL", "718-7"), ("13.4", "g/dL", "718-7")]


def test_vitamin_d_is_below_its_range_and_bears_no_flag(amina):
    last = named(amina, "Vitamin D")[-1].results[0]

    assert (last.value, last.usual, last.flag) == ("41", ">50", "")


def test_readings_from_home_stand_beside_those_of_the_hospital(amina):
    oxygen = [sign for sign in amina.readings if sign.kind == "oxygen"]

    assert [int(sign.value) for sign in oxygen if sign.at_home][-3:] == [93, 94, 93]
    assert [int(sign.value) for sign in oxygen if not sign.at_home][-1] == 92
    assert {sign.usual_from for sign in oxygen} == {"92"}


def test_bens_biopsy_has_come_in_the_last_days(histories, now):
    [biopsy] = named(histories["ben"], "Skin biopsy report")

    assert timedelta(0) < now - biopsy.issued_at < timedelta(days=5)
    assert biopsy.requester == NAIR
    assert [part.code.name for part in biopsy.sections][-1] == "Conclusion"


def test_graces_kidneys_get_slowly_worse(histories):
    rates = [
        int(one.value)
        for report in named(histories["grace"], "Kidney function")
        for one in report.results
        if one.test.key == "EGFR"
    ]

    assert rates[0] - rates[-1] > 8
    assert histories["grace"].medicines[1].name.startswith("Apixaban")


def test_dr_nair_treats_the_cast_and_dr_lund_does_not(histories):
    teams = {key: histories[key].team for key in ("amina", "ben", "grace")}

    assert all(NAIR in team and LUND not in team for team in teams.values())
    assert teams["amina"] == (NAIR, HALL)


def test_nothing_is_told_before_birth_or_after_now(histories, now):
    for history in histories.values():
        born = history.person.born
        for report in (*history.reports, *history.corrections):
            assert born <= report.collected_at.date()
            assert report.collected_at <= report.received_at <= report.issued_at <= now
        for visit in history.visits:
            assert visit.end_at is None or visit.start_at < visit.end_at <= now
        for one in history.vaccinations:
            assert born <= one.given_on <= now.date()


def test_no_two_reports_or_visits_share_a_number(histories):
    reports = [report.number for one in histories.values() for report in one.reports]
    visits = [visit.number for one in histories.values() for visit in one.visits]

    assert len(reports) == len(set(reports))
    assert len(visits) == len(set(visits))


def test_flags_and_ranges_agree_in_every_result(histories):
    checked = 0
    for history in histories.values():
        for report in history.reports:
            for one in report.results:
                if one.test.flagged and one.usual:
                    usual = read_usual(one.usual.replace(" ", ""))
                    value = Decimal(one.value)
                    expected = flag_of(value, usual, one.test.alarm, one.comparator)
                    assert one.flag == expected
                    checked += 1
                else:
                    assert one.flag == ""
    assert checked > 2000


@pytest.mark.parametrize("key", sorted(TESTS))
def test_values_have_the_decimal_places_of_their_test(histories, key):
    test = TESTS[key]
    found = {
        one.value
        for history in histories.values()
        for report in history.reports
        for one in report.results
        if one.test.key == key and not one.comparator
    }

    assert all(-Decimal(value).as_tuple().exponent == test.places for value in found)


def test_estimated_filtration_is_for_adults_alone(histories, now):
    for history in histories.values():
        for report in named(history, "Kidney function"):
            has_rate = "EGFR" in values(report)
            assert has_rate == (history.person.age(report.collected_at.date()) >= 18)


def test_those_never_asked_about_allergies_are_told_from_those_with_none(histories):
    none = {one.person.key for one in histories.values() if one.asked_about_allergies}
    unknown = {
        one.person.key
        for one in histories.values()
        if not one.allergies and not one.asked_about_allergies
    }

    assert none
    assert unknown


def test_the_stories_hold_on_any_day():
    for days in range(1, 8):
        now = THURSDAY + timedelta(days=days, hours=days)
        for person in cast.PATIENTS:
            for report in history_of(person, SEED, now).reports:
                assert report.issued_at <= now
