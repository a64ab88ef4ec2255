import re

import pytest

from fhir import deliveries
from fhir.labels import Label
from portal.demonstration import review
from portal.identity.models import User
from portal.simulator import bundles
from portal.simulator.accounts import hand_over, name_professionals, open_accounts
from portal.simulator.messages import first_told, reported, told
from tests.portal.pages import words
from tests.portal.simulator.arriving import bundle_arrives, message_arrives
from tests.portal.simulator.stored import found
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

NAIR, LUND = "nair@millbrook.example", "lund@millbrook.example"


@pytest.fixture
def hospital(settings, moved_clock, now):
    """Stand ready on the day of the pictures, with nobody in it yet."""
    settings.RESULTS_IN_WORKING_HOURS = False
    moved_clock.move_to(now)
    open_accounts()
    bundle_arrives(bundles.staff())
    name_professionals()


def arrives(history):
    message_arrives(first_told(history))
    patient = found("Patient", nhs_number=history.person.nhs_number)[0].id
    for sent in told(history):
        message_arrives(sent, patient)
    bundle_arrives(bundles.record(history))
    settles()
    return patient


def settles():
    while deliveries.deliver_next():
        pass


def withheld(patient):
    reports = found("DiagnosticReport", patient=patient)
    letters = found("DocumentReference", patient=patient)
    return {one.json["code"]["coding"][0]["display"] for one in reports if is_withheld(one)} | {
        one.json["type"]["text"] for one in letters if is_withheld(one)
    }


def is_withheld(stored):
    return bool(stored.labels & Label.NOPAT)


def test_what_is_routine_opens_by_itself_and_the_rest_waits(hospital, amina_lately):
    patient = arrives(amina_lately)

    assert withheld(patient) == {"Chest X-ray", "Letter about your stay: Flare-up of COPD"}


def test_what_came_in_long_ago_has_been_read(hospital, amina_lately, now):
    patient = arrives(amina_lately)

    review(NAIR, now)

    assert withheld(patient) == set()


def test_bens_biopsy_still_lies_on_the_desk(hospital, histories, now):
    patient = arrives(histories["ben"])

    review(NAIR, now)

    assert withheld(patient) == {"Skin biopsy report"}


def test_who_does_not_treat_them_reviews_nothing(hospital, amina_lately, now):
    patient = arrives(amina_lately)
    waiting = withheld(patient)

    review(LUND, now)

    assert withheld(patient) == waiting != set()


def test_a_correction_waits_and_is_then_shown_with_a_word_from_the_doctor(
    hospital, amina_lately, now
):
    patient = arrives(amina_lately)
    hand_over(amina_lately.person, now)
    message_arrives(reported(amina_lately.person, *amina_lately.corrections), patient)
    settles()
    assert "Full blood count" in withheld(patient)

    review(NAIR, now)

    assert withheld(patient) == set()
    words = [one.json["payload"][0]["contentString"] for one in found("Communication", patient)]
    assert [word.split(".")[0] for word in words] == ["Your haemoglobin is a little low"]


def test_her_letter_stands_under_letters_once_it_was_read_and_not_under_results(
    hospital, amina_lately, now
):
    arrives(amina_lately)
    hand_over(amina_lately.person, now)
    browser = signed_in(User.objects.get(email=amina_lately.person.email))
    title = "Letter about your stay: Flare-up of COPD"
    assert title not in words(browser.get("/record/letters/"))

    review(NAIR, now)

    assert title in words(browser.get("/record/letters/"))
    assert title not in words(browser.get("/record/results/"))
    [letter] = amina_lately.letters
    [address] = re.findall(
        r'href="(/record/letters/documentreference/[^"]+)"',
        browser.get("/record/letters/").content.decode(),
    )
    assert browser.get(f"{address}file/0/").content == letter.document
