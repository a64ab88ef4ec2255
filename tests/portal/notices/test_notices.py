"""What people are told of each change of an appointment, whoever made it: once, or not at all."""

from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from django.core import mail

from fhir import changes
from fhir.access import SYSTEM
from fhir.scope import scoped
from fhir.store import Repository
from portal import clock
from portal.appointments import actions, clinics
from portal.appointments.actions import Why
from portal.notices.channels import Message
from portal.notices.kinds import REMINDERS, Kind
from portal.notices.models import Notice, NoticeChoice, Told
from portal.notices.sending import send_due
from portal.notices.subscriber import appointment_changed
from portal.notices.tasks import send_notices
from tests.builders import labelled
from tests.portal.appointments.clinic import appointment, booked, moved, records_of
from tests.portal.appointments.test_following import said
from tests.portal.calendars.test_visits import an_appointment
from tests.portal.notices.pieces import notices, sent, states, told, waiting

BOOKED = "Your hospital visit is booked"
MOVED = "The time of your hospital visit has changed"
CANCELLED = "Your hospital visit is cancelled"
ARRANGED = "You have a new hospital visit"
REARRANGED = "The hospital has changed the time of your visit"
CALLED_OFF = "The hospital has cancelled your visit"


@pytest.fixture
def booking(her_login, amina_yusuf, ticket, slots):
    """Give Amina's booking, 12 days ahead, of which she has been told."""
    made = booked(amina_yusuf, ticket, slots[0])
    assert sent() == [BOOKED]
    return made


def cancels(booking):
    return actions.cancel(
        records_of(booking.patient), booking.patient, str(booking.key), Why.NOT_WELL
    )


def test_a_booking_is_confirmed_and_its_reminders_wait(booking, slots):
    starts_at = slots[0].starts_at

    assert waiting() == [
        (Kind.IN_7_DAYS, starts_at - timedelta(days=7)),
        (Kind.IN_3_DAYS, starts_at - timedelta(days=3)),
        (Kind.TOMORROW, starts_at - timedelta(days=1)),
        (Kind.SOON, starts_at - timedelta(minutes=15)),
    ]


def test_each_reminder_comes_once_at_its_time_and_none_after_the_visit(booking, slots, moved_clock):
    came = []
    now = clock.now()
    while now < slots[0].starts_at + timedelta(hours=2):
        came += [(now, subject) for subject in sent() + sent()]
        now = moved_clock.move(hours=1) if now.minute else moved_clock.move(minutes=1)

    assert [subject for _, subject in came] == [
        "You have a hospital visit in 7 days",
        "You have a hospital visit in 3 days",
        "You have a hospital visit tomorrow",
    ]
    assert waiting() == []


def test_the_last_reminder_of_a_video_visit_comes_before_it(booking, slots, moved_clock):
    moved_clock.move_to(slots[0].starts_at - timedelta(minutes=14))

    assert sent() == ["You have a hospital visit in 15 minutes"]


def test_a_move_is_one_notice_and_the_old_reminders_die(booking, amina_yusuf, slots, moved_clock):
    moved(amina_yusuf, booking, slots[-1])

    assert sent() == [MOVED]
    assert all(state == "dropped" for one in REMINDERS for state, _ in states(one)[:1])
    moved_clock.move_to(slots[0].starts_at - timedelta(days=1))
    assert sent() == []
    moved_clock.move_to(slots[-1].starts_at - timedelta(days=1))
    assert sent() == ["You have a hospital visit tomorrow"]


def test_a_cancelled_visit_is_told_and_nobody_is_reminded_of_it(booking, slots, moved_clock):
    cancels(booking)

    assert sent() == [CANCELLED]
    assert waiting() == []
    for distance in (timedelta(days=7), timedelta(days=3), timedelta(days=1), timedelta(minutes=9)):
        moved_clock.move_to(slots[0].starts_at - distance)
        assert sent() == []


def test_a_reminder_that_is_due_before_the_relay_has_told_of_a_cancelling_is_not_sent(
    booking, slots, moved_clock
):
    moved_clock.move_to(slots[0].starts_at - timedelta(days=3))
    cancels(booking)

    assert send_due(clock.now()) == 0

    assert states(Kind.IN_3_DAYS) == [("dropped", "it has changed")]


def test_a_clinic_that_cancels_tells_each_patient_at_once_even_at_night(
    booking, clinic, moved_clock
):
    moved_clock.move_to(datetime(2026, 3, 13, 23, 30, tzinfo=UTC))
    clinic.stage = "closed"
    clinics.change(clinic, clock.now(), SYSTEM, keep=False)

    assert sent() == [CALLED_OFF]
    assert waiting() == []


def test_a_clinic_that_cancels_what_was_booked_a_moment_ago_tells_the_patient_too(
    her_login, amina_yusuf, ticket, slots, clinic
):
    booked(amina_yusuf, ticket, slots[0])
    told()
    clinic.stage = "closed"
    clinics.change(clinic, clock.now(), SYSTEM, keep=False)

    assert sent() == [CALLED_OFF]


