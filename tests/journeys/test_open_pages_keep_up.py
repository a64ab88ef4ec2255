"""An open page keeps up by whatever way is open, catches up after sleep, and closes in time."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from portal import clock
from portal.identity import actions
from portal.identity.models import ActivationCode, Link, Role, User
from tests.journeys.epr import blood_count
from tests.journeys.visitor import Visitor, forgive, with_session
from tests.journeys.waiting import settled, until
from tests.signing_in import a_login

NO_SOCKET = """window.WebSocket = class {
  constructor() { setTimeout(() => this.onclose?.({ code: 1006 })); }
  send() {}
  close() {}
};"""
NO_STREAM = """window.EventSource = class {
  constructor() { setTimeout(() => this.onerror?.()); }
  close() {}
};"""


@pytest.fixture
def on_another_device(a_browser, amina, live_site):
    """Sign Amina in on another device, whose browser may lack something."""
    login = User.objects.get(name="Amina Yusuf")

    def sign_in(*lacking):
        device = with_session(a_browser(), login, live_site.base_url)
        device.clock.install()
        for script in lacking:
            device.add_init_script(script)
        visitor = Visitor(device, device.new_page())
        visitor.asked = []
        device.on("request", lambda request: visitor.asked.append(request.url))
        return visitor

    return sign_in


def test_news_comes_by_stream_or_by_asking_where_there_is_no_socket(
    amina, amina_yusuf, epr, tuesday, on_another_device
):
    amina.opens("/record/results/")
    streaming = on_another_device(NO_SOCKET).opens("/record/results/")
    asking = on_another_device(NO_SOCKET, NO_STREAM).opens("/record/results/")
    until(lambda: passes(streaming) and was_asked(streaming, "/live/events"), "no stream")
    until(lambda: passes(asking) and was_asked(asking, "/live/head"), "never asked")
    streaming.asked.clear()

    epr.posts(blood_count(amina_yusuf, "L26-1", tuesday))

    expect(amina.status).to_contain_text("1 new result")
    expect(streaming.status).to_contain_text("1 new result")
    until(lambda: passes(asking) and "1 new result" in asking.status.inner_text(), "not told")
    assert not was_asked(streaming, "/live/head")
    asking.follows("Show the new result")
    expect(asking.page.locator("#first-new")).to_contain_text("White blood cells")


def test_a_page_that_slept_through_the_news_catches_up_without_loading_anew(
    amina, amina_yusuf, epr, tuesday, complaints, live_site
):
    amina.context.clock.install()
    amina.opens("/record/results/")
    amina.page.evaluate("() => { window.isTheSamePage = true; }")
    amina.context.set_offline(True)
    epr.posts(blood_count(amina_yusuf, "L26-1", tuesday - timedelta(hours=1)))
    settled()
    amina.context.set_offline(False)
    expect(amina.status).to_contain_text("1 new result")

    live_site.kill("serve")
    live_site.start()
    epr.posts(blood_count(amina_yusuf, "L26-2", tuesday))
    until(lambda: passes(amina) and "2 new results" in amina.status.inner_text(), "still away")
    assert amina.page.evaluate("() => window.isTheSamePage")
    forgive(complaints, "net::ERR_|WebSocket connection")


def test_pages_close_within_seconds_when_a_right_to_look_has_ended(
    amina, on_another_device, complaints
):
    amina.opens("/record/results/")
    elsewhere = on_another_device().opens("/record/results/")

    elsewhere.opens("/account/").presses("Sign out everywhere else")
    is_signed_out(amina)
    elsewhere.opens("/record/results/")
    link = Link.objects.get(ended_at=None)
    code = actions.give_code(
        patient=link.patient, evidence=ActivationCode.Evidence.PASSPORT,
        by=a_login("Sam Reed", Role.RECORDS), now=clock.now(),
    )  # fmt: skip
    given = ActivationCode.objects.get()
    actions.activate(user=a_login("Amina Anew"), code=given.pk, now=clock.now())
    assert code
    is_signed_out(elsewhere)
    forgive(complaints, "status of 40[13]")


def is_signed_out(visitor):
    heading = visitor.page.get_by_role("heading", level=1)
    expect(heading).to_have_text("You are signed out")
    assert "Full blood count" not in visitor.page.content()


def passes(visitor):
    """Let time pass in a browser, so that what it meant to do later is done."""
    visitor.page.clock.fast_forward(40_000)
    return True


def was_asked(visitor, path):
    return any(path in url for url in visitor.asked)
