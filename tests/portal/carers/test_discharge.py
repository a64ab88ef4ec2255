"""What changed at the last discharge, to somebody who helps with parts of a record."""

import pytest

from tests.portal.carers.helping import acting, helps
from tests.portal.record.test_discharge import HEADING, HEADINGS, SUMMARY, a_list, of_amina
from tests.portal.record.things import an_example_of

MEDICINES = "/record/medicines/"


@pytest.fixture(autouse=True)
def goes_home(hospital, graces_record):
    """Write down that a medicine was stopped, in a list that her discharge summary names."""
    medicine = hospital.create(an_example_of("MedicationStatement", graces_record)).id
    flagged = a_list((f"MedicationStatement/{medicine}", "stopped"))
    made = hospital.create(of_amina(graces_record, flagged)).id
    section = HEADINGS | {"entry": [{"reference": f"List/{made}"}]}
    letter = an_example_of("Composition", graces_record)
    hospital.create(letter | {"type": SUMMARY, "section": [section]})


def test_a_helper_with_letters_and_medicines_reads_what_the_letter_says(grace, ben):
    answer = acting(ben, helps(ben, grace, "medicines", "letters")).get(MEDICINES)

    assert "<strong>Stopped.</strong>" in answer.content.decode()


def test_a_helper_without_letters_reads_nothing_of_one(grace, ben):
    answer = acting(ben, helps(ben, grace, "medicines")).get(MEDICINES)

    assert answer.status_code == 200
    assert HEADING not in answer.content.decode()


def test_a_helper_without_medicines_finds_no_page(grace, ben):
    assert acting(ben, helps(ben, grace, "letters")).get(MEDICINES).status_code == 404
