"""J1: a patient proves who they are, and reaches their own record and no other."""

import re
import time
from datetime import date, timedelta
from email import message_from_string

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import global_settings
from playwright.sync_api import expect

from portal.identity.models import Role
from tests.journeys.desk import PASSWORD, a_code_for, a_device_with_passkeys, makes_a_login
from tests.journeys.epr import EPR, a_person, blood_count, transaction
from tests.journeys.visitor import Visitor, a_patient, forgive, with_session
from tests.journeys.waiting import settled
from tests.signing_in import a_login, app_code, with_app

BEN, GRACE = "9991013172", "9991026347"
BENS_BIRTHDAY = date(1992, 5, 2)
BENS_ADDRESS = "ben.carter@example.org"
CLINICAL = re.compile(r"haemoglobin|blood|g/L|121", re.IGNORECASE)
# The service's clock moves before the browser's: what its socket says of the end comes too early.
UNTOLD = """
() => window.addEventListener("daybook:cut-off", (event) => {
  event.stopImmediatePropagation();
  event.preventDefault();
}, true)
"""


@pytest.fixture
def carters(epr, tuesday):
    """Let the hospital know Ben and his mother, and have a result of hers; return its address."""
    ben = a_person(BEN, "Carter", "Ben", BENS_BIRTHDAY.isoformat())
    grace = a_person(GRACE, "Carter", "Grace", "1945-02-11")
    sent = transaction(ben, grace)
    for nhs, number in ((BEN, "B1"), (GRACE, "G1")):
        sent["entry"] += blood_count(f"{EPR}/Patient/{nhs}", number, tuesday)["entry"]
    answer = epr.posts(sent)
    settled()
    reports = [place for _, place, _ in epr.ids(answer) if place.startswith("DiagnosticReport/")]
    return f"/record/results/{reports[1].partition('/')[2]}/"


@pytest.fixture
def sam(a_browser, live_site, tuesday):
    """Give Sam of the booking office, at work."""
    desk = a_browser()
    with_session(desk, a_login("Sam Reed", Role.RECORDS), live_site.base_url)
    return Visitor(desk, desk.new_page())


@pytest.fixture
def ben(a_browser):
    """Give Ben, whom nobody knows yet, at his browser."""
    own = a_browser()
    return Visitor(own, own.new_page())


def test_a_visitor_is_met_by_a_public_home_that_sets_no_cookie(ben):
    ben.opens("/")
    assert ben.page.locator("html").get_attribute("lang") == "en-GB"
    ben.page.keyboard.press("Tab")
    focused = ben.page.locator(":focus")
    expect(focused).to_have_text("Skip to main content")
    ben.page.keyboard.press("Enter")
    expect(ben.page.locator("#maincontent")).to_be_focused()
    assert ben.context.cookies() == []

    ben.opens("/record/")
    assert ben.heading == "Sign in"
    assert ben.page.url.endswith("/account/login/?next=%2Frecord%2F")


def test_ben_makes_a_login_at_the_desk_and_reaches_no_record_but_his_own(
    ben, sam, carters, live_site, complaints, as_superuser
):
    a_device_with_passkeys(ben.page)
    code = a_code_for(sam, BEN, BENS_BIRTHDAY)
    makes_a_login(ben, live_site, code, BENS_BIRTHDAY, BENS_ADDRESS)

    ben.presses("Add a passkey").says("Name for this passkey", "My phone").presses("Continue")
    assert ben.heading == "Your recovery codes"
    with ben.page.expect_download() as downloading:
        ben.page.get_by_role("button", name="Download the codes").click()
    first = downloading.value.path().read_text("utf-8").split()[-1]
    ben.opens("/account/2fa/").presses("Add an app")
    secret = ben.page.locator(".db-key-text").inner_text()
    shown = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    ben.says("Code from the app", shown).presses("Continue")
    ben.follows("Go to home").reads("Good morning, Ben")

    nobody = re.sub(r"[0-9a-f]{8}-", "00000000-", carters)
    bodies = [body_of(ben, address, 404) for address in (carters, nobody)]
    assert bodies[0] == bodies[1]
    assert not CLINICAL.search(bodies[0])
    forgive(complaints, "status of 404")
    refused = as_superuser.execute(
        "SELECT DISTINCT ids FROM portal_fhir_auditentry WHERE name = 'Ben Carter'"
        " AND kind = 'patient' AND outcome <> 'allowed'"
    ).fetchall()
    assert [carters.split("/")[3]] in [ids for (ids,) in refused]

    ben.opens("/").presses("Sign out")
    for answered in ("Good morning, Ben", "The code is wrong"):
        ben.opens("/account/login/").says("Email address", BENS_ADDRESS)
        ben.says("Password", PASSWORD).presses("Continue")
        ben.says("Code", first).presses("Sign in").reads(answered)
        ben.presses("Sign out" if "Ben" in answered else "Cancel and start again")
    ben.presses("Use a passkey")
    assert ben.heading == "Good morning, Ben"


