"""The messages of a made-up hospital of others, from a client of others, into the record."""

from collections import Counter

import pytest

from tests import samples
from tests.journeys import simulated
from tests.journeys.waiting import settled

pytestmark = samples.needs(simulated.FOLDER)

INBOX = "portal_fhir_inboundmessage"
# Their MSH-15 asks to be told, always, that a message is kept: that is CA, and not AA.
KEPT = "CA"


@pytest.fixture
def hospital(site):
    """Run the listener and the relay, and let them know the hospital; return the port."""
    site.command(
        *("feed", "add", "simhosp", "--ods", "RSH", "--sender", simulated.SENDER),
        *("--processing", "T", "--charset", "ASCII"),
    )
    site.start("mllp").start("relay")
    return site.mllp_port


def test_fifty_messages_are_found_again_and_sent_twice_make_nothing_new(
    hospital, as_superuser, record_property
):
    sent = simulated.messages()
    arrived = {one.mrn for one in sent if one.kind == "ADT^A01"}
    never = {one.mrn for one in sent} - arrived
    unread = {one.control_id: one.kind for one in sent if one.kind in {"ADT^A34", "MDM^T02"}}
    waiting = [one for one in sent if one.mrn in never and one.control_id not in unread]

    first = simulated.send(hospital, sent)
    settled()

    assert len(sent) == 50
    assert first == [(KEPT, one.control_id) for one in sent]
    assert len(never) == 2
    assert sorted(unread.values()) == ["ADT^A34", "MDM^T02"]
    assert standing(as_superuser) == {
        **dict.fromkeys(unread, "not mapped"),
        **{one.control_id: "unmatched" for one in waiting},
    }
    found = resources(as_superuser)
    assert found == counted([one for one in sent if one.mrn in arrived])
    kept = everything(as_superuser)

    again = simulated.send(hospital, sent)
    settled()

    assert again == first
    assert everything(as_superuser) == kept
    for name, number in {"messages": len(sent), "resources": sum(found.values())}.items():
        record_property(name, number)
    print(f"\n{len(sent)} messages, all {KEPT} twice; {dict(found)} found = counted; new: 0")  # noqa: T201


def counted(sent):
    """Count what the messages tell of, each thing once: by the numbers in their fields."""
    stays = [one for one in sent if one.kind == "ADT^A01"]
    reports = [one for one in sent if one.kind == "ORU^R01"]
    orders = {obr[3] for one in reports for obr in one.all("OBR")}
    results = {
        (one.first("OBR")[3], obx[3].split("^")[0], obx[4]) for one in reports
        for obx in one.all("OBX")
    }  # fmt: skip
    return Counter(
        Patient=len({one.mrn for one in stays}),
        Encounter=len({one.first("PV1")[19] for one in stays}),
        Practitioner=len({one.first("PV1")[7].split("^")[0] for one in stays}),
        ServiceRequest=len(orders),
        DiagnosticReport=len(orders),
        Observation=len(results),
    )


def resources(connected):
    rows = connected.execute(
        "SELECT resource_type, count(*) FROM portal_fhir_resource GROUP BY resource_type"
    )
    return Counter(dict(rows.fetchall()))


def everything(connected):
    """Return what there is of each thing that another sending might add to."""
    tables = ("resource", "version", "change", "origin", "inboundmessage")
    counts = {
        table: connected.execute(f"SELECT count(*) FROM portal_fhir_{table}").fetchone()[0]
        for table in tables
    }
    return resources(connected), counts, standing(connected)


def standing(connected):
    """Return the state of each message that is not done with."""
    rows = connected.execute(f"SELECT control_id, state FROM {INBOX} WHERE state <> 'done'")
    return dict(rows.fetchall())
