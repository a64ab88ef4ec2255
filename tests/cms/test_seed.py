"""The sample site: whole, safe to fill twice, and open about what nobody has checked."""

import re
from collections import Counter
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup

from cms.codes import refusal_of_code
from cms.content import explainer_for, general_explainer
from cms.models import ContentPage, Explainer, ExplainerCode, HomePage
from cms.samples.explainers import EXPLAINERS
from cms.samples.pages import PAGES
from cms.samples.words import rich
from cms.seed import seed
from tests import databases
from tests.cms.conftest import TODAY
from tests.cms.test_pages import read

pytestmark = pytest.mark.usefixtures("sample_site")

LONGEST_SENTENCE = 25  # words
HARD = re.compile(r"\b(renal|hepatic|elevated|abnormal|normal|please)\b|!", re.IGNORECASE)


@pytest.fixture(scope="module")
def sample_site(django_db_setup, django_db_blocker):
    """Fill the site once for all tests here, in a database of their own; each is rolled back."""
    with django_db_blocker.unblock(), databases.lent():
        seed(TODAY)
        yield


def test_every_sample_code_is_one_and_belongs_to_one_explainer():
    codes = [code for sample in EXPLAINERS for code in sample.codes()]

    assert [code for code in codes if refusal_of_code(*code)] == []
    assert [code for code, count in Counter(codes).items() if count > 1] == []


def test_the_common_tests_have_an_explainer(db):
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
    assert {(made.owner, made.checked_by) for made in Explainer.objects.all()} == {
        ("Sample wording, for a clinician to approve", "")
    }
    view = explainer_for([("http://loinc.org", "718-7")])
    assert view.checked == "A clinician has not checked this page yet."


def test_filling_twice_makes_nothing_new_and_keeps_what_an_editor_changed(db):
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
    assert made_slugs(live=True) == {page.slug for page in PAGES}
    assert made_slugs(live=False) == set()
    assert Explainer.objects.filter(live=True).count() == len(EXPLAINERS) == 17


def made_slugs(*, live: bool) -> set[str]:
    return set(ContentPage.objects.filter(live=live).values_list("slug", flat=True))


def test_sample_bodies_pass_the_checks_that_editors_meet(db):
    for page in [*ContentPage.objects.all(), *HomePage.objects.all()]:
        for field in ("body", "tasks"):
            if body := getattr(page, field, None):
                body.stream_block.clean(body)


def test_the_home_page_names_what_people_want_to_do(client, db):
    page = read(client, "/")

    tasks = [link.text for link in page.select(".db-doors h3 a")]
    assert len(tasks) == 6
    assert "Understand a test" in tasks
    assert page.select_one(".db-hero__alt")["href"] == "/help/set-up/"


def test_every_page_of_the_sample_site_is_whole_and_every_link_leads_somewhere(client, db):
    seen, ahead = set(), ["/"]

    while ahead:
        address = ahead.pop()
        if address in seen or address.startswith(("http", "tel:", "/account/")):
            continue
        seen.add(address)
        page = read(client, address)
        anchors = {tag["id"] for tag in page.find_all(id=True)}
        for link in page.find_all("a", href=True):
            path, _, anchor = link["href"].partition("#")
            assert path or anchor in anchors, (address, link["href"])
            if path:
                ahead.append(path)
        _has_order(page, address)

    assert {"/", "/tests/", "/tests/haemoglobin/", "/help/set-up/", "/cookies/"} <= seen
    assert len(seen) == 30


def _has_order(page: BeautifulSoup, address: str) -> None:
    """Assert what a page owes a screen reader and the browser's rules."""
    levels = [int(tag.name[1]) for tag in page.select("main h1, main h2, main h3, main h4")]
    assert len(page.find_all("h1")) == 1, address
    assert all(lower - upper <= 1 for upper, lower in pairwise(levels)), (address, levels)
    assert len(page.find_all("main")) == 1, address
    assert page.html["lang"] == "en-GB"
    assert page.title.text.split(" – ")[0].strip(), address
    assert not page.find_all(style=True), address
    assert not [script for script in page.find_all("script") if not script.get("src")], address
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids)), address


def test_a_public_page_costs_the_same_however_much_there_is(
    client, db, django_assert_max_num_queries
):
    client.get("/")  # what is learnt once: content types, addresses of sites

    for address, most in (("/", 12), ("/tests/", 4), ("/tests/crp/", 4), ("/contact/", 10)):
        with django_assert_max_num_queries(most):
            read(client, address)


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
