"""J4: a visit is booked without a clash, with script and without, from wherever the browser is."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import httpx
import pytest
from django.conf import settings as configured
from playwright.sync_api import expect

from fhir.access import SYSTEM
from fhir.store import Criteria, Repository
from portal import clock
from portal.appointments import clinics
from portal.appointments.models import ClinicSlot
from portal.appointments.rules import State
from portal.record.dates import LONDON
from tests.builders import a_patient as a_person
from tests.journeys.conftest import PHONE
from tests.journeys.visitor import Visitor, forgive, with_session
from tests.portal.appointments import diary, family, truth
from tests.portal.appointments.clinic import a_clinic, a_need, booked, claims_with, ordered
from tests.signing_in import a_login, linked, signed_in

HELD = "We are keeping this time for you"
NUMBER = "07700 900 123"
CROWD = 20
ZONES = ["America/Los_Angeles", "Asia/Kolkata", "Europe/London"]
CHANGES = [
    (date(2026, 3, 29), "The clocks go forward on Sunday 29 March 2026."),
    (date(2026, 10, 25), "The clocks go back on Sunday 25 October 2026."),
    (date(2027, 3, 28), "The clocks go forward on Sunday 28 March 2027."),
    (date(2027, 10, 31), "The clocks go back on Sunday 31 October 2027."),
]


@pytest.fixture
def clinic(march):
    """Let Dr Nair's clinic be published, with an interpreter, and one more beside it without."""
    made = a_clinic(languages=["ur"])
    clinics.change(made, clock.now(), SYSTEM)
    beside = a_clinic(weekdays=[4], clinician="lund", clinician_name="Dr Erik Lund")
    clinics.change(beside, clock.now(), SYSTEM)
    return made


def somebody(name, nhs_number, **more):
    given, family = name.split()
    patient = Repository(SYSTEM).create(a_person(nhs_number, family, given) | more).id
    login = a_login(name)
    linked(login, patient)
    return login, patient


@pytest.fixture
def amina(clinic):
    """Give Amina's login, record and ticket; her record says who must interpret."""
    required = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
    login, patient = somebody(
        "Amina Yusuf",
        "9991000003",
        extension=[{"url": required, "valueBoolean": True}],
        communication=[{"language": {"coding": [{"code": "ur"}]}, "preferred": True}],
    )
    Repository(SYSTEM).create(a_need(patient, "Speak slowly"))
    return login, patient, ordered(patient)


@pytest.fixture
def ben(clinic):
    login, patient = somebody("Ben Carter", "9991000011")
    return login, patient, ordered(patient)


@pytest.fixture
def visits(a_browser, live_site):
    """Let somebody look at their pages, in a browser of their own."""

    def visit(person, *, script=True, **more):
        own = a_browser(PHONE, java_script_enabled=script, **more)
        with_session(own, person[0], live_site.base_url)
        return Visitor(own, own.new_page(), runs_script=script)

    return visit


def picks(visitor, at, day="Tuesday 31 March 2026"):
    return visitor.presses(f"{at} on {day}")


def chooses(visitor, at):
    return visitor.presses(f"Choose {at} on Tuesday 31 March 2026")


