"""Nothing of a resource's text changes but its id and meta."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from fhir.labels import Label, security_coding
from fhir.splice import body_of, spliced, with_security, without_demographics

AT = datetime(2026, 3, 12, 8, 41, tzinfo=UTC)
NAMES = st.text('abcXYZ_é"\\', min_size=1, max_size=6).filter(
    lambda name: name not in {"id", "meta", "resourceType"}
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


def test_decimals_order_and_spaces_stay_as_they_were_sent():
    text = (
        '{ "id":"x", "resourceType":"Observation",\n'
        ' "valueQuantity": {"value": 7.20 }, "b":1,"a":2}'
    )

    kept = spliced(body_of(text, json.loads(text)), json.loads(text), "abc", 3, AT)

    assert kept == (
        '{"resourceType":"Observation","id":"abc","meta":{"versionId":"3",'
        '"lastUpdated":"2026-03-12T08:41:00.000Z"},"valueQuantity": {"value": 7.20 }, "b":1,"a":2}'
    )


def test_what_the_sender_put_in_meta_stays_but_for_version_and_date():
    resource = {"resourceType": "Patient", "meta": {"versionId": "9", "profile": ["p"]}}

    kept = json.loads(spliced("", resource, "abc", 1, AT))

    assert kept["meta"] == {
        "versionId": "1",
        "lastUpdated": "2026-03-12T08:41:00.000Z",
        "profile": ["p"],
    }


@given(st.dictionaries(NAMES, VALUES, max_size=5), st.randoms(), st.sampled_from([None, 1, 2]))
def test_every_member_survives_wherever_id_and_meta_stand(members, random, indent):
    order = [*members.items(), ("resourceType", "Basic"), ("id", "x"), ("meta", {"tag": []})]
    random.shuffle(order)
    text = json.dumps(dict(order), indent=indent)

    kept = json.loads(spliced(body_of(text, dict(order)), dict(order), "new", 2, AT))

    assert kept.pop("id") == "new"
    assert kept.pop("meta")["tag"] == []
    assert kept == members | {"resourceType": "Basic"}
    assert list(kept)[1:] == [name for name, _ in order if name in members]


def test_a_withheld_resource_says_so_to_those_who_may_read_it():
    text = '{"resourceType":"Basic","id":"x","meta":{"versionId":"1"},"n":1.50}'

    labelled = with_security(text, security_coding(Label.NOPAT))

    assert json.loads(labelled)["meta"]["security"][0]["code"] == "NOPAT"
    assert labelled.endswith('"n":1.50}')


def test_hidden_demographics_leave_name_and_birth_date_alone():
    patient = {
        "resourceType": "Patient",
        "name": [{"family": "Yusuf"}],
        "birthDate": "1968-03-14",
        "address": [{"line": ["1 High Street"]}],
        "_telecom": [{}],
        "generalPractitioner": [{"display": "Dr Who"}],
    }

    assert json.loads(without_demographics(json.dumps(patient))) == {
        "resourceType": "Patient",
        "name": [{"family": "Yusuf"}],
        "birthDate": "1968-03-14",
    }
