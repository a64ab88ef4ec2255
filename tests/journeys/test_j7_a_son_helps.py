"""J7: a son helps his mother, within limits, and is watched."""

import re
import time
from dataclasses import replace
from datetime import date

import pytest
from django.conf import global_settings
from playwright.sync_api import expect

from fhir.access import SYSTEM
from fhir.store import Repository
from portal import clock
from portal.carers.forms import last_day_of_year
from portal.identity.models import User
from portal.record.dates import day, local
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.desk import PASSWORD, of_birth
from tests.journeys.epr import EPR, a_person, blood_count, transaction
from tests.journeys.visitor import Visitor, a_patient, forgive, with_session
from tests.journeys.waiting import settled, until

BEN, GRACE = "9991013172", "9991026347"
GRACES_BIRTHDAY = date(1945, 2, 11)
PEOPLE = "/account/people/"
CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}")
CLOSED = "You can no longer see this page"


@pytest.fixture
def carters(epr, tuesday):
    """Let the hospital know both, with a result of hers; return its address."""
    ben = a_person(BEN, "Carter", "Ben", "1992-05-02")
    grace = a_person(GRACE, "Carter", "Grace", GRACES_BIRTHDAY.isoformat())
    sent = transaction(ben, grace)
    sent["entry"] += blood_count(f"{EPR}/Patient/{GRACE}", "G1", tuesday)["entry"]
    answer = epr.posts(sent)
    settled()
    (report,) = [at for _, at, _ in epr.ids(answer) if at.startswith("DiagnosticReport/")]
    return f"/record/results/{report.partition('/')[2]}/"


@pytest.fixture
def runs_script():
    return True


@pytest.fixture
def a_person_of_theirs(carters, a_browser, live_site, settings, runs_script):
    """Give what signs somebody in whom the hospital knows, in a browser of their own."""
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS

    def sign_in(name, number, viewport):
        own = a_browser(viewport, java_script_enabled=runs_script)
        signed_in = a_patient(own, name, number, live_site.base_url)
        return replace(signed_in, runs_script=runs_script)

    return sign_in


@pytest.fixture
def grace(a_person_of_theirs):
    return a_person_of_theirs("Grace Carter", GRACE, PHONE)


@pytest.fixture
def ben(a_person_of_theirs):
    return a_person_of_theirs("Ben Carter", BEN, DESK)


@pytest.fixture
def a_letter(grace):
    """Let a letter of hers be there, that anybody with letters may read."""
    patient = User.objects.get(name="Grace Carter").links.get().patient
    Repository(SYSTEM).create(
        {
            "resourceType": "DocumentReference",
            "status": "current",
            "type": {"text": "Clinic letter"},
            "subject": {"reference": f"Patient/{patient}"},
            "date": clock.now().isoformat(),
            "content": [{"attachment": {"contentType": "text/plain", "data": "RGVhciBHcmFjZQ=="}}],
        }
    )


def invites(grace, *, name="Ben Carter", ticks=(), end="When I stop it"):
    """Let her fill in the form, from the page of those who help her; return the code."""
    grace.opens(PEOPLE).presses("Invite someone to help")
    if grace.heading.startswith("Is it safe"):
        grace.presses("It is my choice, go on")
    if grace.heading == "Is it still you?":
        grace.says("Password", PASSWORD).presses("Continue")
    assert grace.heading == "Invite someone to help"
    grace.says("Their name", name).says("Their email", "ben@example.org")
    grace.page.get_by_label("Who are they to you?").select_option("SONC")
    for tick in ticks:
        grace.page.get_by_label(tick, exact=True).check()
    grace.page.get_by_label(end, exact=True).check()
    grace.presses("Check what I will share").reads("Appointments, letters")
    grace.presses("Send the invitation").reads("We show it here once")
    return CODE.search(grace.page.get_by_role("main").inner_text())[0]


def enters(ben, code, born=GRACES_BIRTHDAY):
    ben.opens(f"{PEOPLE}helping/begin/").says("Code", code)
    return of_birth(ben, born).presses("Start helping")


