"""What the public sees, and what it does not."""

from datetime import UTC, date, datetime

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from tests.cms.conftest import a_page, an_explainer, signed_in

pytestmark = pytest.mark.django_db


def read(client: Client, address: str) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == 200, address
    return BeautifulSoup(response.content, "html.parser")


def test_a_new_site_has_a_home_page_with_one_door_and_when_to_call_999(client):
    page = read(client, "/")

    doors = page.select("a.nhsuk-button")
    assert [(door.text.strip(), door["href"]) for door in doors] == [
        ("Sign in to Daybook", "/account/login/")
    ]
    assert page.find("h1").text == "Your hospital, in one place"
    emergency = page.select_one(".nhsuk-card--care--emergency")
    assert "Immediate action required: When to call 999" in emergency.text


def test_a_page_shows_its_title_words_and_review(client, home):
    a_page(home, introduction="Wards are open.", body=[("text", "<p>From 11am.</p>")])

    page = read(client, "/visit-someone/")

    assert page.find("h1").text == "Visit someone"
    assert page.select_one(".nhsuk-lede-text").text == "Wards are open."
    assert "From 11am." in page.find("main").text
    assert page.select_one(".db-review").text.split("\n")[1].strip() == (
        "Page last reviewed: 5 January 2026"
    )


def test_a_page_past_its_review_date_says_that_it_is_being_checked(client, home, moved_clock):
    moved_clock.move_to(datetime(2026, 3, 12, 9, tzinfo=UTC))
    a_page(home, "Fresh", review_due=date(2026, 3, 12))
    a_page(home, "Stale", review_due=date(2026, 3, 11))

    told = "We are checking this page again."
    assert told not in read(client, "/fresh/").text
    assert told in read(client, "/stale/").text


def test_a_long_page_begins_with_its_contents(client, home):
    parts = [
        part
        for number in range(4)
        for part in (
            ("heading", {"text": f"Part {number}", "level": "2"}),
            ("text", "<p>Words.</p>"),
        )
    ]
    a_page(home, "Long", body=parts)
    a_page(home, "Short", body=parts[:6])

    links = [link["href"] for link in read(client, "/long/").select(".nhsuk-contents-list a")]
    assert links == ["#part-0", "#part-1", "#part-2", "#part-3"]
    assert not read(client, "/short/").select(".nhsuk-contents-list")


def test_pages_below_one_another_lead_down_and_back_up(client, home):
    parent = a_page(home, "Coming", show_in_menus=True)
    a_page(parent, "Parking", introduction="Car park 2.", show_in_menus=True)
    a_page(parent, "Apart")

    down = [link["href"] for link in read(client, "/coming/").select(".db-doors a")]
    up = [link["href"] for link in read(client, "/coming/parking/").select("ol a")]

    assert down == ["/coming/parking/"]
    assert up == ["/", "/coming/"]


def test_the_menu_and_the_foot_hold_the_pages_that_editors_put_there(client, home):
    a_page(home, "In menu", show_in_menus=True)
    a_page(home, "In foot", in_footer=True)
    a_page(home, "Nowhere")
    a_page(home, "Hidden draft", show_in_menus=True, in_footer=True, live=False)

    page = read(client, "/")

    menu = [link.text for link in page.select(".db-nav a")]
    assert menu == ["In menu", "Tests explained", "Sign in to Daybook"]
    assert [link.text for link in page.select("footer a")] == ["In foot"]


def test_a_draft_is_not_there_for_the_public_nor_for_its_editor(client, home, jo):
    page = a_page(home, live=False)
    explainer = an_explainer(live=False)

    for reader in (client, signed_in(jo)):
        assert reader.get("/visit-someone/").status_code == 404
        assert reader.get(f"/tests/{explainer.slug}/").status_code == 404
        assert explainer.title not in reader.get("/tests/").text

    page.latest_revision.publish()
    explainer.latest_revision.publish()
    assert client.get("/visit-someone/").status_code == 200
    assert client.get(f"/tests/{explainer.slug}/").status_code == 200
    assert explainer.title in client.get("/tests/").text


