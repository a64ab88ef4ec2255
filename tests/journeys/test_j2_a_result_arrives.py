"""J2: a result arrives while the patient is looking, is corrected, and is late once."""

from datetime import timedelta

from playwright.sync_api import expect

from tests.journeys.epr import blood_count
from tests.journeys.visitor import told

AT_ONCE = 2_000  # milliseconds


def test_a_result_arrives_while_amina_is_looking(amina, amina_yusuf, epr, tuesday):
    taken = tuesday - timedelta(minutes=105)
    home = amina.in_another_tab("/")
    amina.opens("/record/results/")
    expect(home.badge).to_have_count(0)
    amina.page.evaluate("() => window.scrollTo(0, 200)")
    before = rows(amina)
    count = blood_count(amina_yusuf, "L26-1", taken)

    with told(amina.page) as heard:
        sent = epr.posts(count)
        expect(amina.status).to_contain_text("1 new result", timeout=AT_ONCE)
        expect(home.badge).to_contain_text("1", timeout=AT_ONCE)
    assert {status for status, _, _ in epr.ids(sent)} == {"201 Created"}
    assert heard == ["1 new result Show the new result"]
    assert rows(amina) == before
    amina.examines()

    amina.follows("Show", exact=False)
    expect(amina.page.locator("#first-new")).to_be_focused()


def rows(visitor):
    """Return where each row of the list stands in the window, and how far it is scrolled."""
    return visitor.page.evaluate(
        """() => [scrollY, ...[...document.querySelectorAll(".db-report")].map(
            (row) => [row.innerText, row.getBoundingClientRect().top])]"""
    )
