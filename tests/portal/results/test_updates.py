"""Parts of an open page, drawn again: nothing moves, what is withdrawn goes."""

import re

from fhir.labels import Label
from tests.builders import labelled
from tests.cms.conftest import an_explainer
from tests.portal.amina import a_count, a_value
from tests.portal.pages import words

LIST = "/record/results/"


def part(browser, page, name, before=None):
    """Return the part of an open page as the browser would fetch it; `before` is what it has."""
    found = re.search(rf'data-live-src="(\?part={name}[^"]*)"', page.content.decode())
    headers = {"If-None-Match": before["ETag"]} if before else {}
    address = page.request["PATH_INFO"] + found[1].replace("&amp;", "&")
    return browser.get(address, headers=headers)


def with_address(page, part):
    """Return a part as the page that it has become."""
    part.request["PATH_INFO"] = page.request["PATH_INFO"]
    return part


def test_a_new_result_is_announced_and_does_not_push_in(her_browser, hospital, amina_yusuf):
    a_count(hospital, amina_yusuf, "2025-12-09", hb="118")
    page = her_browser.get(LIST)
    a_count(hospital, amina_yusuf, hb="112")

    status, rows = part(her_browser, page, "status"), part(her_browser, page, "results")

    assert words(status) == "1 new result Show the new result"
    assert re.search(r'href="/record/results/\?to=[\w-]+#first-new"', status.content.decode())
    assert "10 March" not in words(rows)
    assert "9 December" in words(rows)


def test_several_new_results_are_announced_once(her_browser, hospital, amina_yusuf):
    page = her_browser.get(LIST)
    a_count(hospital, amina_yusuf, hb="112")
    a_count(hospital, amina_yusuf, plt="286")

    assert words(part(her_browser, page, "status")) == "2 new results Show the new results"


def test_a_withheld_result_is_announced_by_nothing(her_browser, hospital, amina_yusuf):
    page = her_browser.get(LIST)
    before = part(her_browser, page, "status"), part(her_browser, page, "results")
    hospital.create(labelled(a_value(amina_yusuf, "hb", "60"), "NOPAT"))
    after = part(her_browser, page, "status"), part(her_browser, page, "results")

    assert [one.content for one in after] == [one.content for one in before]
    assert [one["ETag"] for one in after] == [one["ETag"] for one in before]


def test_a_released_result_is_announced_and_does_not_push_in(her_browser, hospital, amina_yusuf):
    made = hospital.create(labelled(a_value(amina_yusuf, "hb", "112"), "NOPAT")).id
    page = her_browser.get(LIST)
    hospital.relabel("Observation", made, remove=Label.NOPAT)

    assert words(part(her_browser, page, "status")).startswith("1 new result")
    assert "10 March" not in words(part(her_browser, page, "results"))


def test_a_result_that_is_withdrawn_loses_its_values_in_the_open_list(
    her_browser, hospital, amina_yusuf
):
    report, ids = a_count(hospital, amina_yusuf, hb="38")
    page = her_browser.get(LIST)
    assert "Haemoglobin" in words(page)
    for of_type, one in (("Observation", ids["hb"]), ("DiagnosticReport", report)):
        hospital.relabel(of_type, one, add=Label.NOPAT)

    rows = words(part(her_browser, page, "results"))

    assert "Full blood count This result is being corrected. Do not rely on it." in rows
    assert "Haemoglobin" not in rows


def test_a_withdrawn_result_that_comes_back_corrected_returns_to_its_place(
    her_browser, hospital, amina_yusuf
):
    report, _ = a_count(hospital, amina_yusuf, hb="118")
    stored = hospital.read("DiagnosticReport", report).json
    hospital.relabel("DiagnosticReport", report, add=Label.NOPAT)
    page = her_browser.get(LIST)
    hospital.update(stored | {"status": "corrected"}, None)
    hospital.relabel("DiagnosticReport", report, remove=Label.NOPAT)

    rows = words(part(her_browser, page, "results"))

    assert "Full blood count New Taken 10 March. 1 test. Corrected. In range" in rows
    assert "being corrected" not in rows


def test_an_open_report_is_not_redrawn_but_says_that_it_has_changed(
    her_browser, hospital, amina_yusuf
):
    report, ids = a_count(hospital, amina_yusuf, hb="38")
    page = her_browser.get(f"{LIST}{report}/")
    assert words(part(her_browser, page, "status")) == "Taken Tuesday 10 March 2026, 9:15am"
    corrected = a_value(amina_yusuf, "hb", "83") | {"id": ids["hb"], "status": "corrected"}
    hospital.update(corrected, None)

    assert words(part(her_browser, page, "status")).startswith("This result has been updated Show")
    assert part(her_browser, page, "result").status_code == 304


def test_an_open_value_goes_when_it_is_withdrawn(her_browser, hospital, amina_yusuf):
    report, ids = a_count(hospital, amina_yusuf, hb="38")
    open_report = her_browser.get(f"{LIST}{report}/")
    open_value = her_browser.get(f"{LIST}{report}/{ids['hb']}/")
    for of_type, one in (("Observation", ids["hb"]), ("DiagnosticReport", report)):
        wrong = hospital.read(of_type, one).json
        hospital.update(wrong | {"status": "entered-in-error"}, None)

    for page in (open_report, open_value):
        gone = part(her_browser, page, "result")
        assert gone.status_code == 200
        assert words(gone).startswith("A result was removed from your record on 12 March 2026")
        assert part(her_browser, page, "status").content == b""


