"""The board of feeds: how each does, and nothing about anybody."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal import clock
from portal.identity.models import Role
from portal.ops.board import said
from tests.fhir.hl7.hospital import a_feed
from tests.fhir.hl7.reading import OBR, PID
from tests.portal.ops.conftest import HB, NOW, heard, main, plain, rows, worked
from tests.portal.ops.test_messages import PERSONAL
from tests.signing_in import a_login, signed_in

FEEDS = "/ops/feeds/"


def test_a_silent_feed_comes_first_with_its_limit_and_whom_to_call(feeds, browser):
    heard("winpath", NOW - timedelta(minutes=89))
    heard("pas")

    text = main(browser.get(FEEDS))

    said = plain(text)
    assert "winpath has been silent for 1 h 29 min, over its 30 min limit." in said
    assert "Patients see: notice since 9:42am. Call 01632 960 777." in said
    assert text.index(">winpath</a>") < text.index(">pas</a>")
    assert "Working" in text


def test_parked_patients_failed_and_unmatched_messages_are_counted(parked, arrives, browser):
    arrives(PID.replace("9991000003", "9991013172"), OBR, HB, control_id="9")
    worked()

    text = main(browser.get(FEEDS))

    assert "Patients parked" in text
    assert "1 patient waits on 1 failed message" in text
    assert "Notice for 1 patient" in text
    assert "?view=failed&amp;feed=winpath" in text
    assert "?view=unmatched&amp;feed=winpath" in text


def test_what_is_to_decide_not_mapped_late_and_reused_is_counted_as_its_list_holds_it(
    registered, arrives, browser
):
    arrives(PID.replace("19670908", "19670909"), OBR, HB, control_id="1")
    arrives(PID, kind="MDM^T02", control_id="2")
    late = arrives(PID, OBR, HB, control_id="3")
    worked()
    rows(
        "UPDATE portal_fhir_inboundmessage SET out_of_order = true, reused_control_id = true"
        " WHERE id = %s RETURNING 1",
        late,
    )

    said = plain(main(browser.get(FEEDS)))

    for view, words in (
        ("review", "1 who is it?"),
        ("not-mapped", "1 not mapped"),
        ("late", "1 late or out of order"),
        ("reused", "1 control id used again"),
    ):
        assert f"{words} in winpath" in said
        listed = main(browser.get(f"/ops/messages/?view={view}&feed=winpath"))
        assert listed.count("Open<span") == 1


def test_what_no_feed_answers_for_is_said_above_the_table(registered, arrives, browser):
    arrives(PID.replace("9991000003", "9991013172"), kind="ADT^A31", feed="pas")
    worked()

    text = main(browser.get(FEEDS))

    assert "Identities held : 1." in plain(text)
    assert 'href="/ops/identities/"' in text


def test_nothing_on_the_board_tells_who_anybody_is(parked, browser):
    page = browser.get(FEEDS).content.decode()
    assert not [one for one in PERSONAL if one in page]


def test_the_day_is_drawn_with_the_gap_since_the_last_message(parked, alex, feeds):
    feeds.move(hours=5)

    text = main(signed_in(alex).get(FEEDS))

    assert text.count('class="db-spark"') == 2
    assert 'class="gap"' in text


def test_it_asks_the_same_number_of_questions_however_many_feeds_there_are(parked, browser):
    def asked():
        clock.forget()
        with CaptureQueriesContext(connection) as queries:
            browser.get(FEEDS)
        return len(queries)

    few = asked()
    for number in range(6):
        a_feed(f"feed-{number}", f"A{number}|RMB")

    assert asked() == few


def test_without_a_feed_the_page_says_how_one_is_added(moved_clock, browser):
    assert "manage.py feed add" in main(browser.get(FEEDS))


@pytest.mark.parametrize(
    "role", [Role.CLINICIAN, Role.EDITOR, Role.APPROVER, Role.RECORDS], ids=str
)
def test_other_roles_are_refused_alike_whatever_they_ask_for(parked, role):
    browser = signed_in(a_login("Sam Reed", role))
    paths = [
        FEEDS,
        "/ops/messages/",
        f"/ops/messages/{parked}/",
        "/ops/messages/9999/",
        "/ops/identities/",
        "/ops/identities/none/",
    ]

    pages = [browser.get(path) for path in paths]

    assert {page.status_code for page in pages} == {403}
    assert len({page.content for page in pages}) == 1
    assert browser.post(f"/ops/messages/{parked}/", {"act": "replay"}).status_code == 403


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=-3), "0 s"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=47, minutes=59), "47 h 59 min"),
        (timedelta(days=2), "2 days"),
    ],
)
def test_a_span_is_said_at_a_glance(span, words):
    assert said(span) == words
