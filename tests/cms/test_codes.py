import pytest

from cms.codes import LOINC, SNOMED_CT, System, refusal_of_code


@pytest.mark.parametrize("code", ["718-7", "6690-2", "62238-1", "98979-8", "8867-4"])
def test_a_loinc_code_whose_check_digit_holds_is_taken(code):
    assert refusal_of_code(LOINC, code) is None


@pytest.mark.parametrize("code", ["718-8", "7187", "718-", "-7", "0718.7", "", "718-7 ", "HB"])
def test_what_is_not_a_loinc_code_is_refused_by_name(code):
    assert refusal_of_code(LOINC, code) == (
        f"{code} is not a LOINC code. They look like 718-7, and the last digit checks the rest."
    )


@pytest.mark.parametrize("code", ["1022431000000105", "399208008", "73211009", "1000651000000109"])
def test_a_snomed_ct_code_whose_check_digit_holds_is_taken(code):
    assert refusal_of_code(SNOMED_CT, code) is None


@pytest.mark.parametrize(
    "code", ["1022431000000106", "73211008", "12345", "07321100", "73211009x", ""]
)
def test_what_is_not_a_snomed_ct_code_is_refused(code):
    assert "is not a SNOMED CT code" in refusal_of_code(SNOMED_CT, code)


def test_two_neighbouring_digits_exchanged_are_noticed():
    right = "1022431000000105"
    wrong = [
        right[:place] + right[place + 1] + right[place] + right[place + 2 :]
        for place in range(len(right) - 1)
        if right[place] != right[place + 1]
    ]

    assert all(refusal_of_code(SNOMED_CT, code) for code in wrong)


def test_a_laboratorys_own_code_can_be_anything():
    assert refusal_of_code(System.LOCAL, "tt-0002-01") is None
