"""A section of the record: its list, one thing in it, and what stands there instead of nothing."""

import html
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fhir.access import READING, Grant
from fhir.labels import Label
from portal.identity import grants
from portal.record.sections import BROWSED, SECTION_OF, SECTIONS
from portal.record.whose import Whose
from tests.builders import a_patient, labelled
from tests.portal.pages import main, words
from tests.portal.record.things import a_condition, a_medicine, an_allergy, an_example_of

MEDICINES, CONDITIONS, ALLERGIES = "/record/medicines/", "/record/conditions/", "/record/allergies/"


def test_every_type_that_a_patient_may_see_stands_in_one_section():
    assert set(SECTION_OF) | {"Patient"} == grants.PATIENT_TYPES
    assert sum(len(section.types) for section in SECTIONS) == len(SECTION_OF)


@pytest.mark.parametrize("section", BROWSED, ids=lambda section: section.key)
def test_each_section_opens_and_says_when_nothing_is_in_it(her_browser, section):
    said = words(her_browser.get(f"/record/{section.key}/"))

    assert section.title in said
    assert Whose().said(section.nothing) in said


@pytest.mark.parametrize("section", BROWSED, ids=lambda section: section.key)
def test_each_section_lists_its_types_and_leads_to_their_pages(
    her_browser, hospital, amina_yusuf, section
):
    for name in section.types:
        made = hospital.create(an_example_of(name, amina_yusuf))
        address = f"/record/{section.key}/{name.lower()}/{made.id}/"

        assert f'href="{address}"' in her_browser.get(f"/record/{section.key}/").content.decode()
        assert her_browser.get(address).status_code == 200, name


def test_medicines_stand_under_their_headings_what_is_taken_first(
    her_browser, hospital, amina_yusuf
):
    hospital.create(a_medicine(amina_yusuf, "Prednisolone 5mg", "stopped", on="2026-03-01"))
    hospital.create(a_medicine(amina_yusuf, "Tiotropium", "active", on="2024-06-04"))

    said = main(her_browser.get(MEDICINES))

    assert said.index("Taking now") < said.index("Tiotropium") < said.index("Stopped")
    assert said.index("Stopped") < said.index("Prednisolone 5mg")
    assert "Do not stop or change a medicine because of this page." in said


def test_what_goes_on_comes_before_any_number_of_things_that_have_ended(
    her_browser, hospital, amina_yusuf
):
    hospital.create(a_condition(amina_yusuf, "COPD", "active", on="2001-01-01"))
    for day in range(1, 27):
        hospital.create(a_condition(amina_yusuf, "Cold", "resolved", on=f"2026-02-{day:02}"))

    first = her_browser.get(CONDITIONS)
    rest = her_browser.get(next_of(first))

    assert "Active COPD Began 1 January 2001 Resolved Cold" in main(first)
    assert (words(first).count("Cold"), words(rest).count("Cold")) == (24, 2)
    assert "COPD" not in words(rest)
    assert "Earlier" not in main(rest)


def test_how_a_thing_stands_is_not_said_after_a_day_that_says_it(
    her_browser, hospital, amina_yusuf
):
    handed = an_example_of("MedicationDispense", amina_yusuf)
    hospital.create(handed | {"whenHandedOver": "2026-03-02"})

    assert main(her_browser.get(MEDICINES)).count("Handed out 2 March 2026") == 1
    assert "2026. Handed out" not in main(her_browser.get(MEDICINES))


def test_things_of_many_kinds_stand_under_what_they_are(her_browser, hospital, amina_yusuf):
    hospital.create(an_example_of("Device", amina_yusuf))
    hospital.create(an_example_of("FamilyMemberHistory", amina_yusuf))

    said = main(her_browser.get("/record/more/"))

    assert "Medical device Said" in said
    assert "Family history Said" in said


def test_a_place_in_a_list_is_sealed_and_of_one_record(her_browser, hospital, amina_yusuf):
    for day in range(1, 28):
        hospital.create(a_condition(amina_yusuf, "Cold", "resolved", on=f"2026-02-{day:02}"))
    address = next_of(her_browser.get(CONDITIONS))

    assert not re.search(r"2026-|before=\d+$", address)
    assert her_browser.get(f"{CONDITIONS}?before=x").status_code == 404
    assert her_browser.get(address[:-2]).status_code == 404


