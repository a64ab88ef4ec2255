"""Home, the front of the record, and who has looked at it."""

import pytest

from fhir.access import EVERYONE, Grant, Kind, Viewer
from fhir.labels import Label
from fhir.store import Repository
from tests.builders import labelled
from tests.portal.amina import a_count, a_scan, a_value
from tests.portal.pages import words

LOG = "/record/access-log/"
DR_NAIR = Viewer(
    Kind.STAFF,
    "Practitioner/nair",
    "Dr Priya Nair",
    role="Consultant",
    organisation="breathing clinic",
    grants=(Grant(EVERYONE, EVERYONE, sees=31),),
)
WINPATH = Viewer(
    Kind.SERVICE, "Device/winpath", "Winpath", grants=(Grant(EVERYONE, EVERYONE, sees=31),)
)


def test_home_greets_and_shows_the_latest_of_different_tests(her_browser, hospital, amina_yusuf):
    a_count(hospital, amina_yusuf, "2025-12-09", hb="118")
    a_count(hospital, amina_yusuf, "2026-01-20", plt="286")
    a_count(hospital, amina_yusuf, hb="112", wbc="9.8")

    said = words(her_browser.get("/"))

    assert "Good morning, Amina" in said
    assert (
        "Latest test results Haemoglobin 112 g/L Below range 10 March"
        " Platelets 286 ×10⁹/L In range 20 January See all test results"
    ) in said


def test_home_draws_how_a_value_has_gone(her_browser, hospital, amina_yusuf):
    a_count(hospital, amina_yusuf, "2025-12-09", hb="118")
    a_count(hospital, amina_yusuf, hb="112")

    assert 'class="db-spark"' in her_browser.get("/").content.decode()


def test_home_without_results_says_what_to_do(her_browser):
    said = words(her_browser.get("/"))

    assert "You have no test results yet." in said
    assert "Nothing new since 12 March." in said


def test_those_who_are_not_signed_in_see_the_editors_home_page(client, db):
    assert "Good morning" not in words(client.get("/"))


def test_the_front_of_the_record_leads_to_its_parts(her_browser):
    body = her_browser.get("/record/").content.decode()

    assert 'href="/record/results/"' in body
    assert f'href="{LOG}"' in body


@pytest.mark.parametrize("path", ["/record/?part=sections&section=ops", "/record/?part=x"])
def test_a_part_that_does_not_exist_is_not_found(her_browser, path):
    assert her_browser.get(path).status_code == 404


def test_who_looked_is_said_by_day_with_name_and_role(her_browser, hospital, amina_yusuf):
    report, ids = a_count(hospital, amina_yusuf)
    reading = Repository(DR_NAIR)
    reading.read("DiagnosticReport", report)
    reading.read("Observation", ids["hb"])

    said = words(her_browser.get(LOG))

    assert (
        "Thursday 12 March 2026 9:02am Dr Priya Nair Consultant, breathing clinic"
        " Looked at your full blood count"
    ) in said
    assert said.count("Dr Priya Nair") == 1, "one visit is one line"


def test_several_reports_are_named_in_one_line(her_browser, hospital, amina_yusuf):
    report, _ = a_count(hospital, amina_yusuf)
    scan = a_scan(hospital, amina_yusuf)
    for one in (report, scan):
        Repository(DR_NAIR).read("DiagnosticReport", one)

    assert "Looked at your chest x-ray and your full blood count" in words(
        her_browser.get(LOG)
    ).replace("X-ray", "x-ray")


def test_a_look_at_what_is_withheld_shows_only_once_it_is_released(
    her_browser, hospital, amina_yusuf
):
    secret = hospital.create(labelled(a_value(amina_yusuf, "hb", "60"), "NOPAT")).id
    empty = words(her_browser.get(LOG))
    Repository(DR_NAIR).read("Observation", secret)
    assert words(her_browser.get(LOG)) == empty

    hospital.relabel("Observation", secret, remove=Label.NOPAT)

    assert "Dr Priya Nair" in words(her_browser.get(LOG))


def test_the_list_can_be_narrowed(her_browser, hospital, amina_yusuf):
    report, _ = a_count(hospital, amina_yusuf)
    for viewer in (DR_NAIR, WINPATH):
        Repository(viewer).read("DiagnosticReport", report)
    her_browser.get("/record/results/")

    staff, systems, me = (
        words(her_browser.get(LOG, {"who": who})) for who in ("staff", "systems", "me")
    )

    names = ["Dr Priya Nair", "Winpath", "Amina Yusuf"]
    assert [name for name in names if name in staff] == ["Dr Priya Nair"]
    assert "Winpath Hospital system Looked at your full blood count" in systems
    assert "Amina Yusuf You Looked at your full blood count" in me


@pytest.mark.parametrize("asked", [{"who": "nobody"}, {"before": "then"}, {"before": "2026-03-12"}])
def test_what_the_list_cannot_answer_is_not_found(her_browser, asked):
    assert her_browser.get(LOG, asked).status_code == 404


def test_a_long_list_goes_on_on_another_page(her_browser, hospital, amina_yusuf, moved_clock):
    report, _ = a_count(hospital, amina_yusuf)
    for _ in range(201):
        Repository(DR_NAIR).read("DiagnosticReport", report)

    page = her_browser.get(LOG)

    assert "before=2026-03-12T" in page.content.decode()


def test_pages_carry_the_place_of_their_content_and_where_news_comes_from(her_browser):
    body = her_browser.get("/record/results/").content.decode()

    assert 'data-live-url="/live/"' in body
    assert 'data-cursor="' in body


def test_a_print_view_says_whose_it_is_and_when_it_was_printed(her_browser, hospital, amina_yusuf):
    report, _ = a_count(hospital, amina_yusuf)

    printed = her_browser.get(f"/record/results/{report}/?print")
    ordinary = words(her_browser.get(f"/record/results/{report}/"))

    assert (
        "Amina Yusuf . NHS number 999 100 0003 Printed 12 March 2026, 9:02am Full blood count"
    ) in words(printed)
    assert '<details class="nhsuk-details" open' in printed.content.decode()
    assert "NHS number" not in ordinary
