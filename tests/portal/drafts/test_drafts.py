"""Nothing typed is lost: saved, given back to whoever typed it alone, gone when sent."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from portal import clock
from portal.drafts import keeping
from portal.drafts.models import Draft
from portal.drafts.rules import FORMS
from portal.identity.models import Role
from portal.privacy.models import Question
from tests.portal.pages import words
from tests.portal.privacy.test_asking_why import (
    LINK,
    LOG,
    asked,
    count,
    looked,
    records_staff,
    why,
)
from tests.portal.results.laboratory import a_count as a_report_of
from tests.portal.results.laboratory import a_value, sent
from tests.portal.results.laboratory import seen as seen_by_her
from tests.portal.results.staff import dr_lund, dr_nair
from tests.signing_in import a_login, signed_in

__all__ = ["count", "dr_lund", "dr_nair", "looked", "records_staff", "why"]

DRAFTS = "/account/drafts/"
SAID = "She lives next door to me."


def token_on(page):
    return re.search(r'data-draft="([^"]+)"', page.content.decode())[1]


def saves(browser, token, **typed):
    return browser.post(DRAFTS, {"draft": token, **typed})


def test_what_is_typed_is_given_back_on_the_same_form(her_browser, why):
    told = saves(her_browser, token_on(her_browser.get(why)), words=SAID)

    assert told.json() == {"said": "Draft saved at 9:02am"}
    page = her_browser.get(why)
    assert SAID in page.content.decode()
    assert "Draft saved at 9:02am" in words(page)


def test_it_is_given_back_after_signing_in_again_and_says_the_day(
    her_browser, her_login, why, moved_clock
):
    saves(her_browser, token_on(her_browser.get(why)), words=SAID)
    moved_clock.move(days=29)

    page = signed_in(her_login).get(why)

    assert SAID in page.content.decode()
    assert "Draft saved on 12 March 2026, 9:02am" in words(page)


def test_the_last_that_was_typed_counts_and_nothing_typed_is_no_draft(her_browser, why):
    token = token_on(her_browser.get(why))
    saves(her_browser, token, words=SAID)
    saves(her_browser, token, words="Something else.")
    assert "Something else." in her_browser.get(why).content.decode()

    assert saves(her_browser, token, words="  ").json() == {"said": ""}

    assert "Draft saved" not in words(her_browser.get(why))
    saves(her_browser, token, words="Once more.")
    assert "Once more." in her_browser.get(why).content.decode()


def test_it_is_gone_once_it_is_sent(her_browser, why):
    token = token_on(her_browser.get(why))
    saves(her_browser, token, words=SAID)

    asked(her_browser, why, SAID)

    assert Question.objects.get().words == SAID
    assert not Draft.objects.exclude(words="").exists()


def test_a_save_that_was_on_its_way_while_the_form_was_sent_brings_nothing_back(her_browser, why):
    token = token_on(her_browser.get(why))
    asked(her_browser, why, SAID)

    assert saves(her_browser, token, words=SAID).json() == {"said": ""}

    assert not Draft.objects.exclude(words="").exists()


def test_what_was_refused_is_kept_without_any_script(her_browser, her_login, why):
    refused = asked(her_browser, why, SAID + "x" * 1000)

    assert "Draft saved at 9:02am" in words(refused)
    assert SAID in signed_in(her_login).get(why).content.decode()


def test_it_is_kept_encrypted(her_browser, why):
    saves(her_browser, token_on(her_browser.get(why)), words=SAID)

    (kept,) = Draft.objects.values()

    assert SAID not in repr(kept)
    assert "door" not in repr(kept)


def test_it_is_in_no_log(her_browser, why, caplog):
    with caplog.at_level(0):
        token = token_on(her_browser.get(why))
        saves(her_browser, token, words=SAID)
        saves(her_browser, "made up", words=SAID)

    assert SAID not in caplog.text


def test_one_cannot_save_under_another_name_nor_for_another(her_browser, her_login, why, client):
    token = token_on(her_browser.get(why))
    stranger = signed_in(a_login("Ben Carter"))

    assert saves(stranger, token, words="Mine").status_code == 400
    assert saves(her_browser, token[:-2], words=SAID).status_code == 400
    assert saves(her_browser, "", words=SAID).status_code == 400
    assert saves(client, token, words=SAID).status_code == 401
    assert her_browser.get(DRAFTS).status_code == 405
    assert not Draft.objects.exclude(words="").exists()


def test_another_never_sees_it(her_browser, dr_nair, dr_lund, records_staff, why):
    asked(her_browser, why)
    place = f"/staff/privacy/{Question.objects.get().key}/"
    saves(records_staff, token_on(records_staff.get(place)), answer="Half an answer")

    other = signed_in(a_login("Other", Role.RECORDS))

    assert "Half an answer" in records_staff.get(place).content.decode()
    assert "Half an answer" not in other.get(place).content.decode()


def test_a_form_from_elsewhere_is_refused(her_login, why):
    strict = Client(enforce_csrf_checks=True)
    signed_in(her_login, strict)

    assert saves(strict, token_on(strict.get(why)), words=SAID).status_code == 403


def test_only_the_fields_of_the_form_are_kept_and_not_too_much(her_browser, why):
    token = token_on(her_browser.get(why))

    assert saves(her_browser, token, told="phone", answer="x").json() == {"said": ""}
    assert saves(her_browser, token, words="x" * 5001).status_code == 400
    assert not Draft.objects.exclude(words="").exists()


def test_a_clinicians_comment_is_kept_by_itself_and_when_it_is_previewed(
    thursday, dr_nair, amina_yusuf
):
    report, _ = sent(*a_report_of(amina_yusuf, a_value(amina_yusuf, "61", "LL")))
    place = f"/staff/results/{report}/"
    browser = signed_in(dr_nair)
    saves(browser, token_on(browser.get(place)), comment="Please ring me.")
    assert "Please ring me." in browser.get(place).content.decode()
    seen = re.search(r'name="seen" value="([^"]+)"', browser.get(place).content.decode())[1]

    browser.post(place, {"act": "preview", "seen": seen, "comment": "Please ring us."})

    assert "Please ring us." in signed_in(dr_nair).get(place).content.decode()
    browser.post(place, {"act": "release", "seen": seen, "told": "phone", "comment": "Ring us."})
    assert seen_by_her(amina_yusuf) == [report]
    assert not Draft.objects.exclude(words="").exists()


def test_after_thirty_days_it_is_deleted(her_browser, her_login, why, moved_clock):
    saves(her_browser, token_on(her_browser.get(why)), words=SAID)
    moved_clock.move(days=29)
    assert keeping.purge(clock.now()) == 0
    moved_clock.move(days=1, seconds=1)

    assert SAID not in signed_in(her_login).get(why).content.decode()
    assert keeping.purge(clock.now()) == 1
    assert not Draft.objects.exists()


@pytest.mark.parametrize("is_kept", [True, False])
def test_whoever_is_signed_out_is_told_of_what_waits_if_something_does(
    her_browser, her_login, why, moved_clock, is_kept
):
    token = token_on(her_browser.get(why))
    saves(her_browser, token, words=SAID if is_kept else "")

    by_hand = her_browser.post("/account/logout/", follow=True)
    again = signed_in(her_login)
    moved_clock.move(minutes=31)
    by_time = again.get(why, follow=True)

    told = "Anything you had typed is saved for 30 days."
    for page in (by_hand, by_time):
        assert (told in words(page)) == is_kept
    assert f"next={why}" in by_time.content.decode()


def test_typing_keeps_a_session_alive(her_browser, why, moved_clock):
    token = token_on(her_browser.get(why))
    for _ in range(3):
        moved_clock.move(minutes=25)
        assert saves(her_browser, token, words=SAID).status_code == 200

    assert her_browser.get(why).status_code == 200


def test_each_form_has_its_own_draft(her_login):
    now = clock.now()
    for form, (name, *_) in FORMS.items():
        token = keeping.kept(her_login, form, "1", now).token
        keeping.save(her_login, token, {name: form}, now + timedelta(seconds=1))

    kept = {form: keeping.kept(her_login, form, "1", now).words for form in FORMS}

    assert kept == {form: {name: form} for form, (name, *_) in FORMS.items()}


def test_a_page_without_such_a_form_loads_no_script_for_it(her_browser, why):
    assert "portal/drafts.js" in her_browser.get(why).content.decode()
    for path in ("/", LOG, "/record/results/"):
        assert "portal/drafts.js" not in her_browser.get(path).content.decode()
    assert LINK.search(her_browser.get(LOG).content.decode())
