"""The list of a patient's results."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fhir.labels import Label
from tests.builders import a_patient, labelled
from tests.portal.amina import a_count, a_pressure, a_scan, a_value
from tests.portal.pages import words

LIST = "/record/results/"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


def test_a_person_without_results_is_told_so(her_browser):
    assert "You have no test results yet" in words(her_browser.get(LIST))


def test_results_stand_under_their_months_and_name_what_is_flagged(
    her_browser, hospital, amina_yusuf
):
    a_count(hospital, amina_yusuf, hb="112", wbc="9.8", plt="286")
    a_scan(hospital, amina_yusuf)
    a_count(hospital, amina_yusuf, "2025-12-09", hb="118", plt="274")

    said = words(her_browser.get(LIST))

    assert (
        "March 2026 Full blood count Taken 10 March. 3 tests."
        " Haemoglobin Below range 2 others not flagged"
        " December 2025 Chest X-ray Taken 11 December. Report only."
        " A written report. There is no number or range."
        " Full blood count Taken 9 December. 2 tests. All in range"
    ) in said


def test_what_stands_in_no_report_is_shown_by_day(her_browser, hospital, amina_yusuf):
    a_count(hospital, amina_yusuf, hb="118")
    a_pressure(hospital, amina_yusuf, "2026-02-02")
    hospital.create(a_value(amina_yusuf, "plt", "286", "2026-02-01"))

    said = words(her_browser.get(LIST))

    assert (
        "February 2026 Measurements Measured 2 February."
        " Blood pressure 128 over 82 mmHg"
        " Other results Taken 1 February. Platelets 286 ×10⁹/L"
    ) in said
    assert said.count("Haemoglobin") == 0, "a report's value is no result of its own"


def test_a_value_is_not_shown_alone_for_being_dated_otherwise_than_its_report(
    her_browser, hospital, amina_yusuf
):
    report, ids = a_count(hospital, amina_yusuf, "2026-03-10", hb="118")
    stored = hospital.read("Observation", ids["hb"]).json
    hospital.update(stored | {"effectiveDateTime": "2024-01-01"}, None)

    assert "Other results" not in words(her_browser.get(LIST))
    assert report in her_browser.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("kind", "shown"),
    [("lab", "Full blood count"), ("scans", "Chest X-ray"), ("measurements", "Blood pressure")],
)
def test_kinds_can_be_picked_out(her_browser, hospital, amina_yusuf, kind, shown):
    a_count(hospital, amina_yusuf)
    a_scan(hospital, amina_yusuf)
    a_pressure(hospital, amina_yusuf)

    said = words(her_browser.get(LIST, {"kind": kind}))

    titles = ["Full blood count", "Chest X-ray", "Blood pressure"]
    assert [title for title in titles if title in said] == [shown]


def test_an_empty_kind_is_not_an_empty_record(her_browser, hospital, amina_yusuf):
    a_count(hospital, amina_yusuf)

    said = words(her_browser.get(LIST, {"kind": "scans"}))

    assert "No scans to show" in said
    assert "You have no test results yet" not in said


@pytest.mark.parametrize("asked", [{"kind": "secret"}, {"before": "soon"}, {"part": "everything"}])
def test_what_does_not_exist_is_not_found(her_browser, asked):
    assert her_browser.get(LIST, asked).status_code == 404


def test_pages_end_with_a_day_and_lose_nothing(her_browser, hospital, amina_yusuf):
    days = [f"2025-{month:02}-{day:02}" for month in range(1, 11) for day in (5, 15, 25)]
    for day in days:
        a_count(hospital, amina_yusuf, day, hb="118")
        a_pressure(hospital, amina_yusuf, day)

    first = her_browser.get(LIST)
    second = her_browser.get(LIST, {"before": "2025-02-25"})

    assert "before=2025-02-25" in first.content.decode()
    assert words(first).count("1 test.") == 25
    assert words(first).count("Measured ") == 25
    assert words(second).count("1 test.") == 5
    assert words(second).count("Measured ") == 5
    assert "before=" not in second.content.decode().partition("<main")[2].partition("Next")[2]


def test_more_results_on_one_day_than_fit_a_page_are_all_on_one(her_browser, hospital, amina_yusuf):
    for _ in range(27):
        a_count(hospital, amina_yusuf, "2025-05-05", hb="118")
    a_count(hospital, amina_yusuf, "2025-05-04", hb="118")

    assert words(her_browser.get(LIST)).count("1 test.") == 27
    assert words(her_browser.get(LIST, {"before": "2025-05-05"})).count("1 test.") == 1


def test_a_result_without_a_day_stands_last_and_says_so(her_browser, hospital, amina_yusuf):
    a_count(hospital, amina_yusuf, hb="118")
    report, _ = a_count(hospital, amina_yusuf, hb="118")
    undated = hospital.read("DiagnosticReport", report).json
    del undated["effectiveDateTime"], undated["issued"]
    hospital.update(undated, None)

    said = words(her_browser.get(LIST))

    assert said.index("March 2026") < said.index("Day not recorded Full blood count")


def queries_of(browser):
    """Return how many queries the list asks; a test's clock is asked for anew once a second."""
    with CaptureQueriesContext(connection) as captured:
        browser.get(LIST)
    return sum("daybook_clock" not in query["sql"] for query in captured)


