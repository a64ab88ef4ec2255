"""The pages on which somebody lets another help, and on which that person begins."""

import re
from datetime import timedelta

import pytest
from django.core import mail

from portal import clock
from portal.carers.models import Sharing
from portal.carers.rules import State
from portal.identity import sessions
from portal.identity.models import SessionLimit
from tests.builders import a_report
from tests.portal.carers.helping import acting, helps, invited, just_proved
from tests.portal.pages import words
from tests.signing_in import signed_in

PEOPLE = "/account/people/"
CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}\b")
FILLED = {
    "name": "Ben Carter",
    "relationship": "SONC",
    "email": "ben@example.org",
    "see": ["appointments", "letters"],
    "end": "never",
}


@pytest.fixture
def her_browser(grace):
    browser = just_proved(signed_in(grace))
    browser.post(f"{PEOPLE}safe/")
    return browser


@pytest.fixture
def his_browser(ben):
    return signed_in(ben)


def born(day=11):
    return {"born_0": str(day), "born_1": "2", "born_2": "1945"}


def ticked(page):
    """Return the values of the boxes that are ticked."""
    boxes = re.findall(r'<input [^>]*type="checkbox"[^>]*>', page.content.decode())
    return [re.search(r'value="([^"]*)"', box)[1] for box in boxes if " checked" in box]


def sends(browser, **more):
    browser.post(f"{PEOPLE}invite/", FILLED | more)
    return browser.post(f"{PEOPLE}check/")


def test_nobody_invites_before_being_asked_whether_it_is_safe(grace):
    browser = just_proved(signed_in(grace))
    for page in ("invite", "check"):
        assert browser.get(f"{PEOPLE}{page}/")["Location"] == f"{PEOPLE}safe/"
    assert "You never have to share" in words(browser.get(f"{PEOPLE}safe/"))

    assert browser.post(f"{PEOPLE}safe/")["Location"] == f"{PEOPLE}invite/"

    assert browser.get(f"{PEOPLE}invite/").status_code == 200


def test_whoever_signed_in_long_ago_proves_who_they_are_before_they_share(grace):
    browser = signed_in(grace)
    browser.post(f"{PEOPLE}safe/")

    asked = browser.get(f"{PEOPLE}invite/")

    assert asked["Location"].startswith("/account/reauthenticate/?next=%2Faccount%2Fpeople")


def test_the_form_begins_with_the_least_and_private_matters_are_off(her_browser):
    page = her_browser.get(f"{PEOPLE}invite/")

    assert ticked(page) == ["appointments", "letters"]
    assert 'name="private"' in page.content.decode()


def test_an_invitation_is_checked_sent_and_its_code_shown_once(her_browser, graces_record):
    assert her_browser.post(f"{PEOPLE}invite/", FILLED)["Location"] == f"{PEOPLE}check/"
    checked = words(her_browser.get(f"{PEOPLE}check/"))
    assert "They can see Appointments, letters" in checked
    assert "Test results, medicines and allergies, messages" in checked
    assert not Sharing.objects.exists()

    sent = her_browser.post(f"{PEOPLE}check/")

    (code,) = CODE.findall(words(sent))
    (written,) = mail.outbox
    assert (written.to, code in written.body) == (["ben@example.org"], True)
    assert her_browser.post(f"{PEOPLE}check/")["Location"] == PEOPLE
    assert Sharing.objects.get().patient == graces_record
    assert code not in words(her_browser.get(PEOPLE))


def test_no_mail_says_whose_record_it_is_or_a_word_of_health(her_browser, his_browser):
    (code,) = CODE.findall(words(sends(her_browser)))
    his_browser.post(f"{PEOPLE}helping/begin/", {"code": code} | born())
    her_browser.post(f"{PEOPLE}{Sharing.objects.get().pk}/stop/")

    told = " ".join(f"{one.subject} {one.body}" for one in mail.outbox)
    assert len(mail.outbox) == 4
    assert re.findall(r"Grace|Ben|Carter|result|letter|appointment|medicine", told) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"see": []}, "Choose at least one thing that they can see"),
        ({"email": "ben"}, "Enter an email address in the correct format"),
        ({"relationship": ""}, "Choose who they are to you"),
        ({"see": ["everything"]}, "Select a valid choice"),
        ({"end": "date"}, "Enter the last day"),
        (
            {"end": "date", "until_0": "1", "until_1": "2", "until_2": "2020"},
            "The last day must be in the future",
        ),
        ({"end": "date", "until_0": "31", "until_1": "2", "until_2": "2090"}, "must be a real"),
    ],
)
def test_what_is_wrong_with_the_form_is_said_and_nothing_is_kept(her_browser, wrong, said):
    answer = her_browser.post(f"{PEOPLE}invite/", FILLED | wrong)

    assert answer.status_code == 400
    assert said in words(answer)
    assert her_browser.get(f"{PEOPLE}check/")["Location"] == PEOPLE


