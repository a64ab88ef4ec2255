"""A full clinic is cancelled: each patient is told once, and reminded of nothing."""

import os
from collections import Counter
from datetime import timedelta

from django.core import mail

from fhir.access import SYSTEM
from portal import clock
from portal.appointments import clinics
from portal.identity.models import Link, User
from portal.notices.kinds import REMINDERS
from portal.notices.models import Notice
from portal.notices.sending import send_due
from tests.portal.appointments.clinic import published
from tests.portal.clinics.test_many import booked, people
from tests.portal.notices.pieces import notices, sent, told

# As many as there are in the largest clinics, where there is time for that.
MANY = int(os.environ.get("BOOKINGS", "100"))


def with_logins(patients):
    """Give each a login, as many at once as there are."""
    users = User.objects.bulk_create(
        User(email=f"p{n}@example.org", name=f"Ada {n}", joined_at=clock.now())
        for n in range(len(patients))
    )
    Link.objects.bulk_create(
        Link(user=user, patient=patient, method="", linked_at=clock.now())
        for user, patient in zip(users, patients, strict=True)
    )


def test_all_are_told_that_it_is_off_and_none_is_reminded_of_what_died(
    thursday, hospital, moved_clock
):
    clinic = published(capacity=10)
    patients = people(hospital, MANY)
    with_logins(patients)
    rows = booked(hospital, clinic, patients)
    told()
    waiting = Counter(one.kind for one in notices(state=Notice.State.WAITING))
    assert waiting["booked"] == waiting["tomorrow"] == waiting["in 15 minutes"] == MANY
    assert send_due(clock.now()) == MANY
    mail.outbox.clear()

    clinic.stage = "closed"
    clinics.change(clinic, clock.now(), SYSTEM, keep=False)
    sent()

    assert Counter(one.subject for one in mail.outbox) == {
        "The hospital has cancelled your visit": MANY
    }
    assert {tuple(one.to) for one in mail.outbox} == {(f"p{n}@example.org",) for n in range(MANY)}
    mail.outbox.clear()
    last = max(row.starts_at for row in rows)
    while clock.now() < last:
        moved_clock.move(days=1)
        assert send_due(clock.now()) == 0
    moved_clock.move_to(last - timedelta(minutes=14))
    assert send_due(clock.now()) == 0
    reminded = [one for one in notices() if one.kind in REMINDERS]
    assert {(one.state, one.why) for one in reminded} == {("dropped", "it has changed")}
    assert mail.outbox == []