def test_the_number_of_queries_does_not_grow_with_the_record(her_browser, hospital, amina_yusuf):
    def fill(year):
        for month in range(1, 13):
            a_count(hospital, amina_yusuf, f"{year}-{month:02}-10", hb="118", plt="270")
            a_pressure(hospital, amina_yusuf, f"{year}-{month:02}-11")

    fill(2025)
    her_browser.get(LIST)  # from here on the site's address is known
    her_browser.post(f"{LIST}seen/")
    few = queries_of(her_browser)
    for year in (2021, 2022, 2023, 2024):
        fill(year)
    her_browser.post(f"{LIST}seen/")
    assert queries_of(her_browser) == few > 0


def test_another_persons_results_are_never_there(her_browser, hospital):
    ben = hospital.create(a_patient("9991013172", "Carter", "Ben")).id
    report, ids = a_count(hospital, ben, hb="118")

    assert "You have no test results yet" in words(her_browser.get(LIST))
    assert her_browser.get(f"{LIST}{report}/").status_code == 404
    assert her_browser.get(f"{LIST}{report}/{ids['hb']}/").status_code == 404
    assert her_browser.get(f"{LIST}alone/{ids['hb']}/").status_code == 404


def test_a_withheld_result_changes_no_byte(her_browser, hospital, amina_yusuf):
    a_count(hospital, amina_yusuf, hb="118")
    pages = [
        "/",
        "/record/",
        LIST,
        f"{LIST}?kind=lab",
        f"{LIST}?part=results",
        "/record/?part=sections",
    ]
    her_browser.get(LIST)
    before = [_sent(her_browser.get(page)) for page in pages]

    secret = a_value(amina_yusuf, "hb", "60")
    hospital.create(labelled(secret, "NOPAT"))

    assert [_sent(her_browser.get(page)) for page in pages] == before


def test_a_result_appears_as_new_when_it_is_released(her_browser, hospital, amina_yusuf):
    her_browser.get(LIST)
    withheld = hospital.create(labelled(a_value(amina_yusuf, "hb", "118"), "NOPAT")).id
    assert "You have no test results yet" in words(her_browser.get(LIST))

    hospital.relabel("Observation", withheld, remove=Label.NOPAT)

    assert "Other results New Taken 10 March. Haemoglobin 118 g/L" in words(her_browser.get(LIST))


def _sent(response):
    """Return body and headers, but for what differs each time: the token against forgery."""
    headers = {name: value for name, value in response.headers.items() if name != "Set-Cookie"}
    return TOKEN.sub("", response.content.decode()), headers


def test_a_report_that_the_team_wrote_about_says_so(her_browser, hospital, amina_yusuf):
    report, _ = a_count(hospital, amina_yusuf, hb="118")
    a_count(hospital, amina_yusuf, "2025-12-09", hb="118")
    hospital.create(
        {
            "resourceType": "Communication",
            "status": "completed",
            "subject": {"reference": f"Patient/{amina_yusuf}"},
            "recipient": [{"reference": f"Patient/{amina_yusuf}"}],
            "basedOn": [{"reference": f"DiagnosticReport/{report}"}],
            "sender": {"display": "Dr Priya Nair, breathing consultant"},
            "payload": [{"contentString": "All is well."}],
        }
    )

    said = words(her_browser.get(LIST))

    assert "Taken 10 March. 1 test. Dr Priya Nair has written about this. In range" in said
    assert "Taken 9 December. 1 test. In range" in said
