"""A calendar's address is made, read, renewed and stopped; whoever may not read finds nothing."""

import logging
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from fhir.access import SYSTEM
from fhir.models import AuditEntry
from fhir.scope import scoped
from portal.appointments import actions as booking_actions
from portal.appointments.actions import Why
from portal.calendars import actions
from portal.calendars.models import CalendarAddress
from portal.carers import actions as sharings
from portal.carers.actions import Limits
from portal.identity.models import User
from portal.logs import Unsecret
from tests.portal.appointments.clinic import booked, moved, ordered, records_of
from tests.portal.carers.conftest import ben, bens_record, grace, graces_record
from tests.portal.carers.helping import acting, helps, just_proved
from tests.portal.carers.helping import records_of as records_of_login
from tests.portal.pages import words

__all__ = ["ben", "bens_record", "grace", "graces_record"]

PAGE = "/account/calendar/"
ADDRESS = re.compile(r"http://localhost:8000(/calendar/[\w-]{43}\.ics)")


def made(browser):
    """Make an address on the page, and return its path."""
    page = just_proved(browser).post(f"{PAGE}new/")
    assert page.status_code == 200, page
    return ADDRESS.search(page.content.decode())[1]


def read(path, **headers):
    """Ask as a calendar does: nobody is signed in."""
    return Client().get(path, headers=headers)


def rows_of(patient):
    """Return how many rows there are of this patient in the audit."""
    with scoped(SYSTEM):
        return AuditEntry.objects.filter(patient=patient).count()


@pytest.fixture
def graces_booking(thursday, graces_record, clinic, slots):
    return booked(graces_record, ordered(graces_record), slots[0])


@pytest.fixture
def booking(amina_yusuf, ticket, slots):
    return booked(amina_yusuf, ticket, slots[0])


def test_an_address_is_shown_once_and_a_calendar_reads_there_without_signing_in(
    her_browser, booking
):
    assert "Make my calendar address" in words(her_browser.get(PAGE))
    path = made(her_browser)

    answer = read(path)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.content.count(b"BEGIN:VEVENT") == 1
    assert b"DTSTART;TZID=Europe/London:20260324T090000" in answer.content
    again = her_browser.get(PAGE)
    assert "We cannot show the address again." in words(again)
    assert ADDRESS.search(again.content.decode()) is None


def test_the_address_is_kept_as_a_digest_alone(her_browser, booking):
    path = made(her_browser)

    (row,) = CalendarAddress.objects.all().values()

    assert path.split("/")[2][:43] not in str(row)


def test_nothing_of_a_visit_but_its_time_is_in_the_file(her_browser, booking):
    said = read(made(her_browser)).content.decode()

    for word in ("Breathing", "Nair", "North", "inhalers", "Amina", "video", "Follow-up"):
        assert word.lower() not in said.lower()


def test_what_has_not_changed_is_not_sent_again_and_the_record_is_not_read(
    her_browser, booking, amina_yusuf, slots
):
    path = made(her_browser)
    tag = read(path).headers["ETag"]
    before = rows_of(amina_yusuf)

    answer = read(path, **{"If-None-Match": tag})

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == tag
    assert rows_of(amina_yusuf) == before > 0
    moved(amina_yusuf, booking, slots[4])
    changed = read(path, **{"If-None-Match": tag})
    assert changed.status_code == 200
    assert b"SEQUENCE:1\r\n" in changed.content
    assert b"DTSTART;TZID=Europe/London:20260324T102000" in changed.content


def test_each_day_is_read_anew_since_what_is_over_goes(her_browser, booking, moved_clock):
    path = made(her_browser)
    tag = read(path).headers["ETag"]

    moved_clock.move(days=1)

    assert read(path, **{"If-None-Match": tag}).status_code == 200


def test_a_cancelled_visit_stays_as_cancelled(her_browser, booking, amina_yusuf):
    path = made(her_browser)
    booking_actions.cancel(records_of(amina_yusuf), amina_yusuf, str(booking.key), Why.OTHER)

    assert b"STATUS:CANCELLED" in read(path).content


def test_a_new_address_stops_the_old_one_and_stopping_stops_it(her_browser, booking):
    first = made(her_browser)
    second = made(her_browser)

    assert [read(first).status_code, read(second).status_code] == [404, 200]
    her_browser.post(f"{PAGE}stop/")
    assert read(second).status_code == 404
    assert "Make my calendar address" in words(her_browser.get(PAGE))


def test_what_opens_nothing_is_answered_like_what_never_was(her_browser, booking):
    path = made(her_browser)
    her_browser.post(f"{PAGE}stop/")

    stopped, never = read(path), read(f"/calendar/{'x' * 43}.ics")

    assert stopped.status_code == never.status_code == 404
    assert stopped.content == never.content


