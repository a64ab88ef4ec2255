"""J5: a visit moves without being lost, and a time that comes free finds who has waited longest."""

import re
from datetime import date, datetime, timedelta

import httpx
import pytest
from django.conf import settings as configured
from icalendar import Calendar
from playwright.sync_api import expect

from fhir.access import SYSTEM
from fhir.scope import scoped
from portal import clock
from portal.appointments.rules import State
from portal.notices.models import Notice
from portal.offers.tasks import offer_earlier_times
from portal.record.dates import LONDON
from tests.journeys.conftest import PHONE
from tests.journeys.visitor import Visitor, forgive
from tests.journeys.waiting import settled, until
from tests.portal.appointments import truth
from tests.portal.appointments.clinic import booked, claim, claims_with, published, slots_of
from tests.portal.appointments.test_changing import FAILING
from tests.portal.carers.helping import just_proved
from tests.portal.offers.pieces import (
    NUMBERS,
    cancels,
    offered_to,
    offers,
    somebody,
    wishes_for_sooner,
)
from tests.signing_in import a_login, linked, signed_in

MOVED = "Subject: The time of your hospital visit has changed"
CANCELLED = "Subject: Your hospital visit is cancelled"
OFFERED = "Subject: You can have an earlier hospital visit"
LAST = date(2026, 3, 31)


@pytest.fixture
def slots(march):
    """Let Dr Nair see people on the 24th and the 31st."""
    return slots_of(published(last_day=LAST))


class Person:
    """Somebody with a record and an order, who has waited since January; with a login if named."""

    def __init__(self, n, name=""):
        self.patient, self.ticket = somebody(
            name or f"N{n}", NUMBERS[n], waits_since=f"2026-01-{n + 1:02}"
        )
        self.login = a_login(name) if name else None
        if self.login:
            linked(self.login, self.patient)

    def books(self, slot):
        self.booking = booked(self.patient, self.ticket, slot)
        return self


@pytest.fixture
def visits(a_browser, live_site):
    """Let somebody look at their pages, in a browser in which they have just signed in."""

    def visit(person, **more):
        context = a_browser(PHONE, **more)
        session = just_proved(signed_in(person.login)).cookies[configured.SESSION_COOKIE_NAME]
        context.add_cookies(
            [{"name": session.key, "value": session.value, "url": live_site.base_url}]
        )
        return Visitor(context, context.new_page())

    return visit


def at(slots, day, hour, minute=0):
    wanted = datetime(2026, 3, day, hour, minute, tzinfo=LONDON)
    return next(slot for slot in slots if slot.starts_at == wanted)


def read(address):
    """Ask as a calendar does, and return the one event there is."""
    answer = httpx.get(address).raise_for_status()
    (event,) = Calendar.from_ical(answer.content).events
    return event, answer.headers["ETag"]


def reminders(booking):
    with scoped(SYSTEM):
        rows = Notice.objects.filter(subject=str(booking.key), kind__startswith="in ")
        return {one.state for one in rows}


def test_a_visit_moves_in_one_step_and_the_calendar_follows(
    slots, visits, live_site, as_superuser, complaints
):
    """J4.9, J5.1, J5.2 and J5.6."""
    amina = Person(0, "Amina Yusuf").books(at(slots, 31, 9, 20))
    her = visits(amina)
    her.opens(f"/appointments/{amina.booking.key}/booked/")
    file = her.context.request.get(f"/appointments/{amina.booking.key}/appointment.ics")
    assert b"DTSTART;TZID=Europe/London:20260331T092000" in file.body()
    her.follows("let your calendar read all your visits").presses("Make my calendar address")
    address = her.page.locator(".db-key-text").inner_text()
    event, tag = read(address)
    assert (event["SUMMARY"], event["SEQUENCE"]) == ("Hospital appointment", 0)
    assert event.start == datetime(2026, 3, 31, 9, 20, tzinfo=LONDON)
    assert httpx.get(address, headers={"If-None-Match": tag}).status_code == 304
    until(lambda: reminders(amina.booking) == {"waiting"}, "Nobody will remind her.")

    her.opens(f"/appointments/{amina.booking.key}/move/")
    her.presses("10am on Tuesday 31 March 2026")
    as_superuser.execute(FAILING)
    her.presses("Change to this time").reads("Nothing has changed. You still have 9:20am")
    her.reads(re.compile(r"call 01632 960 100\. Please give them this code: \w{2}-\w{4}"))
    assert claim(amina.booking.key).state == State.BOOKED
    as_superuser.execute("DROP TRIGGER fails ON portal_fhir_resource")
    her.presses("Try again").presses("Change to this time")

    her.reads("Tuesday 31 March 2026, 10am UK time")
    (now,) = claims_with(state=State.BOOKED)
    assert claim(amina.booking.key).moved_to == now.key
    moved, new_tag = read(address)
    assert (moved["UID"], moved["SEQUENCE"], moved["STATUS"]) == (event["UID"], 1, "CONFIRMED")
    assert moved.start == datetime(2026, 3, 31, 10, tzinfo=LONDON)
    assert new_tag != tag
    until(lambda: MOVED in mails(live_site), "She was not told of the new time.")
    assert mails(live_site).count(MOVED) == 1
    assert CANCELLED not in mails(live_site)
    assert reminders(amina.booking) == {"dropped"}
    until(lambda: reminders(now) == {"waiting"}, "Nobody will remind her of the new time.")

    her.context.close()
    live_site.move_clock(
        seconds=(now.starts_at - timedelta(hours=20) - clock.now()).total_seconds()
    )
    clock.forget()
    her = visits(amina)
    her.opens(f"/appointments/{now.key}/change/").reads("It is too late to change this online")
    her.reads("01632 960 100")
    assert her.page.get_by_role("radio").count() == 0
    forgive(complaints, "status of 503")