def test_a_page_that_turned_to_being_corrected_says_when_the_right_result_is_there(
    her_browser, hospital, amina_yusuf
):
    report, ids = a_count(hospital, amina_yusuf, hb="38")
    pages = [her_browser.get(f"{LIST}{report}/{rest}") for rest in ("", f"{ids['hb']}/")]
    kinds = (("Observation", ids["hb"]), ("DiagnosticReport", report))
    for of_type, one in kinds:
        hospital.relabel(of_type, one, add=Label.NOPAT)
    turned = [with_address(page, part(her_browser, page, "result")) for page in pages]
    opened = [her_browser.get(page.request["PATH_INFO"]) for page in pages]
    for page in (*turned, *opened):
        assert "This result is being corrected" in words(page)
        assert words(part(her_browser, page, "status")).startswith("Taken")
    corrected = a_value(amina_yusuf, "hb", "83") | {"id": ids["hb"], "status": "corrected"}
    hospital.update(corrected, None)
    for of_type, one in kinds:
        hospital.relabel(of_type, one, remove=Label.NOPAT)

    for page in (*turned, *opened):
        assert words(part(her_browser, page, "status")) == (
            "This result has been updated Show the updated result"
        )


def test_an_open_report_loses_a_value_that_is_withdrawn_from_it(her_browser, hospital, amina_yusuf):
    report, ids = a_count(hospital, amina_yusuf, hb="38", plt="286")
    page = her_browser.get(f"{LIST}{report}/")
    assert part(her_browser, page, "result").status_code == 304
    hospital.relabel("Observation", ids["hb"], add=Label.NOPAT)

    now = part(her_browser, page, "result")

    assert "38" not in words(now)
    assert "Haemoglobin is being corrected. Do not rely on the number that stood here." in (
        words(now)
    )
    assert "Platelets 286" in words(now)


def test_an_open_home_page_keeps_its_latest_values_unless_one_is_withdrawn(
    her_browser, hospital, amina_yusuf
):
    _, ids = a_count(hospital, amina_yusuf, hb="38", plt="286")
    page = her_browser.get("/")
    assert "Haemoglobin 38" in words(page)
    a_count(hospital, amina_yusuf, wbc="9.8")
    assert part(her_browser, page, "latest").status_code == 304
    hospital.relabel("Observation", ids["hb"], add=Label.NOPAT)

    latest = words(part(her_browser, page, "latest"))

    assert "38" not in latest
    assert "Platelets 286" in latest


def test_to_draw_a_page_again_in_the_background_is_not_to_open_it(
    her_browser, hospital, amina_yusuf
):
    her_browser.get("/")
    report, ids = a_count(hospital, amina_yusuf, hb="38", plt="286")
    page = her_browser.get(f"{LIST}{report}/")
    hospital.relabel("Observation", ids["hb"], add=Label.NOPAT)
    corrected = a_value(amina_yusuf, "plt", "290") | {"id": ids["plt"], "status": "corrected"}
    hospital.update(corrected, None)
    assert "Full blood count New" in words(her_browser.get(LIST))

    assert part(her_browser, page, "result").status_code == 200

    assert "Full blood count New" in words(her_browser.get(LIST))


def test_an_open_value_says_what_editors_publish_each_time_that_they_do(
    her_browser, hospital, amina_yusuf
):
    report, ids = a_count(hospital, amina_yusuf)
    page = her_browser.get(f"{LIST}{report}/{ids['hb']}/")
    explainer = an_explainer(what="<p>First words.</p>")
    first = part(her_browser, page, "about")
    again = part(her_browser, page, "about", first)
    explainer.what = "<p>Second words.</p>"
    explainer.save_revision().publish()
    second = part(her_browser, page, "about", first)
    explainer.unpublish()
    third = part(her_browser, page, "about", second)

    assert "First words." in words(first)
    assert (again.status_code, again.content) == (304, b"")
    assert "Second words." in words(second)
    assert "What happens next One result does not tell the whole story." in words(third)


def test_what_has_not_changed_is_not_sent_again_and_not_looked_up(
    her_browser, hospital, amina_yusuf
):
    a_count(hospital, amina_yusuf)
    page = her_browser.get(LIST)
    first = part(her_browser, page, "results")
    looked = _lookups(her_browser)

    again = her_browser.get(
        first.request["PATH_INFO"], QUERY_STRING=first.request["QUERY_STRING"],
        HTTP_IF_NONE_MATCH=first["ETag"],
    )  # fmt: skip

    assert (again.status_code, again.content) == (304, b"")
    assert _lookups(her_browser) == looked


def test_opening_a_result_changes_what_other_pages_are_sent(her_browser, hospital, amina_yusuf):
    her_browser.get("/")
    report, _ = a_count(hospital, amina_yusuf)
    page = her_browser.get(LIST)
    tag = part(her_browser, page, "results")["ETag"]

    her_browser.get(f"{LIST}{report}/")

    assert part(her_browser, page, "results")["ETag"] != tag


def test_a_cursor_of_another_record_or_of_nobody_says_nothing(her_browser, hospital, amina_yusuf):
    a_count(hospital, amina_yusuf)

    assert "new result" not in words(her_browser.get(LIST, {"part": "status", "cursor": "AAAA"}))


def _lookups(browser):
    return words(browser.get("/record/access-log/?who=me")).count("Looked at")