def test_a_carer_begins_with_the_code_and_her_date_of_birth_and_both_are_told(
    her_browser, his_browser
):
    (code,) = CODE.findall(words(sends(her_browser)))
    mail.outbox.clear()

    wrong = his_browser.post(f"{PEOPLE}helping/begin/", {"code": code} | born(12))
    assert "do not belong together" in words(wrong)
    begun = his_browser.post(f"{PEOPLE}helping/begin/", {"code": code.lower()} | born())

    assert begun["Location"] == f"{PEOPLE}helping/"
    assert "You can now help Grace Carter" in words(his_browser.get(f"{PEOPLE}helping/"))
    assert [one.to for one in mail.outbox] == [
        ["grace.carter@example.org"],
        ["ben.carter@example.org"],
    ]


def test_a_wrong_code_and_a_wrong_date_are_told_alike_and_the_fifth_tells_the_patient(
    her_browser, his_browser
):
    (code,) = CODE.findall(words(sends(her_browser)))
    mail.outbox.clear()
    unknown = his_browser.post(f"{PEOPLE}helping/begin/", {"code": "2222-2222-2222"} | born())

    told = [
        his_browser.post(f"{PEOPLE}helping/begin/", {"code": code} | born(12)) for _ in range(5)
    ]
    after = his_browser.post(f"{PEOPLE}helping/begin/", {"code": code} | born())

    answers = {words(one).replace("2222-2222-2222", code) for one in (unknown, *told)}
    assert len(answers) == 1
    assert "do not belong together" in words(after)
    assert [one.subject for one in mail.outbox] == ["An invitation of yours has been closed"]
    assert "Nobody else can see your record" in words(her_browser.get(PEOPLE))


def test_ten_tries_are_enough_for_a_while(his_browser):
    tries = [
        his_browser.post(f"{PEOPLE}helping/begin/", {"code": "2222-2222-2222"} | born())
        for _ in range(11)
    ]

    assert [one.status_code for one in tries] == [400] * 10 + [429]


def test_the_page_says_who_sees_what_and_when_they_last_looked(
    her_browser, grace, ben, hospital, graces_record
):
    sharing = helps(ben, grace, "results")
    browser = acting(ben, sharing)
    assert "Last looked Not yet" in words(her_browser.get(PEOPLE))

    hospital.create(a_report(graces_record))
    browser.get("/record/results/")

    said = words(her_browser.get(PEOPLE))
    assert "Ben Carter, my son Can see Test results Cannot see Appointments, letters" in said
    assert "See what Ben looked at" in said
    looked = words(her_browser.get("/record/access-log/?who=helpers"))
    assert re.search(r"Ben Carter .{0,20}[Hh]elping you Looked at your", looked)


def test_nobody_is_said_to_have_looked_at_what_they_could_not_see(her_browser, grace, ben):
    browser = acting(ben, helps(ben, grace, "letters"))
    for page in ("/", "/record/", "/record/letters/"):
        assert browser.get(page).status_code == 200

    looked = words(her_browser.get("/record/access-log/?who=helpers"))

    assert "Looked at your letters" in looked
    assert "test results" not in looked.partition("Ben Carter")[2]


def test_the_page_asks_as_much_of_the_database_for_ten_as_for_one(
    her_browser, grace, ben, django_assert_max_num_queries
):
    helps(ben, grace, "results")
    her_browser.get(PEOPLE)
    with django_assert_max_num_queries(40) as one:
        her_browser.get(PEOPLE)
    for number in range(10):
        invited(grace, "letters", name=f"Friend {number}", relationship="FRND")
    signed = just_proved(signed_in(grace))
    signed.get(PEOPLE)

    with django_assert_max_num_queries(40) as ten:
        signed.get(PEOPLE)

    assert len(ten) == len(one)


def test_an_invitation_is_sent_again_and_taken_back(her_browser, grace):
    waiting = invited(grace, "letters").sharing
    assert "They cannot see anything yet" in words(her_browser.get(PEOPLE))

    again = her_browser.post(f"{PEOPLE}{waiting.pk}/again/")
    assert CODE.findall(words(again))
    her_browser.post(f"{PEOPLE}{waiting.pk}/withdraw/")

    waiting.refresh_from_db()
    assert waiting.state == State.ENDED
    assert her_browser.post(f"{PEOPLE}{waiting.pk}/again/").status_code == 404


