import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.raw import NotJson, Number, dump, entries_of, parse
from tests.fhir.texts import resources, written

BUNDLE = """{ "resourceType" : "Bundle",
  "entry" : [ { "fullUrl": "urn:uuid:1",
     "resource" :\t{"resourceType": "Observation", "x" : {"b": 1.00e3, "a": 7.20}, "ext": [ 1.0 ]} ,
     "request": {"method": "PUT", "url": "Observation/1", "ifMatch": "W/\\"2\\""} },
   { "request": {"method": "DELETE", "url": "Observation/2"} } ] }
"""


def test_an_entrys_text_is_the_very_text_that_was_sent():
    first, second = entries_of(BUNDLE)

    assert first.resource_text == (
        '{"resourceType": "Observation", "x" : {"b": 1.00e3, "a": 7.20}, "ext": [ 1.0 ]}'
    )
    assert (first.full_url, first.method, first.url, first.if_match) == (
        "urn:uuid:1",
        "PUT",
        "Observation/1",
        'W/"2"',
    )
    assert (second.method, second.url, second.resource, second.resource_text) == (
        "DELETE",
        "Observation/2",
        None,
        "",
    )


@given(st.lists(resources(), max_size=4), st.data())
def test_every_entrys_text_is_cut_out_unchanged(given_resources, data):
    texts = [data.draw(written(resource)) for resource in given_resources]
    bundle = {"resourceType": "Bundle", "entry": [], "link": [{"entry": [{"resource": 1}]}]}
    head, tail = data.draw(written(bundle)).split("[", 1)
    name = data.draw(st.sampled_from(["resource", "\\u0072esource"]))
    entries = ",".join(f'{{"fullUrl":"a\\"b" , "{name}": {text} }}' for text in texts)

    parsed = parse(f"{head}[{entries}{tail}")
    found = entries_of(f"{head}[{entries}{tail}")

    assert [entry.resource_text for entry in found] == texts
    assert [entry.resource for entry in found] == [parse(text).resource for text in texts]
    assert [entry.full_url for entry in found] == ['a"b'] * len(texts)
    assert parsed.resource == json.loads(f"{head}[{entries}{tail}", parse_float=Number)


@given(resources(), st.data())
def test_reading_agrees_with_json(resource, data):
    text = data.draw(written(resource))

    assert parse(text).resource == json.loads(text, parse_float=Decimal)


@given(resources(), st.data())
def test_numbers_are_written_as_they_were_sent(resource, data):
    text = data.draw(written(resource))

    assert _numbers(dump(parse(text).resource)) == _numbers(text)


def _numbers(text):
    found = []
    json.loads(text, parse_float=found.append, parse_int=found.append)
    return found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1, column 1"),
        ("[]", "JSON object"),
        ('{"entry": [}', "line 1, column 12"),
        ('{"entry": [{} {}]}', "expected ',' or ']'"),
        ('{"entry": [{"resource" {}}]}', "':'"),
        ('{"entry": []} x', "expected the end"),
        ('{"entry": [], "x": NaN}', "NaN"),
        ('{"a": -Infinity}', "-Infinity"),
        ('{"entry"', "column"),
        ('{"a": ' * 3000, "nested too deeply"),
        ('{"entry": ' + "[" * 3000, "nested too deeply"),
        ('{"a": "\t"}', "control character"),
    ],
)
def test_what_is_not_json_is_said_with_its_place(text, says):
    with pytest.raises(NotJson) as refused:
        parse(text)

    assert says in str(refused.value)


@given(st.text(st.sampled_from('{}[]":,entryrsouc \\10.e-'), max_size=40))
def test_no_text_makes_the_reader_fail_otherwise(text):
    try:
        found = parse(text).resource
    except NotJson:
        with pytest.raises((ValueError, AssertionError)):
            assert isinstance(json.loads(text, parse_constant=_refuse), dict)
    else:
        assert found == json.loads(text, parse_float=Decimal)


def _refuse(name):
    raise ValueError(name)


def test_a_number_remembers_its_text():
    number = Number("1.00e3")

    assert (number, number.sent, dump({"v": number})) == (Decimal(1000), "1.00e3", '{"v":1.00e3}')


def test_a_decimal_of_our_own_is_written_plainly():
    assert dump({"v": Decimal("7.20")}) == '{"v":7.20}'
    with pytest.raises(TypeError):
        dump({"v": Decimal("NaN")})