def test_a_hospital_system_that_moves_or_cancels_is_told_too(
    her_login, hospital, amina_yusuf, thursday
):
    made = hospital.create(an_appointment(amina_yusuf))
    assert sent() == [ARRANGED]
    later = hospital.update(made.json | {"start": "2026-04-03T10:00:00+01:00"}, 1)
    assert sent() == [REARRANGED]
    hospital.update(later.json | {"status": "cancelled"}, 2)

    assert sent() == [CALLED_OFF]
    assert waiting() == []


def test_a_hospital_system_that_moves_a_booking_of_ours_is_told_once_and_reminders_follow(
    booking, hospital, slots
):
    start = slots[7].starts_at
    hospital.update(appointment(booking) | {"start": start.isoformat()}, 1)

    assert sent() == [REARRANGED]
    assert waiting()[0] == (Kind.IN_7_DAYS, start - timedelta(days=7))
    assert len(waiting()) == 4


def test_what_a_hospitals_diary_says_in_hl7_is_told_once(booking, slots):
    said(booking, "S13", slots[7].starts_at)
    said(booking, "S13", slots[7].starts_at)
    assert sent() == [REARRANGED]
    assert [due_at for _, due_at in waiting()][-1] == slots[7].starts_at - timedelta(minutes=15)

    said(booking, "S15", at="20260312085500")

    assert sent() == [CALLED_OFF]
    assert waiting() == []


def test_a_change_that_is_none_of_the_time_says_nothing_and_keeps_the_reminders(
    booking, hospital, slots, moved_clock
):
    before = waiting()
    hospital.update(appointment(booking) | {"comment": "Room 4"}, 1)

    assert sent() == []
    assert waiting() == before
    moved_clock.move_to(slots[0].starts_at - timedelta(days=1))
    assert sent() == ["You have a hospital visit tomorrow"]


def test_what_is_changed_back_before_anybody_was_told_is_not_told(booking, hospital, slots):
    said = appointment(booking)
    hospital.update(said | {"start": slots[4].starts_at.isoformat()}, 1)
    hospital.update(said, 2)

    assert sent() == []
    assert len(waiting()) == 4


def test_a_new_visit_waits_for_the_morning_and_dies_if_it_is_taken_back_in_the_night(
    her_login, hospital, amina_yusuf, thursday, moved_clock
):
    moved_clock.move_to(datetime(2026, 3, 12, 23, 0, tzinfo=UTC))
    kept = hospital.create(an_appointment(amina_yusuf))
    taken_back = hospital.create(an_appointment(amina_yusuf))
    assert sent() == []
    hospital.update(taken_back.json | {"status": "cancelled"}, 1)
    assert sent() == []

    moved_clock.move_to(datetime(2026, 3, 13, 6, 0, tzinfo=UTC))

    assert sent() == [ARRANGED]
    assert {one.subject for one in notices(state=Notice.State.SENT)} == {kept.id}


def test_a_new_visit_that_moves_before_it_was_told_is_told_as_new(
    her_login, hospital, amina_yusuf, thursday, moved_clock
):
    moved_clock.move_to(datetime(2026, 3, 12, 23, 0, tzinfo=UTC))
    made = hospital.create(an_appointment(amina_yusuf))
    assert sent() == []
    hospital.update(made.json | {"start": "2026-04-03T10:00:00+01:00"}, 1)
    assert sent() == []

    moved_clock.move_to(datetime(2026, 3, 13, 6, 0, tzinfo=UTC))

    assert sent() == [ARRANGED]


def test_history_is_told_to_nobody_and_what_is_to_come_in_it_is_reminded_of(
    her_login, amina_yusuf, thursday
):
    loading = Repository(SYSTEM, backload=True)
    loading.create(an_appointment(amina_yusuf))
    loading.create(an_appointment(amina_yusuf, start="2019-04-02T10:00:00+01:00"))

    assert sent() == []
    assert [kind for kind, _ in waiting()] == [Kind.IN_7_DAYS, Kind.IN_3_DAYS, Kind.TOMORROW]


@pytest.mark.parametrize("code", ["NOPAT", "made-up"])
def test_what_the_patient_may_not_see_they_are_not_told_of(
    her_login, hospital, amina_yusuf, thursday, code
):
    hospital.create(labelled(an_appointment(amina_yusuf), code))
    assert sent() == []

    hospital.create(an_appointment(amina_yusuf))
    assert sent() == [ARRANGED]


def test_an_appointment_entered_in_error_is_told_as_cancelled(
    her_login, hospital, amina_yusuf, thursday
):
    made = hospital.create(an_appointment(amina_yusuf))
    assert sent() == [ARRANGED]

    hospital.update(made.json | {"status": "entered-in-error"}, 1)

    assert sent() == [CALLED_OFF]


@pytest.mark.parametrize("status", ["fulfilled", "noshow"])
def test_a_visit_that_takes_its_course_is_no_news(booking, hospital, status):
    hospital.update(appointment(booking) | {"status": status}, 1)

    assert sent() == []
    assert waiting() == []