def appointments(patient):
    return Repository(SYSTEM).search(Criteria("Appointment", [patient], statuses=["booked"]))[0]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_visit_is_found_kept_lost_and_booked(visits, amina, ben, live_site, complaints, script):
    her, his = visits(amina, script=script), visits(ben, script=script)
    her.opens("/appointments/").reads("You have no visits booked.").reads("Ready to book")
    her.page.get_by_role("link", name="Choose a time").click()
    her.looks().reads("54 times to choose from")
    her.reads("The clocks go forward on Sunday 29 March 2026.").reads("All times are UK time.")

    picks(her, "9:20am").reads("Tuesday 31 March 2026, 9:20am").reads(HELD)
    her.reads(re.compile(r"until 10:4\d+am\. It is not booked yet\."))
    her.reads("Speak slowly").reads("Urdu. They will be there with you.")
    if script:
        expect(her.page.get_by_role("timer")).to_have_text(re.compile(r"^4:\d\d left$"))

    his.opens(f"/appointments/book/{ben[2]}/")
    assert his.page.get_by_role("button", name="9:20am on Tuesday 31 March 2026").count() == 0

    her.says("What you want to talk about (optional)", "My chest is tight")
    her.says("Phone number for this visit", NUMBER)
    live_site.move_clock(minutes=5)
    her.presses("Book this visit").reads("We could not keep 9:20am any longer")
    her.reads("My chest is tight")
    assert appointments(amina[1]) == []

    his.reloads()
    picks(his, "9:20am").reads(HELD)
    chooses(her, "9:20am").reads("Someone else has just taken 9:20am")
    chooses(her, "9:40am").reads(HELD)
    reason = her.page.get_by_label("What you want to talk about (optional)")
    expect(reason).to_have_value("My chest is tight")

    reason.fill("x" * 151)
    her.presses("Book this visit").reads("There is a problem").reads(HELD)
    if script:
        expect(her.page.locator(".nhsuk-error-summary")).to_be_focused()
    reason.fill("x" * 150)
    her.presses("Book this visit")

    assert her.heading == "Your video visit is booked"
    her.reads("Tuesday 31 March 2026, 9:40am UK time").reads("Have your inhalers with you.")
    (made,) = appointments(amina[1])
    assert made.json["start"] == "2026-03-31T08:40:00+00:00"
    assert len(made.json["supportingInformation"]) == 1
    her.opens("/appointments/").reads("Tuesday 31 March 2026, 9:40am")
    forgive(complaints, "status of 4(00|09|10)")


def test_a_mother_without_a_ticket_of_her_own_books_for_two_children_in_a_row(
    visits, amina, live_site, complaints
):
    """With script, and then without it for other visits of the same children."""
    mother = somebody("Mary Reed", "9991000062")
    children = [family.a_child(mother[0], name) for name in ("Sami Reed", "Zara Reed")]

    for script, at, until in ((True, "9am", "9:40am"), (False, "10am", "10:40am")):
        her = visits(mother, script=script)
        for address, status in (("", 200), (f"{amina[2]}/", 404)):
            her.opens(f"/appointments/book/{address}", status)
            her.reads("You need your team to ask for this visit first").reads("01632 960 100")
        for child in children:
            ordered(child)
        finds_times_for_two(her, at, until)
        her.page.locator("[name=p0-reason]").fill("He coughs at night")
        her.page.locator("[name=p0-phone]").fill(NUMBER)
        her.presses("Book these 2 visits").reads("Zara Reed: Enter a phone number for this visit")
        her.page.locator("[name=p1-phone]").fill(NUMBER)
        live_site.move_clock(minutes=5)
        her.presses("Book these 2 visits").reads("We could not keep these times any longer")
        her.reads("Nothing is booked for anybody.")
        chooses(her, at).reads("We are keeping these times for you")
        expect(her.page.locator("[name=p0-reason]")).to_have_value("He coughs at night")
        her.presses("Book these 2 visits")

        assert her.heading == "2 visits are booked"
        her.reads(f"from {at} UK time").reads(f"Sami Reed: {at}")
        her.presses("See Sami Reed’s visit").reads(f"Tuesday 31 March 2026, {at} UK time")
        expect(her.page.get_by_label("Acting for someone")).to_contain_text("Acting for Sami Reed")

    assert [len(appointments(child)) for child in children] == [2, 2]
    assert truth.broken() == {}
    forgive(complaints, "status of 4(00|04|10)")


