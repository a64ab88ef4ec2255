"""What an item said before it was changed, to somebody who helps with parts of a record."""

import pytest

from tests.builders import labelled
from tests.portal.carers.helping import acting, helps
from tests.portal.record.things import a_condition


@pytest.fixture
def address(hospital, graces_record):
    """Give the page of a condition that was private at first, and then called otherwise twice."""
    made = hospital.create(labelled(a_condition(graces_record, "Depression"), "PSY"))
    for title in ("Low mood", "Tiredness"):
        hospital.update(a_condition(graces_record, title) | {"id": made.id}, None)
    return f"/record/conditions/condition/{made.id}/"


@pytest.mark.parametrize(
    ("scopes", "old"),
    [(("rest",), ["Low mood"]), (("rest", "sensitive"), ["Low mood", "Depression"])],
)
def test_a_helper_reads_old_words_of_what_is_shared_alone(grace, ben, address, scopes, old):
    browser = acting(ben, helps(ben, grace, *scopes))

    body = browser.get(address).content.decode()

    assert [one for one in ("Low mood", "Depression") if one in body] == old


def test_a_helper_without_that_part_finds_no_page(grace, ben, address):
    browser = acting(ben, helps(ben, grace, "letters"))

    assert browser.get(address).status_code == 404
