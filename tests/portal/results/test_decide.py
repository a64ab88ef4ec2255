from datetime import UTC, datetime

import pytest

from portal.results.hours import Hours
from portal.results.policy import CRITICAL, LOINC, WINPATH
from portal.results.release import Decision, Outcome, Why, decide, is_ordinary
from tests.portal.results.pieces import TUESDAY, a_result, seen, the_report


def waits(decision: Decision) -> Why:
    assert decision.outcome == Outcome.REVIEW
    return decision.why


def test_a_final_listed_report_without_a_flag_or_words_opens_at_once_in_working_hours():
    assert decide(the_report(), [a_result(), a_result(flag="H")], TUESDAY).outcome == "release"


@pytest.mark.parametrize("flag", sorted(CRITICAL))
def test_a_critical_or_held_flag_waits_for_a_clinician_whatever_the_test(flag):
    assert waits(decide(the_report(), [a_result(), a_result(flag=flag)], TUESDAY)) == Why.CRITICAL


def test_the_second_of_two_flags_counts_too():
    flags = [{"coding": [{"code": "H"}]}, {"coding": [{"code": "HM"}]}]
    assert waits(decide(the_report(), [a_result(interpretation=flags)], TUESDAY)) == Why.CRITICAL


def test_the_flag_of_a_part_of_a_value_counts_too():
    part = {
        "code": {"coding": [{"system": LOINC, "code": "718-7"}]},
        "interpretation": [{"coding": [{"code": "LL"}]}],
    }
    assert waits(decide(a_result(component=[part]), [], TUESDAY)) == Why.CRITICAL


@pytest.mark.parametrize("flag", ["**", "PHONED", "AUX"])
def test_a_flag_that_nobody_here_knows_waits(flag):
    assert waits(decide(the_report(), [a_result(flag=flag)], TUESDAY)) == Why.FLAG


def test_a_flag_said_in_words_alone_waits():
    words = [{"text": "see comment"}]
    assert waits(decide(the_report(), [a_result(interpretation=words)], TUESDAY)) == Why.FLAG


@pytest.mark.parametrize("status", ["registered", "preliminary", "cancelled", "unknown"])
def test_what_is_not_final_waits(status):
    assert waits(decide(the_report(), [a_result(status=status)], TUESDAY)) == Why.NOT_FINAL
    assert waits(decide(the_report(status=status), [a_result()], TUESDAY)) == Why.NOT_FINAL


def test_a_corrected_report_is_as_final_as_the_first():
    report, result = the_report(status="corrected"), a_result(status="corrected")
    assert decide(report, [result], TUESDAY).outcome == Outcome.RELEASE


def test_a_test_that_no_row_names_waits_whether_report_or_result():
    unknown = (LOINC, "99999-9")
    assert waits(decide(the_report(unknown), [a_result()], TUESDAY)) == Why.NOT_LISTED
    assert waits(decide(the_report(), [a_result(), a_result(unknown)], TUESDAY)) == Why.NOT_LISTED


def test_a_code_of_another_system_is_another_test():
    other = ("urn:daybook:RMB:codes:OTHER", "718-7")
    assert waits(decide(the_report(), [a_result(other)], TUESDAY)) == Why.NOT_LISTED


def test_a_laboratorys_own_code_is_listed_by_its_system():
    bone = the_report((WINPATH, "BONE"))
    assert decide(bone, [a_result((LOINC, "29265-6"))], TUESDAY).outcome == Outcome.RELEASE


def test_the_strictest_row_that_touches_a_report_wins():
    mixed = decide(the_report(), [a_result(), a_result((LOINC, "2857-1"))], TUESDAY)
    stricter = decide(
        the_report(),
        [
            a_result(
                (LOINC, "2857-1"),
            ),
            a_result((LOINC, "51969-4")),
        ],
        TUESDAY,
    )

    assert (mixed.outcome, mixed.row.name) == (Outcome.REVIEW, "cancer-markers")
    assert (stricter.outcome, stricter.row.name) == (Outcome.IN_PERSON, "genetics")


def test_a_delayed_result_holds_back_a_prompt_one_in_the_same_report():
    decided = decide(the_report(), [a_result(), a_result((LOINC, "59261-8"))], TUESDAY)
    assert (decided.outcome, decided.row.name) == (Outcome.LATER, "long-term-sugar")


@pytest.mark.parametrize(
    "more",
    [
        {"note": [{"text": "Discussed with ward 6."}]},
        {"valueQuantity": None, "valueString": "Blast cells seen."},
        {"valueQuantity": None, "valueCodeableConcept": {"text": "Suspicious"}},
        {"extension": [{"url": "urn:x", "valueString": "Call the doctor"}]},
        {"note": [{"text": "Sample haemolysed.\nRefer urgently."}]},
    ],
)
def test_words_that_nobody_has_read_wait(more):
    more = {name: value for name, value in more.items() if value is not None}
    assert waits(decide(the_report(), [a_result(**more)], TUESDAY)) == Why.WORDS


def test_the_conclusion_of_a_report_is_words():
    report = the_report(conclusion="Consider myeloma.")
    assert waits(decide(report, [a_result()], TUESDAY)) == Why.WORDS


