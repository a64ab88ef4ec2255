import json

from hypothesis import given
from hypothesis import strategies as st

from fhir.raw import parse
from fhir.references import references_in, with_references
from tests.fhir.texts import resources, written


def test_references_are_named_once_and_contained_ones_left_out():
    report = {
        "resourceType": "DiagnosticReport",
        "subject": {"reference": "Patient/1"},
        "performer": [{"reference": "#lab"}, {"display": "Winpath"}],
        "result": [{"reference": "urn:uuid:1"}, {"reference": "Patient/1"}],
    }

    assert references_in(report) == ["Patient/1", "urn:uuid:1"]


def test_only_the_address_changes():
    text = '{ "subject" : { "reference":\t"urn:uuid:1" }, "valueQuantity": {"value": 7.20} }'

    changed = with_references(text, {"urn:uuid:1": "Patient/a"})

    assert changed == text.replace("urn:uuid:1", "Patient/a")


def test_an_address_written_with_escapes_is_known():
    text = r'{"subject": {"reference": "Patient\/1"}, "note": [{"text": "\"reference\": \"x\""}]}'

    assert with_references(text, {"Patient/1": "Patient/a", "x": "y"}) == (
        r'{"subject": {"reference": "Patient/a"}, "note": [{"text": "\"reference\": \"x\""}]}'
    )


def test_a_name_written_with_escapes_is_known():
    text = r'{"\u0072eference": "a", "b": ["p", ":", "q"], "reference": "a"}'

    assert with_references(text, {"a": "z", "q": "!"}) == (
        r'{"\u0072eference": "z", "b": ["p", ":", "q"], "reference": "z"}'
    )


def test_an_identifier_that_looks_like_an_address_stays():
    text = '{"identifier": [{"system": "urn:ietf:rfc:3986", "value": "urn:uuid:1"}]}'

    assert with_references(text, {"urn:uuid:1": "Patient/a"}) == text


@given(resources(), st.dictionaries(st.sampled_from("abc"), st.text(max_size=3)), st.data())
def test_the_text_says_what_the_resource_would_with_its_addresses_followed(resource, mapping, data):
    text = data.draw(written(resource))

    changed = with_references(text, mapping)

    assert parse(changed).resource == _followed(parse(text).resource, mapping)
    if not mapping:
        assert changed == text


def _followed(value, mapping):
    if isinstance(value, dict):
        return {
            name: mapping.get(inner, inner)
            if name in {"reference", "url", "uri", "valueUri", "valueUrl"}
            and isinstance(inner, str)
            else _followed(inner, mapping)
            for name, inner in value.items()
        }
    return [_followed(inner, mapping) for inner in value] if isinstance(value, list) else value


def test_a_followed_text_is_json():
    assert json.loads(with_references('{"url":"a"}', {"a": 'q"\\\n'})) == {"url": 'q"\\\n'}
