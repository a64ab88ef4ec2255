"""The page on which a clinician decides, without JavaScript."""

import re

import pytest

from fhir.access import SYSTEM
from fhir.store import Repository
from portal.results.comments import comments_on
from portal.results.models import DueRelease
from tests.builders import a_patient, a_report
from tests.portal.results.laboratory import a_count, a_name, a_value, as_patient, coded, seen, sent
from tests.portal.results.staff import treats
from tests.signing_in import signed_in

pytestmark = pytest.mark.usefixtures("tuesday")
State = DueRelease.State


@pytest.fixture
def waiting(amina_yusuf):
    return sent(*a_count(amina_yusuf, a_value(amina_yusuf, "61", "LL")))


@pytest.fixture
def browser(dr_nair):
    return signed_in(dr_nair)


def at(logical_id):
    return f"/staff/results/{logical_id}/"


def stamp_on(page):
    return page.content.decode().split('name="seen" value="')[1].split('"')[0]


def text_of(page):
    return page.content.decode().split('id="maincontent"')[1]


def pane(page, name):
    return text_of(page).split(f'aria-labelledby="{name}"')[1].split("</section>")[0]


def decided(browser, logical_id, **given):
    seen_ = given.pop("seen", None) or stamp_on(browser.get(at(logical_id)))
    return browser.post(at(logical_id), {"act": "release", "told": "no", "seen": seen_, **given})


def test_the_page_shows_what_the_patient_will_see_the_source_and_the_rule(waiting, browser):
    page = browser.get(at(waiting[0]))

    for said in ("Full blood count", "Haemoglobin", "61", "Very low"):
        assert said in pane(page, "shown")
    assert "Haemoglobin: 61 g/L. LL" in pane(page, "source")
    assert "Not shown to Amina:</strong> laboratory codes." in pane(page, "source")
    assert "Rule H-09: this result is a routine blood count" in text_of(page)
    assert "/record/" not in pane(page, "shown")


def test_why_the_test_was_asked_for_is_source_and_never_preview(amina_yusuf, browser):
    request = {
        "resourceType": "ServiceRequest",
        "fullUrl": a_name(),
        "status": "active",
        "intent": "order",
        "subject": {"reference": f"Patient/{amina_yusuf}"},
        "reasonCode": [{"text": "Hilar nodes, ?lymphoma"}],
    }
    biopsy = a_report(
        amina_yusuf,
        "Lung biopsy",
        "11526-1",
        conclusion="No evidence of malignancy.",
        basedOn=[{"reference": request["fullUrl"]}],
    )
    _, report = sent(request, biopsy)

    page = browser.get(at(report))

    assert "Hilar nodes, ?lymphoma" in pane(page, "source")
    assert "lymphoma" not in pane(page, "shown")
    assert "laboratory codes, clinical details" in pane(page, "source")
    assert "No evidence of malignancy." in pane(page, "shown")


def test_the_preview_holds_no_other_result_that_waits(amina_yusuf, browser, waiting):
    earlier = {"effectiveDateTime": "2026-02-01T08:00:00Z"}
    sent(*a_count(amina_yusuf, a_value(amina_yusuf, "58", "LL", **earlier), **earlier))

    shown = pane(browser.get(at(waiting[0])), "shown")

    assert "61" in shown
    assert "58" not in shown
    assert "Since" not in shown


def test_to_release_shows_the_report_with_the_comment_and_says_so(waiting, browser, amina_yusuf):
    response = decided(browser, waiting[0], told="phone", comment="As I said on the phone.")

    assert response["Location"] == "/staff/results/"
    assert "Released to Amina Yusuf." in browser.get(response["Location"]).content.decode()
    assert seen(amina_yusuf) == [waiting[0]]
    (comment,) = comments_on(as_patient(amina_yusuf), amina_yusuf, waiting[0])
    assert comment.paragraphs == ["As I said on the phone."]
    assert f"{State.RELEASED.label} on" in text_of(browser.get(at(waiting[0])))


