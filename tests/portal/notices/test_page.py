"""The page on which a patient says what they want to be reminded of."""

from portal.notices.models import NoticeChoice
from tests.portal.pages import words

PAGE = "/account/notices/"


def test_reminders_are_on_until_they_are_switched_off(her_browser, her_login):
    assert "checked" in her_browser.get(PAGE).content.decode()

    answer = her_browser.post(PAGE, {}, follow=True)

    assert "We have saved what you want to be told." in words(answer)
    assert "checked" not in answer.content.decode()
    assert NoticeChoice.objects.get(user=her_login).reminders_by_email is False
    her_browser.post(PAGE, {"reminders_by_email": "on"})
    assert NoticeChoice.objects.get(user=her_login).reminders_by_email is True


def test_the_page_says_what_always_comes(her_browser):
    said = words(her_browser.get(PAGE))

    assert "amina.yusuf@example.org" in said
    assert "What we always tell you a visit is booked the time of a visit changes" in said


def test_the_account_leads_there(her_browser):
    assert f'href="{PAGE}"' in her_browser.get("/account/").content.decode()
