import re
from datetime import date

import nhs_number
import pytest

from portal.simulator import cast, people
from portal.simulator.nhs_numbers import check_digit

TODAY = date(2026, 3, 12)
EVERYBODY = (*cast.PATIENTS, cast.TOM, *people.others(7, TODAY))


def test_the_same_seed_and_day_make_the_same_people():
    assert people.others(7, TODAY) == people.others(7, TODAY)


def test_another_seed_makes_other_people():
    mine = {person.nhs_number for person in people.others(7, TODAY)}

    assert mine.isdisjoint(person.nhs_number for person in people.others(8, TODAY))


@pytest.mark.parametrize("person", EVERYBODY, ids=lambda person: person.key)
def test_an_nhs_number_is_valid_and_from_the_range_that_is_never_issued(person):
    assert nhs_number.is_valid(person.nhs_number, for_region=nhs_number.REGION_SYNTHETIC)
    assert person.nhs_number.startswith("999")


def test_the_cast_have_the_numbers_of_the_journeys():
    numbers = [person.nhs_number for person in (cast.AMINA, cast.BEN, cast.GRACE, cast.TOM)]

    assert numbers == ["9991000003", "9991013172", "9991026347", "9991039511"]


def test_nobody_shares_a_number_with_another():
    assert len({person.nhs_number for person in EVERYBODY}) == len(EVERYBODY)
    assert len({person.mrn for person in EVERYBODY}) == len(EVERYBODY)


def test_telephones_are_of_the_ranges_kept_for_drama_and_postcodes_of_no_area():
    for person in EVERYBODY:
        assert re.fullmatch(r"01632 960\d{3}", person.home)
        assert re.fullmatch(r"(07700 900\d{3})?", person.mobile)
        assert re.fullmatch(r"MB\d \d[A-Z]{2}", person.postcode)
        assert person.email.endswith("@example.org") or not person.email


def test_ages_run_from_a_baby_to_ninety_five():
    ages = [person.age(TODAY) for person in EVERYBODY]

    assert (min(ages), max(ages)) == (0, 95)
    assert all(people.SKETCHES[n].age == age for n, age in enumerate(ages[5:]))


def test_languages_and_ethnic_groups_are_many():
    assert len({person.language for person in EVERYBODY}) >= 8
    assert len({person.ethnic for person in EVERYBODY}) >= 9


@pytest.mark.parametrize(("nine", "digit"), [("943476591", 9), ("999100000", 3), ("999104221", 0)])
def test_a_check_digit_is_that_of_modulus_eleven(nine, digit):
    assert check_digit(nine) == digit


def test_nine_digits_whose_check_digit_would_be_ten_have_none():
    without = [nine for n in range(30) if check_digit(nine := f"9991{n:05}") is None]

    assert without
    assert not any(nhs_number.is_valid(f"{nine}{last}") for nine in without for last in range(10))
