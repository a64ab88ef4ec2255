"""What operations see of a message, and what they may do with it."""

import pytest

from fhir.access import SYSTEM
from fhir.store import Criteria, Repository
from tests.fhir.hl7.reading import OBR, PID
from tests.portal.ops.conftest import BROKEN, HB, main, rows, state_of, worked

MESSAGES = "/ops/messages/"
# What tells who somebody is.
PERSONAL = ("9991000003", "M1000003", "Yusuf", "Amina", "19670908")


def at(number):
    return f"{MESSAGES}{number}/"


def read_as(number):
    """Return what the audit has of reading and acting on a message."""
    return rows(
        "SELECT interaction, outcome, name, ids::text FROM portal_fhir_auditentry"
        " WHERE resource_type = 'InboundMessage' AND ids ? %s ORDER BY id",
        str(number),
    )


def test_the_fault_is_said_in_one_sentence_that_names_the_field(parked, browser):
    text = main(browser.get(at(parked)))

    assert "OBX-11: This is no status of a result." in text
    assert '<li class="bad"' in text
    assert "<mark>?</mark>" in text
    assert "Cannot read" in text


def test_patient_fields_are_hidden_until_somebody_asks_with_a_reason(parked, browser):
    page = browser.get(at(parked))
    assert not [one for one in PERSONAL if one in page.content.decode()]
    assert "•••• hidden ••••" in main(page)
    assert "Haemoglobin" in main(page)

    without = browser.post(at(parked), {"act": "reveal", "reason": ""})
    shown = browser.post(at(parked), {"act": "reveal", "reason": "Ring the laboratory"})
    again = browser.get(at(parked))

    assert (without.status_code, shown.status_code) == (400, 200)
    assert "Enter a reason" in main(without)
    assert not [one for one in PERSONAL if one in main(without)]
    assert [one for one in PERSONAL if one in main(shown)] == list(PERSONAL)
    assert not [one for one in PERSONAL if one in main(again)]
    assert read_as(parked) == [("read", "allowed", "Alex Byrne", f'["{parked}"]')]
    assert "Alex Byrne saw the hidden fields: Ring the laboratory" in main(again)


@pytest.mark.parametrize(
    "lines",
    [
        (PID, "NK1|1|Yusuf^Zara|DAU", OBR, BROKEN),
        (PID, "PD1|||Yusuf", OBR, BROKEN),
        (PID, "ZU8|9991000003|Yusuf", OBR, BROKEN),
        (PID, "PV1|1|O|RESP|||||||||||||||M1000003", OBR, BROKEN),
        (PID, OBR, "NTE|1||Mrs Yusuf rang", BROKEN),
        (PID, OBR, BROKEN, "OBX|2|FT|X^Text^L||Mrs Yusuf is well||||||F"),
        (PID, OBR.replace("|||202603100810", "|||202603100810||||||Yusuf, dry cough"), BROKEN),
    ],
    ids=["kin", "gp", "own-segment", "visit", "note", "words", "details"],
)
def test_no_segment_gives_away_who_it_is_about(registered, arrives, browser, lines):
    number = arrives(*lines)
    worked()

    page = browser.get(at(number)).content.decode()

    assert not [one for one in PERSONAL if one in page]


def test_what_is_no_message_at_all_shows_nothing_until_asked(arrives, browser):
    number = arrives(PID)
    rows("UPDATE portal_fhir_inboundmessage SET raw = %s RETURNING 1", b"Mrs Yusuf\r\nwas here")

    assert "Yusuf" not in main(browser.get(at(number)))
    shown = browser.post(at(number), {"act": "reveal", "reason": "To see"})
    assert "Mrs Yusuf" in main(shown)