def test_a_sharing_is_changed(her_browser, grace, ben):
    sharing = helps(ben, grace, "letters")
    assert ticked(her_browser.get(f"{PEOPLE}{sharing.pk}/change/")) == ["letters"]

    her_browser.post(f"{PEOPLE}{sharing.pk}/change/", {"see": ["results"], "end": "3m"})

    sharing.refresh_from_db()
    assert sharing.scopes == ["results"]
    assert sharing.ends_on == clock.now().date() + timedelta(days=90)


def test_stopping_asks_for_no_password_and_names_the_past(grace, ben):
    sharing = helps(ben, grace, "letters")
    browser = signed_in(grace)
    assert "Stop sharing with Ben Carter?" in words(browser.get(f"{PEOPLE}{sharing.pk}/stop/"))

    browser.post(f"{PEOPLE}{sharing.pk}/stop/")

    assert "Ben Carter could see your letters until" in words(browser.get(PEOPLE))
    assert browser.get(f"{PEOPLE}{sharing.pk}/stop/").status_code == 404


def test_nobody_reaches_a_sharing_of_another(his_browser, grace, ben):
    sharing = helps(ben, grace, "letters")
    just_proved(his_browser)

    for page in ("change", "stop"):
        theirs = his_browser.get(f"{PEOPLE}{sharing.pk}/{page}/")
        nobodys = his_browser.get(f"{PEOPLE}999999/{page}/")
        assert (theirs.status_code, theirs.content) == (404, nobodys.content)
    for page in ("again", "withdraw", "stop", "change"):
        assert his_browser.post(f"{PEOPLE}{sharing.pk}/{page}/", FILLED).status_code == 404
    sharing.refresh_from_db()
    assert sharing.state == State.ACTIVE


def test_a_carer_steps_back(his_browser, grace, ben):
    sharing = helps(ben, grace, "letters")

    his_browser.post(f"{PEOPLE}helping/{sharing.pk}/end/")

    sharing.refresh_from_db()
    assert (sharing.state, sharing.reason) == (
        State.ENDED,
        "ROLE_DEACTIVATED_CHANGE_IN_RELATIONSHIP",
    )
    assert mail.outbox[-1].to == ["grace.carter@example.org"]


def test_a_carer_goes_to_her_record_and_back_to_his_own(his_browser, grace, ben, graces_record):
    sharing = helps(ben, grace, "results")
    assert "Go to Grace Carter’s record" in words(his_browser.get("/account/capacity/"))

    his_browser.post("/account/capacity/", {"to": str(sharing.pk), "next": "/record/"})
    page = his_browser.get("/record/")

    assert "Acting for Grace Carter" in words(page)
    assert "<title>Acting for Grace Carter: " in page.content.decode()
    his_browser.post("/account/capacity/", {"to": "own"})
    assert "Acting for" not in words(his_browser.get("/record/"))


def test_nobody_goes_to_a_record_that_is_not_shared_with_them(his_browser, grace, ben):
    sharing = helps(ben, grace, "results")
    her_browser = signed_in(grace)

    her_browser.post("/account/capacity/", {"to": str(sharing.pk)})
    his_browser.post("/account/capacity/", {"to": "999999"})

    for browser in (her_browser, his_browser):
        limit = SessionLimit.objects.get(key=browser.session[sessions.TOKEN])
        assert limit.capacity == "patient"


def test_while_acting_the_pages_about_ones_own_helpers_are_elsewhere(grace, ben):
    browser = acting(ben, helps(ben, grace, "results"))

    assert browser.get(PEOPLE)["Location"].startswith("/account/capacity/?next=")


def test_leaving_signs_out_where_the_link_was_ours_and_goes_elsewhere_at_once(her_browser):
    elsewhere = her_browser.get("/account/leave/", headers={"Sec-Fetch-Site": "cross-site"})
    assert elsewhere["Location"].startswith("https://www.bbc.co.uk")
    assert her_browser.get(PEOPLE).status_code == 200
    assert 'href="/account/leave/"' in her_browser.get(PEOPLE).content.decode()

    left = her_browser.get("/account/leave/", headers={"Sec-Fetch-Site": "same-origin"})

    assert left["Location"].startswith("https://www.bbc.co.uk")
    assert her_browser.get(PEOPLE)["Location"].startswith("/account/login/")
