"""A record whose login is held because a feed wanted to change whose it is."""

import pytest

from fhir import changes
from portal import clock
from portal.identity.models import Tie
from tests.fhir.hl7.reading import PID
from tests.portal.ops.conftest import main, plain, rows, state_of, worked

IDENTITIES = "/ops/identities/"
PERSONAL = ("Yusuf", "9991000003", "999 100 0003", "9991013172", "999 101 3172", "1967")


@pytest.fixture
def held(registered, arrives):
    """Give the record's key and the number of the message that would change whose it is."""
    # The same hospital number, and somebody else's NHS number.
    number = arrives(PID.replace("9991000003", "9991013172"), kind="ADT^A31", feed="pas")
    worked()
    ((key,),) = rows("SELECT patient FROM portal_fhir_stream WHERE held_at IS NOT NULL")
    assert changes.is_held(key)
    return key, number


@pytest.fixture
def address(held, browser):
    text = main(browser.get(IDENTITIES))
    return IDENTITIES + text.partition(f'href="{IDENTITIES}')[2].partition('"')[0]


def audited(key):
    return rows(
        "SELECT interaction, outcome, name, request FROM portal_fhir_auditentry WHERE"
        " resource_type = 'Patient' AND patient = %s AND kind = 'staff' ORDER BY id",
        key,
    )


def test_what_changed_is_said_in_words_and_nothing_tells_who_it_is(held, address, browser):
    key, number = held
    for path in (IDENTITIES, address):
        text = main(browser.get(path))
        assert "NHS number" in plain(text)
        assert "family name" not in plain(text)
        assert f"/ops/messages/{number}/" in text
        assert not [one for one in (*PERSONAL, key) if one in text]
    assert key not in address
    assert audited(key) == []


def test_both_are_shown_to_whoever_gives_a_reason_and_the_person_can_read_of_it(
    held, address, browser
):
    without = browser.post(address, {"act": "reveal", "reason": " "})
    shown = plain(main(browser.post(address, {"act": "reveal", "reason": "Ring the ward"})))

    assert without.status_code == 400
    assert "Enter a reason" in main(without)
    assert "In the record now NHS number 999 100 0003" in shown
    assert "NHS number 999 101 3172" in shown
    assert "Date of birth 8 September 1967" in shown
    assert audited(held[0]) == [("read", "allowed", "Alex Byrne", "Ring the ward")]


def test_to_open_it_again_needs_a_reason_and_sets_the_message_aside(held, address, browser):
    key, number = held
    before = changes.numbers([key])[key].seq

    without = browser.post(address, {"act": "release", "reason": ""})
    assert (without.status_code, changes.is_held(key)) == (400, True)

    done = browser.post(address, {"act": "release", "reason": "Rang the ward: a slip"})

    assert done["Location"] == IDENTITIES
    assert not changes.is_held(key)
    assert state_of(number) == "set aside"
    assert "There are none" in main(browser.get(IDENTITIES))
    assert audited(key) == [("label", "allowed", "Alex Byrne", "Rang the ward: a slip")]
    assert rows("SELECT kind FROM portal_fhir_change WHERE patient = %s AND seq > %s", key, before)
    note = main(browser.get(f"/ops/messages/{number}/"))
    assert "Alex Byrne kept the record as it is: Rang the ward: a slip" in note


def test_the_form_sent_twice_or_for_nobody_does_nothing(held, address, browser):
    given = {"act": "release", "reason": "Rang the ward"}

    browser.post(address, given)
    again = browser.post(address, given)
    nobody = browser.post(f"{IDENTITIES}no-such-record/", given)

    assert (again["Location"], nobody["Location"]) == (IDENTITIES, IDENTITIES)
    assert "not held any more" in browser.get(IDENTITIES).content.decode()
    assert len(audited(held[0])) == 1


def test_an_address_of_nothing_is_not_found(held, address, browser):
    assert browser.get(address).status_code == 200
    assert browser.get(f"{IDENTITIES}0123456789abcdef/").status_code == 404
    assert browser.post(address, {"act": "other", "reason": "x"}).status_code == 404


def test_a_hold_without_a_message_can_be_opened_too(registered, browser):
    ((key,),) = rows(
        "UPDATE portal_fhir_stream SET held_at = now() WHERE patient <> '' RETURNING patient"
    )
    text = main(browser.get(IDENTITIES))
    path = IDENTITIES + text.partition(f'href="{IDENTITIES}')[2].partition('"')[0]

    assert "A FHIR bundle" in text
    assert "it came as a FHIR bundle" in main(browser.post(path, {"act": "reveal", "reason": "x"}))
    browser.post(path, {"act": "release", "reason": "Rang the sender"})
    assert not changes.is_held(key)


def test_nobody_opens_their_own_record_or_a_relations(held, address, alex, browser):
    key, number = held
    Tie.objects.create(user=alex, patient=key, declared_at=clock.now())

    answers = [
        browser.post(address, {"act": act, "reason": "Mine"}) for act in ("reveal", "release")
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert changes.is_held(key)
    assert state_of(number) == "review"
    assert [one[:2] for one in audited(key)] == [("read", "barred"), ("label", "barred")]
