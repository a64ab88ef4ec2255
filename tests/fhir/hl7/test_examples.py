"""Messages with the bundles they must become; and every message of others that we have."""

import json
from pathlib import Path

import pytest

from fhir.hl7.feeds import FeedSettings
from fhir.hl7.mapping import NotMapped
from fhir.hl7.message import Message, Unreadable
from fhir.hl7.messages import families, to_bundle
from fhir.raw import Number, dump
from fhir.validation import check
from tests import samples

EXAMPLES = sorted(Path("tests/examples/hl7").glob("*.hl7"))
SENDERS = {
    "WINPATH|RMB": FeedSettings("winpath", "RMB"),
    "MILLPAS|RMB": FeedSettings("pas", "RMB"),
}
OTHERS = FeedSettings("simulator", "RMB")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_message_becomes_its_bundle(path):
    message = Message.read(path.read_bytes())
    expected = json.loads(path.with_suffix(".json").read_text(), parse_float=Number)

    bundle = to_bundle(message, SENDERS[message.sender])

    assert json.loads(dump(bundle), parse_float=Number) == expected
    assert dump(bundle) == dump(expected)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_bundle_is_valid(path):
    assert check(path.with_suffix(".json").read_bytes()).issues == []


def test_every_kind_that_we_read_has_an_example():
    shown = {Message.read(path.read_bytes()).kind for path in EXAMPLES}
    # They have the structure of another of their family and are read by the same rules.
    same = {("ORU", "R03"), ("ORU", "R32"), ("SIU", "S14"), ("SIU", "S16"), ("SIU", "S17")}

    assert {kind for family in families() for kind in family.KINDS} - same == shown


@samples.needs("hl7v2-messages")
def test_every_message_of_the_hospital_simulator_becomes_a_valid_bundle():
    paths = samples.paths("hl7v2-messages/uk-hospital-simulator/*/*.hl7")
    not_mapped = []
    for path in paths:
        try:
            bundle = to_bundle(Message.read(path.read_bytes()), OTHERS)
        except NotMapped as refused:
            not_mapped.append("^".join(refused.kind))
        else:
            assert check(dump(bundle)).issues == [], path

    assert len(paths) == 50
    assert sorted(not_mapped) == ["ADT^A34", "MDM^T02"]


@samples.needs("hl7v2-messages")
def test_messages_that_fill_every_field_become_valid_bundles_or_are_refused():
    refused = {}
    mapped = 0
    for path in samples.paths("hl7v2-messages/converter-samples/*.hl7"):
        try:
            bundle = to_bundle(Message.read(path.read_bytes()), OTHERS)
        except NotMapped:
            continue
        except Unreadable as problem:
            refused[path.name] = problem.place
        else:
            mapped += 1
            assert check(dump(bundle)).issues == [], path

    assert mapped == 17
    # Its only number says neither who gave it nor what it is.
    assert refused == {"ORU-R01-RMGEAD.hl7": "PID-3"}
