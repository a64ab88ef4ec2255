"""What a resource is found by, against a plain reading of the same table."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.dates import EARLIEST, LATEST, span_of
from fhir.paths import find
from fhir.raw import entries_of
from fhir.search.folding import folded
from fhir.search.parameters import PARAMETERS, Kind, parameters_of
from fhir.search.values import index_of, normal_reference, token_hash
from tests import samples


def test_a_coded_value_is_found_with_its_system_and_without():
    index = index_of(
        {"resourceType": "Observation", "code": {"coding": [{"system": "u:a", "code": "1"}]}}
    )

    assert index.tokens == [("code", token_hash("u:a", "1")), ("code", token_hash(None, "1"))]


def test_a_hash_tells_system_no_system_and_any_system_apart():
    hashes = {
        token_hash("u:a", "1"),
        token_hash("", "1"),
        token_hash(None, "1"),
        token_hash("1", "u:a"),
        token_hash("u:", "a1"),
    }

    assert len(hashes) == 5


def test_a_system_that_senders_write_in_several_ways_is_one():
    assert token_hash("https://snomed.info/sct", "1") == token_hash("http://snomed.info/sct", "1")


@given(st.one_of(st.none(), st.text()), st.text())
def test_a_hash_fits_a_bigint(system, code):
    assert -(2**63) <= token_hash(system, code) < 2**63


def test_a_hash_is_the_same_in_every_process():
    assert token_hash("http://loinc.org", "718-7") == -8588087946514473194


def test_an_nhs_number_is_found_however_it_is_spaced():
    number = {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "999 000 0018"}

    index = index_of({"resourceType": "Patient", "identifier": [number]})

    assert ("identifier", token_hash(number["system"], "9990000018")) in index.tokens


def test_plain_codes_and_booleans_are_tokens():
    index = index_of({"resourceType": "Patient", "gender": "female"})

    assert index.tokens == [("gender", token_hash(None, "female"))]


def test_a_period_is_open_where_it_says_nothing():
    start = index_of({"resourceType": "Encounter", "period": {"start": "2026"}})
    end = index_of({"resourceType": "Encounter", "period": {"end": "2026"}})
    neither = index_of({"resourceType": "Encounter", "period": {"extension": []}})

    assert start.dates == [("date", span_of("2026").low, LATEST)]
    assert end.dates == [("date", EARLIEST, span_of("2026").high)]
    assert neither.dates == []


def test_references_are_indexed_without_version_and_never_to_what_is_contained():
    index = index_of(
        {
            "resourceType": "Observation",
            "encounter": {"reference": "Encounter/1/_history/2"},
            "performer": [{"reference": "#p"}, {"display": "x"}],
        }
    )

    assert index.references == [("encounter", "Encounter/1")]


def test_only_references_to_the_type_that_is_meant_count():
    actors = [{"actor": {"reference": name}} for name in ("Practitioner/1", "Location/2")]

    index = index_of({"resourceType": "Appointment", "participant": actors})

    assert set(index.references) == {
        ("actor", "Practitioner/1"),
        ("actor", "Location/2"),
        ("practitioner", "Practitioner/1"),
        ("location", "Location/2"),
    }


def test_what_the_resources_own_row_keeps_is_not_indexed_again():
    index = index_of(
        {"resourceType": "Observation", "subject": {"reference": "Patient/1"}, "status": "final"}
    )

    assert (index.tokens, index.references) == ([], [])


@pytest.mark.parametrize(
    ("name", "compared"),
    [
        ("Müller", "muller"),
        ("MULLER", "muller"),
        ("Straße", "strasse"),
        ("Łukasz", "lukasz"),
        ("Søren", "soren"),
        ("O'Brien  Smith", "o'brien smith"),
        ("İnci", "inci"),
        ("ﬁona", "fiona"),
        ("Þór", "thor"),
    ],
)
def test_names_are_compared_without_case_and_accents(name, compared):
    assert folded(name) == compared


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert folded(folded(text)) == folded(text)


def test_every_row_has_a_name_of_its_own():
    names = [row.name for row in PARAMETERS]

    assert len(names) == len(set(names))


def test_shared_rows_hold_for_every_type_that_has_the_element():
    assert {"identifier", "patient", "status", "code", "category", "date", "_id"} <= set(
        parameters_of("Observation")
    )
    assert "status" not in parameters_of("Patient")
    assert parameters_of("Hat") == {}


@samples.needs("patients-synthea-r4")
def test_compiled_extraction_agrees_with_a_plain_reading_of_the_table():
    (path, *_) = samples.paths("patients-synthea-r4/*.gz")
    resources = [entry.resource for entry in entries_of(samples.content(path).decode())]

    for resource in resources:
        index = index_of(resource)
        assert set(index.tokens) == set(_plainly(resource, Kind.TOKEN, _tokens))
        assert set(index.dates) == set(_plainly(resource, Kind.DATE, _dates))
        assert set(index.strings) == set(_plainly(resource, Kind.STRING, _strings))
        assert set(index.references) == set(_plainly(resource, Kind.REFERENCE, _references))


def _plainly(resource, kind, values):
    for row in parameters_of(resource["resourceType"]).values():
        if row.kind == kind and not row.column:
            for path in row.path_for(resource["resourceType"]).split("|"):
                where, _, target = path.partition(":")
                for value in find(resource, where):
                    yield from ((row.name, *found) for found in values(value, target))


def _tokens(value, _):
    if isinstance(value, str):
        return [(token_hash(None, value),)]
    codings = value.get("coding") or [{**value, "code": value.get("value", value.get("code"))}]
    return [
        (token_hash(system, coding["code"]),)
        for coding in codings
        if coding.get("code")
        for system in (coding.get("system", ""), None)
    ]


def _dates(value, _):
    if isinstance(value, str):
        return [tuple(span_of(value))]
    low = span_of(value["start"]).low if "start" in value else EARLIEST
    return [(low, span_of(value["end"]).high if "end" in value else LATEST)]


def _strings(value, _):
    if isinstance(value, str):
        return [(folded(value),)]
    parts = [value.get("family"), value.get("text"), *value.get("given", [])]
    parts += [*value.get("prefix", []), *value.get("suffix", [])]
    return [(folded(part),) for part in parts if part]


def _references(value, target):
    reference = value.get("reference", "")
    if not reference or reference.startswith("#") or not reference.startswith(target):
        return []
    return [(normal_reference(reference),)]


@given(
    st.dictionaries(st.sampled_from(["code", "period", "name", "text"]), st.just({}), max_size=3)
)
def test_what_is_half_there_is_not_found_by(resource):
    index = index_of({"resourceType": "Encounter"} | json.loads(json.dumps(resource)))

    assert (index.tokens, index.dates, index.strings, index.references) == ([], [], [], [])
