"""The first page anybody meets."""

from axe_playwright_python.sync_playwright import Axe


def test_the_sign_in_page_works_for_everybody(page):
    page.goto("/account/login/")

    assert page.get_by_role("heading", level=1).inner_text() == "Sign in"
    assert page.get_by_label("Password", exact=True).is_visible()
    assert Axe().run(page).response["violations"] == []