def goes_to_her_record(ben):
    ben.opens("/").presses("Go to Grace Carter’s record")
    assert ben.heading == "Grace Carter’s record"
    return ben


def mails_to(site, address):
    return [text for text in site.mails if f"To: {address}" in text]


@pytest.mark.parametrize("runs_script", [True, False], ids=["with script", "without script"])
def test_a_son_helps_within_limits_and_is_watched(
    grace, ben, carters, a_letter, live_site, complaints, runs_script
):
    code = invites(grace)
    grace.opens(PEOPLE).reads("They cannot see anything yet")
    assert [code in text for text in mails_to(live_site, "ben@example.org")] == [True]

    for _ in range(5):
        enters(ben, code, date(1945, 2, 12)).reads("do not belong together")
    enters(ben, code).reads("do not belong together")
    until(
        lambda: any("has been closed" in one for one in mails_to(live_site, "grace.carter@")),
        "Grace was not told.",
    )
    forgive(complaints, "status of 400")
    grace.opens(PEOPLE).reads("Nobody else can see your record")

    enters(ben, invites(grace)).reads("You can now help Grace Carter")

    goes_to_her_record(ben)
    for address, heading in (("/", "Grace"), ("/record/", ""), ("/record/letters/", "Letters")):
        ben.opens(address)
        expect(ben.page.get_by_role("region", name="Acting for someone")).to_contain_text(
            "Acting for Grace Carter"
        )
        assert ben.page.title().startswith("Acting for Grace Carter: ")
        assert heading in ben.heading
        assert ben.page.locator('a[href^="/record/results/"]').count() == 0
    ben.reads("Clinic letter")
    for address in (carters, "/record/results/", "/record/access-log/"):
        ben.opens(address, 404)
        assert "Haemoglobin" not in ben.page.content()
    forgive(complaints, "status of 404")

    grace.opens("/record/access-log/?who=helpers").reads("Ben Carter")
    grace.reads(re.compile("helping you", re.IGNORECASE))

    ben.opens("/record/letters/")
    grace.opens(PEOPLE).follows("Stop sharing with Ben").presses("Stop sharing")
    if runs_script:
        his_page_closes(ben)
    ben.opens("/record/letters/", 404)
    ben.presses("Go to my own record")
    assert ben.heading.endswith("Ben")
    grace.opens(PEOPLE).reads("Ben Carter could see your appointments, letters until")
    forgive(complaints, "status of 40[14]")


def his_page_closes(ben):
    started = time.monotonic()
    expect(ben.page.get_by_role("heading", level=1)).to_have_text(CLOSED)
    took = time.monotonic() - started
    ben.looks()
    assert "Grace" not in ben.page.content()
    print(f"\nclosed {took:.2f} s after it was stopped")  # noqa: T201 (the figure)


def test_a_sharing_ends_by_itself_on_the_day_that_was_chosen(
    grace, ben, live_site, a_browser, moved_clock, complaints
):
    today = local(clock.now()).date()
    last = last_day_of_year(today)
    enters(ben, invites(grace, end=f"On {day(last)}")).reads(day(last))
    goes_to_her_record(ben)

    for days, said in (((last - today).days, "Grace Carter"), (1, "You do not help anybody here")):
        live_site.move_clock(days=days)
        clock.forget()
        own = a_browser()
        with_session(own, User.objects.get(name="Ben Carter"), live_site.base_url)
        Visitor(own, own.new_page()).opens(f"{PEOPLE}helping/").reads(said)
    forgive(complaints, "status of 401")  # their sessions were long over by then


@pytest.mark.parametrize("runs_script", [False], ids=["without script"])
def test_without_script_she_leaves_at_once_and_back_shows_nothing(grace):
    away = "https://www.bbc.co.uk/**"
    grace.context.route(away, lambda route: route.fulfill(body="Sunny"))
    grace.opens(PEOPLE).reads("Nobody else can see your record")
    grace.presses("Invite someone to help").reads("You never have to share")

    grace.page.get_by_role("link", name="Leave this page now").click()
    expect(grace.page.locator("body")).to_have_text("Sunny")

    grace.page.go_back()
    expect(grace.page.get_by_role("heading", level=1)).to_have_text("Sign in")
