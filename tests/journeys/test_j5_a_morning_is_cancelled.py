"""J4 and J5 at the booking office: a clinic is published, booked, called off and restored."""

import csv
import io
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from fhir.access import SYSTEM
from fhir.scope import scoped
from fhir.store import Repository
from portal import clock
from portal.appointments.models import Clinic
from portal.appointments.rules import State
from portal.identity.models import Role
from portal.notices.models import Notice
from portal.notices.sending import send_due
from tests.builders import a_patient
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.visitor import Visitor, with_session
from tests.journeys.waiting import until
from tests.portal.appointments.clinic import a_need, booked, claim, ordered, slots_of
from tests.portal.clinics.office import BREATHING, NORTH
from tests.portal.results.staff import a_clinician, treats
from tests.signing_in import a_login, linked

OFF = "Subject: The hospital has cancelled your visit"


@pytest.fixture
def hospital(march):
    """Give the places of the hospital, and its patients: Amina has a login, Ben cannot be told."""
    records = Repository(SYSTEM)
    records.create(BREATHING)
    keys = [
        records.create(a_patient("9991000003")).id,
        records.create(a_patient("9991000011", "Carter", "Ben", "1959-07-02")).id,
    ]
    records.create(a_need(keys[0], "Urdu interpreter"))
    return records.create(NORTH).id, *keys


@pytest.fixture
def visits(a_browser, live_site):
    def visit(user, screen=DESK):
        own = with_session(a_browser(screen), user, live_site.base_url)
        return Visitor(own, own.new_page())

    return visit


def publishes(sam, doctor):
    """Let Sam set up a clinic on Tuesdays, look at it session by session, and publish it."""
    sam.opens("/staff/clinics/").page.get_by_role("button", name="Set up a clinic").click()
    sam.says("Name of the clinic", "Breathing by video")
    for label, choice in (
        ("Service", "Breathing clinic"),
        ("Who sees the patients", doctor.name),
        ("Place", "North Site"),
    ):
        sam.page.get_by_label(label, exact=True).select_option(label=choice)
    sam.page.get_by_label("Tuesday", exact=True).check()
    sam.says("Starts", "9am").says("Ends", "midday")
    for name, parts in (("first_day", (24, 3, 2026)), ("last_day", (28, 4, 2026))):
        for n, part in enumerate(parts):
            sam.page.locator(f"[name={name}_{n}]").fill(str(part))
    sam.presses("Work out what this would change").reads("Nothing has changed yet")
    sam.examines()
    for said in ("Tuesday 24 March 2026", "Tuesday 31 March 2026", "9am to midday"):
        sam.reads(said)
    sam.reads("The clocks go forward on Sunday 29 March 2026. The clinic keeps its hours.")
    sam.presses("Publish 54 free times").reads("Published.")
    return Clinic.objects.get()


def calls_off(sam, clinic, day, how):
    """Let Sam say that there is no session on a day, after a look at whom that hits."""
    sam.opens(f"/staff/clinics/{clinic.key}/sessions/{day}/")
    sam.page.get_by_label("There is no session on this day").check()
    sam.presses("Work out what this would change")
    sam.reads("Nothing has changed yet").reads("2booked visits hit")
    sam.page.get_by_label(how).check()
    sam.examines()
    return sam.presses("Publish this change to 2 booked visits")


def mails(site):
    return "\n".join(site.mails)


def notices(booking):
    with scoped(SYSTEM):
        rows = Notice.objects.filter(subject=str(booking.key)).order_by("kind")
        return [(one.kind, one.state) for one in rows]


def test_a_clinic_is_published_booked_called_off_and_restored(hospital, visits, live_site):
    place, amina, ben = hospital
    doctor = treats(a_clinician("Dr Priya Nair"), amina)
    sam = visits(a_login("Sam Reed", Role.BOOKING, sites=[place]))
    clinic = publishes(sam, doctor)
    hers = a_login("Amina Yusuf")
    linked(hers, amina)
    her = visits(hers, PHONE)
    her.opens("/appointments/").reads("You have no visits booked.")

    nair = visits(doctor)
    nair.opens(f"/staff/follow-ups/{amina}/").says("What the visit is for", "Your breathing")
    nair.page.get_by_label("Service").select_option(label="Breathing clinic")
    nair.presses("Let Amina Yusuf book it").reads("Amina Yusuf can book it now.")
    her.reads("Ready to book").reads("Your breathing")  # without a reload

    slots = slots_of(clinic)
    sam.opens("/staff/clinics/days/2026-03-24/").reads("0 visits booked, 9 free places")
    first = [
        booked(amina, ordered(amina, clinic.service), slots[1]),
        booked(ben, ordered(ben, clinic.service), slots[0]),
    ]
    sam.reads("2 visits booked, 7 free places")  # without a reload
    row = sam.page.get_by_role("row").filter(has_text="Amina Yusuf")
    expect(row).to_contain_text("999 100 0003")
    expect(row).to_contain_text("Urdu interpreter")
    her.reads("Tuesday 24 March 2026, 9:20am")
    until(lambda: ("booked", "sent") in notices(first[0]), "She was not told of her visit.")
    assert ("in 7 days", "waiting") in notices(first[0])

    calls_off(sam, clinic, "2026-03-24", "Cancel them and tell people now")

    sam.reads("7 free times removed and 2 visits cancelled.")
    her.reads("Cancelled by the hospital")  # without a reload
    with sam.page.expect_download() as download:
        sam.page.get_by_role("link", name="Download the list (CSV)").click()
    listed = download.value.path().read_text("utf-8-sig")
    names = [line[0] for line in csv.reader(io.StringIO(listed))]
    assert names == ["Name", "Ben Carter"]
    until(lambda: OFF in mails(live_site), "She was not told that it is cancelled.")

    again = [
        booked(amina, ordered(amina, clinic.service), slots[10]),
        booked(ben, ordered(ben, clinic.service), slots[14]),
    ]
    calls_off(sam, clinic, "2026-03-31", "Keep them. Only the free times go")
    sam.reads("2 visits outside the session")
    sam.opens(f"/staff/clinics/{clinic.key}/sessions/2026-03-31/")
    sam.page.get_by_label("It is held at other times").check()
    sam.says("Starts", "9am").says("Ends", "10:20am")
    sam.presses("Work out what this would change").reads("1booked visit fits again")
    sam.presses("Publish 4 free times").reads("1 visit in the session again")
    assert [bool(claim(one.key).orphaned_at) for one in again] == [False, True]
    assert {claim(one.key).state for one in again} == {State.BOOKED}

    for one in (sam, her, nair):
        one.context.close()  # before their sessions are over
    dead = first[0].starts_at
    live_site.move_clock(seconds=(dead - timedelta(days=7) - clock.now()).total_seconds())
    clock.forget()
    send_due(clock.now())
    live_site.move_clock(days=7, hours=1)
    clock.forget()
    send_due(clock.now())
    assert mails(live_site).count(OFF) == 1
    assert {state for kind, state in notices(first[0]) if kind.startswith("in ")} == {"dropped"}
    assert ("in 7 days", "sent") in notices(again[0])
