"""The sample site: whole, safe to fill twice, and open about what nobody has checked."""

import re
from collections import Counter

import pytest
from bs4 import BeautifulSoup

from cms.codes import refusal_of_code
from cms.content import explainer_for, general_explainer
from cms.models import ContentPage, Explainer, ExplainerCode, HomePage
from cms.samples.explainers import EXPLAINERS
from cms.samples.pages import PAGES
from cms.samples.words import rich
from cms.seed import seed
from tests.cms.conftest import TODAY

LONGEST_SENTENCE = 25  # words
HARD = re.compile(r"\b(renal|hepatic|elevated|abnormal|normal|please)\b|!", re.IGNORECASE)


def test_every_sample_code_is_one_and_belongs_to_one_explainer():
    codes = [code for sample in EXPLAINERS for code in sample.codes()]

    assert [code for code in codes if refusal_of_code(*code)] == []
    assert [code for code, count in Counter(codes).items() if count > 1] == []


def test_the_common_tests_have_an_explainer(db):
    seed(TODAY)
    loinc = {
        "718-7": "Haemoglobin blood test",
        "6690-2": "White blood cell count",
        "777-3": "Platelet count",
        "751-8": "Neutrophil count",
        "1988-5": "CRP blood test",
        "2951-2": "Sodium blood test",
        "2823-3": "Potassium blood test",
        "14682-9": "Creatinine blood test",
        "62238-1": "Kidney function (eGFR)",
        "59261-8": "HbA1c blood test",
        "3016-3": "Thyroid blood test (TSH)",
        "14647-2": "Cholesterol blood test",
        "2276-4": "Ferritin blood test",
        "14635-7": "Vitamin D blood test",
        "36643-5": "Chest X-ray",
    }

    found = {code: explainer_for([("http://loinc.org", code)]).title for code in loinc}

    assert found == loinc
    assert general_explainer().title == "Your test result"


def test_every_sample_says_that_no_clinician_has_checked_it(db):
    seed(TODAY)

    assert {(made.owner, made.checked_by) for made in Explainer.objects.all()} == {
        ("Sample wording, for a clinician to approve", "")
    }
    view = explainer_for([("http://loinc.org", "718-7")])
    assert view.checked == "A clinician has not checked this page yet."


def test_filling_twice_makes_nothing_new_and_keeps_what_an_editor_changed(db):
    seed(TODAY)
    made = [model.objects.count() for model in (ContentPage, Explainer, ExplainerCode)]
    page = ContentPage.objects.get(slug="contact")
    page.introduction = "Changed by Jo."
    page.save_revision().publish()
    home = HomePage.objects.get()
    home.tasks = home.tasks.stream_block.normalize(
        [(part.block_type, part.value) for part in home.tasks][:2]
    )
    home.save_revision().publish()

    seed(TODAY)

    assert [model.objects.count() for model in (ContentPage, Explainer, ExplainerCode)] == made
    assert ContentPage.objects.get(slug="contact").introduction == "Changed by Jo."
    assert len(HomePage.objects.get().tasks) == 2


def test_the_sample_site_has_all_its_pages_published(db):
    seed(TODAY)

    assert made_slugs(live=True) == {page.slug for page in PAGES}
    assert made_slugs(live=False) == set()
    assert Explainer.objects.filter(live=True).count() == len(EXPLAINERS) == 17


def made_slugs(*, live: bool) -> set[str]:
    return set(ContentPage.objects.filter(live=live).values_list("slug", flat=True))


def test_sample_bodies_pass_the_checks_that_editors_meet(db):
    seed(TODAY)

    for page in [*ContentPage.objects.all(), *HomePage.objects.all()]:
        for field in ("body", "tasks"):
            if body := getattr(page, field, None):
                body.stream_block.clean(body)


@pytest.mark.parametrize("sample", EXPLAINERS, ids=lambda sample: sample.slug)
def test_sample_sentences_are_short_and_without_hard_words(sample):
    fields = ("what", "why", "low", "high", "next", "urgent", "emergency", "who")
    html = BeautifulSoup("".join(rich(getattr(sample, field)) for field in fields), "html.parser")
    lines = [tag.get_text() for tag in html.select("p, li")]
    sentences = [sentence for line in lines for sentence in re.split(r"(?<=[.?!:])\s", line)]

    assert [each for each in sentences if len(each.split()) > LONGEST_SENTENCE] == []
    assert [each for each in sentences if HARD.search(each)] == []


def test_plain_lines_become_paragraphs_and_lists():
    text = "One\nsentence.\n\nAnother:\n- a & b\n- **bold** c\n\nLast."

    assert rich(text) == (
        "<p>One sentence.</p><p>Another:</p><ul><li>a &amp; b</li><li><b>bold</b> c</li></ul>"
        "<p>Last.</p>"
    )
    assert rich("") == ""


def test_a_phone_number_calls_and_never_breaks_across_lines():
    assert rich("Call 01632 960 000.") == (
        '<p>Call <a href="tel:01632960000">01632\xa0960\xa0000</a>.</p>'
    )
