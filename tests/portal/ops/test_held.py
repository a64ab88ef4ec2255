"""A record whose login is held because a feed wanted to change whose it is."""

import pytest

from fhir import changes
from tests.fhir.hl7.reading import PID
from tests.portal.ops.conftest import main, rows, state_of, worked

HELD = "/ops/held/"


@pytest.fixture
def held(registered, arrives):
    """Give the record's key and the number of the message that would change whose it is."""
    # The same hospital number, and somebody else's NHS number.
    number = arrives(PID.replace("9991000003", "9991013172"), kind="ADT^A31", feed="pas")
    worked()
    ((key,),) = rows("SELECT patient FROM portal_fhir_stream WHERE held_at IS NOT NULL")
    assert changes.is_held(key)
    return key, number


def test_a_held_login_is_listed_with_the_message_and_without_a_name(held, browser):
    page = browser.get(HELD).content.decode()

    assert f"/ops/messages/{held[1]}/" in page
    assert "Yusuf" not in page
    assert "9991013172" not in page


def test_to_open_it_again_needs_a_reason_and_sets_the_message_aside(held, browser):
    key, number = held

    without = browser.post(f"{HELD}release/", {"record": key, "reason": ""})
    assert without.status_code == 400
    assert "Enter a reason" in main(without)
    assert changes.is_held(key)

    done = browser.post(f"{HELD}release/", {"record": key, "reason": "Rang the ward: a slip"})

    assert done["Location"] == HELD
    assert not changes.is_held(key)
    assert state_of(number) == "set aside"
    assert "There are none" in main(browser.get(HELD))
    ((who, what),) = rows(
        "SELECT name, interaction FROM portal_fhir_auditentry WHERE resource_type = 'Patient'"
        " AND patient = %s AND kind = 'staff'",
        key,
    )
    assert (who, what) == ("Alex Byrne", "label")


def test_the_form_sent_twice_or_for_nobody_does_nothing(held, browser):
    key, _ = held
    given = {"record": key, "reason": "Rang the ward"}

    browser.post(f"{HELD}release/", given)
    again = browser.post(f"{HELD}release/", given)
    nobody = browser.post(f"{HELD}release/", {"record": "no-such-record", "reason": "x"})

    assert (again["Location"], nobody["Location"]) == (HELD, HELD)
    assert "not held any more" in browser.get(HELD).content.decode()
    assert len(rows("SELECT 1 FROM portal_fhir_auditentry WHERE interaction = 'label'")) == 1