@pytest.mark.parametrize(
    "more",
    [
        {"note": [{"text": "Sample  haemolysed."}]},
        {"note": [{"text": "FASTING SAMPLE\nResult checked"}]},
        {"valueString": ">1000"},
        {"valueString": "Not detected"},
        {"valueCodeableConcept": {"coding": [{"code": "NEG"}], "text": "Negative here"}},
    ],
)
def test_canned_notes_and_coded_values_are_no_words(more):
    assert decide(the_report(), [a_result(**more)], TUESDAY).outcome == Outcome.RELEASE


def test_an_attached_document_waits_even_where_words_would_not():
    document = [{"contentType": "application/pdf", "data": "JVBERi0="}]
    culture = the_report((LOINC, "630-4"), "MB", presentedForm=document)
    assert waits(decide(culture, [a_result((LOINC, "630-4"))], TUESDAY)) == Why.DOCUMENT


def test_a_written_culture_opens_after_its_days():
    culture = the_report((LOINC, "630-4"), "MB")
    words = a_result((LOINC, "630-4"), valueString="Escherichia coli, sensitive to trimethoprim.")
    assert decide(culture, [words], TUESDAY).outcome == Outcome.LATER


def test_a_report_of_which_a_result_is_missing_waits():
    assert waits(decide(the_report(), [a_result()], TUESDAY, complete=False)) == Why.INCOMPLETE


def test_what_was_entered_in_error_never_opens():
    wrong = a_result(status="entered-in-error")
    assert decide(the_report(status="entered-in-error"), [a_result()], TUESDAY).outcome == "never"
    assert decide(the_report(), [wrong, wrong], TUESDAY).outcome == Outcome.NEVER
    assert decide(wrong, [], TUESDAY).outcome == Outcome.NEVER


def test_one_result_in_error_does_not_hold_back_the_others():
    wrong = a_result((LOINC, "2857-1"), flag="HH", status="entered-in-error")
    assert decide(the_report(), [wrong, a_result()], TUESDAY).outcome == Outcome.RELEASE


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (datetime(2026, 3, 10, 17, 0, tzinfo=UTC), datetime(2026, 3, 11, 9, 0, tzinfo=UTC)),
        (datetime(2026, 3, 10, 8, 59, tzinfo=UTC), datetime(2026, 3, 10, 9, 0, tzinfo=UTC)),
        # Friday evening, Saturday, Sunday: Monday.
        (datetime(2026, 3, 13, 18, 0, tzinfo=UTC), datetime(2026, 3, 16, 9, 0, tzinfo=UTC)),
        (datetime(2026, 3, 14, 11, 0, tzinfo=UTC), datetime(2026, 3, 16, 9, 0, tzinfo=UTC)),
        (datetime(2026, 3, 15, 11, 0, tzinfo=UTC), datetime(2026, 3, 16, 9, 0, tzinfo=UTC)),
        # The evening before Good Friday: Tuesday after Easter Monday, in summer time.
        (datetime(2026, 4, 2, 18, 0, tzinfo=UTC), datetime(2026, 4, 7, 8, 0, tzinfo=UTC)),
        # The Saturday before the clocks go forward: nine o'clock is an hour earlier in UTC.
        (datetime(2026, 3, 28, 12, 0, tzinfo=UTC), datetime(2026, 3, 30, 8, 0, tzinfo=UTC)),
        (datetime(2026, 12, 24, 20, 0, tzinfo=UTC), datetime(2026, 12, 29, 9, 0, tzinfo=UTC)),
    ],
)
def test_what_comes_outside_working_hours_opens_the_next_working_morning(now, opens):
    decided = decide(the_report(), [a_result()], now)
    assert (decided.outcome, decided.at, decided.why) == (Outcome.LATER, opens, Why.OUT_OF_HOURS)
    assert decide(the_report(), [a_result()], opens).outcome == Outcome.RELEASE


def test_a_trust_may_switch_working_hours_off():
    night = datetime(2026, 3, 14, 3, 0, tzinfo=UTC)
    decided = decide(the_report(), [a_result()], night, hours=Hours(always=True))
    assert decided.outcome == Outcome.RELEASE


RANGE = [{"low": {"value": 110}, "high": {"value": 165}}]


def test_results_in_range_without_words_are_ordinary():
    assert is_ordinary(the_report(), [a_result(referenceRange=RANGE), a_result(flag="N")])


@pytest.mark.parametrize(
    "result",
    [
        a_result(),
        a_result(flag="H"),
        a_result(referenceRange=[{"low": {"value": 130}}]),
        a_result(referenceRange=[{"text": "110 to 165 or so"}]),
        a_result(referenceRange=[{"high": {"value": 112}, "text": "[ < 112 ]"}]),
        a_result(referenceRange=[{"low": {"value": 110, "unit": "g/dL"}}]),
        a_result(referenceRange=RANGE, note=[{"text": "Please ring."}]),
        a_result(referenceRange=RANGE, status="preliminary"),
    ],
)
def test_whatever_is_not_known_to_be_usual_is_not_ordinary(result):
    assert not is_ordinary(the_report(), [result])


def test_a_report_without_results_is_not_ordinary():
    assert not is_ordinary(the_report(), [])
    assert not is_ordinary(seen({"resourceType": "DocumentReference", "status": "current"}), [])