def test_what_was_known_before_notices_were_kept_is_no_news_until_it_changes(
    her_login, hospital, amina_yusuf, thursday
):
    made = hospital.create(an_appointment(amina_yusuf))
    told()
    with scoped(SYSTEM):
        Notice.objects.all().delete()
        Told.objects.all().delete()
    commented = hospital.update(made.json | {"comment": "Room 4"}, 1)
    assert sent() == []

    hospital.update(commented.json | {"start": "2026-04-03T10:00:00+01:00"}, 2)

    assert sent() == [REARRANGED]


def test_reminders_can_be_switched_off_and_the_rest_cannot(booking, her_login, slots, moved_clock):
    NoticeChoice.objects.create(user=her_login, reminders_by_email=False)
    moved_clock.move_to(slots[0].starts_at - timedelta(days=3))
    assert sent() == []
    assert states(Kind.IN_3_DAYS) == [("dropped", "it is switched off")]

    cancels(booking)

    assert sent() == [CANCELLED]


def test_a_reminder_that_is_late_is_not_sent_on_the_wrong_day(booking, slots, moved_clock):
    moved_clock.move_to(slots[0].starts_at - timedelta(days=2))

    assert sent() == []
    assert states(Kind.IN_3_DAYS) == [("dropped", "it is late")]


def test_nobody_is_written_to_about_somebody_who_has_died(
    booking, hospital, amina_yusuf, slots, moved_clock
):
    patient = hospital.read("Patient", amina_yusuf)
    hospital.update(patient.json | {"deceasedDateTime": "2026-03-15"}, patient.version)
    moved_clock.move_to(slots[0].starts_at - timedelta(days=1))

    assert sent() == []
    assert states(Kind.TOMORROW) == [("dropped", "they have died")]


def test_without_a_login_nothing_is_sent_and_nothing_fails(hospital, amina_yusuf, thursday):
    hospital.create(an_appointment(amina_yusuf))

    assert sent() == []
    assert states(Kind.ARRANGED) == [("dropped", "nobody has a login")]


def test_a_change_that_is_told_twice_is_said_once(booking, amina_yusuf):
    with scoped(SYSTEM):
        change = changes.Change(amina_yusuf, "Appointment", str(booking.key), 1, "created")
        appointment_changed([change])
        appointment_changed([change])

    assert sent() == []
    assert len(waiting()) == 4


class Refusing:
    """A channel that takes nothing until it works."""

    name = "email"
    works = False
    taken: ClassVar[list[Message]] = []

    def wants(self, _user, _kind):
        return True

    def send(self, _user, message):
        if not self.works:
            raise OSError("no mail today")
        self.taken.append(message)


@pytest.fixture
def refusing(settings, monkeypatch):
    settings.NOTICE_CHANNELS = [f"{__name__}.Refusing"]
    monkeypatch.setattr(Refusing, "works", False)
    return Refusing


def test_what_cannot_be_sent_is_tried_again_under_the_same_key(
    her_login, hospital, amina_yusuf, refusing, moved_clock
):
    moved_clock.move_to(datetime(2026, 3, 12, 9, tzinfo=UTC))
    hospital.create(an_appointment(amina_yusuf))
    told()
    assert send_due(clock.now()) == send_due(clock.now()) == 0
    (first,) = notices(kind=Kind.ARRANGED)
    assert (first.attempts, first.why, first.state) == (1, "OSError", "waiting")
    refusing.works = True
    moved_clock.move(minutes=2)

    assert send_due(clock.now()) == 1

    (message,) = refusing.taken
    assert message.key == f"notice-{first.pk}"
    assert send_due(clock.now()) == 0


def test_what_cannot_be_sent_is_tried_until_it_is_over_and_then_logged(
    her_login, hospital, amina_yusuf, moved_clock, refusing
):
    moved_clock.move_to(datetime(2026, 3, 12, 9, tzinfo=UTC))
    hospital.create(an_appointment(amina_yusuf))
    told()
    for _ in range(22):
        assert send_due(clock.now()) == 0
        moved_clock.move(days=1)

    assert states(Kind.ARRANGED) == [("failed", "OSError")]


def test_a_mail_says_nothing_of_a_visit_and_can_be_told_from_another_try(booking, clinic):
    (one,) = mail.outbox

    said = f"{one.subject} {one.body}".lower()
    for word in ("breathing", "nair", "north", "inhalers", "amina", "video", "09:00", "24 march"):
        assert word not in said
    assert "http://localhost:8000/appointments/" in one.body
    (notice,) = notices(kind=Kind.BOOKED)
    assert one.extra_headers["Message-ID"] == f"<notice-{notice.pk}@localhost>"


def test_the_task_sends_what_is_due(her_login, hospital, amina_yusuf, thursday):
    hospital.create(an_appointment(amina_yusuf))
    told()

    send_notices(timestamp=0)

    assert [one.subject for one in mail.outbox] == [ARRANGED]
