"""Which explainer a result gets."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from cms.codes import LOINC, SNOMED_CT, System
from cms.content import explainer_for, explainers_for, footer_links, general_explainer
from tests.cms.conftest import a_page, an_explainer

WINPATH = "https://winpath.example/codes"
pytestmark = pytest.mark.django_db


def test_an_explainer_is_found_by_any_of_its_codes():
    codes = [(LOINC, "718-7"), (SNOMED_CT, "1022431000000105"), (System.LOCAL, "HB")]
    explainer = an_explainer(codes=codes)

    found = [explainer_for([code]) for code in [*codes[:2], (WINPATH, "HB")]]

    assert [view.title for view in found] == [explainer.title] * 3


def test_a_code_counts_in_its_own_system_only():
    an_explainer(codes=[(LOINC, "718-7")])

    assert explainer_for([(LOINC, "718-7")]) is not None
    assert explainer_for([(SNOMED_CT, "718-7")]) is None
    assert explainer_for([(WINPATH, "718-7")]) is None


@pytest.mark.parametrize("codes", [[], [(LOINC, "")], [("", "718-7")], [(LOINC, "999999-9")]])
def test_a_test_that_nobody_has_explained_has_no_explainer(codes):
    an_explainer()

    assert explainer_for(codes) is None


def test_the_most_specific_code_wins_whatever_the_order():
    names = {
        "list": [(System.LOCAL, "HB", WINPATH)],
        "loinc": [(LOINC, "718-7")],
        "snomed": [(SNOMED_CT, "1022431000000105")],
        "any laboratory": [(System.LOCAL, "HB")],
    }
    for name, codes in names.items():
        an_explainer(name, codes=codes)
    asked = [(LOINC, "718-7"), (WINPATH, "HB"), (SNOMED_CT, "1022431000000105")]

    assert explainer_for(asked).title == "list"
    assert explainer_for(asked[::-1]).title == "list"
    assert explainer_for([asked[2], asked[0]]).title == "loinc"
    assert explainer_for([("https://other.example", "HB"), asked[2]]).title == "snomed"
    assert explainer_for([("https://other.example", "HB")]).title == "any laboratory"


def test_the_code_of_one_laboratory_says_nothing_of_anothers():
    an_explainer(codes=[(System.LOCAL, "CRE", WINPATH)])

    assert explainer_for([(WINPATH, "CRE")]) is not None
    assert explainer_for([("https://other.example", "CRE")]) is None


def test_a_draft_is_not_shown_and_an_unpublished_explainer_no_more():
    draft = an_explainer(live=False)
    assert explainer_for([(LOINC, "718-7")]) is None

    draft.latest_revision.publish()
    assert explainer_for([(LOINC, "718-7")]) is not None

    draft.refresh_from_db()
    draft.unpublish()
    assert explainer_for([(LOINC, "718-7")]) is None


def test_words_and_codes_of_a_draft_wait_until_it_is_published():
    explainer = an_explainer(what="<p>Old words.</p>")
    explainer.what = "<p>New words.</p>"
    explainer.codes.set([])
    revision = explainer.save_revision()

    assert explainer_for([(LOINC, "718-7")]).what == "<p>Old words.</p>"

    revision.publish()
    assert explainer_for([(LOINC, "718-7")]) is None


def test_many_tests_are_explained_in_their_order_by_one_query(django_assert_num_queries):
    an_explainer("Haemoglobin", codes=[(LOINC, "718-7")])
    an_explainer("Platelets", codes=[(LOINC, "777-3")])
    tests = [[(LOINC, "777-3")], [], [(LOINC, "718-7"), (WINPATH, "HB")], [(LOINC, "751-8")]] * 20

    with django_assert_num_queries(1):
        found = explainers_for(tests)

    titles = [view.title if view else None for view in found]
    assert titles == ["Platelets", None, "Haemoglobin", None] * 20


def test_no_codes_at_all_ask_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert explainers_for([[], []]) == [None, None]


def test_the_general_explainer_is_the_one_that_editors_publish():
    assert general_explainer().title == "Your test result"
    assert general_explainer().url == reverse("cms:tests")

    an_explainer("About any test", codes=[], general=True)

    assert general_explainer().title == "About any test"
    assert general_explainer().general is True


def test_what_is_said_of_any_test_never_runs_out():
    an_explainer("About any test", codes=[], general=True, live=False)

    view = general_explainer()

    assert view.what
    assert view.next
    assert view.who


def test_other_pages_can_show_the_links_of_the_foot(home, django_assert_max_num_queries):
    a_page(home, "Privacy", in_footer=True)
    a_page(home, "Elsewhere")

    with django_assert_max_num_queries(3):
        assert footer_links() == [{"text": "Privacy", "href": "/privacy/"}]


def test_an_explainer_says_when_and_by_whom_it_was_checked(moved_clock):
    moved_clock.move_to(datetime(2026, 3, 12, 9, tzinfo=UTC))
    an_explainer(checked_by="Dr Ruth Ames, blood doctor")

    view = explainer_for([(LOINC, "718-7")])

    assert view.review == (
        "Page last reviewed: 5 January 2026",
        "Next review due: 5 January 2028",
        "Checked by Dr Ruth Ames, blood doctor",
    )
    assert view.checked == "Checked by Dr Ruth Ames, blood doctor in January 2026"


def test_an_explainer_that_no_clinician_has_checked_says_so():
    an_explainer(checked_by="", review_due=date(2099, 1, 1))

    view = explainer_for([(LOINC, "718-7")])

    assert view.checked == "A clinician has not checked this page yet."
    assert view.review[-1] == "A clinician has not checked this page yet."


def test_on_its_review_date_an_explainer_still_counts_as_checked_and_the_day_after_no_more(
    moved_clock,
):
    an_explainer(checked_by="Dr Ames", review_due=date(2026, 3, 12))

    moved_clock.move_to(datetime(2026, 3, 12, 23, 30, tzinfo=UTC))
    assert explainer_for([(LOINC, "718-7")]).being_checked is False

    moved_clock.move_to(datetime(2026, 3, 13, 0, 30, tzinfo=UTC))
    view = explainer_for([(LOINC, "718-7")])
    assert view.being_checked is True
    assert view.checked == "We are checking this page again."
    assert view.review == (
        "We are checking this page again.",
        "Page last reviewed: 5 January 2026",
    )
    assert view.what  # the words still show