def mails(site):
    return "\n".join(site.mails)


def test_an_earlier_time_goes_to_the_first_who_says_yes(slots, visits, live_site):
    """J5.3, J5.4 and J5.5."""
    ben = Person(0, "Ben Carter").books(slots[-1])
    cara = Person(1, "Cara Osei").books(slots[-2])
    others = [Person(n).books(slots[-1 - n]) for n in range(2, 7)]
    for one in (cara, *others):
        wishes_for_sooner(one.booking)
    his, hers = visits(ben), visits(cara)
    his.opens(f"/appointments/{ben.booking.key}/booked/").follows("offer you their time")
    his.page.get_by_label("2 days", exact=True).check()
    his.presses("Offer me earlier times").reads("We will tell you if an earlier time comes free.")
    hers.opens("/appointments/")

    amina = Person(10, "Amina Yusuf").books(at(slots, 24, 9))
    leaver = visits(amina)
    leaves(leaver, amina.booking)

    for one in (his, hers):
        hears_of(one, "You can be seen sooner")  # without a reload
        one.follows("See the earlier time").reads("Tuesday 24 March")
        one.reads("Please choose by 12:4").reads("Nothing changes unless you say yes")
    first_five = [one.patient for one in (ben, cara, *others[:3])]
    assert offered_to(slot=amina.booking.slot) == first_five
    until(lambda: OFFERED in mails(live_site), "Nobody was told of the offer.")
    his.presses("Take Tuesday 24 March, 9am")

    assert his.heading == "Your video visit is booked"
    his.reads("Tuesday 24 March 2026, 9am UK time")
    hers.reads("That earlier time has gone").reads("Your own visit has not changed.")
    hers.reads("You are still booked for")
    expect(hers.page.get_by_role("button", name=re.compile("^Take"))).to_have_count(0)
    hers.examines()
    assert claim(cara.booking.key).state == State.BOOKED
    assert claim(ben.booking.key).state == State.MOVED

    settled()
    dora = Person(11).books(at(slots, 24, 10))
    cancels(dora.booking)
    settled()
    offer_earlier_times(timestamp=0)
    second_five = [one.patient for one in (cara, *others[:4])]
    assert offered_to(slot=dora.booking.slot) == second_five
    for one in (his, hers, leaver):
        one.context.close()  # before their sessions are over
    live_site.move_clock(hours=2)
    clock.forget()
    offer_earlier_times(timestamp=0)
    made = offers(slot=dora.booking.slot)
    assert [one.state for one in made] == ["expired"] * 5 + ["open"]
    assert made[-1].patient == others[4].patient
    assert truth.broken() == {}


def hears_of(visitor, words):
    """Wait for what a timed task brings about, which looks every ten seconds."""
    expect(visitor.page.get_by_role("main")).to_contain_text(words, timeout=60_000)


def leaves(visitor, booking):
    """Cancel as a patient does, with a reason."""
    visitor.opens(f"/appointments/{booking.key}/cancel/")
    why = visitor.page.get_by_label("Why are you cancelling? (optional)")
    why.select_option("I cannot come at that time")
    visitor.presses("Yes, cancel it").reads("You have cancelled your visit")
