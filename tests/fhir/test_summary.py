"""The facts that lists show, as the sender wrote them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.raw import parse
from fhir.summary import summary_of

POTASSIUM = """{
  "resourceType": "Observation", "status": "corrected",
  "category": [{"coding": [{"system": "u:category", "code": "laboratory"}]}],
  "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3", "display": "Potassium"},
                      {"system": "u:own", "code": "K", "userSelected": true}], "text": "Potassium"},
  "subject": {"reference": "Patient/1"}, "performer": [{"reference": "Organization/1"}],
  "valueQuantity": {"value": 5.90, "comparator": ">", "unit": "mmol/L"},
  "interpretation": [{"coding": [{"system": "u:i", "code": "HH"}]}],
  "referenceRange": [{"low": {"value": 3.50, "unit": "mmol/L"},
                      "high": {"value": 5.3, "unit": "mmol/L"}, "text": "3.5 to 5.3"}],
  "note": [{"text": "Repeated."}, {"text": "Phoned."}]
}"""


def observation(**elements):
    return summary_of({"resourceType": "Observation", "status": "final", "code": {}} | elements)


def test_an_observation_is_summed_up():
    assert summary_of(parse(POTASSIUM).resource) == {
        "title": "Potassium",
        "code": "K",
        "system": "u:own",
        "status": "corrected",
        "category": "laboratory",
        "value": "5.90",
        "unit": "mmol/L",
        "number": "5.90",
        "comparator": ">",
        "range": "3.5 to 5.3",
        "low": "3.50",
        "high": "5.3",
        "flag": "HH",
        "absent": "",
        "note": "Repeated.\nPhoned.",
        "corrected": True,
        "own": False,
        "parts": [],
    }


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,9})?([eE][+-]?[0-9]{1,2})?", fullmatch=True))
def test_a_number_keeps_its_digits(number):
    text = f'{{"resourceType": "Observation", "valueQuantity": {{"value": {number}}}}}'

    facts = summary_of(parse(text).resource)

    assert (facts["value"], facts["number"]) == (number, number)


@pytest.mark.parametrize(
    ("elements", "value", "unit"),
    [
        ({"valueString": "No growth"}, "No growth", ""),
        ({"valueCodeableConcept": {"text": "Positive"}}, "Positive", ""),
        (
            {"valueCodeableConcept": {"coding": [{"code": "P", "display": "Positive"}]}},
            "Positive",
            "",
        ),
        ({"valueBoolean": False}, "No", ""),
        ({"valueInteger": 3}, "3", ""),
        ({"valueTime": "10:00:00"}, "10:00:00", ""),
        ({"valueDateTime": "2026-03"}, "2026-03", ""),
        ({"valuePeriod": {"start": "2026", "end": "2027"}}, "2026 to 2027", ""),
        ({"valueRange": {"low": {"value": 1, "unit": "m"}, "high": {"value": 2}}}, "1 - 2", "m"),
        ({"valueRange": {"low": {"value": 1}}}, "1 or more", ""),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}}, "1:128", ""),
        ({"valueQuantity": {"unit": "g"}}, "", "g"),
        ({"valueSampledData": {"data": "1 2"}}, "", ""),
        ({}, "", ""),
    ],
)
def test_a_value_of_any_type_is_said_in_text(elements, value, unit):
    facts = observation(**elements)

    assert (facts["value"], facts["unit"]) == (value, unit)


@pytest.mark.parametrize(
    ("ranges", "low", "high", "text"),
    [
        ([{"text": "49 - 92"}], "49", "92", "49 - 92"),
        ([{"text": "3.50-5.3"}], "3.50", "5.3", "3.50-5.3"),
        ([{"text": "<15"}], None, None, "<15"),
        ([{"text": "[ ]"}], None, None, "[ ]"),
        ([{"text": "9 - 2"}], None, None, "9 - 2"),
        ([{"high": {"value": 5}}], None, "5", "5 or less"),
        ([{"low": {"value": 5, "unit": "mmol/L"}, "text": "over 5"}], None, None, "over 5"),
        (
            [{"low": {"value": 2.0, "unit": "mg"}, "high": {"value": 3.5, "unit": "mg"}}],
            None,
            None,
            "2.0 to 3.5 (mg)",
        ),
        ([{"low": {"value": 5, "unit": "mg"}}], None, None, "5 or more (mg)"),
        (
            [{"low": {"value": 1, "unit": "g"}, "high": {"value": 2, "unit": "g"}}],
            "1",
            "2",
            "1 - 2",
        ),
        (
            [
                {"low": {"value": 1}, "appliesTo": [{"text": "women"}]},
                {"low": {"value": 2}, "appliesTo": [{"text": "men"}]},
            ],
            None,
            None,
            "1 or more (women); 2 or more (men)",
        ),
        (
            [
                {"low": {"value": 9}, "type": {"coding": [{"code": "critical"}]}},
                {"low": {"value": 2}, "type": {"coding": [{"code": "normal"}]}},
            ],
            "2",
            None,
            "2 or more",
        ),
        ([], None, None, ""),
    ],
)
def test_a_range_is_parsed_only_where_it_is_certain(ranges, low, high, text):
    facts = observation(valueQuantity={"value": 1, "unit": "g"}, referenceRange=ranges)

    assert (facts["low"], facts["high"], facts["range"]) == (low, high, text)


def test_the_parts_of_a_blood_pressure_are_summed_up_alike():
    pressure = observation(
        component=[
            {"code": {"text": "Systolic"}, "valueQuantity": {"value": 120, "unit": "mmHg"}},
            {"code": {"text": "Diastolic"}, "valueQuantity": {"value": 80, "unit": "mmHg"}},
        ]
    )

    assert [(part["title"], part["value"], part["status"]) for part in pressure["parts"]] == [
        ("Systolic", "120", "final"),
        ("Diastolic", "80", "final"),
    ]
    assert pressure["parts"][0].keys() == pressure.keys()


def test_what_the_patient_measured_is_their_own():
    mine = observation(subject={"reference": "Patient/1"}, performer=[{"reference": "Patient/1"}])

    assert mine["own"] is True
    assert observation(performer=[{"reference": "Patient/1"}])["own"] is False


def test_a_missing_value_says_why():
    assert observation(dataAbsentReason={"text": "Haemolysed"})["absent"] == "Haemolysed"


def test_a_report_is_summed_up():
    report = {
        "resourceType": "DiagnosticReport",
        "status": "amended",
        "category": [{"coding": [{"code": "LAB"}]}],
        "code": {"text": "Full blood count"},
        "issued": "2026-03-01T10:00:00.000Z",
        "performer": [{"display": "Pathology"}],
        "basedOn": [{"display": "Dr Osei"}],
        "result": [{"reference": "Observation/1"}, {"display": "x"}],
        "presentedForm": [{"contentType": "application/pdf", "url": "u:x"}],
        "conclusion": "Normal.",
    }

    assert summary_of(report) == {
        "title": "Full blood count",
        "code": "",
        "system": "",
        "status": "amended",
        "category": "LAB",
        "issued": "2026-03-01T10:00:00.000Z",
        "results": ["Observation/1"],
        "performer": "Pathology",
        "requester": "Dr Osei",
        "attachments": 1,
        "conclusion": True,
        "corrected": True,
    }


@pytest.mark.parametrize(
    ("resource", "title", "status"),
    [
        (
            {"resourceType": "Patient", "name": [{"family": "Khan", "given": ["A", "B"]}]},
            "A B Khan",
            "",
        ),
        ({"resourceType": "Organization", "name": "Trust", "type": [{"text": "NHS"}]}, "Trust", ""),
        (
            {
                "resourceType": "Condition",
                "code": {"text": "Asthma"},
                "clinicalStatus": {"coding": [{"code": "active"}]},
            },
            "Asthma",
            "active",
        ),
        (
            {"resourceType": "Immunization", "status": "completed", "vaccineCode": {"text": "Flu"}},
            "Flu",
            "completed",
        ),
        (
            {"resourceType": "Encounter", "class": {"code": "AMB", "display": "Clinic"}},
            "Clinic",
            "",
        ),
        (
            {"resourceType": "MedicationRequest", "medicationReference": {"display": "Aspirin"}},
            "Aspirin",
            "",
        ),
        ({"resourceType": "Provenance"}, "", ""),
    ],
)
def test_any_other_type_has_title_code_and_status(resource, title, status):
    facts = summary_of(resource)

    assert facts.keys() == {"title", "code", "system", "status"}
    assert (facts["title"], facts["status"]) == (title, status)
