"""Two workers, and one that dies: each notice is sent once, or again under the same key."""

from collections import Counter
from datetime import UTC, datetime
from typing import ClassVar

import pytest

from fhir.access import SYSTEM
from fhir.store import Repository
from portal import clock
from portal.notices.channels import Message
from portal.notices.sending import send_due
from tests.builders import a_patient
from tests.portal.appointments.crowd import at_once
from tests.portal.appointments.family import shared
from tests.portal.calendars.test_visits import an_appointment
from tests.portal.notices.pieces import notices, told
from tests.signing_in import a_login, linked


class Taking:
    """A channel that notes what it is given, and dies the first time if it is told to."""

    name = "email"
    dies = False
    taken: ClassVar[list[Message]] = []

    def wants(self, _user, _kind):
        return True

    def send(self, _user, message):
        self.taken.append(message)
        if self.dies:
            type(self).dies = False
            raise SystemExit


@pytest.fixture
def many(own_database, moved_clock, settings):
    """Give one patient, whom somebody helps, so many new appointments, with real commits."""
    settings.NOTICE_CHANNELS = [f"{__name__}.Taking"]
    Taking.taken.clear()
    moved_clock.move_to(datetime(2026, 3, 12, 9, tzinfo=UTC))
    records = Repository(SYSTEM)
    patient = records.create(a_patient("9991000003")).id
    linked(a_login("Amina Yusuf"), patient)
    ben = a_login("Ben Carter")
    linked(ben, records.create(a_patient("9991000011", "Carter", "Ben")).id)
    shared(ben, patient, "Amina Yusuf")
    for _ in range(20):
        records.create(an_appointment(patient))
    told()


def test_four_workers_at_once_send_each_notice_once(many):
    now = clock.now()

    sent = at_once([lambda: send_due(now)] * 4)

    assert sum(sent) == 40
    assert Counter(Counter(one.key for one in Taking.taken).values()) == {1: 40}
    assert {one.state for one in notices(kind="arranged")} == {"sent"}


def test_a_notice_whose_worker_died_is_sent_again_under_the_same_key(many):
    Taking.dies = True
    with pytest.raises(SystemExit):
        send_due(clock.now())
    assert {one.state for one in notices(kind="arranged")} == {"waiting"}

    assert send_due(clock.now()) == 40

    counted = Counter(one.key for one in Taking.taken)
    assert sorted(counted.values()) == [1] * 39 + [2]