def finds_times_for_two(her, at, until):
    """Lead a mother from her list to the check of two times in a row, of a morning."""
    her.opens("/appointments/").reads("Sami Reed and Zara Reed each have a visit to book")
    her.follows("Find times for all of you", exact=False)
    her.reads("Choose times for your video visits together")
    her.page.get_by_text("Change who comes, or what you see").click()
    her.page.get_by_label("Morning", exact=True).check()
    her.presses("Show times").reads("Showing: any time, in the morning.")
    name = re.compile(rf"^{at} ?to {until} on Tuesday 31 March 2026$")
    with her.page.expect_navigation():
        her.page.get_by_role("button", name=name).click()
    her.looks().reads("We are keeping these times for you").reads("They are not booked yet.")


def test_a_countdown_is_said_once_and_at_its_end_nothing_is_taken_away(visits, amina, complaints):
    her = visits(amina)
    her.page.clock.install()
    her.opens(f"/appointments/book/{amina[2]}/")
    picks(her, "9:20am").says("What you want to talk about (optional)", "My chest is tight")
    timer, polite = her.page.get_by_role("timer"), her.page.locator("[data-hold-said]")

    her.page.clock.fast_forward(200_000)
    expect(polite).to_be_empty()
    her.page.clock.fast_forward(60_000)
    expect(polite).to_have_text("Less than 1 minute left")
    expect(timer).to_have_text(re.compile(r"^0:[234]\d left$"))
    her.page.clock.fast_forward(60_000)

    her.reads("We could not keep 9:20am any longer. Your answers are still here.")
    expect(timer).to_be_hidden()
    button = her.page.get_by_role("button", name="See if 9:20am is still free")
    expect(button).to_be_visible()
    expect(her.page.get_by_label("What you want to talk about (optional)")).to_have_value(
        "My chest is tight"
    )
    her.examines()


@pytest.fixture
def senders(clinic, live_site):
    """Give twenty patients at browsers of their own."""
    crowd = [Sender(live_site.base_url, *crowd_member(n)) for n in range(CROWD)]
    yield crowd
    for one in crowd:
        one.browser.close()


def test_twenty_posts_at_once_book_one_visit(clinic, senders):
    """J4.6, by each of twenty patients in a session of their own, for one time."""
    slot = ClinicSlot.objects.get(
        clinic=clinic, starts_at=datetime.combine(date(2026, 3, 31), time(9, 20), LONDON)
    )

    with ThreadPoolExecutor(CROWD) as pool:
        answers = list(pool.map(lambda one: one.picks(slot), senders))
    won = [one for one, answer in zip(senders, answers, strict=True) if answer.status_code == 302]
    lost = [answer for answer in answers if answer.status_code == 409]
    led = [answer.headers.get("Location") for answer in answers]

    assert (len(won), len(lost)) == (1, CROWD - 1), led
    for answer in lost:
        assert "Someone else has just taken 9:20am" in answer.text
        assert answer.text.count('name="time"') == 3
    with ThreadPoolExecutor(CROWD) as pool:
        booking = list(pool.map(lambda _: won[0].books(), range(CROWD)))
    assert {answer.status_code for answer in booking} == {302}
    assert len({answer.headers["Location"].partition("?")[0] for answer in booking}) == 1
    assert len(claims_with(state=State.BOOKED)) == 1
    assert truth.broken() == {}


def crowd_member(n):
    login, patient = somebody(f"Patient N{n}", checked(f"99910{n:04}"))
    return login, ordered(patient)


def checked(nine):
    """Return an NHS number of the test range with its check digit."""
    total = sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True))
    last = (11 - total % 11) % 11
    return f"{nine}{last}" if last < 10 else checked(f"{int(nine) + 100_00:09}")