def test_that_there_is_no_allergy_is_another_text_than_that_nothing_is_written(
    her_browser, hospital, amina_yusuf, settings
):
    nothing = main(her_browser.get(ALLERGIES))
    settings.RECORD_HELD_ELSEWHERE = frozenset({"allergies"})
    elsewhere = main(her_browser.get(ALLERGIES))
    hospital.create(an_allergy(amina_yusuf, "716186003", "No known allergy"))
    none = main(her_browser.get(ALLERGIES))

    assert "Nothing has been written down This hospital has no allergy note for you." in nothing
    assert "We do not hold this" in elsewhere
    assert "Your GP surgery keeps the list of allergies. Ask them." in elsewhere
    assert "No known allergies" in none
    assert "Nothing has been written down" not in none + elsewhere


def test_an_allergy_and_that_there_is_none_are_said_to_disagree(her_browser, hospital, amina_yusuf):
    hospital.create(an_allergy(amina_yusuf, "716220001", "No known animal allergy"))
    hospital.create(an_allergy(amina_yusuf))
    assert "two different things" not in main(her_browser.get(ALLERGIES))

    hospital.create(an_allergy(amina_yusuf, "716186003", "No known allergy"))
    assert "Your record says two different things" in main(her_browser.get(ALLERGIES))


def test_a_thing_says_its_facts_its_state_and_its_code_in_small_print(
    her_browser, hospital, amina_yusuf
):
    made = hospital.create(a_condition(amina_yusuf, "COPD", "active", on="2019-05"))

    said = main(her_browser.get(f"{CONDITIONS}condition/{made.id}/"))

    assert "COPD Began May 2019 Active It is there now." in said
    assert "This entry reached your record here on 12 March 2026, 9:02am." in said
    assert said.index("Where this comes from") < said.index("13645005")


def test_what_was_shown_and_taken_back_is_said_without_a_word_of_it(
    her_browser, hospital, amina_yusuf
):
    made = hospital.create(a_condition(amina_yusuf, "COPD", "active"))
    her_browser.get(CONDITIONS)
    wrong = {"coding": [{"code": "entered-in-error"}]}
    resource = made.json | {"verificationStatus": wrong}
    resource.pop("clinicalStatus")
    hospital.update(resource, None)

    listed = her_browser.get(CONDITIONS)
    item = her_browser.get(f"{CONDITIONS}condition/{made.id}/")

    assert "An entry was removed from the record on 12 March 2026" in main(listed)
    assert "An entry was removed from your record on 12 March 2026" in main(item)
    assert "COPD" not in words(listed) + words(item)


def test_what_is_withheld_again_keeps_its_name_and_no_more(her_browser, hospital, amina_yusuf):
    made = hospital.create(a_medicine(amina_yusuf, "Tiotropium", "active", how="1 a day"))
    hospital.relabel("MedicationRequest", made.id, add=Label.NOPAT)

    listed = main(her_browser.get(MEDICINES))
    item = main(her_browser.get(f"{MEDICINES}medicationrequest/{made.id}/"))

    assert "Tiotropium This is being corrected. Do not rely on it." in listed
    assert "Tiotropium" in item
    assert "Do not rely on it." in item
    assert "1 a day" not in listed + item


@pytest.mark.parametrize(
    "path",
    ["conditions/condition/none/", "conditions/goal/{0}/", "plans/condition/{0}/", "nothing/"],
)
def test_what_is_not_there_is_not_found(her_browser, hospital, amina_yusuf, path):
    made = hospital.create(a_condition(amina_yusuf, "COPD", "active"))

    assert her_browser.get(f"/record/{path.format(made.id)}").status_code == 404


def test_what_is_withheld_or_another_persons_is_not_found(her_browser, hospital, amina_yusuf):
    ben = hospital.create(a_patient("9991000011", given="Ben")).id
    theirs = hospital.create(a_condition(ben, "COPD", "active"))
    hidden = hospital.create(labelled(a_condition(amina_yusuf, "COPD", "active"), "NOPAT"))
    empty = words(her_browser.get(CONDITIONS))

    for one in (theirs, hidden):
        assert her_browser.get(f"{CONDITIONS}condition/{one.id}/").status_code == 404
    assert words(her_browser.get(CONDITIONS)) == empty


