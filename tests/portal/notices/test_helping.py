"""Whoever somebody shares their appointments with is told too, each in their own name."""

from datetime import UTC, date, datetime
from typing import ClassVar

import pytest
from django.core import mail

from fhir.labels import Label
from portal import clock
from portal.appointments import actions
from portal.carers import actions as carers
from portal.notices.models import Notice
from tests.portal.appointments import family
from tests.portal.appointments.clinic import booked, cancelled, choice, moved, records_of
from tests.portal.calendars.test_visits import an_appointment
from tests.portal.carers.helping import carer_viewer, helps
from tests.portal.notices.pieces import notices, sent, told
from tests.signing_in import a_login, linked

NEW = "There is something new about an appointment"
BORN = date(1968, 3, 14)


@pytest.fixture
def ben(ben_carter):
    user = a_login("Ben Carter")
    linked(user, ben_carter)
    return user


@pytest.fixture
def helping(thursday, her_login, ben):
    """Give Amina's leave for Ben to see her appointments."""
    return helps(ben, her_login, "appointments", born=BORN)


def sent_to(user):
    """Send what is due; return the subjects of what somebody is sent of it."""
    before = len(mail.outbox)
    sent()
    return [one.subject for one in mail.outbox[before:] if one.to == [user.email]]


def test_a_helper_hears_once_of_what_is_booked_moved_and_cancelled_and_of_no_reminder(
    helping, ben, ticket, slots, moved_clock
):
    booking = booked(helping.patient, ticket, slots[0])
    assert (sent_to(ben), sent_to(ben)) == ([NEW], [])

    again = moved(helping.patient, booking, slots[5])
    assert (sent_to(ben), sent_to(ben)) == ([NEW], [])

    moved_clock.move_to(slots[5].starts_at.replace(hour=12, day=slots[5].starts_at.day - 3))
    assert sent_to(ben) == []

    cancelled(again)
    assert (sent_to(ben), sent_to(ben)) == ([NEW], [])


def test_the_mail_names_nobody_and_leads_to_the_people_one_helps(helping, ticket, slots):
    booked(helping.patient, ticket, slots[0])
    sent()

    (hers,) = [one for one in mail.outbox if one.subject == NEW]
    assert "/account/people/helping/" in hers.body
    assert not [word for word in ("Amina", "Ben", "Nair", "reathing") if word in hers.body]


def test_a_helper_who_books_is_told_as_its_patient_is(helping, her_login, ben, ticket, slots):
    records = type(records_of(helping.patient))(carer_viewer(ben, helping))
    held = actions.hold(records, helping.patient, choice(ticket, slots[0]))
    actions.confirm(records, helping.patient, held.key, family.DETAILS)

    before = len(mail.outbox)
    sent()

    told_of = {(one.to[0], one.subject) for one in mail.outbox[before:]}
    assert told_of == {(her_login.email, "Your hospital visit is booked"), (ben.email, NEW)}


def test_whoever_sees_other_parts_of_a_record_is_told_nothing(
    thursday, her_login, ben, ticket, slots
):
    sharing = helps(ben, her_login, "letters", "results", born=BORN)
    booked(sharing.patient, ticket, slots[0])

    assert sent_to(ben) == []


@pytest.mark.parametrize("ends", ["stopped", "narrowed", "gone"])
def test_what_ends_before_a_mail_is_sent_ends_the_mail(helping, ben, ticket, slots, ends):
    booked(helping.patient, ticket, slots[0])
    told()

    if ends == "stopped":
        carers.step_back(user=ben, sharing=helping.pk, now=clock.now())
    elif ends == "narrowed":
        type(helping).objects.filter(pk=helping.pk).update(scopes=["letters"])
    else:
        type(ben).objects.filter(pk=ben.pk).update(is_active=False)

    assert sent_to(ben) == []
    (notice,) = notices(sharing=helping.pk)
    assert (notice.state, notice.why) == (Notice.State.DROPPED, "they may not see it")


def test_of_an_appointment_that_a_helper_may_not_see_they_hear_nothing(hospital, helping, ben):
    hospital.create(an_appointment(helping.patient))
    hidden = hospital.create(an_appointment(helping.patient))
    hospital.relabel("Appointment", hidden.id, add=Label.SENSITIVE)

    assert sent_to(ben) == [NEW]


class ToPatientsAlone:
    """A channel that takes what is said to patients, and nothing that is said to helpers."""

    name = "email"
    taken: ClassVar[list[str]] = []

    def wants(self, _user, _kind):
        return True

    def send(self, _user, message):
        if message.subject == NEW:
            raise OSError("not today")
        self.taken.append(message.subject)


def test_that_a_mail_to_a_helper_waits_takes_nothing_from_its_patient(
    helping, ticket, slots, settings
):
    settings.NOTICE_CHANNELS = [f"{__name__}.ToPatientsAlone"]
    booking = booked(helping.patient, ticket, slots[0])
    sent()
    assert [one.state for one in notices(sharing=helping.pk)] == [Notice.State.WAITING]

    cancelled(booking)
    sent()

    assert ToPatientsAlone.taken == [
        "Your hospital visit is booked",
        "Your hospital visit is cancelled",
    ]


def test_night_is_quiet_for_helpers_as_for_its_patient(hospital, helping, ben, moved_clock):
    moved_clock.move_to(datetime(2026, 3, 12, 23, tzinfo=UTC))
    hospital.create(an_appointment(helping.patient))
    assert sent_to(ben) == []

    moved_clock.move_to(datetime(2026, 3, 13, 6, 1, tzinfo=UTC))
    assert sent_to(ben) == [NEW]


def test_what_the_hospital_calls_off_is_told_to_helpers_at_night_too(
    hospital, helping, ben, moved_clock
):
    visit = hospital.create(an_appointment(helping.patient))
    sent()
    moved_clock.move_to(datetime(2026, 3, 12, 23, tzinfo=UTC))
    hospital.update(visit.json | {"status": "cancelled"}, visit.version)

    assert sent_to(ben) == [NEW]


@pytest.mark.parametrize(
    ("today", "subjects"),
    [
        (date(2032, 5, 3), [NEW]),  # 12
        (date(2032, 5, 4), []),  # 13
        (date(2035, 5, 4), []),  # 16
    ],
)
def test_parents_hear_of_their_child_until_the_birthdays_that_end_it(
    hospital, moved_clock, today, subjects
):
    moved_clock.move_to(datetime(today.year, today.month, today.day, 9, tzinfo=UTC))
    made = family.a_family("Sami Yusuf")
    (sami,) = made.children
    day = today.replace(month=today.month + 1).isoformat()
    hospital.create(an_appointment(sami, start=f"{day}T09:00:00Z", end=f"{day}T09:20:00Z"))

    assert sent_to(made.mother) == subjects