def test_a_published_page_keeps_its_words_while_a_new_draft_waits(client, home):
    page = a_page(home, introduction="Open from 11am.")
    page.introduction = "Open from 2pm."
    page.save_revision()

    assert "Open from 11am." in read(client, "/visit-someone/").text
    assert "Open from 2pm." not in read(client, "/visit-someone/").text


def test_a_test_page_says_why_low_high_next_and_whom_to_ask_in_that_order(client):
    an_explainer(low="<p>Low words.</p>", high="<p>High words.</p>")

    page = read(client, "/tests/haemoglobin-blood-test/")

    assert [head.text for head in page.select("main h2.nhsuk-heading-m")] == [
        "Why you have it",
        "If it is low",
        "If it is high",
        "What happens next",
        "Who to ask",
    ]
    assert page.select_one("aside a")["href"] == "/account/login/"


def test_a_test_page_leaves_out_what_it_has_no_words_for(client):
    an_explainer()

    page = read(client, "/tests/haemoglobin-blood-test/")

    assert [link["href"] for link in page.select(".nhsuk-contents-list a")] == [
        "#why",
        "#next",
        "#who",
    ]
    assert not page.select(".nhsuk-card--care")


def test_signs_of_harm_stand_right_after_what_happens_next(client):
    an_explainer(urgent="<ul><li>have black poo</li></ul>", emergency="<ul><li>pass out</li></ul>")

    page = read(client, "/tests/haemoglobin-blood-test/")

    heads = [head.text.strip() for head in page.select("main h2, main h3")]
    after = heads.index("What happens next")
    assert heads[after + 1 : after + 4] == [
        "Urgent advice: Call 111 or your team today if you",
        "Immediate action required: Call 999 if you",
        "Who to ask",
    ]


def test_the_list_of_tests_is_in_the_order_of_a_dictionary(client):
    for number, title in enumerate(["CRP", "Chest X-ray", "albumin", "Zinc"]):
        an_explainer(title, codes=[("local", f"T{number}")])
    an_explainer("Any test", codes=[], general=True)

    page = read(client, "/tests/")

    assert [link.text for link in page.select("main ul a")] == [
        "albumin",
        "Chest X-ray",
        "CRP",
        "Zinc",
    ]


def test_an_empty_list_of_tests_says_so(client):
    assert "No tests are explained here yet." in read(client, "/tests/").text


@pytest.mark.parametrize(
    ("address", "part", "within"),
    [
        ("/", "content", "What do you need?"),
        ("/", "hero", "Your hospital, in one place"),
        ("/visit-someone/", "content", "Visit someone"),
        ("/tests/haemoglobin-blood-test/", "content", "Haemoglobin blood test"),
    ],
)
def test_an_open_page_can_fetch_the_part_that_it_names(client, home, address, part, within):
    a_page(home)
    an_explainer()
    whole = read(client, address)

    fragment = read(client, f"{address}?part={part}")

    source = f"?part={part}"
    assert whole.select_one(f'[data-live="content"][data-live-src="{source}"]')
    assert within in fragment.text
    assert fragment.find("html") is None


def test_a_part_that_does_not_exist_is_the_whole_page(client):
    assert read(client, "/?part=../../settings").find("html")


@pytest.mark.parametrize(
    "address", ["/nowhere/", "/tests/nowhere/", "/tests/%00/", "/media/images/none.webp"]
)
def test_what_is_not_there_is_not_found(client, address):
    assert client.get(address).status_code == 404


def test_originals_of_pictures_are_not_public(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    for folder in ("images", "original_images"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text("picture")

    assert b"".join(client.get("/media/images/a.txt")) == b"picture"
    assert client.get("/media/original_images/a.txt").status_code == 404
    assert client.get("/media/images/../original_images/a.txt").status_code == 400
    assert client.get("/media/images/").status_code == 404


def test_public_pages_take_no_posts(client):
    an_explainer()

    for address in ("/tests/", "/tests/haemoglobin-blood-test/"):
        assert client.post(address).status_code == 405