def test_guessing_is_stopped_and_reading_goes_on(her_browser, booking):
    path = made(her_browser)

    tries = [read(f"/calendar/{n:043}.ics").status_code for n in range(31)]

    assert tries == [404] * 30 + [429]
    assert read(path).status_code == 200


def test_making_one_asks_who_it_is_and_tells_by_mail_without_the_address(her_browser, booking):
    asked = her_browser.post(f"{PAGE}new/")
    assert "reauthenticate" in asked.headers["Location"]
    assert CalendarAddress.objects.count() == 0

    path = made(her_browser)

    (told,) = mail.outbox
    assert told.subject == "A calendar address was made"
    assert path.split("/")[2][:43] not in told.body


def test_the_page_says_when_it_was_last_read(her_browser, booking):
    path = made(her_browser)
    assert "Not yet" in words(her_browser.get(PAGE))

    read(path)

    assert "12 March 2026, 9:02am" in words(her_browser.get(PAGE))


def test_what_a_calendar_has_read_stands_in_the_log_of_who_looked(her_browser, booking):
    read(made(her_browser))

    said = words(her_browser.get("/record/access-log/"))

    assert "The calendar of Amina Yusuf" in said
    assert "Through a calendar address" in said


def test_a_login_that_is_disconnected_takes_its_address_with_it(her_browser, booking, her_login):
    path = made(her_browser)
    assert read(path).status_code == 200

    her_login.links.update(ended_at="2026-03-12T10:00Z")

    assert read(path).status_code == 404


def test_a_login_that_is_closed_takes_its_address_with_it(her_browser, booking, her_login):
    path = made(her_browser)

    User.objects.filter(pk=her_login.pk).update(is_active=False)

    assert read(path).status_code == 404


def test_a_helper_has_an_address_of_their_own_while_appointments_are_shared(
    thursday, grace, ben, graces_booking
):
    sharing = helps(ben, grace, "appointments")
    path = made(acting(ben, sharing))
    assert read(path).content.count(b"BEGIN:VEVENT") == 1

    sharings.change(
        records=records_of_login(grace),
        patient=sharing.patient,
        sharing=sharing.pk,
        limits=Limits(frozenset({"letters"}), None),
        now=thursday,
    )

    assert read(path).status_code == 404


def test_a_helper_with_other_parts_finds_no_page(thursday, grace, ben, clinic):
    browser = acting(ben, helps(ben, grace, "letters"))

    assert browser.get(PAGE).status_code == 404
    assert just_proved(browser).post(f"{PAGE}new/").status_code == 404


def test_a_helper_reads_no_more_when_the_sharing_has_ended(
    thursday, grace, ben, graces_booking, moved_clock
):
    ends_on = thursday.date() + timedelta(days=3)
    path = made(acting(ben, helps(ben, grace, "appointments", ends_on=ends_on)))
    assert read(path).status_code == 200

    moved_clock.move(days=5)

    assert read(path).status_code == 404


def test_one_visit_is_a_file_of_its_own_for_whoever_may_see_it(
    her_browser, booking, ben_carter, his_ticket, slots
):
    his = booked(ben_carter, his_ticket, slots[1])

    mine = her_browser.get(f"/appointments/{booking.key}/appointment.ics")

    assert mine.headers["Content-Disposition"] == 'attachment; filename="appointment.ics"'
    assert mine.content.count(b"BEGIN:VEVENT") == 1
    assert b"SUMMARY:Hospital appointment" in mine.content
    for key in (his.key, "7d5b43c2-0000-4000-8000-0123456789ab", "none"):
        assert her_browser.get(f"/appointments/{key}/appointment.ics").status_code == 404


def test_the_page_of_a_booking_leads_to_its_file_and_to_all(her_browser, booking):
    page = her_browser.get(f"/appointments/{booking.key}/booked/").content.decode()

    assert f'href="/appointments/{booking.key}/appointment.ics"' in page
    assert f'href="{PAGE}"' in page


def test_no_log_line_holds_an_address(caplog):
    token = "s3cret-" * 6
    said = logging.LogRecord("django.request", logging.WARNING, "", 0, "%s: %s",
                             ("Not Found", f"/calendar/{token}.ics"), None)  # fmt: skip

    assert Unsecret().filter(said)
    assert said.getMessage() == "Not Found: /calendar/…"
    handlers = [one for one in logging.getLogger().handlers if type(one) is logging.StreamHandler]
    assert handlers
    assert all(any(isinstance(f, Unsecret) for f in one.filters) for one in handlers)


def test_two_addresses_at_once_are_one(her_login, amina_yusuf, thursday):
    tokens = [actions.make(user=her_login, patient=amina_yusuf, now=thursday) for _ in range(3)]

    assert [bool(actions.found_by(token)) for token in tokens] == [False, False, True]
