"""A letter to keep: one page that needs nothing else, and a PDF that a screen reader can walk."""

import io

import pytest
from pypdf import PdfReader

from portal import printing
from tests.portal.letters.pieces import LETTER, a_letter, attached
from tests.portal.letters.test_letter_page import address, page
from tests.portal.pages import words

needs_pango = pytest.mark.skipif(not printing.is_available(), reason="Pango is not installed")


@pytest.fixture
def letter(hospital, amina_yusuf):
    return hospital.create(a_letter(amina_yusuf))


def test_the_web_page_needs_nothing_from_elsewhere(her_browser, letter):
    response = her_browser.get(address(letter, "web-page"))
    body = response.content.decode()

    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="letter.html"'
    assert "<h2>Your visit on 4 March 2026</h2>" in body
    assert "Amina Yusuf<br>NHS number 999 100 0003" in body
    assert [mark for mark in ("src=", "href=", "<script", "@import", "url(") if mark in body] == []


def test_the_title_of_a_saved_letter_says_nothing_clinical(her_browser, letter):
    body = her_browser.get(address(letter, "web-page")).content.decode()

    assert "<title>Letter, 11 March 2026 – Millbrook University Hospital</title>" in body


def tags_of(reader):
    """Return the tags of a PDF in reading order, each with the text below it."""
    found = []

    def walk(node):
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, dict):
            if "/S" in node:
                found.append(str(node["/S"]))
            children = node.get("/K", [])
            children = children.get_object() if hasattr(children, "get_object") else children
            for child in children if isinstance(children, list) else [children]:
                walk(child)

    walk(reader.trailer["/Root"]["/StructTreeRoot"])
    return found


@needs_pango
def test_the_pdf_is_tagged_in_reading_order_and_says_its_language_and_title(her_browser, letter):
    response = her_browser.get(address(letter, "print", "pdf"))
    reader = PdfReader(io.BytesIO(response.content))
    root = reader.trailer["/Root"]
    tags = tags_of(reader)

    assert response["Content-Type"] == "application/pdf"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert reader.metadata.title == "Letter, 11 March 2026 – Millbrook University Hospital"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert [tag for tag in tags if tag.startswith("/H")] == ["/H1", "/H2", "/H3", "/H3", "/H3"]
    assert tags.count("/LI") == 2
    assert b"pdfuaid:part" in response.content or "pdfuaid" in str(root["/Metadata"].get_data())


@needs_pango
def test_large_print_is_the_same_letter_in_larger_type(her_browser, hospital, amina_yusuf):
    long = hospital.create(a_letter(amina_yusuf, attached(LETTER * 4)))
    made = {
        form: PdfReader(io.BytesIO(her_browser.get(address(long, "print", form)).content))
        for form in ("pdf", "large-print")
    }
    said = {
        form: "".join("".join(p.extract_text() for p in reader.pages).split("Page ")[0].split())
        for form, reader in made.items()
    }

    assert len(made["large-print"].pages) > len(made["pdf"].pages)
    assert said["pdf"][:200] == said["large-print"][:200]


@needs_pango
def test_a_table_in_the_pdf_has_its_header_cells(her_browser, hospital, amina_yusuf):
    table = "<table><tr><th>Test</th></tr><tr><td>Iron</td></tr></table>"
    letter = hospital.create(a_letter(amina_yusuf, attached(table)))

    made = her_browser.get(address(letter, "print", "pdf")).content

    assert {"/Table", "/TR", "/TH", "/TD"} <= set(tags_of(PdfReader(io.BytesIO(made))))


@needs_pango
def test_nothing_is_fetched_for_a_pdf():
    text = (
        "<html lang=en><title>t</title><p>Dear<object data='file:///etc/hosts' type='text/plain'>"
    )
    style = (
        "<style>@import 'file:///etc/hosts'; p { background: url(https://evil.example) }</style>"
    )

    made = printing.pdf(f"{text}{style}<link rel=attachment href='file:///etc/hosts'>")

    assert PdfReader(io.BytesIO(made)).attachments == {}
    assert "Dear" in PdfReader(io.BytesIO(made)).pages[0].extract_text()


def test_without_pango_the_page_says_how_to_print(her_browser, letter, monkeypatch):
    monkeypatch.setattr(printing, "is_available", lambda: False)

    said = words(her_browser.get(address(letter)))

    assert "Download as PDF" not in said
    assert "open the print view, choose Print in your browser, and then “Save as PDF”" in said
    assert her_browser.get(address(letter, "print", "pdf")).status_code == 404


def test_a_letter_too_long_to_print_here_says_how_to_print(her_browser, hospital, amina_yusuf):
    letter = hospital.create(a_letter(amina_yusuf, attached("<p>word</p>" * 20_000)))

    assert "Download as PDF" not in page(her_browser, letter)
    assert her_browser.get(address(letter, "print", "pdf")).status_code == 404


def test_there_are_no_other_forms(her_browser, letter):
    assert her_browser.get(address(letter, "print", "docx")).status_code == 404
