"""The CapabilityStatement says what is done, no less and no more."""

import json

import pytest

from fhir.elements import RESOURCE_TYPES
from fhir.rest import capability
from fhir.search.parameters import parameters_of
from fhir.validation import check

BASE = "https://portal.test/fhir/R4"


def statement():
    return json.loads(capability.statement(BASE))


def test_it_is_valid():
    assert check(capability.statement(BASE)).issues == []


def test_it_lists_every_type_that_can_be_kept():
    kept = {one["type"] for one in statement()["rest"][0]["resource"]}

    assert {"Patient", "Observation", "Slot", "Claim", "Organization"} <= kept
    assert kept < RESOURCE_TYPES
    assert not kept & {"SearchParameter", "Binary", "Bundle"}


def test_it_names_the_search_parameters_of_the_table():
    for one in statement()["rest"][0]["resource"]:
        named = {parameter["name"] for parameter in one["searchParam"]}
        assert named == set(parameters_of(one["type"]))


@pytest.mark.parametrize("interaction", ["read", "vread", "create", "update", "search-type"])
def test_it_promises_each_interaction_for_each_type(interaction):
    for one in statement()["rest"][0]["resource"]:
        assert {"code": interaction} in one["interaction"]
