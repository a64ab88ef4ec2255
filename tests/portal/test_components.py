"""The environment of the pages: names that do not exist are faults, save in the NHS macros."""

import pytest
from django.template import engines
from jinja2 import UndefinedError

from portal.errors import CODE_LETTERS


def rendered(source, **given):
    return engines["jinja2"].from_string(source).render(given)


@pytest.mark.parametrize(
    "source",
    [
        "{{ nobody }}",
        "{{ nobody.name }}",
        "{% if nobody %}x{% endif %}",
        "{% for one in nobody %}x{% endfor %}",
        "{% macro said(word) %}{{ word }}{% endmacro %}{{ said() }}",
        '{% from "nhsuk/components/tag/macro.jinja" import tag %}{{ tag({"text": nobody}) }}',
    ],
)
def test_a_name_that_does_not_exist_is_a_fault(source):
    with pytest.raises(UndefinedError):
        rendered(source)


def test_the_nhs_macros_may_leave_parameters_out():
    source = (
        '{% from "nhsuk/components/button/macro.jinja" import button %}{{ button({"text": "Go"}) }}'
    )

    assert "Go" in rendered(source)


def test_what_is_written_is_escaped_and_numbers_keep_their_digits():
    assert rendered("{{ word }}", word="<b>") == "&lt;b&gt;"
    assert rendered("{{ number|nhs_number }}", number="9990000018") == "999 000 0018"


@pytest.mark.parametrize("layout", ["patient", "staff", "public", "error"])
def test_every_layout_stands_with_a_title_and_a_body_alone(layout):
    said = rendered(
        f'{{% extends "layouts/{layout}.html" %}}{{% block title %}}Here{{% endblock %}}'
        "{% block main %}<h1>There</h1>{% endblock %}",
        csrf_input="",
        request=None,
    )

    assert "<title>Here – " in said
    assert "<h1>There</h1>" in said
    assert said.count("<main") == 1


def test_not_there_and_not_yours_are_one_page(her_browser, hospital):
    there = her_browser.get("/record/results/nothing/")
    nowhere = her_browser.get("/record/results/nothing/nothing/")

    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert there.content == nowhere.content
    assert b"We cannot find this page" in there.content


def test_codes_are_read_out_without_mistakes():
    assert not set(CODE_LETTERS) & set("0O1IL25SZ")
