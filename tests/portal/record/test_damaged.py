"""What is kept of a resource is damaged: that one is missed, by name, and nothing else."""

import logging

import pytest

from fhir import alarms, feeds
from fhir.access import SYSTEM
from fhir.alarms import Alarm
from fhir.audit import entries_for
from fhir.store import Criteria, Repository, Unreadable
from tests.fhir.rest.conftest import Api, issues
from tests.portal.pages import main, words
from tests.portal.record.things import a_condition, an_allergy, an_example_of, damage

MISSING = (
    "Something cannot be shown One thing is missing here. What we kept of it is damaged. All the"
    " rest is shown."
)
NOTHING = ("Nothing has been written down", "There is nothing", "You have no visits booked")


@pytest.fixture
def damaged(hospital, amina_yusuf):
    """Give a condition that is damaged, beside one that is not."""
    hospital.create(a_condition(amina_yusuf, "Asthma"))
    found = hospital.create(a_condition(amina_yusuf, "COPD"))
    damage(found)
    return found


@pytest.mark.parametrize(
    "path",
    ["/record/", "/record/?part=timeline", "/record/conditions/", "/record/conditions/?part=list"],
)
def test_the_rest_of_a_list_is_shown_and_it_says_that_something_is_missing(
    her_browser, damaged, path
):
    said = words(her_browser.get(path))

    assert MISSING in said
    assert "to ask what it says. We have been told that it is damaged." in said
    assert "Asthma" in said


def test_a_search_for_what_can_be_read_finds_it_and_says_the_same(her_browser, damaged):
    said = main(her_browser.post("/record/search/", {"words": "asthma copd"}))
    found = main(her_browser.post("/record/search/", {"words": "COPD"}))

    assert MISSING not in said
    assert MISSING in found


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("Condition", "/record/"),
        ("Immunization", "/record/immunisations/"),
        ("AllergyIntolerance", "/record/allergies/"),
        ("Appointment", "/appointments/"),
    ],
)
def test_a_list_of_which_nothing_can_be_read_never_says_that_there_is_nothing(
    her_browser, hospital, amina_yusuf, kind, path
):
    make = {"Condition": a_condition, "AllergyIntolerance": an_allergy}.get(kind)
    resource = make(amina_yusuf) if make else an_example_of(kind, amina_yusuf)
    damage(hospital.create(resource), "[]")

    said = words(her_browser.get(path))

    assert MISSING in said
    assert not [one for one in NOTHING if one in said]


def test_its_own_page_says_what_is_wrong_and_whom_to_ask(her_browser, damaged, caplog):
    her_browser.raise_request_exception = False

    answer = her_browser.get(f"/record/conditions/condition/{damaged.id}/")

    assert answer.status_code == 500
    assert "We cannot show this What we kept of it is damaged." in words(answer)
    assert "COP" not in answer.content.decode()
    assert not [one for one in caplog.messages if "COP" in one]


def test_operators_are_told_without_a_word_of_it_and_its_patient_reads_no_row_of_it(
    her_browser, her_login, damaged, caplog
):
    with caplog.at_level(logging.ERROR):
        her_browser.get("/record/conditions/")
        her_browser.get("/record/conditions/")

    line = "alarm: what is kept of a resource is no JSON: the audit says of which"
    assert caplog.messages.count(line) == 2
    assert not [one for one in caplog.messages if damaged.id in one or damaged.patient in one]
    assert alarms.counts()[Alarm.UNREADABLE] == 1
    assert "unreadable" not in {one.outcome for one in entries_for(SYSTEM, damaged.patient)}


def test_whoever_acts_on_what_they_read_is_stopped(hospital, damaged):
    conditions = Criteria("Condition", [damaged.patient])
    showing = Repository(SYSTEM, leaves_out=True)

    with pytest.raises(Unreadable):
        hospital.search(conditions)
    with pytest.raises(Unreadable), showing.transaction():
        showing.search(conditions)
    assert alarms.counts()[Alarm.UNREADABLE] == 1


def test_an_answer_of_the_api_has_an_outcome_in_place_of_it(damaged):
    api = Api(feeds.add(feeds.Terms("winpath", "RMB")))
    address = f"Condition/{damaged.id}"

    alone = api.get(f"/{address}")
    found = api.get(f"/Condition?patient={damaged.patient}").json()["entry"]

    assert (alone.status_code, issues(alone)) == (500, [("exception", address)])
    assert [one["search"]["mode"] for one in found] == ["match", "outcome"]
    assert found[0]["resource"]["code"]["text"] == "Asthma"
    assert found[1]["resource"]["issue"][0]["expression"] == [address]