def test_the_form_sent_twice_releases_once(waiting, browser, amina_yusuf):
    stamp = stamp_on(browser.get(at(waiting[0])))

    first = decided(browser, waiting[0], comment="Ring us.", seen=stamp)
    second = decided(browser, waiting[0], comment="Ring us.", seen=stamp)

    assert (first.status_code, second.status_code) == (302, 302)
    assert "Nothing was sent twice" in browser.get("/staff/results/").content.decode()
    assert len(comments_on(as_patient(amina_yusuf), amina_yusuf, waiting[0])) == 1


def test_a_new_version_that_came_in_meanwhile_refuses_the_release_and_keeps_the_words(
    amina_yusuf, browser
):
    report, value = a_count(amina_yusuf, a_value(amina_yusuf, "61", "LL"))
    report_id, _ = sent(report, value)
    old = stamp_on(browser.get(at(report_id)))
    changed = {**value, "status": "corrected", "valueQuantity": {"value": 59, "unit": "g/L"}}
    sent({**report, "status": "corrected"}, changed)

    refused = decided(browser, report_id, comment="All is well.", seen=old)

    assert refused.status_code == 409
    assert "A new version came in at 10am. Look again" in text_of(refused)
    assert "All is well." in text_of(refused)
    assert "59" in pane(refused, "shown")
    assert seen(amina_yusuf) == []
    assert decided(browser, report_id, seen=stamp_on(refused)).status_code == 302
    assert seen(amina_yusuf) == [report_id]


def test_the_preview_is_drawn_anew_with_the_comment_and_nothing_is_released(
    waiting, browser, amina_yusuf
):
    page = browser.post(at(waiting[0]), {"act": "preview", "comment": "Hello <b>Amina</b>."})

    assert page.status_code == 200
    assert "Hello &lt;b&gt;Amina&lt;/b&gt;." in pane(page, "shown")
    assert "Dr Priya Nair, Consultant in breathing medicine" in pane(page, "shown")
    assert seen(amina_yusuf) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"told": ""}, "Say whether the patient has been told"),
        ({"told": "by pigeon"}, "Select a valid choice"),
        ({"comment": "x" * 1001}, "A comment must be 1000 characters or fewer"),
    ],
)
def test_a_form_with_a_fault_releases_nothing_and_says_where(
    waiting, browser, amina_yusuf, given, said
):
    page = decided(browser, waiting[0], **given)

    assert page.status_code == 400
    assert "There is a problem" in text_of(page)
    assert said in text_of(page)
    assert "<title>Error: " in page.content.decode()
    assert seen(amina_yusuf) == []


def test_a_thousand_characters_with_line_breaks_fit(waiting, browser, amina_yusuf):
    comment = "\r\n".join(["x" * 99] * 10)
    assert decided(browser, waiting[0], comment=comment).status_code == 302


def test_to_hold_needs_a_reason_which_stays_with_the_team(waiting, browser, amina_yusuf, queue):
    stamp = stamp_on(browser.get(at(waiting[0])))

    without = browser.post(at(waiting[0]), {"act": "hold", "seen": stamp, "reason": " "})
    held = browser.post(at(waiting[0]), {"act": "hold", "seen": stamp, "reason": "MDT first"})

    assert (without.status_code, held.status_code) == (400, 302)
    assert "Enter a reason" in text_of(without)
    assert queue()[waiting[0]].state == State.HELD
    assert "Held by Dr Priya Nair." in text_of(browser.get("/staff/results/"))
    assert "MDT first" not in pane(browser.get(at(waiting[0])), "shown")
    assert (seen(amina_yusuf), seen(amina_yusuf, "Communication")) == ([], [])


def test_what_is_given_in_person_first_asks_for_it(amina_yusuf, browser):
    (report,) = sent(a_report(amina_yusuf, "Genetic report", "51969-4"))

    refused = decided(browser, report, told="phone")

    assert refused.status_code == 400
    assert "given in person first" in text_of(refused)
    assert seen(amina_yusuf) == []
    assert decided(browser, report, told="person").status_code == 302
    assert seen(amina_yusuf) == [report]


