"""What editors put on a page becomes the markup of the NHS design system, or is refused."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.contrib.staticfiles import finders
from django.core.exceptions import ValidationError
from django.core.files.images import ImageFile
from PIL import Image as Picture
from wagtail.images.models import Image

from cms.body import BodyBlock, contents_of

STYLES = ("vendor/nhsuk-frontend-10.6.1/nhsuk-frontend.min.css", "portal/portal.css")
PROSE = "<p>Drink <b>water</b>.</p>"
TABLE = {
    "caption": "Opening hours",
    "columns": [{"type": "text", "heading": "Day"}, {"type": "number", "heading": "Hours"}],
    "rows": [{"values": ["Monday", "9"]}, {"values": ["Sunday", "0"]}],
}
BLOCKS = {
    "heading": {"text": "How to get here", "level": "2"},
    "text": PROSE,
    "care_card": {"urgency": "urgent", "heading": "Call 111 if you", "body": PROSE},
    "do_and_dont": {"do": ["wash your hands"], "dont": ["come when you are ill"]},
    "details": {"summary": "I forgot my password", "body": PROSE},
    "inset_text": {"body": PROSE},
    "warning_callout": {"heading": "Keep it safe", "body": PROSE},
    "summary_list": {"rows": [{"key": "Phone", "value": PROSE}]},
    "action_link": {"text": "Find a test", "page": None, "address": "/tests/"},
    "table": TABLE,
}


# The macros name each icon, whether or not the stylesheet has anything to say of it.
ICON = "nhsuk-icon--"


def body_of(*blocks):
    return BodyBlock().normalize(list(blocks))


def html_of(*blocks) -> BeautifulSoup:
    return BeautifulSoup(BodyBlock().render(body_of(*blocks)), "html.parser")


def cleaned(*blocks):
    return BodyBlock().clean(body_of(*blocks))


def refusal_of(*blocks) -> dict[int, str]:
    with pytest.raises(ValidationError) as refused:
        cleaned(*blocks)
    return {place: _words(error) for place, error in refused.value.block_errors.items()}


def _words(error) -> str:
    inner = getattr(error, "block_errors", None)
    if inner:
        each = inner.values() if isinstance(inner, dict) else inner
        return " ".join(_words(one) for one in each if one)
    return " ".join(getattr(error, "messages", [str(error)]))


def _classes(html: BeautifulSoup) -> set[str]:
    used = {name for tag in html.find_all(class_=True) for name in tag["class"]}
    return {name for name in used if not name.startswith(ICON)}


@pytest.fixture(scope="module")
def known_classes() -> set[str]:
    return {
        name
        for style in STYLES
        for name in re.findall(r"\.([a-zA-Z][\w-]*)", Path(finders.find(style)).read_text("utf-8"))
    }


@pytest.fixture
def image(db, settings, tmp_path) -> Image:
    settings.MEDIA_ROOT = tmp_path
    drawn = BytesIO()
    Picture.new("RGB", (8, 6), "teal").save(drawn, "PNG")
    drawn.seek(0)
    return Image.objects.create(title="Entrance", file=ImageFile(drawn, "entrance.png"))


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_uses_only_classes_that_our_styles_know(name, known_classes):
    html = html_of((name, BLOCKS[name]))

    used = _classes(html)
    assert used - known_classes == set()
    assert used or name == "text"


def test_every_kind_of_block_is_tried_here():
    assert set(BodyBlock().child_blocks) == {*BLOCKS, "image"}


# Wagtail leaves the file open in which it makes a picture smaller.
@pytest.mark.filterwarnings("ignore:Exception ignored in.*SpooledTemporaryFile")
def test_an_image_is_made_smaller_and_says_what_it_shows(image, known_classes):
    html = html_of(("image", {"image": image, "alt": "The door of Entrance A", "caption": "A"}))

    shown = html.find("img")
    assert shown["alt"] == "The door of Entrance A"
    assert shown["src"].startswith("/media/images/")
    assert shown["src"].endswith(".webp")
    assert html.find("figcaption").text.strip() == "A"
    assert _classes(html) <= known_classes


@pytest.mark.parametrize("urgency", ["non-urgent", "urgent", "emergency"])
def test_a_care_card_says_how_urgent_it_is_in_words_too(urgency):
    card = html_of(("care_card", BLOCKS["care_card"] | {"urgency": urgency}))

    said = {"non-urgent": "Non-urgent advice", "urgent": "Urgent advice"}
    assert card.select_one(f".nhsuk-card--care--{urgency}")
    hidden = card.select_one(".nhsuk-u-visually-hidden").text
    assert hidden == said.get(urgency, "Immediate action required") + ": "


@pytest.mark.parametrize(
    ("above", "level"),
    [([], "h2"), (["2"], "h3"), (["2", "3"], "h4"), (["2", "3", "2"], "h3")],
)
@pytest.mark.parametrize("name", ["care_card", "warning_callout", "do_and_dont"])
def test_the_heading_of_a_card_is_one_level_below_the_heading_above_it(name, above, level):
    headings = [
        ("heading", {"text": f"Part {number}", "level": each}) for number, each in enumerate(above)
    ]

    html = html_of(*headings, (name, BLOCKS[name]))

    assert {tag.name for tag in html.select(".nhsuk-card__heading")} == {level}


def test_a_list_of_what_not_to_do_has_crosses_and_the_words():
    html = html_of(("do_and_dont", BLOCKS["do_and_dont"]))

    lines = [line.text.split() for line in html.select("li")]
    assert lines == [["wash", "your", "hands"], ["do", "not", "come", "when", "you", "are", "ill"]]
    assert [mark["class"][-1] for mark in html.select("li svg")] == [
        "nhsuk-icon--tick",
        "nhsuk-icon--cross",
    ]


def test_a_table_has_headings_for_its_columns_and_rows():
    html = html_of(("table", TABLE))

    assert html.find("caption").text.strip() == "Opening hours"
    assert [head.text.strip() for head in html.select("thead th")] == ["Day", "Hours"]
    assert [head["scope"] for head in html.select("tbody th")] == ["row", "row"]
    assert html.select("td.nhsuk-table__cell--numeric")


def test_what_an_editor_types_cannot_become_markup():
    evil = "<script>alert(1)</script>"
    html = html_of(
        ("heading", {"text": evil, "level": "2"}),
        ("care_card", {"urgency": "urgent", "heading": evil, "body": ""}),
        ("do_and_dont", {"do": [evil], "dont": []}),
        ("action_link", {"text": evil, "page": None, "address": "/tests/"}),
        ("table", TABLE | {"caption": evil, "rows": [{"values": [evil, evil]}]}),
    )

    assert html.find("script") is None
    assert html.text.count(evil) >= 6


def test_contents_lead_to_the_main_headings():
    body = body_of(
        ("heading", {"text": "By bus", "level": "2"}),
        ("heading", {"text": "From the station", "level": "3"}),
        ("heading", {"text": "By car & van", "level": "2"}),
    )

    assert contents_of(body) == [
        {"text": "By bus", "href": "#by-bus"},
        {"text": "By car & van", "href": "#by-car-van"},
    ]


def test_a_well_made_body_is_taken():
    assert len(cleaned(*BLOCKS.items())) == len(BLOCKS)


SUB = ("heading", {"text": "Sub", "level": "3"})
MAIN = ("heading", {"text": "Main", "level": "2"})
TEXT = ("text", PROSE)


@pytest.mark.parametrize(
    ("blocks", "place", "words"),
    [
        ([SUB, TEXT], 0, "A sub-heading needs a heading above it."),
        ([TEXT, SUB, TEXT], 1, "A sub-heading needs a heading above it."),
        ([MAIN, TEXT, MAIN, TEXT], 2, "Another heading on this page says the same."),
        ([MAIN, TEXT, SUB], 2, "There is nothing below this heading."),
    ],
)
def test_headings_that_a_screen_reader_cannot_follow_are_refused_in_their_place(
    blocks, place, words
):
    assert refusal_of(*blocks) == {place: words}


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "//evil.example", "tests/", "ftp://x", "/a b", "data:x"]
)
def test_an_address_that_is_not_a_web_page_phone_or_mail_is_refused(address):
    link = BLOCKS["action_link"] | {"address": address}

    assert "Write an address that begins with /" in refusal_of(("action_link", link))[0]


@pytest.mark.parametrize(
    "address", ["/tests/", "https://www.nhs.uk/a?b=c", "tel:01632 960000", "mailto:a@b.example"]
)
def test_an_address_of_a_web_page_phone_or_mail_is_taken(address):
    link = BLOCKS["action_link"] | {"address": address}

    assert cleaned(("action_link", link))[0].value.url() == address


@pytest.mark.django_db
def test_a_link_has_a_page_or_an_address_and_not_both(home):
    neither = BLOCKS["action_link"] | {"address": ""}
    both = BLOCKS["action_link"] | {"page": home}

    for link in (neither, both):
        assert "one of the two" in refusal_of(("action_link", link))[0]
    page_only = cleaned(("action_link", both | {"address": ""}))
    assert page_only[0].value.url() == "/"


def test_a_list_without_a_line_is_refused():
    assert refusal_of(("do_and_dont", {"do": [], "dont": []})) == {
        0: "Add at least one thing to do or not to do."
    }


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"caption": ""}, "Say in the caption what the table shows."),
        ({"rows": []}, "A table needs a column and a row at least."),
        ({"columns": [], "rows": []}, "A table needs a column and a row at least."),
        (
            {"columns": [{"type": "text", "heading": ""}], "rows": [{"values": ["9"]}]},
            "Each column needs a heading.",
        ),
    ],
)
def test_a_table_that_says_too_little_of_itself_is_refused(wrong, words):
    assert refusal_of(("table", TABLE | wrong)) == {0: words}


@pytest.mark.parametrize(
    ("alt", "words"),
    [
        ("", "This field is required."),
        ("IMG_0042.JPG", "That is the name of a file. Say what the picture shows."),
    ],
)
def test_an_image_without_words_is_refused(image, alt, words):
    assert refusal_of(("image", {"image": image, "alt": alt, "caption": ""})) == {0: words}
