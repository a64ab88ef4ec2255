"""What operations see of a message, and what they may do with it."""

import json
import logging
import re

import pytest

from fhir import alarms, audit
from fhir.access import SYSTEM, Kind
from fhir.alarms import Alarm
from fhir.intake import Unmatched, keep_unmatched
from fhir.models import InboundMessage
from fhir.outcomes import error
from fhir.scope import scoped
from fhir.store import Criteria, Repository
from portal import clock
from portal.identity.models import Tie
from tests.builders import an_observation
from tests.fhir.hl7.reading import OBR, PID
from tests.portal.ops.conftest import BROKEN, HB, main, plain, rows, state_of, worked

MESSAGES = "/ops/messages/"
# What tells who somebody is.
PERSONAL = ("9991000003", "M1000003", "Yusuf", "Amina", "19670908")


def at(number):
    return f"{MESSAGES}{number}/"


def read_as(number):
    """Return what the audit has of reading and acting on a message."""
    return rows(
        "SELECT interaction, outcome, name, request FROM portal_fhir_auditentry"
        " WHERE resource_type = 'InboundMessage' AND ids ? %s ORDER BY id",
        str(number),
    )


def test_the_fault_is_said_in_one_sentence_that_names_the_field(parked, browser):
    text = main(browser.get(at(parked)))

    assert "OBX-11 of result 1, the result’s status, is not a status of a result." in text
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
    assert read_as(parked) == [("read", "allowed", "Alex Byrne", "Ring the laboratory")]


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

    assert "PID-3, the person’s numbers, are of a person who is not known here yet." in text
    assert "withheld until a rule or a clinician releases it" in text
    assert "112 g/L, L" in text
    assert Repository(SYSTEM).count(Criteria("DiagnosticReport")) == 0


def test_a_message_of_a_kind_that_is_not_read_says_so(arrives, browser):
    number = arrives(PID, kind="MDM^T02")
    worked()

    assert state_of(number) == "not mapped"
    text = main(browser.get(at(number)))
    assert "MSH-9, the kind of message, is one that is not read here." in text
    assert "can be read again when we can read it" in text


def test_those_who_wait_behind_a_message_are_counted(parked, arrives, browser):
    for control_id in ("2", "3"):
        arrives(PID, OBR, HB, control_id=control_id)
    worked()

    assert "2 later messages of this person wait behind it." in main(browser.get(at(parked)))


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


def stored():
    return rows(
        "SELECT resource_type, logical_id, version FROM portal_fhir_version ORDER BY 1, 2, 3"
    )


def test_a_filed_message_would_change_nothing_and_is_not_read_again(registered, arrives, browser):
    number = arrives(PID, OBR, HB)
    worked()
    before = stored()

    page = main(browser.get(at(number)))
    browser.post(at(number), {"act": "replay"})

    assert "It would change nothing." in page
    assert "There is nothing to do." in page
    assert "It would change nothing" in main(browser.get(at(number)))
    assert state_of(number) == "done"
    assert worked() == 0
    assert stored() == before


def test_what_a_newer_message_has_overtaken_would_change_nothing(registered, arrives, browser):
    first = arrives(PID, OBR, HB)
    worked()
    rows(
        "UPDATE portal_fhir_inboundmessage SET raw = convert_to(replace(convert_from(raw, 'UTF8'),"
        " '|112|', '|99|'), 'UTF8') WHERE id = %s RETURNING 1",
        first,
    )
    newer = arrives(PID, OBR.replace("|||F", "|||C"), HB.replace("112", "115"), control_id="2")
    rows(
        "UPDATE portal_fhir_inboundmessage SET raw = convert_to(replace(convert_from(raw, 'UTF8'),"
        " '20260310140500||', '20260310150000||'), 'UTF8') WHERE id = %s RETURNING 1",
        newer,
    )
    worked()
    before = stored()

    text = plain(main(browser.get(at(first))))
    browser.post(at(first), {"act": "replay"})
    worked()

    assert "It would change nothing. The record says this, or something newer, already." in text
    assert "older than what is held" in text
    assert stored() == before


def test_to_look_at_a_message_leaves_no_trace_of_what_was_tried(registered, arrives, browser):
    number = arrives(PID, OBR, HB.replace("|||F", "|||?"))
    worked()
    mended = (
        "UPDATE portal_fhir_inboundmessage SET raw = convert_to(replace(convert_from(raw, 'UTF8'),"
        " '|||?', '|||F'), 'UTF8') WHERE id = %s RETURNING 1"
    )
    rows(mended, number)
    before = (stored(), rows("SELECT count(*) FROM portal_fhir_change"))

    text = plain(main(browser.get(at(number))))

    assert "1 new, Full blood count, withheld until a rule or a clinician releases it" in text
    assert "112 g/L, L, new" in text
    assert (stored(), rows("SELECT count(*) FROM portal_fhir_change")) == before
    assert state_of(number) == "parked"


