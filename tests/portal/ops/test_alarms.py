"""What needs a person is counted and told once, without a word on whom it is about."""

import logging
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection

from fhir import alarms, audit, changes, deliveries
from fhir.access import SYSTEM, Interaction, Verdict
from fhir.alarms import Alarm
from fhir.audit import Call, Seen
from fhir.hl7.inbox import RETRIES, State
from fhir.models import Feed, InboundMessage
from fhir.scope import scoped
from fhir.store import Repository
from portal import clock
from portal.ops.alarms import tell
from tests.builders import a_patient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_told():
    cache.clear()


def kept(control_id: str, person: bytes = b"", attempts: int = 1, state: State = State.PARKED):
    with scoped(SYSTEM):
        return InboundMessage.objects.create(
            feed="winpath",
            control_id=control_id,
            digest=control_id.encode(),
            raw=b"MSH|^~\\&|Yusuf^Amina",
            state=state,
            person=person,
            attempts=attempts,
        ).pk


def test_where_all_is_well_nothing_is_counted():
    assert alarms.counts() == dict.fromkeys(Alarm, 0)


def test_parked_people_are_counted_once_however_many_of_their_messages_are_parked():
    kept("1", b"amina...")
    kept("2", b"amina...")
    kept("3", b"ben.....")
    kept("4", b"chloe...", state=State.UNMATCHED)

    assert alarms.counts()[Alarm.PARKED] == 2


def test_a_parked_message_of_nobody_known_is_an_alarm_too():
    kept("1")
    kept("2")

    assert alarms.counts()[Alarm.PARKED] == 2


def test_only_what_was_given_up_after_every_retry_is_dead():
    kept("1", attempts=1)
    kept("2", attempts=len(RETRIES) + 1)

    assert alarms.counts()[Alarm.DEAD] == 1


def test_a_held_identity_counts_until_it_is_let_go():
    patient = Repository(SYSTEM).create(a_patient("9991000003")).id
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE portal_fhir_stream SET held_at = now() WHERE patient = %s", [patient]
        )

    assert alarms.counts()[Alarm.HELD] == 1


def test_a_label_that_is_not_known_hides_a_resource_and_is_an_alarm():
    coding = {"system": "urn:example", "code": "SOMETHING-NEW"}
    Repository(SYSTEM).create(a_patient("9991000003", meta={"security": [coding]}))
    Repository(SYSTEM).create(a_patient("9991013172"))

    assert alarms.counts()[Alarm.UNKNOWN_LABEL] == 1


def deaf(_changes):
    raise LookupError


def test_a_change_that_somebody_cannot_be_told_of_is_an_alarm_until_they_are(settings, moved_clock):
    settings.FHIR_SUBSCRIBERS = {f"{__name__}.deaf": ["created"]}
    Repository(SYSTEM).create(a_patient("9991000003"))

    for _ in deliveries.RETRIES[1:]:
        deliveries.deliver_next()
        moved_clock.move(hours=2)
    assert alarms.counts()[Alarm.UNTOLD] == 0

    deliveries.deliver_next()
    assert alarms.counts()[Alarm.UNTOLD] == 1


def test_somebody_at_their_own_record_is_an_alarm_for_a_day(moved_clock):
    for outcome in (Verdict.BARRED, Verdict.NOT_GRANTED):
        audit.write(SYSTEM, Call(Interaction.READ, [Seen("amina", "Patient", ["amina"])], outcome))
    assert alarms.counts()[Alarm.BARRED] == 1

    moved_clock.move(hours=25)

    assert alarms.counts()[Alarm.BARRED] == 0


def test_a_feed_is_silent_after_its_own_limit_and_not_before(moved_clock):
    now = clock.now()
    for name, ago in (("winpath", 61), ("millpas", 59)):
        Feed.objects.create(
            name=name,
            ods="RMB",
            sender=f"{name}|RMB",
            silence_minutes=60,
            last_used_at=now - timedelta(minutes=ago),
        )
    Feed.objects.create(name="load", ods="RMB", last_used_at=now - timedelta(days=400))

    assert alarms.counts()[Alarm.SILENT] == 1


def test_an_alarm_is_told_once_again_when_there_are_more_and_when_it_is_over(caplog):
    caplog.set_level(logging.WARNING)
    first = kept("1", b"amina...")
    tell()
    tell()
    kept("2", b"ben.....")
    tell()
    with scoped(SYSTEM):
        InboundMessage.objects.filter(pk__gte=first).update(state=State.SET_ASIDE)
    tell()

    assert [one.getMessage() for one in caplog.records if "parked" in one.getMessage()] == [
        "alarm: people whose messages are parked: 1, before 0",
        "alarm: people whose messages are parked: 2, before 1",
        "alarm over: people whose messages are parked",
    ]


def test_no_alarm_names_anybody(caplog):
    kept("1", b"amina...")
    changes.announce("amina-yusuf-key")
    tell()

    said = caplog.text
    assert "alarm:" in said
    assert not any(name in said for name in ("Yusuf", "amina", "winpath"))
