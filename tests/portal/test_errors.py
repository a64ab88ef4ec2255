"""Pages for what goes wrong: they come out when nothing else does."""

import logging
import re

import pytest
from django.db import OperationalError
from django.test import Client

from portal import errors
from tests.portal.pages import words


def failing_with(fault, rf):
    try:
        raise fault
    except type(fault):
        return errors.failed(rf.get("/record/results/?kind=lab"))


def test_a_failure_gives_a_code_that_its_log_line_carries(rf, caplog):
    with caplog.at_level(logging.ERROR):
        answer = failing_with(ValueError("Haemoglobin 112"), rf)

    code = re.search(r"DB-\w{4}", words(answer))[0]
    assert answer.status_code == 500
    assert [record.getMessage() for record in caplog.records] == [f"{code}: ValueError"]
    assert 'href="/record/results/?kind=lab"' in answer.content.decode()


def test_a_database_that_is_away_is_said_to_be_temporary(rf):
    answer = failing_with(OperationalError("gone"), rf)

    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "The service is not working right now" in words(answer)


def test_failure_pages_ask_nothing_of_the_database(rf, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        failing_with(ValueError("x"), rf)
        failing_with(OperationalError("x"), rf)


@pytest.mark.parametrize(
    ("page", "status"),
    [("bad_request", 400), ("refused", 403), ("not_found", 404)],
)
def test_each_fault_has_its_page_and_a_way_on(rf, page, status):
    answer = getattr(errors, page)(rf.get("/x/"), ValueError("secret"))

    assert answer.status_code == status
    assert "Go to home" in words(answer)
    assert "secret" not in words(answer)


def test_an_old_form_says_what_to_do(db):
    answer = Client(enforce_csrf_checks=True).post("/account/login/")

    assert answer.status_code == 403
    assert "This page has been open too long" in words(answer)
