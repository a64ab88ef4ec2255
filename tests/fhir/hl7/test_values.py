import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.hl7.values import number, reference_range, value_of
from fhir.raw import dump
from tests.fhir.hl7.reading import WINPATH, lines, result


def value(kind: str, said: str, unit: str = "", *more: str) -> dict:
    return value_of(lines(f"OBX|1|{kind}|HB^Haemoglobin||{said}|{unit}", *more), WINPATH)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("7.20", "7.20"),
        ("112", "112"),
        ("0.0010", "0.0010"),
        ("007", "7"),
        (".5", "0.5"),
        ("+4.0", "4.0"),
        ("-0.50", "-0.50"),
        ("5.", "5"),
        ("123456789012345678.90", "123456789012345678.90"),
    ],
)
def test_a_number_keeps_its_digits(said, text):
    assert dump(value("NM", said)) == f'{{"valueQuantity":{{"value":{text}}}}}'


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_no_number_is_ever_changed(said):
    assert number(f"{said:f}") == said
    assert number(f"{said:f}").sent.lstrip("-") == f"{said:f}".lstrip("-")


@pytest.mark.parametrize(
    ("said", "comparator", "text"),
    [("<10", "<", "10"), ("< 10", "<", "10"), (">=0.50", ">=", "0.50"), (">60", ">", "60")],
)
def test_a_number_with_a_comparator_is_split_where_it_is_exact(said, comparator, text):
    quantity = value("NM", said, "mmol/L")["valueQuantity"]

    assert quantity == {"value": number(text), "comparator": comparator, "unit": "mmol/L"}
    assert quantity["value"].sent == text


@pytest.mark.parametrize(
    "said", ["<10>", "1,234", "5-7", "10 mg", "++", "haemolysed", "~10", "1e3"]
)
def test_what_is_no_number_is_left_in_the_senders_words(said):
    assert value("NM", said.replace("~", "approx. "), "mg/L") == {
        "valueString": said.replace("~", "approx. ")
    }


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("^182", {"valueQuantity": {"value": 182, "unit": "mg/dl"}}),
        ("=^182", {"valueQuantity": {"value": 182, "unit": "mg/dl"}}),
        ("<^10", {"valueQuantity": {"value": 10, "comparator": "<", "unit": "mg/dl"}}),
        (">=^10", {"valueQuantity": {"value": 10, "comparator": ">=", "unit": "mg/dl"}}),
        ("^<^10", {"valueQuantity": {"value": 10, "comparator": "<", "unit": "mg/dl"}}),
        (
            "^1^-^5",
            {
                "valueRange": {
                    "low": {"value": 1, "unit": "mg/dl"},
                    "high": {"value": 5, "unit": "mg/dl"},
                }
            },
        ),
        ("^1^:^128", {"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}}),
        ("^5^-^1", {"valueString": "5 - 1 mg/dl"}),
        ("^2^+", {"valueString": "2 + mg/dl"}),
        ("<>^5", {"valueString": "<> 5 mg/dl"}),
    ],
)
def test_a_structured_number(said, read):
    assert value("SN", said, "mg/dl") == read


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("28", {"valueQuantity": {"value": 28, "unit": "%"}}),
        ("<5", {"valueQuantity": {"value": 5, "comparator": "<", "unit": "%"}}),
        ("Yes", {"valueString": "Yes"}),
        ("", {}),
    ],
)
def test_without_a_type_a_plain_number_is_one_and_the_rest_is_text(said, read):
    assert value("", said, "%") == read


@pytest.mark.parametrize(
    ("kind", "said", "read"),
    [
        ("ST", "Not detected", {"valueString": "Not detected"}),
        ("TX", "one~two", {"valueString": "one\ntwo"}),
        ("FT", "one\\.br\\two", {"valueString": "one\ntwo"}),
        ("ST", "a^b & c", {"valueString": "a^b & c"}),
        ("FT", '""', {}),
        ("ST", "", {}),
        ("NM", '""', {}),
        ("DT", "20260310", {"valueDateTime": "2026-03-10"}),
        ("TM", "0810", {"valueTime": "08:10:00"}),
        (
            "DR",
            "20260310^20260311",
            {"valuePeriod": {"start": "2026-03-10", "end": "2026-03-11"}},
        ),
        ("NR", "1^5", {"valueRange": {"low": {"value": 1}, "high": {"value": 5}}}),
        ("QQ", "odd", {"valueString": "odd"}),
        ("RP", r"\\server\share", {}),
        (
            "CWE",
            "112283007^Escherichia coli^SCT",
            {
                "valueCodeableConcept": {
                    "coding": [
                        {
                            "system": "http://snomed.info/sct",
                            "code": "112283007",
                            "display": "Escherichia coli",
                        }
                    ]
                }
            },
        ),
    ],
)
def test_the_other_types(kind, said, read):
    assert value(kind, said) == read


def test_a_number_said_twice_becomes_two_parts():
    parts = value("NM", "60~120", "/min")["component"]

    assert [part["valueQuantity"]["value"] for part in parts] == [60, 120]
    assert parts[0]["code"]["coding"][0]["code"] == "HB"


def test_a_unit_of_a_known_system_keeps_its_code():
    assert value("NM", "7.2", "mmol/L^millimoles per litre^UCUM")["valueQuantity"] == {
        "value": number("7.2"),
        "unit": "millimoles per litre",
        "system": "http://unitsofmeasure.org",
        "code": "mmol/L",
    }


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("49 - 92", 49, 92),
        ("1-15", 1, 15),
        ("[ 3.5 - 5.3 ]", 3.5, 5.3),
        ("[ < 5]", None, 5),
        ("[ < 5 ]", None, 5),
        ("[ > 60]", 60, None),
        ("<5", None, 5),
        (">=60", 60, None),
        ("-2 - 2", -2, 2),
        ("92 - 49", None, None),
        ("70_105", None, None),
        ("[ 3.5 - 5.3", None, None),
        ("Male: 130 - 180", None, None),
        ("see report", None, None),
        ("up to 5", None, None),
    ],
)
def test_a_range_keeps_its_text_and_has_bounds_only_where_they_are_exact(text, low, high):
    read = reference_range(lines(f"OBX|1|NM|K||4.0|mmol/L|{text}")[0], WINPATH)

    assert read.pop("text") == text
    assert {name: float(bound["value"]) for name, bound in read.items()} == {
        name: bound for name, bound in (("low", low), ("high", high)) if bound is not None
    }


@pytest.mark.parametrize("text", ["", "[ ]", "-", '""'])
def test_an_empty_range_is_none(text):
    assert reference_range(lines(f"OBX|1|NM|K||4.0|mmol/L|{text}")[0], WINPATH) is None


@pytest.mark.parametrize(
    ("flags", "codes"),
    [
        ("H", ["H"]),
        ("hh", ["HH"]),
        ("LL~A", ["LL", "A"]),
        ("H*", ["H*"]),
        ("HM", ["HM"]),
        ("AA^Critically abnormal^HL70078", ["AA"]),
        ("ZZ", ["ZZ"]),
        ("", []),
    ],
)
def test_a_flag_is_the_senders_and_is_never_worked_out(flags, codes):
    read = result(f"OBX|1|NM|K||9.9|mmol/L|3.5 - 5.3|{flags}|||F").get("interpretation", [])

    assert [concept["coding"][0]["code"] for concept in read] == codes
