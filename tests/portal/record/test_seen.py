"""What is new: counted by the log of the record, until it is opened or all is marked as seen."""

import re

from fhir import changes
from fhir.access import Grant, Kind, Viewer
from fhir.labels import Label
from fhir.store import Repository
from portal.record.models import Opened
from tests.builders import labelled
from tests.portal.amina import a_count, a_pressure, a_value
from tests.portal.pages import words

LIST = "/record/results/"


def count(browser):
    """Return the number in the header."""
    body = browser.get("/record/?part=sections").content.decode()
    found = re.search(r'class="db-count">.*?</span>(\d+)<', body)
    return int(found[1]) if found else 0


def test_nothing_is_new_to_somebody_who_comes_for_the_first_time(
    her_browser, hospital, amina_yusuf
):
    a_count(hospital, amina_yusuf)

    assert count(her_browser) == 0


def test_a_report_is_one_new_item_however_many_values_it_has(her_browser, hospital, amina_yusuf):
    her_browser.get("/")
    a_count(hospital, amina_yusuf, hb="112", plt="286")
    a_pressure(hospital, amina_yusuf)

    assert count(her_browser) == 2
    assert "New since 12 March Test results 2 Mark all as seen" in words(her_browser.get("/"))


def test_opening_a_report_makes_it_seen_and_tells_other_open_pages(
    her_browser, hospital, amina_yusuf
):
    her_browser.get("/")
    report, _ = a_count(hospital, amina_yusuf)
    a_count(hospital, amina_yusuf, "2026-03-01")

    her_browser.get(f"{LIST}{report}/")

    assert count(her_browser) == 1
    assert [one.kind for one in _log(hospital, amina_yusuf)][-1] == "seen"


def test_opening_it_again_says_nothing_more(her_browser, hospital, amina_yusuf):
    her_browser.get("/")
    report, _ = a_count(hospital, amina_yusuf)
    her_browser.get(f"{LIST}{report}/")
    before = len(_log(hospital, amina_yusuf))

    her_browser.get(f"{LIST}{report}/")

    assert len(_log(hospital, amina_yusuf)) == before


def test_opening_one_value_opens_its_report(her_browser, hospital, amina_yusuf):
    her_browser.get("/")
    report, ids = a_count(hospital, amina_yusuf)

    her_browser.get(f"{LIST}{report}/{ids['hb']}/")

    assert count(her_browser) == 0


def test_a_value_without_a_report_is_new_until_it_is_opened(her_browser, hospital, amina_yusuf):
    her_browser.get("/")
    pressure = a_pressure(hospital, amina_yusuf)
    assert count(her_browser) == 1

    her_browser.get(f"{LIST}alone/{pressure}/")

    assert count(her_browser) == 0


def test_a_correction_is_new_again(her_browser, hospital, amina_yusuf):
    her_browser.get("/")
    report, ids = a_count(hospital, amina_yusuf, hb="38")
    her_browser.get(f"{LIST}{report}/")

    corrected = a_value(amina_yusuf, "hb", "83") | {"id": ids["hb"], "status": "corrected"}
    hospital.update(corrected, None)

    assert count(her_browser) == 1


def test_all_can_be_marked_as_seen_and_little_is_remembered(her_browser, hospital, amina_yusuf):
    her_browser.get("/")
    report, _ = a_count(hospital, amina_yusuf)
    a_count(hospital, amina_yusuf, "2026-03-01")
    her_browser.get(f"{LIST}{report}/")

    answer = her_browser.post(f"{LIST}seen/", {"next": "home"})

    assert answer["Location"] == "/"
    assert count(her_browser) == 0
    assert Opened.objects.count() == 0


def test_marking_as_seen_is_never_done_by_a_link(her_browser):
    assert her_browser.get(f"{LIST}seen/").status_code == 405


def test_a_withheld_result_is_not_new_and_becomes_so_when_released(
    her_browser, hospital, amina_yusuf
):
    her_browser.get("/")
    made = hospital.create(labelled(a_value(amina_yusuf, "hb", "112"), "NOPAT")).id
    assert count(her_browser) == 0

    her_browser.post(f"{LIST}seen/")
    hospital.relabel("Observation", made, remove=Label.NOPAT)

    assert count(her_browser) == 1


def test_what_is_withheld_again_is_not_counted(her_browser, hospital, amina_yusuf):
    her_browser.get("/")
    report, ids = a_count(hospital, amina_yusuf, hb="112")
    hospital.relabel("Observation", ids["hb"], add=Label.NOPAT)
    hospital.relabel("DiagnosticReport", report, add=Label.NOPAT)

    assert count(her_browser) == 0


def test_history_that_is_loaded_later_is_not_new(her_browser, hospital, amina_yusuf):
    her_browser.get("/")
    a_count(Repository(hospital.viewer, backload=True), amina_yusuf, "2019-01-01")

    assert count(her_browser) == 0


def test_a_new_result_is_marked_in_the_list_and_can_be_picked_out(
    her_browser, hospital, amina_yusuf
):
    a_count(hospital, amina_yusuf, "2026-03-01")
    her_browser.get("/")
    a_count(hospital, amina_yusuf, "2026-03-10")

    all_of_them, new = (words(her_browser.get(LIST, asked)) for asked in ({}, {"kind": "new"}))

    assert "Full blood count New Taken 10 March." in all_of_them
    assert "Full blood count Taken 1 March." in all_of_them
    assert "Full blood count New Taken 10 March." in new
    assert "1 March." not in new


def test_without_news_the_filter_says_so(her_browser, hospital, amina_yusuf):
    a_count(hospital, amina_yusuf)

    assert "No new results You have opened everything that has come since 12 March." in words(
        her_browser.get(LIST, {"kind": "new"})
    )


def _log(hospital, patient):
    return changes.since(hospital.viewer, patient, 0)


def test_a_page_that_is_told_of_it_is_told_once(her_browser, her_login, hospital, amina_yusuf):
    """The place that a page carries counts it too, or each page would be told as it opens."""
    her_browser.get("/")
    a_count(hospital, amina_yusuf)
    herself = f"Patient/{amina_yusuf}"
    held = (Grant(frozenset({amina_yusuf}), frozenset({"Patient"})),)
    viewer = Viewer(Kind.PATIENT, herself, "x", grants=held)
    before = changes.head(viewer, amina_yusuf)

    her_browser.post(f"{LIST}seen/")

    told = changes.since(viewer, amina_yusuf, before.seq)
    assert [one.kind for one in told] == ["seen"]
    assert changes.head(viewer, amina_yusuf).seq == told[0].seq
