"""The list of a patient's results."""

from tests.portal.amina import a_count, a_pressure, a_scan


def test_a_person_without_results_is_told_so(her_browser):
    page = her_browser.get("/record/results/").content.decode()

    assert "You have no test results yet" in page


def test_results_stand_under_their_months_and_name_what_is_flagged(
    her_browser, hospital, amina_yusuf
):
    a_count(hospital, amina_yusuf, hb="112", wbc="9.8", plt="286")
    a_scan(hospital, amina_yusuf)
    a_pressure(hospital, amina_yusuf)

    page = her_browser.get("/record/results/").content.decode()

    assert "March 2026" in page
    assert "2 others not flagged" in page
