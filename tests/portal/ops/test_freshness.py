"""When a patient's pages say that they may be out of date."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from fhir import audit, watch
from fhir.access import SYSTEM
from fhir.labels import Label
from fhir.store import Repository
from portal import clock
from portal.ops import freshness
from portal.record.freshness import Freshness
from tests.builders import a_report
from tests.fhir.hl7.hospital import a_feed
from tests.fhir.hl7.reading import OBR, PID
from tests.portal.ops.conftest import HB, NOW, heard, rows, state_of, worked
from tests.signing_in import a_login, linked, signed_in


def test_a_feed_within_its_limit_makes_pages_current(record):
    heard("winpath", NOW - timedelta(minutes=29))

    assert freshness.of(record) == Freshness(
        "current", NOW - timedelta(minutes=29), "the hospital’s laboratory", "01632 960 777"
    )


def test_a_feed_that_is_silent_beyond_its_own_limit_makes_them_stale(record):
    heard("winpath", NOW - timedelta(minutes=31))

    found = freshness.of(record)

    assert found.is_stale
    assert (found.last_at, found.phone) == (NOW - timedelta(minutes=31), "01632 960 777")


def test_a_feed_that_the_patient_has_no_result_from_does_not_count(record):
    heard("winpath")
    heard("pas", NOW - timedelta(days=9))

    assert not freshness.of(record).is_stale


def test_a_feed_that_was_never_heard_or_is_unknown_leaves_it_open(record, feeds):
    assert freshness.of(record) == Freshness("unknown")
    assert freshness.of("somebody-else") == Freshness("unknown")


def test_a_revoked_feed_is_not_waited_for(record):
    heard("winpath", NOW - timedelta(days=9))
    assert freshness.of(record).is_stale

    rows("UPDATE portal_fhir_feed SET revoked_at = now() WHERE name = 'winpath' RETURNING 1")

    assert not freshness.of(record).is_stale


def test_a_withheld_report_does_not_tell_which_systems_it_came_from(record):
    heard("winpath")
    before = freshness.of(record)
    a_feed("genetics", "GENE|RMB")
    heard("genetics", NOW - timedelta(days=9))
    hidden = Repository(SYSTEM).create(a_report(record)).id
    rows(
        "UPDATE portal_fhir_resource SET source = 'genetics', labels = 1 WHERE logical_id = %s"
        " RETURNING 1",
        hidden,
    )

    assert freshness.of(record) == before
    Repository(SYSTEM).relabel("DiagnosticReport", hidden, remove=Label.NOPAT)
    assert freshness.of(record).is_stale


def test_a_message_that_cannot_be_read_makes_that_patients_pages_stale_at_once(
    parked, record, arrives
):
    (amina,) = (key for (key,) in rows(
        "SELECT patient FROM portal_fhir_resource WHERE resource_type = 'Patient'"
        " AND patient <> %s", record
    ))  # fmt: skip

    assert freshness.of(amina).is_stale
    assert freshness.of(amina).last_at.replace(microsecond=0) == NOW
    assert not freshness.of(record).is_stale


def test_once_it_is_set_aside_or_read_the_pages_are_current_again(parked, arrives, browser):
    (amina,) = (key for (key,) in rows(
        "SELECT patient FROM portal_fhir_resource WHERE resource_type = 'Patient'"
    ))  # fmt: skip
    later = arrives(PID, OBR, HB, control_id="2")
    worked()
    assert state_of(later) == "waiting"

    browser.post(f"/ops/messages/{parked}/", {"act": "set-aside", "reason": "Sent again"})
    worked()

    assert state_of(later) == "done"
    assert not freshness.of(amina).is_stale


def test_when_no_relay_runs_pages_say_that_something_may_be_missing(record, settings):
    heard("winpath")
    audit.chain()
    assert watch.news_of(record).undone_since is None
    Repository(SYSTEM).read("Patient", record)
    since = watch.news_of(record).undone_since

    assert not freshness.of(record).is_stale
    # Then pages go by the server's own clock, which is far after the examples' day.
    settings.CLOCK_MAY_MOVE = False

    assert freshness.of(record) == Freshness("stale", since, phone="01632 960 777")


def test_it_asks_the_same_number_of_questions_whatever_there_is(record):
    def asked():
        clock.forget()
        with CaptureQueriesContext(connection) as queries:
            freshness.of(record)
        return len(queries)

    few = asked()
    for number in range(5):
        a_feed(f"feed-{number}", f"A{number}|RMB")
        Repository(SYSTEM).create(a_report(record))

    assert asked() == few


def test_the_results_page_says_that_new_results_may_be_missing(record, client):
    heard("winpath", NOW - timedelta(days=1))

    user = a_login("Ben Carter")
    linked(user, record)

    page = signed_in(user).get("/record/results/").content.decode()

    assert "New results may not be here yet" in page
    assert "01632 960 777" in page
