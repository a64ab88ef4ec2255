"""The task that runs each minute and opens what is due."""

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from fhir import changes
from fhir.access import SYSTEM
from fhir.scope import scoped
from fhir.store import Repository
from portal import clock
from portal.identity.models import Role
from portal.results import overdue
from portal.results.actions import hold
from portal.results.models import DueRelease
from portal.results.tasks import open_due, release_due
from tests.builders import a_patient
from tests.portal.results.laboratory import a_count, a_value, as_patient, coded, seen, sent
from tests.portal.results.pieces import TUESDAY
from tests.portal.results.test_release import an_act, as_staff
from tests.signing_in import a_login, signed_in

State = DueRelease.State


@pytest.fixture
def night(moved_clock):
    moved_clock.move_to(TUESDAY.replace(hour=22))
    return moved_clock


@pytest.fixture
def due(night, amina_yusuf):
    return sent(*a_count(amina_yusuf))


def in_the_morning(clock_):
    clock_.move_to(TUESDAY.replace(day=11, hour=9, minute=1))
    release_due(timestamp=0)


def test_nothing_opens_before_its_time(due, night, amina_yusuf):
    night.move(hours=10, minutes=58)
    release_due(timestamp=0)
    assert seen(amina_yusuf) == []


def test_what_came_at_night_opens_in_the_morning_with_all_its_results(
    due, night, amina_yusuf, queue
):
    report, result = due

    in_the_morning(night)

    assert (seen(amina_yusuf), seen(amina_yusuf, "Observation")) == ([report], [result])
    assert (queue()[report].state, queue()[report].decided_by) == (
        State.RELEASED,
        "the release rules",
    )


def test_to_run_again_changes_nothing_and_tells_nobody(due, night, amina_yusuf):
    in_the_morning(night)
    log = changes.since(SYSTEM, amina_yusuf, 0)

    release_due(timestamp=0)
    release_due(timestamp=60)

    assert changes.since(SYSTEM, amina_yusuf, 0) == log


def test_a_missed_minute_is_made_up_for(due, night, amina_yusuf):
    night.move(days=2, hours=14)
    release_due(timestamp=0)
    assert seen(amina_yusuf) == [due[0]]


def test_what_is_due_is_decided_again_before_it_opens(night, amina_yusuf, queue):
    report, value = a_count(amina_yusuf)
    report_id, _ = sent(report, value)
    assert queue()[report_id].state == State.LATER

    sent(report, {**value, "interpretation": [{"coding": [{"code": "HH"}]}]})
    in_the_morning(night)

    assert seen(amina_yusuf) == []
    assert queue()[report_id].why == "critical value"


def test_what_a_clinician_holds_meanwhile_stays_shut(due, night, amina_yusuf, dr_nair, queue):
    hold(as_staff(dr_nair), an_act(amina_yusuf, due[0], words="Let me ring first."))

    in_the_morning(night)

    assert seen(amina_yusuf) == []
    assert queue()[due[0]].state == State.HELD


def test_late_for_its_hour_it_waits_for_the_next_working_morning(due, night, amina_yusuf, queue):
    # The relay was away from Wednesday until Saturday.
    night.move_to(TUESDAY.replace(day=14, hour=11))
    release_due(timestamp=0)

    assert seen(amina_yusuf) == []
    assert queue()[due[0]].due_at == TUESDAY.replace(day=16, hour=9)


def test_a_delayed_test_opens_after_its_working_days(moved_clock, amina_yusuf, queue):
    moved_clock.move_to(TUESDAY.replace(day=12))
    issued = {"issued": "2026-03-12T10:00:00Z"}
    sugar = a_value(amina_yusuf, **issued) | {"code": coded("59261-8", "HbA1c")}
    report, _ = sent(*a_count(amina_yusuf, sugar, **issued))
    assert queue()[report].due_at == TUESDAY.replace(day=16, hour=9)

    moved_clock.move_to(TUESDAY.replace(day=16, hour=9, minute=1))
    release_due(timestamp=0)

    assert seen(amina_yusuf) == [report]


def test_open_pages_are_told_of_what_is_new_and_not_of_history(night, amina_yusuf):
    viewer = as_patient(amina_yusuf).viewer
    old = {"effectiveDateTime": "2024-05-01T08:00:00Z", "issued": "2024-05-01T12:00:00Z"}
    sent(*a_count(amina_yusuf, **old))
    before = changes.head(viewer, amina_yusuf)

    in_the_morning(night)
    assert len(seen(amina_yusuf)) == 1
    assert changes.head(viewer, amina_yusuf) == before

    night.move(hours=13)
    sent(*a_count(amina_yusuf))
    night.move_to(TUESDAY.replace(day=12, hour=9, minute=1))
    release_due(timestamp=0)
    assert changes.head(viewer, amina_yusuf).seq > before.seq


def test_more_than_a_batch_is_opened_in_one_run(night, amina_yusuf, monkeypatch):
    monkeypatch.setattr("portal.results.tasks.BATCH", 2)
    reports = [sent(*a_count(amina_yusuf))[0] for _ in range(5)]

    in_the_morning(night)

    assert sorted(seen(amina_yusuf)) == sorted(reports)
    assert open_due(clock.now()) is None


@pytest.fixture
def unreadable(night):
    """Give Ben's report, due before anybody else's, of which a result cannot be read."""
    ben = Repository(SYSTEM).create(a_patient("9991013172", "Carter", "Ben", "1992-05-02")).id
    report, result = sent(*a_count(ben))
    return ben, report, result, damaged(result, "{")


def damaged(result, text):
    """Put other text in the place of what is stored, and return what stood there."""
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT text FROM portal_fhir_resource WHERE logical_id = %s", [result])
        (before,) = cursor.fetchone()
        cursor.execute(
            "UPDATE portal_fhir_resource SET text = %s WHERE logical_id = %s", [text, result]
        )
    return before


def test_what_fails_of_one_patient_stops_nobody_elses(unreadable, due, night, amina_yusuf, caplog):
    ben, report, result, _ = unreadable

    in_the_morning(night)

    assert (seen(amina_yusuf), seen(ben)) == ([due[0]], [])
    assert "what is due of one patient cannot be released: Unreadable" in caplog.text
    assert not [one for one in (ben, report, result, "Carter") if one in caplog.text]


def test_what_is_due_and_stays_shut_is_an_alarm_until_it_opens(unreadable, due, night, client):
    ben, report, result, text = unreadable
    in_the_morning(night)
    assert overdue.people() == 0

    night.move(minutes=5)
    release_due(timestamp=60)

    assert overdue.people() == 1
    alex = signed_in(a_login("Alex Byrne", Role.OPERATIONS), client)
    said = "People whose results are due and still shut: <strong>1</strong>"
    assert said in alex.get("/ops/feeds/").content.decode()
    assert 'daybook_alarms{kind="release"} 1' in alex.get("/metrics").content.decode()
    damaged(result, text)
    release_due(timestamp=120)
    assert (seen(ben), overdue.people()) == ([report], 0)


def test_the_worker_knows_the_task_and_runs_it_each_minute():
    name = "portal.results.tasks.release_due"

    assert app.tasks[name] is release_due
    (when,) = (
        one for one in app.periodic_registry.periodic_tasks.values() if one.task.name == name
    )
    assert when.cron == "* * * * *"
