"""What changed in somebody's medicines when they last left hospital."""

import pytest

from fhir.labels import Label
from tests.portal.pages import main
from tests.portal.record.things import a_medicine

MEDICINES = "/record/medicines/"
HEADING = "When you last left hospital"
DISCHARGE = [{"coding": [{"code": "discharge"}]}]
DAY = "2025-12-11"


@pytest.fixture
def prescribed(hospital, amina_yusuf):
    def prescribe(title, how, *, instead_of=None, status="active", on=DAY, **more):
        if instead_of:
            more["priorPrescription"] = {"reference": f"MedicationRequest/{instead_of}"}
        made = a_medicine(amina_yusuf, title, status, on, how, category=DISCHARGE, **more)
        return hospital.create(made).id

    return prescribe


def of_discharge(browser):
    return main(browser.get(MEDICINES)).partition(HEADING)[2].partition("Do not stop")[0]


def test_nothing_stands_there_where_nothing_says_so(her_browser, hospital, amina_yusuf):
    hospital.create(a_medicine(amina_yusuf))

    assert HEADING not in main(her_browser.get(MEDICINES))


def test_what_was_changed_says_how_it_was_and_why(her_browser, hospital, amina_yusuf, prescribed):
    old = hospital.create(a_medicine(amina_yusuf, "Carbocisteine", how="1 capsule a day")).id
    why = {"text": "More mucus this winter"}
    prescribed("Carbocisteine", "2 capsules a day", instead_of=old, statusReason=why)

    assert of_discharge(her_browser) == (
        " Written down 11 December 2025. Something may have changed since then."
        " Carbocisteine Changed. 2 capsules a day. It was: 1 capsule a day."
        " Reason: More mucus this winter "
    )


def test_what_was_stopped_left_or_given_says_so_and_no_more(
    her_browser, hospital, amina_yusuf, prescribed
):
    old = hospital.create(a_medicine(amina_yusuf, "Tiotropium", how="1 a day")).id
    prescribed("Tiotropium", "1 a day", instead_of=old)
    prescribed("Ramipril", "1 a day", status="stopped", statusReason={"text": "A dry cough"})
    prescribed("Paracetamol", "2 when needed")

    said = of_discharge(her_browser)

    assert "Ramipril Stopped. Reason: A dry cough" in said
    assert "Paracetamol Given to you to take home. 2 when needed." in said
    assert "Tiotropium No change. 1 a day." in said
    assert "It was" not in said


def test_an_earlier_discharge_is_no_part_of_the_last(her_browser, prescribed):
    prescribed("Amoxicillin", "3 a day", on="2019-01-01")
    prescribed("Paracetamol", "2 when needed")

    assert "Amoxicillin" not in of_discharge(her_browser)


def test_a_prescription_that_may_not_be_seen_tells_nothing_of_what_was(
    her_browser, hospital, amina_yusuf, prescribed
):
    old = hospital.create(a_medicine(amina_yusuf, "Tiotropium", how="1 a day")).id
    prescribed("Tiotropium", "2 a day", instead_of=old)
    hospital.relabel("MedicationRequest", old, add=Label.UNKNOWN)

    assert "It was" not in of_discharge(her_browser)
