"""Whatever a sender puts into a resource: it is said as plain text of bounded length, or not."""

import copy
import json

import pytest
from django.template import engines
from hypothesis import given
from hypothesis import strategies as st

from portal.record import words
from tests.portal.record import entries

SCRIPT = "<script>alert(1)</script>"
HOSTILE = (
    SCRIPT,
    "\"'><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% include 'x' %}",
    "[{'observation': 1}]",
    "None",
    "",
    " \t\n",
    "\u202egnirts\u0000\x1b[31m",
    "x" * 300_000,
    "2026-13-45",
    "0000-00-00",
    "2026-02-30T25:61:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "not a date",
    "urn:oid:1.2.3",
    "Patient/x",
    "#self",
)
SHAPES = (None, True, -1, 1e308, "", [], {}, [[]], [None], [[[]]], {"value": {"value": {}}})
RESOURCES = {path.stem: json.loads(path.read_text("utf-8")) for path in entries.EXAMPLES}
LONGEST = words.LONGEST_TEXT + len(words.CUT)
PAGE = """
<h1>{{ entry.heading() }}</h1><p>{{ entry.when() }} {{ entry.note() }} {{ entry.group() }}</p>
{% for label, text in entry.rows() %}<dt>{{ label }}</dt><dd>{{ text }}</dd>{% endfor %}
{% for label, text in entry.code_rows() %}<dt>{{ label }}</dt><dd>{{ text }}</dd>{% endfor %}
{% for heading, lines in entry.texts() %}<h2>{{ heading }}</h2>{% for line in lines %}
<p>{{ line }}</p>{% endfor %}{% endfor %}
{% for file in entry.attachments() %}<li>{{ file.title }} {{ file.content_type }}</li>{% endfor %}
{{ entry.narrative()|safe }}"""


def places(value, path=()):
    """Return where everything in a resource stands, but its type."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for name, one in inner:
        if name != "resourceType":
            found.append((*path, name))
            if isinstance(one, dict | list):
                found += places(one, (*path, name))
    return found


PLACES = {kind: places(resource) for kind, resource in RESOURCES.items()}


def put(resource, path, value):
    *steps, last = path
    for step in steps:
        resource = resource[step]
    resource[last] = value


def strings_replaced(value, text):
    match value:
        case dict():
            return {
                name: one if name == "resourceType" else strings_replaced(one, text)
                for name, one in value.items()
            }
        case list():
            return [strings_replaced(one, text) for one in value]
        case str():
            return text
        case _:
            return value


def said_safely(resource):
    """Say all of it, twice: to a reader, and on a page."""
    entry = entries.entry_of(resource)
    for label, text in entries.words_of(entry):
        assert label.strip()
        assert text.strip()
        assert len(text) <= LONGEST
    assert len(entry.heading()) <= words.LONGEST_TITLE + len(words.CUT)
    page = engines["jinja2"].from_string(PAGE).render({"entry": entry})
    for mark in ("<script", "<img", "<svg", "<iframe", "onerror=alert(1)>", "\u202e", "\x00"):
        assert mark not in page
    return page


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:20]))
@pytest.mark.parametrize("kind", sorted(RESOURCES))
def test_every_string_may_be_hostile(kind, text):
    said_safely(strings_replaced(RESOURCES[kind], text))


@given(st.data())
def test_any_element_may_hold_anything(data):
    kind = data.draw(st.sampled_from(sorted(RESOURCES)))
    resource = copy.deepcopy(RESOURCES[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(places(resource) or [("id",)]))
        put(resource, path, data.draw(st.sampled_from([*HOSTILE, *copy.deepcopy(SHAPES)])))

    said_safely(resource)


@pytest.mark.parametrize("shape", SHAPES, ids=repr)
@pytest.mark.parametrize("kind", sorted(RESOURCES))
def test_every_element_may_have_a_wrong_shape(kind, shape):
    for path in PLACES[kind]:
        resource = copy.deepcopy(RESOURCES[kind])
        put(resource, path, copy.deepcopy(shape))
        entry = entries.entry_of(resource)
        assert all(text.strip() for _, text in entries.words_of(entry)), path


@pytest.mark.parametrize("kind", sorted(RESOURCES))
def test_a_code_without_a_name_is_never_the_name(kind):
    def nameless(value):
        match value:
            case dict():
                bare = {"display", "text", "description", "title", "name"}
                return {name: nameless(one) for name, one in value.items() if name not in bare}
            case list():
                return [nameless(one) for one in value]
            case _:
                return value

    assert entries.faults_of(nameless(RESOURCES[kind])) == []


def test_contained_resources_that_refer_to_each_other_end_somewhere():
    ring = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "medicationReference": {"reference": "#a"},
        "contained": [
            {"resourceType": "Medication", "id": "a", "ingredient": [{"reference": "#b"}]},
            {"resourceType": "Medication", "id": "b", "code": {"reference": "#a"}},
        ],
    }
    deep = ring
    for _ in range(60):
        deep = {"resourceType": "MedicationRequest", "contained": [deep], "note": [{"text": "x"}]}

    assert entries.entry_of(ring).heading() == "Medicine without a name"
    said_safely(deep)


def test_what_is_too_long_says_that_it_was_cut():
    entry = entries.entry_of(
        entries.example(
            "Condition", code={"text": "very " * 9_000}, note=[{"text": "long " * 90_000}]
        )
    )

    assert entry.heading().endswith(words.CUT)
    ((_, lines),) = entry.texts()
    assert lines[-1].endswith(words.CUT)


def test_narrative_is_shown_without_anything_active_where_nothing_else_is_said():
    div = (
        '<div xmlns="http://www.w3.org/1999/xhtml"><p style="x" onclick="y">Rest <a href="z">well'
        "</a>.</p><script>alert(1)</script><img src='q'/><style>p{}</style></div>"
    )
    bare = {"resourceType": "CarePlan", "text": {"status": "additional", "div": div}}

    assert entries.entry_of(bare).narrative() == "<p>Rest well.</p>"
    assert entries.entry_of(bare | {"description": "Rest"}).narrative() == ""
    generated = bare | {"text": {"status": "generated", "div": div}}
    assert entries.entry_of(generated).narrative() == ""