def test_all_of_a_list_are_read_again_but_what_came_since(registered, arrives, browser):
    parked = [arrives(PID, OBR.replace("L1", f"L{n}"), BROKEN, control_id=str(n)) for n in range(3)]
    elsewhere = arrives(PID, OBR.replace("L1", "L9"), BROKEN, feed="pas", control_id="9")
    for _ in range(4):
        worked()
        rows(
            "UPDATE portal_fhir_inboundmessage SET state = 'parked' WHERE raw LIKE %s RETURNING 1",
            b"%|||?%",
        )
    page = browser.get(f"{MESSAGES}?view=failed&feed=winpath").content.decode()
    assert f'name="newest" value="{parked[2]}"' in page

    asked = {"view": "failed", "feed": "winpath", "newest": parked[1]}
    done = browser.post(f"{MESSAGES}replay/", asked)
    again = browser.post(f"{MESSAGES}replay/", asked)

    assert (done["Location"], again.status_code) == (f"{MESSAGES}?view=failed&feed=winpath", 302)
    assert [state_of(number) for number in (*parked, elsewhere)] == [
        "waiting", "waiting", "parked", "parked",
    ]  # fmt: skip
    said = main(browser.get(MESSAGES))
    assert "2 messages will be read again" in said
    assert "0 messages will be read again" in said


@pytest.mark.parametrize(
    "asked",
    [
        {"view": "waiting", "newest": 1},
        {"view": "late", "newest": 1},
        {"view": "failed"},
        {"view": "failed", "newest": "x"},
        {"view": "failed", "newest": 1, "feed": "No Such"},
    ],
)
def test_what_cannot_be_read_again_together_is_not_found(feeds, browser, asked):
    assert browser.post(f"{MESSAGES}replay/", asked).status_code == 404


def test_a_list_shows_25_a_page(registered, browser):
    with scoped(SYSTEM):
        InboundMessage.objects.bulk_create(
            InboundMessage(
                feed="winpath", control_id=str(n), digest=b"x", raw=b"MSH", state="parked"
            )
            for n in range(26)
        )

    first = main(browser.get(MESSAGES))
    assert first.count("Open<span") == 25
    (older,) = re.findall(r"before=(\d+)", first)
    assert main(browser.get(f"{MESSAGES}?view=failed&before={older}")).count("Open<span") == 1


BUNDLE = {
    "resourceType": "Bundle",
    "type": "transaction",
    "entry": [
        {
            "fullUrl": "urn:uuid:0d3b1a2c-8f5e-4a64-9d0c-6f1b2a3c4d5e",
            "request": {"method": "POST", "url": "Observation"},
            "resource": an_observation("no-such-patient", note=[{"text": "Mrs Yusuf rang"}]),
        }
    ],
}


def test_a_bundle_that_waits_for_its_person_is_shown_entry_by_entry(feeds, browser):
    refused = Unmatched([error("not-found", "Bundle.entry[0].resource", "no such patient")])
    keep_unmatched("winpath", json.dumps(BUNDLE).encode(), refused)
    ((number,),) = rows("SELECT id FROM portal_fhir_inboundmessage WHERE kind = 'FHIR'")

    page = main(browser.get(at(number)))
    shown = main(browser.post(at(number), {"act": "reveal", "reason": "Ring the sender"}))

    assert 'aria-label="Entries"' in page
    assert "Observation" in page
    assert '<li class="bad"' in page
    assert "is about a patient who is not known here yet" in page
    assert "Yusuf" not in page
    assert "no-such-patient" not in page
    assert "Mrs Yusuf rang" in shown


def test_nobody_looks_into_a_message_about_themselves(parked, arrives, alex, browser):
    ((key,),) = rows("SELECT logical_id FROM portal_fhir_resource WHERE resource_type = 'Patient'")
    Tie.objects.create(user=alex, patient=key, declared_at=clock.now())

    answers = [
        browser.post(at(parked), {"act": act, "reason": "Curious"})
        for act in ("reveal", "replay", "set-aside")
    ]
    browser.post(f"{MESSAGES}replay/", {"view": "failed", "newest": parked})

    assert {answer.status_code for answer in answers} == {404}
    assert state_of(parked) == "parked"
    assert "about you or a relation" in main(browser.get(MESSAGES))
    assert {one[1] for one in read_as(parked)} == {"barred"}
    assert len(read_as(parked)) == 4
    assert alarms.counts()[Alarm.BARRED] == 4


def test_the_patients_log_does_not_tell_of_a_message_that_was_looked_into(parked, browser):
    ((key,),) = rows("SELECT logical_id FROM portal_fhir_resource WHERE resource_type = 'Patient'")
    browser.post(at(parked), {"act": "reveal", "reason": "Ring the laboratory"})
    assert rows("SELECT 1 FROM portal_fhir_auditentry WHERE patient = %s AND kind = 'staff'", key)

    assert audit.entries_for(SYSTEM, key, audit.Wanted([Kind.STAFF])) == []


def test_nothing_of_a_message_is_in_the_log_of_the_service(parked, browser, caplog):
    caplog.set_level(logging.DEBUG)
    browser.post(at(parked), {"act": "reveal", "reason": "Ring the laboratory"})
    browser.post(at(parked), {"act": "replay"})
    worked()

    assert "is parked" in caplog.text
    ours = [one.getMessage() for one in caplog.records if not one.name.startswith("django.db")]
    assert not [one for one in PERSONAL if one in " ".join(ours)]


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

    assert "OBX-11 of result 1, the result’s status, is not a status of a result." in main(page)
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
    assert f"/ops/messages/{parked}/" in main(browser.get(f"{MESSAGES}?view=late"))


@pytest.mark.parametrize(
    "path", ["?view=none", "?before=x", "?before=-1", "?feed=Mrs%20Yusuf", "999999/", f"{2**63}/"]
)
def test_what_is_not_there_is_not_found(feeds, browser, path):
    assert browser.get(MESSAGES + path).status_code == 404


def test_a_post_for_a_message_that_is_not_there_is_not_found(feeds, browser):
    assert browser.post(at(999999), {"act": "replay"}).status_code == 404
