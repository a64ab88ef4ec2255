"""What an item said before it was changed: of what this person was shown, and nothing else."""

import json

import pytest

from fhir.intake import accept
from fhir.labels import Label
from fhir.validation import check
from tests.builders import a_bundle, a_patient, labelled
from tests.fhir.test_intake import WINPATH
from tests.portal.pages import main
from tests.portal.record.test_sections import queries
from tests.portal.record.things import a_condition, a_medicine

MEDICINES = "/record/medicines/medicationrequest/"
CHANGED = "Changed 12 March 2026, 9:02am"
OLD = '<span class="nhsuk-u-visually-hidden">Old words: </span><del class="db-quiet" dir="auto">'


@pytest.fixture
def a_dose(hospital, amina_yusuf):
    """Give a function that says anew how one medicine of hers is taken, and where its page is."""
    made = hospital.create(a_medicine(amina_yusuf, "Tiotropium", how="1 a day"))

    def say(how=None, *codes, **more):
        if how:
            more["dosageInstruction"] = [{"text": how}]
        if how or more:
            said = made.json | more
            hospital.update(labelled(said, *codes) if codes else said, None)
        return f"{MEDICINES}{made.id}/"

    return say


def said_by(browser, address):
    response = browser.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_what_was_changed_shows_its_old_words_struck_out(her_browser, a_dose, moved_clock):
    address = a_dose("2 a day")

    body = said_by(her_browser, address)

    assert f"{OLD}1 a day.</del>" in body
    assert f"{CHANGED}. What it said before is under “Earlier versions”." in body
    assert "Until 12 March 2026, 9:02am How to take it Old words:" in main(her_browser.get(address))


def test_each_version_shows_what_was_changed_after_it(her_browser, a_dose):
    a_dose("2 a day")
    body = said_by(her_browser, a_dose(status="stopped", dosageInstruction=[{"text": "2 a day"}]))

    assert body.count("Until 12 March 2026") == 2
    assert body.index(f"{OLD}Taking now") < body.index(f"{OLD}1 a day.")
    assert f"{OLD}2 a day" not in body


def test_what_had_not_been_written_down_says_so(her_browser, a_dose):
    address = a_dose(statusReason={"text": "More mucus"})

    assert "Why it was stopped or changed Nothing was written here" in main(
        her_browser.get(address)
    )


def test_an_item_that_always_said_the_same_says_nothing_of_versions(her_browser, a_dose):
    assert "Earlier versions" not in said_by(her_browser, a_dose())

    address = a_dose(groupIdentifier={"value": "sent again with another number"})

    assert "Earlier versions" not in said_by(her_browser, address)
    assert "Changed" not in said_by(her_browser, address)


def test_a_version_that_was_never_released_is_never_shown(her_browser, a_dose):
    a_dose("9 a day", "NOPAT")
    body = said_by(her_browser, a_dose("2 a day"))

    assert "9 a day" not in body
    assert f"{OLD}1 a day.</del>" in body


def test_an_item_whose_first_version_was_withheld_has_no_earlier_one(
    her_browser, hospital, amina_yusuf
):
    made = hospital.create(labelled(a_condition(amina_yusuf, "Asthma"), "NOPAT"))
    hospital.update(a_condition(amina_yusuf, "COPD") | {"id": made.id}, None)

    body = said_by(her_browser, f"/record/conditions/condition/{made.id}/")

    assert "Asthma" not in body
    assert "Earlier versions" not in body


def test_what_was_taken_back_and_set_right_shows_nothing_from_before(
    her_browser, hospital, amina_yusuf
):
    made = hospital.create(a_condition(amina_yusuf, "Asthma"))
    wrong = made.json | {"verificationStatus": {"coding": [{"code": "entered-in-error"}]}}
    wrong.pop("clinicalStatus")
    hospital.update(wrong, None)
    address = f"/record/conditions/condition/{made.id}/"
    assert "Asthma" not in said_by(her_browser, address)
    hospital.update(a_condition(amina_yusuf, "COPD") | {"id": made.id}, None)

    body = said_by(her_browser, address)

    assert "COPD" in body
    assert "Asthma" not in body


def test_a_version_that_was_withdrawn_while_it_was_corrected_stays_withdrawn(
    her_browser, hospital, amina_yusuf
):
    made = hospital.create(a_condition(amina_yusuf, "Asthma"))
    hospital.relabel("Condition", made.id, add=Label.NOPAT)
    hospital.update(a_condition(amina_yusuf, "COPD") | {"id": made.id}, None)

    body = said_by(her_browser, f"/record/conditions/condition/{made.id}/")

    assert "COPD" in body
    assert "Asthma" not in body


def test_what_came_late_was_never_the_words_of_a_page(her_browser, hospital, amina_yusuf):
    one = a_medicine(amina_yusuf, identifier=[{"system": "urn:x", "value": "1"}])

    def said(at, how):
        told = one | {"dosageInstruction": [{"text": how}], "meta": {"lastUpdated": at}}
        return accept(check(json.dumps(a_bundle(told))).entries(), WINPATH)[0]

    said("2026-03-10T10:00:00Z", "1 a day")
    assert said("2026-03-09T10:00:00Z", "9 a day").outcome == "late"
    made = said("2026-03-11T10:00:00Z", "2 a day").draft

    body = said_by(her_browser, f"{MEDICINES}{made.logical_id}/")

    assert f"{OLD}1 a day.</del>" in body
    assert "9 a day" not in body


def test_another_persons_item_and_its_versions_are_not_found(her_browser, hospital, amina_yusuf):
    ben = hospital.create(a_patient("9991000011", given="Ben")).id
    made = hospital.create(a_condition(ben, "Asthma"))
    hospital.update(a_condition(ben, "COPD") | {"id": made.id}, None)

    assert her_browser.get(f"/record/conditions/condition/{made.id}/").status_code == 404


def test_any_number_of_versions_asks_the_database_once(her_browser, a_dose):
    def asked():
        her_browser.post("/record/seen/")
        return queries(her_browser, address)

    address = a_dose()
    of_one = asked()
    a_dose("2 a day")
    of_two = asked()
    for number in range(3, 60):
        a_dose(f"{number} a day")

    assert asked() == of_two == of_one + 2
    assert said_by(her_browser, address).count("Until 12 March 2026") < 20


def test_hostile_old_words_are_shown_as_text(her_browser, a_dose):
    a_dose("<script>alert(1)</script>")

    assert "<script>alert" not in said_by(her_browser, a_dose("2 a day"))