class Sender:
    """A browser that only posts, as a test harness does."""

    def __init__(self, base_url, login, ticket):
        session = signed_in(login).cookies[configured.SESSION_COOKIE_NAME]
        self.browser = httpx.Client(
            base_url=base_url, headers={"Origin": base_url}, timeout=60,
            cookies={session.key: session.value},
        )  # fmt: skip
        self.address = f"/appointments/book/{ticket}/"
        self.fields = hidden(self.browser.get(self.address).text)

    def picks(self, slot):
        answer = self.browser.post(self.address, data=self.fields | {"time": f"{slot.slot}|video"})
        self.address = answer.headers.get("Location", self.address)
        return answer

    def books(self):
        return self.browser.post(self.address, data=self.fields | {"reason": "", "phone": NUMBER})


def hidden(page):
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)"', page))


@pytest.mark.parametrize("zone", ZONES)
def test_wherever_the_browser_is_the_time_is_the_hospitals(visits, amina, zone):
    patient, ticket = amina[1:]
    slot = ClinicSlot.objects.get(starts_at=datetime(2026, 3, 31, 8, 20, tzinfo=UTC))
    booking = booked(patient, ordered(patient), slot)
    her = visits(amina, timezone_id=zone)
    warning = her.page.get_by_text("Your device shows another time. Go by UK time.")

    for address, time_said in (
        ("/appointments/", "Tuesday 31 March 2026, 9:20am"),
        (f"/appointments/book/{ticket}/", "9:40am"),
        (f"/appointments/{booking.key}/booked/", "Tuesday 31 March 2026, 9:20am"),
    ):
        her.opens(address).reads(time_said).reads("UK time")
        expect(warning.first).to_be_visible(visible=zone != "Europe/London")


def test_across_each_change_of_the_clocks_a_clinic_at_nine_is_at_nine(visits, amina, live_site):
    """The days before and after each change, from the week before it, wherever the browser is."""
    every = a_clinic(
        service="sundays", clinician="reed", weekdays=[6, 7, 1], first_day=date(2026, 3, 1),
        last_day=None, opens=time(9), closes=time(9, 20), nation="",
    )  # fmt: skip
    ticket = ordered(amina[1], every.service)

    for change, told in CHANGES:
        distance = datetime.combine(change - timedelta(days=7), time(10), LONDON) - clock.now()
        live_site.move_clock(seconds=distance.total_seconds())
        clock.forget()
        clinics.change(every, clock.now(), SYSTEM)
        days = [change + timedelta(days=n) for n in (-1, 0, 1)]
        found = ClinicSlot.objects.filter(clinic=every.key, local_date__in=days)
        hours = sorted(one.starts_at.astimezone(UTC).hour for one in found)
        assert hours == ([8, 8, 9] if "forward" in told else [8, 9, 9])
        for zone in ZONES:
            her = visits(amina, timezone_id=zone)
            her.page.goto(f"/appointments/book/{ticket}/")
            her.reads(told).reads("All times are UK time.")
            for day in days:
                name = f"9am on {day:%A} {day.day} {day:%B %Y}"
                expect(her.page.get_by_role("button", name=name, exact=True)).to_be_visible()
            warning = her.page.get_by_text("Your device shows another time. Go by UK time.")
            expect(warning.first).to_be_visible(visible=zone != "Europe/London")
            her.page.close()


def test_an_open_list_follows_what_is_ordered_and_booked(visits, amina, clinic):
    patient = amina[1]
    her = visits(amina)
    her.opens("/appointments/")
    ready = her.page.get_by_role("heading", name="Ready to book")
    expect(ready).to_have_count(1)

    other = ordered(patient)
    expect(ready).to_have_count(2)
    slot = ClinicSlot.objects.get(clinic=clinic, idx=0, local_date=date(2026, 3, 31))
    booking = booked(patient, other, slot)

    her.reads("Tuesday 31 March 2026, 9am")
    expect(ready).to_have_count(1)

    # And what the hospital's own diary says.
    diary.said(booking, "S13", slot.starts_at + timedelta(hours=1))
    her.reads("Tuesday 31 March 2026, 10am")
    diary.said(booking, "S15")
    expect(ready).to_have_count(2)
    her.reads("Cancelled")