def test_a_result_and_a_document_of_their_own_have_a_page_too(amina_yusuf, browser):
    letter = {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"text": "Clinic letter"},
        "subject": {"reference": f"Patient/{amina_yusuf}"},
        "content": [
            {
                "attachment": {
                    "contentType": "application/pdf",
                    "data": "JVBERi0=",
                    "title": "Letter of 2 March",
                }
            }
        ],
    }
    result, document = sent(a_value(amina_yusuf) | {"code": coded("99999-9", "New test")}, letter)

    assert "New test" in pane(browser.get(at(result)), "shown")
    assert "Letter of 2 March (PDF, 1 KB)" in pane(browser.get(at(document)), "shown")
    for one in (result, document):
        assert decided(browser, one).status_code == 302
    assert seen(amina_yusuf, "Observation") == [result]
    assert seen(amina_yusuf, "DocumentReference") == [document]


@pytest.fixture
def ordinary(tuesday, amina_yusuf, dr_nair):
    """Give two reports of two patients, all in range, that came at night."""
    tuesday.move(hours=12)
    ben = Repository(SYSTEM).create(a_patient("9991013172", "Carter", "Ben")).id
    treats(dr_nair, ben)
    counts = [a_count(one) for one in (amina_yusuf, ben)]
    return [
        (key, sent(*count)[0], count) for key, count in zip((amina_yusuf, ben), counts, strict=True)
    ]


def together_of(browser):
    text = browser.get("/staff/results/").content.decode()
    return text.split('<a href="/staff/results/together/')[1].split('"')[0].replace("&amp;", "&")


def chosen_on(page):
    return re.findall(r'value="(DiagnosticReport/[^"]+)"', page.content.decode())


def test_ordinary_results_are_released_with_one_decision(ordinary, browser):
    path = f"/staff/results/together/{together_of(browser)}"
    page = browser.get(path)

    assert "Amina Yusuf" in text_of(page)
    assert "Ben Carter" in text_of(page)
    assert text_of(page).count("Haemoglobin 132 g/L") == 2
    chosen = chosen_on(page)
    assert len(chosen) == 2
    assert browser.post(path, {"chosen": chosen}).status_code == 302
    assert "Released 2 results." in browser.get("/staff/results/").content.decode()
    assert all(seen(patient) == [report] for patient, report, _ in ordinary)


def test_only_those_chosen_are_released_and_none_that_has_changed(ordinary, browser):
    path = f"/staff/results/together/{together_of(browser)}"
    chosen = chosen_on(browser.get(path))
    (first, _, (report, value)), (second, other, _) = ordinary
    low = {**value, "interpretation": [{"coding": [{"code": "L"}]}]}
    sent({**report, "status": "corrected"}, low)

    nothing = browser.post(path, {})
    # The first has changed since the page was made; its old choice is not on the new page.
    refused = browser.post(path, {"chosen": chosen})

    assert nothing.status_code == 400
    assert "Choose at least one result" in text_of(nothing)
    assert (seen(first), seen(second)) == ([], [])
    assert "a result has changed. Look again" in text_of(refused)
    assert browser.post(path, {"chosen": chosen_on(browser.get(path))}).status_code == 302
    assert (seen(first), seen(second)) == ([], [other])


def test_a_made_up_choice_releases_nothing(ordinary, browser, waiting, amina_yusuf):
    path = f"/staff/results/together/{together_of(browser)}"
    critical = f"DiagnosticReport/{waiting[0]}/{stamp_on(browser.get(at(waiting[0])))}"

    assert browser.post(path, {"chosen": [critical]}).status_code == 400
    assert browser.post(path, {"chosen": ["nonsense"]}).status_code == 400
    assert seen(amina_yusuf) == []


@pytest.mark.parametrize("path", ["/staff/results/", "/staff/results/together/?kind=x"])
def test_a_page_is_not_kept_by_the_browser(browser, path):
    assert "no-store" in browser.get(path)["Cache-Control"]
