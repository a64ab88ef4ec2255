"""Names, codes and numbers in plain words."""

import pytest

from portal.record import words


@pytest.mark.parametrize(
    ("concept", "said"),
    [
        ({"text": "Haemoglobin", "coding": [{"display": "Hb"}]}, "Haemoglobin"),
        ({"coding": [{"code": "718-7"}, {"code": "1", "display": "Haemoglobin"}]}, "Haemoglobin"),
        ({"coding": [{"code": "718-7"}]}, "not named"),
        ({"text": "718-7", "coding": [{"code": "718-7"}]}, "not named"),
        ({"text": "Vitamin D", "coding": [{"code": "Vitamin D"}]}, "Vitamin D"),
        ({}, "not named"),
        (None, "not named"),
    ],
)
def test_a_concept_is_named_by_its_words_never_by_its_code(concept, said):
    assert words.concept(concept, "not named") == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ({"text": "Dr P. Nair", "family": "Nair"}, "Dr P. Nair"),
        ({"prefix": ["Dr"], "given": ["Priya"], "family": "Nair"}, "Dr Priya Nair"),
        ({"family": "Nair"}, "Nair"),
        ({}, ""),
        (None, ""),
    ],
)
def test_a_person_is_named_as_one_speaks_of_them(name, said):
    assert words.person(name) == said


def test_lists_are_spoken():
    assert [words.listed(one) for one in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "", "a", "a and b", "a, b and c",
    ]  # fmt: skip


def test_numbers_are_written_as_people_read_them():
    assert words.nhs_number("9991000003") == "999 100 0003"
    assert words.telephone("01632 960 100") == "tel:01632960100"
    assert [words.size(one) for one in (0, 900, 120_400, 2_400_000)] == [
        "1 KB", "1 KB", "120 KB", "2.4 MB",
    ]  # fmt: skip


def test_a_text_is_broken_where_it_was():
    assert words.paragraphs("One.\r\n\r\n  Two. \n") == ["One.", "Two."]