def body_of(visitor, address, status):
    answer = visitor.page.goto(address)
    assert answer.status == status
    visitor.looks()
    return re.sub(r'value="[^"]*"', "", answer.text())


def test_a_session_that_nobody_uses_warns_and_then_ends_in_every_tab(
    carters, a_browser, live_site, complaints
):
    own = a_browser()
    own.clock.install()
    grace = a_patient(own, "Grace Carter", GRACE, live_site.base_url)
    grace.opens("/record/results/").opens(carters)
    other = grace.in_another_tab("/record/").opens(carters)
    other.reads("Haemoglobin")
    tabs = (grace, other)

    later(live_site, tabs, minutes=25)
    for tab in tabs:
        warning = tab.page.get_by_role("alertdialog", name="Are you still there?")
        expect(warning).to_contain_text("in 5 minutes")
        expect(warning.get_by_role("button", name="Stay signed in")).to_be_focused()
    other.examines()
    other.page.get_by_role("button", name="Stay signed in").click()
    for tab in tabs:
        expect(tab.page.get_by_role("alertdialog")).to_have_count(0)

    later(live_site, tabs, minutes=20)
    expect(grace.page.get_by_role("alertdialog")).to_have_count(0)
    for tab in tabs:
        tab.page.evaluate(UNTOLD)
    later(live_site, tabs, minutes=11)
    for tab in tabs:
        expect(tab.page.get_by_role("heading", level=1)).to_have_text("You are signed out")
        tab.reads("You had not used your record for a while")
        tab.looks()
    for tab in tabs:
        tab.page.go_back()
        expect(tab.page.get_by_role("heading", level=1)).to_be_visible()
        assert not CLINICAL.search(tab.page.content())
    forgive(complaints, "status of 401")


def test_five_wrong_codes_lock_the_login_and_a_mail_that_tells_nothing_says_so(
    carters, ben, live_site, settings
):
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    login = with_app(a_login("Ben Carter"))
    wrong = f"{(int(app_code()) + 1) % 1_000_000:06}"

    ben.opens("/account/login/").says("Email address", login.email)
    ben.says("Password", PASSWORD).presses("Continue")
    for _ in range(4):
        ben.says("Code", wrong).presses("Sign in").reads("The code is wrong")
    ben.says("Code", wrong).presses("Sign in")
    ben.reads("A wrong code was entered 5 times. Your login is locked until 10:3")
    ben.says("Code", app_code()).presses("Sign in").reads("Your login is locked until 10:3")
    (mail,) = live_site.mails
    assert "Subject: Your login is locked for a while" in mail
    assert not CLINICAL.search(without_number(mail))


def without_number(mail):
    """Return a mail without its Message-ID and our port, whose digits may read like a value."""
    parsed = message_from_string(mail)
    del parsed["Message-ID"]
    return re.sub(r"localhost:\d+", "localhost", parsed.as_string())


def later(site, tabs, **distance):
    """Let time pass for the service, and then for each tab, as if its lid had been closed."""
    site.move_clock(**distance)
    for tab in tabs:
        tab.page.clock.fast_forward(int(timedelta(**distance).total_seconds() * 1000))
