"""Searching one's record: by words of what may be seen, which stand in no address and no log."""

import base64
import logging

import pytest

from fhir.access import READING, SYSTEM, Grant
from fhir.audit import entries_for
from fhir.labels import Label
from portal.identity import grants
from tests.builders import a_patient, labelled
from tests.portal.amina import a_count, a_scan, a_value
from tests.portal.pages import main, words
from tests.portal.record.test_sections import queries_in
from tests.portal.record.things import a_condition, a_medicine, an_example_of

SEARCH = "/record/search/"


def search(browser, asked, **more):
    return browser.post(SEARCH, {"words": asked} | more)


@pytest.fixture
def everything(hospital, amina_yusuf):
    a_count(hospital, amina_yusuf, hb="112")
    a_scan(hospital, amina_yusuf)
    hospital.create(a_medicine(amina_yusuf, "Carbocisteine 375mg", how="2 capsules a day"))
    letter = an_example_of("DocumentReference", amina_yusuf)
    text = base64.b64encode(b"Dear Amina, please bring your inhaler.").decode()
    letter["content"] = [{"attachment": {"contentType": "text/plain", "data": text}}]
    hospital.create(letter)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("carbo", "1 thing with “carbo” Carbocisteine 375mg Medicine. 2 capsules a day."),
        ("capsule", "1 thing with “capsule” Carbocisteine 375mg"),
        ("haemoglobin 112", "1 thing with “haemoglobin 112” Haemoglobin Test result"),
        ("LUNGS", "1 thing with “LUNGS” Chest X-ray Scan report 11 December 2025"),
        ("inhaler", "1 thing with “inhaler” Said Letter"),
        ("liver", "Nothing with “liver” Try one word, or the beginning of a word."),
        ("the", "Nothing with “the”"),
    ],
)
def test_a_record_is_searched_by_names_values_and_letters(her_browser, everything, asked, found):
    assert found in main(search(her_browser, asked))


def test_a_search_can_be_of_one_section(her_browser, hospital, amina_yusuf):
    hospital.create(a_medicine(amina_yusuf, "Iron tablets"))
    hospital.create(a_condition(amina_yusuf, "Iron deficiency"))

    said = main(search(her_browser, "iron", part="conditions"))

    assert ("Iron deficiency" in said, "Iron tablets" in said) == (True, False)


def test_what_is_looked_for_stands_in_no_address_no_log_and_no_audit(
    her_browser, everything, amina_yusuf, caplog
):
    form = her_browser.get(SEARCH).content.decode()
    assert 'method="post"' in form.partition("<main")[2]
    with caplog.at_level(logging.DEBUG):
        answer = search(her_browser, "carbocisteine")

    assert answer["Cache-Control"] == "no-store"
    assert "ETag" not in answer
    assert "carbocisteine" not in caplog.text
    assert "carbocisteine" not in repr(entries_for(SYSTEM, amina_yusuf, count=500)).casefold()
    assert her_browser.get(SEARCH, {"words": "carbocisteine"}).content.decode().count("carbo") == 0


def test_what_may_not_be_seen_changes_nothing_of_the_answer(her_browser, hospital, amina_yusuf):
    her_browser.get("/")
    empty = answers(her_browser)
    hospital.create(labelled(a_value(amina_yusuf, "hb", "60"), "NOPAT"))
    hospital.create(labelled(a_condition(amina_yusuf, "Haemoglobin"), "NOPAT"))
    ben = hospital.create(a_patient("9991000011", given="Ben")).id
    a_count(hospital, ben, hb="112")

    assert answers(her_browser) == empty


def test_what_was_shown_and_is_withheld_again_is_found_no_more(her_browser, hospital, amina_yusuf):
    made = hospital.create(a_condition(amina_yusuf, "COPD"))
    assert "1 thing" in main(search(her_browser, "copd"))
    hospital.relabel("Condition", made.id, add=Label.NOPAT)

    assert "Nothing with “copd”" in main(search(her_browser, "copd"))


def test_types_that_are_not_shared_are_not_searched(
    her_browser, monkeypatch, amina_yusuf, everything
):
    types = frozenset({"DiagnosticReport", "Patient"})
    held = (Grant(frozenset({amina_yusuf}), types, READING),)
    monkeypatch.setattr(grants, "_patient", lambda _: held)

    assert "Nothing with “carbocisteine”" in main(search(her_browser, "carbocisteine"))
    assert "Medicines" not in words(her_browser.get(SEARCH))


@pytest.mark.parametrize("asked", ["<script>alert(1)</script>", "' OR 1=1 --", "a\x00b", "% _ & |"])
def test_hostile_words_are_only_words(her_browser, everything, asked):
    answer = search(her_browser, asked)

    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


def test_a_search_finds_the_newest_and_says_that_there_is_more(her_browser, hospital, amina_yusuf):
    for n in range(51):
        hospital.create(a_condition(amina_yusuf, f"Cold {n}", on=f"{1960 + n}-01-01"))

    said = main(search(her_browser, "cold"))

    assert "The newest 50 things with “cold” There is more." in said
    assert ("Cold 50" in said, "Cold 0 " in said) == (True, False)


def test_a_long_record_asks_the_database_no_more_than_a_short_one(
    her_browser, hospital, amina_yusuf
):
    hospital.create(a_condition(amina_yusuf, "Cold"))
    her_browser.post("/record/seen/")
    few = queries_in(lambda: search(her_browser, "cold"))
    for _ in range(60):
        hospital.create(a_condition(amina_yusuf, "Cold"))
    her_browser.post("/record/seen/")

    assert queries_in(lambda: search(her_browser, "cold")) == few


def answers(browser):
    return [main(search(browser, asked)) for asked in ("haemoglobin", "60", "hb")]
