"""What a page says of one value, from the facts that the store keeps."""

from datetime import UTC, datetime

import pytest

from fhir.store import Summary
from fhir.summary import summary_of
from portal.record.ranges import Side
from portal.record.reading import readings_of
from tests.builders import a_report, an_observation


def reading_of(**more):
    return readings_of(summarised(an_observation("p") | more))[0]


def summarised(resource, at_text="2026-03-10T08:10:00Z"):
    facts = summary_of(resource)
    at = datetime(2026, 3, 10, 8, 10, tzinfo=UTC)
    return Summary(resource["resourceType"], "x", 1, "p", 0, at, at_text, at, 1, facts)


def between(low, high):
    return [{"low": {"value": low}, "high": {"value": high}}]


def flag(code):
    return [{"coding": [{"code": code}]}]


@pytest.mark.parametrize(
    ("code", "word", "side"),
    [
        ("H", "High", Side.ABOVE),
        ("HH", "Very high", Side.ABOVE),
        ("L", "Low", Side.BELOW),
        ("LL", "Very low", Side.BELOW),
        ("A", "Flagged", None),
        ("some-local-code", "Flagged", None),
    ],
)
def test_the_laboratorys_own_flag_is_said_in_words(code, word, side):
    flagged = reading_of(interpretation=flag(code)).flag

    assert (flagged.word, flagged.side) == (word, side)


def test_a_value_outside_its_range_without_a_flag_is_said_to_be():
    assert reading_of(referenceRange=between(115, 165)).flag.word == "Below range"
    assert reading_of(referenceRange=between(50, 100)).flag.word == "Above range"


def test_a_value_in_its_range_is_in_range_and_one_without_a_range_is_nothing():
    inside, without = reading_of(referenceRange=between(100, 165)), reading_of()

    assert (inside.flag, inside.in_range) == (None, True)
    assert (without.flag, without.in_range) == (None, False)


@pytest.mark.parametrize("text", ["<0.41", "< 0.41 ", "<= 0.41", "≤0.41", "[ < 0.41]"])
def test_a_range_with_one_limit_is_read_from_its_text(text):
    usual = reading_of(referenceRange=[{"text": text}]).range

    assert (usual.low, str(usual.high)) == (None, "0.41")


@pytest.mark.parametrize(
    ("limit", "text", "said"),
    [
        ({"high": {"value": 4.5}}, "[ < 4.5]", "less than 4.5"),
        ({"low": {"value": 1.5}}, "[ > 1.5 ]", "more than 1.5"),
        ({"high": {"value": 4.5}}, "[<= 4.5]", "up to 4.5"),
    ],
)
def test_a_limit_that_is_not_itself_usual_is_so_in_brackets_too(limit, text, said):
    assert reading_of(referenceRange=[limit | {"text": text}]).range.said == said


@pytest.mark.parametrize("text", ["Adult: see comment <5", "[<5", "<5]"])
def test_a_range_in_other_words_is_shown_as_it_came(text):
    usual = reading_of(referenceRange=[{"text": text}]).range

    assert (usual.has_limits, usual.said) == (False, text)


def test_a_range_the_wrong_way_round_places_nothing():
    usual = reading_of(referenceRange=between(165, 115)).range

    assert (usual.has_limits, usual.said) == (False, "165 - 115")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"valueQuantity": {"value": 7.2, "unit": "mmol/L"}}, "7.2 mmol/L"),
        ({"valueQuantity": {"value": 0.1, "comparator": "<", "unit": "g/L"}}, "<0.1 g/L"),
        ({"valueQuantity": {"value": 90, "comparator": ">=", "unit": "mL/min"}}, "≥90 mL/min"),
        ({"valueString": "Growth of E. coli"}, "Growth of E. coli"),
        ({"valueRange": {"low": {"value": 5, "unit": "/HPF"}, "high": {"value": 10}}},
         "5 - 10 /HPF"),
        ({"valueCodeableConcept": {"coding": [{"code": "260415000", "display": "Not detected"}]}},
         "Not detected"),
        ({"valueBoolean": True}, "Yes"),
        ({"valueDateTime": "2026-03"}, "March 2026"),
        ({"dataAbsentReason": {"text": "Sample too old"}}, "Sample too old"),
        ({"interpretation": flag("NEG")}, "Negative"),
        ({}, "No value was sent"),
    ],
)  # fmt: skip
def test_any_kind_of_value_is_said_in_words(value, said):
    resource = an_observation("p")
    del resource["valueQuantity"]

    assert readings_of(summarised(resource | value))[0].said == said


def test_blood_pressure_is_its_two_parts():
    resource = an_observation("p", title="Blood pressure")
    del resource["valueQuantity"]
    resource["component"] = [
        {"code": {"text": "Systolic"}, "valueQuantity": {"value": 128, "unit": "mmHg"}},
        {"code": {"text": "Diastolic"}, "valueQuantity": {"value": 82, "unit": "mmHg"}},
    ]

    parts = readings_of(summarised(resource))

    assert [(one.part, one.title, one.said) for one in parts] == [
        (0, "Systolic", "128 mmHg"),
        (1, "Diastolic", "82 mmHg"),
    ]


def test_a_bare_code_is_no_name():
    resource = an_observation("p") | {"code": {"coding": [{"code": "718-7"}]}}

    assert readings_of(summarised(resource))[0].title == "Test without a name"


def test_a_value_whose_day_is_not_known_is_not_drawn():
    year = readings_of(summarised(an_observation("p"), at_text="2019"))[0]
    day = readings_of(summarised(an_observation("p"), at_text="2019-05-03"))[0]

    assert (year.is_drawn, day.is_drawn) == (False, True)


def test_a_value_that_the_patient_took_is_their_own():
    own = reading_of(performer=[{"reference": "Patient/p"}])

    assert (own.own, reading_of().own) == (True, False)


def test_what_is_not_an_observation_has_no_surprises():
    assert readings_of(summarised(a_report("p")))[0].said == "No value was sent"