def test_a_section_of_which_nothing_is_shared_is_absent_and_not_empty(
    her_browser, monkeypatch, amina_yusuf
):
    held = (Grant(frozenset({amina_yusuf}), frozenset({"Condition", "Patient"}), READING),)
    monkeypatch.setattr(grants, "_patient", lambda _: held)

    assert her_browser.get(CONDITIONS).status_code == 200
    assert her_browser.get(MEDICINES).status_code == 404
    assert "Medicines" not in words(her_browser.get("/record/"))


def test_a_page_that_has_not_changed_is_not_sent_again(her_browser, hospital, amina_yusuf):
    made = hospital.create(a_condition(amina_yusuf, "COPD", "active"))
    for address in (CONDITIONS, f"{CONDITIONS}condition/{made.id}/"):
        tag = her_browser.get(address)["ETag"]
        assert her_browser.get(address, headers={"If-None-Match": tag}).status_code == 304
    hospital.create(a_condition(amina_yusuf, "Asthma", "active"))

    assert her_browser.get(CONDITIONS, headers={"If-None-Match": tag}).status_code == 200


def test_nothing_pushes_into_a_list_that_is_read_and_its_status_says_how_much_came(
    her_browser, hospital, amina_yusuf
):
    hospital.create(a_condition(amina_yusuf, "COPD", "active"))
    page = her_browser.get(CONDITIONS).content.decode()
    cursor = re.search(r'data-cursor="([^"]+)"', page)[1]
    hospital.create(a_condition(amina_yusuf, "Asthma", "active"))

    rows = words(her_browser.get(CONDITIONS, {"part": "list", "cursor": cursor}))
    status = words(her_browser.get(CONDITIONS, {"part": "status", "cursor": cursor}))

    assert ("COPD" in rows, "Asthma" in rows) == (True, False)
    assert status == "1 new or changed Show what is new or changed"


def test_a_print_view_names_the_person_and_opens_what_is_folded(her_browser, hospital, amina_yusuf):
    made = hospital.create(a_condition(amina_yusuf, "COPD", "active"))

    printed = her_browser.get(f"{CONDITIONS}condition/{made.id}/?print")

    assert "Amina Yusuf . NHS number 999 100 0003" in words(printed)
    assert '<details class="nhsuk-details" open' in printed.content.decode()


# What a list asks the database for: who is asking, what is new, the rows, and what was taken back.
STATEMENTS = 13
HOSTILE = "<script>alert(1)</script>{{ 7 * 7 }}'\"--"


@pytest.mark.parametrize("section", BROWSED, ids=lambda section: section.key)
def test_hostile_text_is_shown_as_text(her_browser, hospital, amina_yusuf, section):
    for name in section.types:
        resource = json.loads(
            json.dumps(an_example_of(name, amina_yusuf)).replace(
                "Said", json.dumps(HOSTILE)[1:-1].replace("\\\\", "\\")
            )
        )
        made = hospital.create(resource)
        for address in ("", f"{name.lower()}/{made.id}/"):
            body = her_browser.get(f"/record/{section.key}/{address}").content.decode()
            assert "<script>alert" not in body
            assert "49" not in re.sub(r"[\w-]{20,}", "", body).partition("<main")[2]


@pytest.mark.parametrize("section", BROWSED, ids=lambda section: section.key)
def test_a_long_section_asks_the_database_no_more_than_a_short_one(
    her_browser, hospital, amina_yusuf, section
):
    name = section.types[0]
    address = f"/record/{section.key}/"
    for _ in range(5):
        hospital.create(an_example_of(name, amina_yusuf))
    her_browser.post("/record/seen/")
    few = queries(her_browser, address)
    for _ in range(60):
        hospital.create(an_example_of(name, amina_yusuf))
    her_browser.post("/record/seen/")

    more = section.key == "medicines"  # what changed at the last discharge
    assert queries(her_browser, address) == few == STATEMENTS + 4 * more


def queries(browser, address):
    return queries_in(lambda: browser.get(address))


def queries_in(ask):
    """Count what is asked for and written, without the scopes and savepoints around it."""
    with CaptureQueriesContext(connection) as found:
        assert ask().status_code == 200
    plain = ("SAVEPOINT", "RELEASE", "SELECT set_config", "SELECT current_setting")
    return sum(not one["sql"].startswith(plain) for one in found.captured_queries)


def next_of(response):
    """Return where a list goes on, or nothing."""
    found = re.search(r'href="([^"]+)" rel="next"', response.content.decode())
    return html.unescape(found[1]) if found else ""