def test_what_a_message_would_make_today_is_told_and_nothing_is_made(arrives, browser):
    number = arrives(PID, OBR, HB)
    worked()
    assert state_of(number) == "unmatched"

    text = main(browser.get(at(number)))

    assert "The person is not known yet" in text
    assert "withheld until a rule or a clinician releases it" in text
    assert "112 g/L, L" in text
    assert Repository(SYSTEM).count(Criteria("DiagnosticReport")) == 0


def test_a_message_of_a_kind_that_is_not_read_says_so(arrives, browser):
    number = arrives(PID, kind="MDM^T02")
    worked()

    assert state_of(number) == "not mapped"
    text = main(browser.get(at(number)))
    assert "MSH-9: Such messages are not read" in text
    assert "can be read again when we can read it" in text


def test_those_who_wait_behind_a_message_are_counted(parked, arrives, browser):
    for control_id in ("2", "3"):
        arrives(PID, OBR, HB, control_id=control_id)
    worked()

    assert "2 later messages wait behind it." in main(browser.get(at(parked)))


def test_to_read_a_message_again_files_it_when_it_can_be_read(arrives, browser):
    number = arrives(PID, OBR, HB)
    worked()
    arrives(PID, kind="ADT^A28", feed="pas")

    first = browser.post(at(number), {"act": "replay"})
    again = browser.post(at(number), {"act": "replay"})
    worked()

    assert (first.status_code, again.status_code) == (302, 302)
    assert state_of(number) == "done"
    assert Repository(SYSTEM).count(Criteria("DiagnosticReport")) == 1
    assert [one[:3] for one in read_as(number)] == [("update", "allowed", "Alex Byrne")] * 2


def test_to_read_a_filed_message_again_makes_nothing_new(registered, arrives, browser):
    number = arrives(PID, OBR, HB)
    worked()

    browser.post(at(number), {"act": "replay"})
    worked()

    assert Repository(SYSTEM).count(Criteria("DiagnosticReport")) == 1
    assert Repository(SYSTEM).count(Criteria("Observation")) == 1


def test_to_set_aside_needs_a_reason_and_frees_those_behind(parked, arrives, browser):
    later = arrives(PID, OBR, HB, control_id="2")
    worked()

    without = browser.post(at(parked), {"act": "set-aside", "reason": "x" * 301})
    done = browser.post(at(parked), {"act": "set-aside", "reason": "Sent again as 2"})
    worked()

    assert (without.status_code, done.status_code) == (400, 302)
    assert "300 characters or fewer" in main(without)
    assert (state_of(parked), state_of(later)) == ("set aside", "done")
    assert "Alex Byrne set it aside: Sent again as 2" in main(browser.get(at(parked)))


def test_lists_name_the_fault_and_nobody(parked, arrives, browser):
    page = browser.get(MESSAGES)

    assert "OBX-11: this is no status of a result" in main(page)
    assert not [one for one in PERSONAL if one in page.content.decode()]
    assert 'Failed <span class="n">1</span>' in main(page)


@pytest.mark.parametrize(
    "view", ["failed", "unmatched", "review", "not-mapped", "waiting", "set-aside", "reused"]
)
def test_each_list_holds_its_own(parked, browser, view):
    text = main(browser.get(f"{MESSAGES}?view={view}"))
    assert (f"/ops/messages/{parked}/" in text) is (view == "failed")


def test_marked_messages_are_listed_apart(parked, browser):
    rows(
        "UPDATE portal_fhir_inboundmessage SET out_of_order = true WHERE id = %s RETURNING 1",
        parked,
    )
    assert f"/ops/messages/{parked}/" in main(browser.get(f"{MESSAGES}?view=out-of-order"))


@pytest.mark.parametrize("path", ["?view=none", "?before=x", "?before=-1", "999999/"])
def test_what_is_not_there_is_not_found(feeds, browser, path):
    assert browser.get(MESSAGES + path).status_code == 404


def test_a_post_for_a_message_that_is_not_there_is_not_found(feeds, browser):
    assert browser.post(at(999999), {"act": "replay"}).status_code == 404
