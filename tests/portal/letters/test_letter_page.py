"""The page of a letter: headings as its sender set them, and a word for all that is not there."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fhir.labels import Label
from portal.letters.letter import letter_of
from tests.builders import labelled
from tests.portal.letters.pieces import (
    LETTER,
    XHTML,
    a_composition,
    a_jpeg,
    a_letter,
    a_png,
    a_section,
    attached,
)
from tests.portal.pages import words

MOST_QUERIES = 40


def address(letter, *rest):
    path = "".join(f"{part}/" for part in rest)
    return f"/record/letters/{letter.resource_type.lower()}/{letter.id}/{path}"


def page(browser, letter):
    response = browser.get(address(letter))
    assert response.status_code == 200
    return response.content.decode()


def headings(body):
    main = body.partition('id="maincontent"')[2].partition("</main>")[0]
    found = re.findall(r"<h([1-6])[^>]*>(.*?)</h\1>", main, re.DOTALL)
    return [(int(level), text) for level, text in found]


def test_a_letter_in_html_keeps_its_headings_below_the_pages_own(
    her_browser, hospital, amina_yusuf
):
    letter = hospital.create(a_letter(amina_yusuf))

    body = page(her_browser, letter)

    assert headings(body)[:5] == [
        (1, "Letter from the breathing clinic"),
        (2, "Your visit on 4 March 2026"),
        (3, "What we found"),
        (3, "What changes"),
        (3, "What happens next"),
    ]
    assert "<li>Keep taking your iron tablets and your inhaler</li>" in body
    assert "11 March 2026, 10am. From Dr Priya Nair." in words(her_browser.get(address(letter)))


def test_headings_without_their_upper_levels_leave_no_gap(her_browser, hospital, amina_yusuf):
    letter = hospital.create(a_letter(amina_yusuf, attached("<h4>A</h4><h6>B</h6><h4>C</h4>")))

    assert headings(page(her_browser, letter))[1:4] == [(2, "A"), (3, "B"), (2, "C")]


def test_a_plain_text_has_its_marked_headings_lists_and_columns(her_browser, hospital, amina_yusuf):
    text = "# Plan\nRest & drink.\n\n- water\n- tea\n\nHb    112\nWBC   6.1"
    letter = hospital.create(a_letter(amina_yusuf, attached(text, "text/plain; charset=utf-8")))

    body = page(her_browser, letter)

    assert (2, "Plan") in headings(body)
    assert "<p>Rest &amp; drink.</p><ul><li>water</li><li>tea</li></ul>" in body
    assert "<pre>Hb    112\nWBC   6.1</pre>" in body


@pytest.mark.parametrize(
    ("kind", "encoded"),
    [
        ("text/plain; charset=ISO-8859-1", "café".encode("latin-1")),
        ("text/plain", "café".encode("cp1252")),
        ('text/plain;charset="utf-8"', "café".encode()),
        ("text/plain; charset=unicode_escape", "café".encode()),
    ],
)
def test_letters_of_other_character_sets_are_read_right(
    her_browser, hospital, amina_yusuf, kind, encoded
):
    letter = hospital.create(a_letter(amina_yusuf, attached(encoded, kind)))

    assert "<p>café</p>" in page(her_browser, letter)


def test_a_composition_is_its_sections_with_their_own_within(hospital, amina_yusuf):
    stored = hospital.create(
        a_composition(
            amina_yusuf,
            a_section("Why you came", "<p>You were short of breath.</p>"),
            a_section("Medicines", section=[a_section("New", "<h1>Iron</h1><p>One a day</p>")]),
            a_section("Allergies", emptyReason={"coding": [{"code": "nilknown"}]}),
            a_section("Tests", entry=[{"reference": "Observation/1", "display": "Haemoglobin"}]),
            a_section("Scans"),
        )
    )

    letter = letter_of(stored)

    assert letter.title == "Going home from the ward"
    assert [(one.level, one.heading, one.body) for one in letter.passages] == [
        (2, "Why you came", "<p>You were short of breath.</p>"),
        (2, "Medicines", ""),
        (3, "New", "<h4>Iron</h4><p>One a day</p>"),
        (2, "Allergies", "<p>None known.</p>"),
        (2, "Tests", "<ul><li>Haemoglobin</li></ul>"),
        (2, "Scans", "<p>This part came without any text.</p>"),
    ]


def test_the_form_with_headings_is_the_page_and_the_others_are_files(
    her_browser, hospital, amina_yusuf
):
    forms = [attached(b"%PDF-1.7", "application/pdf"), attached("Plain", "text/plain")]
    letter = hospital.create(a_letter(amina_yusuf, *forms, attached(LETTER)))

    said = words(her_browser.get(address(letter)))

    assert "Your visit on 4 March 2026" in said
    assert "The letter as it was sent PDF, 1 KB The letter as it was sent text, 1 KB" in said
    assert "Plain" not in said
    assert her_browser.get(address(letter, "file", 1)).content == b"Plain"


def test_a_letter_that_is_only_a_file_says_so(her_browser, hospital, amina_yusuf):
    letter = hospital.create(a_letter(amina_yusuf, attached(b"%PDF-1.7", "application/pdf")))

    said = words(her_browser.get(address(letter)))

    assert "This letter came as a file and cannot be shown as a page." in said
    assert "Open this letter The letter as it was sent PDF, 1 KB" in said
    assert "Download as" not in said


@pytest.mark.parametrize(
    ("attachment", "said"),
    [
        ({"contentType": "text/plain"}, "Nothing came with it."),
        ({"url": "https://elsewhere.example/1", "title": "Scan"}, "Scan It is kept in another"),
        (attached("{}", "application/msword"), "This kind of file cannot be opened safely here."),
        (attached("<b>PDF?</b>", "application/pdf"), "It is not the kind of file that it says"),
        (attached(b"%PDF-1.7", "text/html"), "It is not the kind of file that it says"),
        (attached("Hi", "text/plain", size=3), "It is not just as it was sent"),
        (attached("Hi", "text/plain", hash="AAAA"), "It is not just as it was sent"),
        (attached(a_png(60_000, 60_000), "image/png"), "It is too large to open here."),
        (attached(a_jpeg(60_000, 60_000), "image/jpeg"), "It is too large to open here."),
        (attached(a_png()[:20], "image/png"), "It arrived damaged."),
    ],
)
def test_what_cannot_be_opened_is_named_with_its_reason(
    her_browser, hospital, amina_yusuf, attachment, said
):
    letter = hospital.create(a_letter(amina_yusuf, attachment))

    assert said in words(her_browser.get(address(letter)))
    assert her_browser.get(address(letter, "file", 0)).status_code == 404


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"status": "superseded"}, "There is a newer version of this letter."),
        ({"docStatus": "preliminary"}, "This letter is not finished. It may change."),
        ({"docStatus": "amended"}, "This letter has been changed since it was first sent."),
    ],
)
def test_how_a_letter_stands_is_said(her_browser, hospital, amina_yusuf, more, said):
    letter = hospital.create(a_letter(amina_yusuf, **more))

    assert said in words(her_browser.get(address(letter)))


def test_a_letter_sent_by_mistake_is_not_shown_in_any_form(her_browser, hospital, amina_yusuf):
    pdf = attached(b"%PDF-1.7", "application/pdf")
    letter = hospital.create(
        a_letter(amina_yusuf, attached(LETTER), pdf, status="entered-in-error")
    )

    responses = [
        her_browser.get(address(letter, *rest))
        for rest in ((), ("web-page",), ("print", "pdf"), ("file", 1))
    ]

    assert "breathing" not in words(responses[0])
    assert {one.status_code for one in responses} <= {200, 404}
    assert [one.status_code for one in responses[1:]] == [404, 404, 404]


def test_a_letter_that_was_shown_and_is_withheld_is_being_corrected(
    her_browser, hospital, amina_yusuf
):
    letter = hospital.create(a_letter(amina_yusuf))
    page(her_browser, letter)
    hospital.relabel("DocumentReference", letter.id, add=Label.NOPAT)

    said = words(her_browser.get(address(letter)))

    assert "This letter is being corrected Do not rely on what it said." in said
    assert "breathing test" not in said


def test_a_withheld_letter_was_never_there(her_browser, hospital, amina_yusuf):
    letter = hospital.create(a_letter(amina_yusuf))
    assert her_browser.get(address(letter)).status_code == 200
    other = hospital.create(
        a_letter(amina_yusuf)
        | {"meta": {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
                                  "code": "NOPAT"}]}}
    )  # fmt: skip

    for rest in ((), ("web-page",), ("print", "pdf"), ("file", 0)):
        assert her_browser.get(address(other, *rest)).status_code == 404


def test_a_type_that_holds_no_letters_is_not_found(her_browser):
    assert her_browser.get("/record/letters/observation/1/").status_code == 404


def test_the_part_of_an_open_page_is_fetched_only_when_the_letter_has_changed(
    her_browser, hospital, amina_yusuf
):
    letter = hospital.create(a_letter(amina_yusuf))
    asked = {"part": "letter", "version": letter.version}
    assert her_browser.get(address(letter), asked).status_code == 304

    hospital.update(a_letter(amina_yusuf, attached("<p>Mended</p>")) | {"id": letter.id}, None)
    changed = her_browser.get(address(letter), asked)

    assert "This letter was changed while you had it open." in words(changed)
    assert "<p>Mended</p>" in changed.content.decode()


def test_a_language_is_said_and_its_direction(her_browser, hospital, amina_yusuf):
    letter = hospital.create(a_letter(amina_yusuf, attached("<p>شکریہ</p>", language="ur-PK")))

    assert '<div lang="ur-PK" dir="rtl">' in page(her_browser, letter)


def test_the_print_view_names_whose_letter_it_is(her_browser, hospital, amina_yusuf):
    letter = hospital.create(a_letter(amina_yusuf))

    said = words(her_browser.get(address(letter), {"print": ""}))

    assert "Amina Yusuf . NHS number 999 100 0003" in said


def test_a_letter_takes_the_same_number_of_queries_however_long_it_is(
    her_browser, hospital, amina_yusuf
):
    short = hospital.create(a_letter(amina_yusuf, attached("<p>Short</p>")))
    long = hospital.create(a_letter(amina_yusuf, *(attached(f"<p>{n}</p>") for n in range(40))))
    page(her_browser, short)
    counts = []

    for letter in (short, long):
        with CaptureQueriesContext(connection) as asked:
            page(her_browser, letter)
        counts.append(len(asked))

    assert counts[0] == counts[1] <= MOST_QUERIES


def test_a_composition_has_a_page_and_forms_to_keep(her_browser, hospital, amina_yusuf):
    letter = hospital.create(
        a_composition(amina_yusuf, a_section("Why you came", "<p>You were short of breath.</p>"))
    )

    assert headings(page(her_browser, letter))[:2] == [
        (1, "Going home from the ward"),
        (2, "Why you came"),
    ]
    saved = her_browser.get(address(letter, "web-page")).content.decode()
    assert "<p>You were short of breath.</p>" in saved


def test_the_list_of_letters_leads_to_this_page(her_browser, hospital, amina_yusuf):
    letter = hospital.create(a_letter(amina_yusuf))

    assert address(letter) in her_browser.get("/record/letters/").content.decode()


def test_what_a_machine_made_of_a_documents_codes_is_no_letter(her_browser, hospital, amina_yusuf):
    scan = {"contentType": "application/pdf", "url": "https://millbrook.example/1"}
    div = f'<div xmlns="{XHTML}">Outpatient note (Details: LOINC 34108-1)</div>'
    for status, is_shown in (("generated", False), ("additional", True)):
        text = {"status": status, "div": div}
        made = hospital.create(a_letter(amina_yusuf, scan, text=text)).id

        response = her_browser.get(f"/record/letters/documentreference/{made}/")

        assert ("34108-1" in words(response)) is is_shown


def test_a_letter_that_was_changed_shows_its_earlier_words_below(
    her_browser, hospital, amina_yusuf, moved_clock
):
    letter = hospital.create(a_letter(amina_yusuf))
    changed = LETTER.replace("2 capsules", "1 capsule")
    again = letter.json | {"content": a_letter(amina_yusuf, attached(changed))["content"]}
    hospital.update(again, None)
    hospital.update(again | {"description": "For your GP too"}, None)

    now, earlier = words(her_browser.get(address(letter))).split("Earlier versions")

    assert "1 capsule, 3 times" in now
    assert "2 capsules" not in now
    assert earlier.count("Until 12 March 2026") == 1
    assert "2 capsules, 3 times" in earlier


def test_words_that_were_never_shown_stay_hidden_when_a_letter_changes(
    her_browser, hospital, amina_yusuf
):
    letter = hospital.create(labelled(a_letter(amina_yusuf), "NOPAT"))
    shown = a_letter(amina_yusuf, attached("<p>All is well.</p>"))
    hospital.update(letter.json | {"meta": {}, "content": shown["content"]}, None)

    said = words(her_browser.get(address(letter)))

    assert "All is well." in said
    assert "Earlier versions" not in said
