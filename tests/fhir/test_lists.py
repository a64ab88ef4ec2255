"""What lists read: several types in one order, words, and long resources without their length."""

import base64

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fhir.access import READING, SYSTEM, Grant, Kind, Viewer
from fhir.audit import entries_for
from fhir.labels import Label
from fhir.light import LONG
from fhir.search.words import LONGEST, terms_of, words_of
from fhir.store import Criteria, Repository
from tests.builders import a_patient, a_report, an_observation, labelled

REPORT, VALUE = "DiagnosticReport", "Observation"


@pytest.fixture
def records(db):
    return Repository(SYSTEM)


@pytest.fixture
def amina(records):
    return records.create(a_patient("9991000003")).id


def as_patient(key, *types):
    grant = Grant(frozenset({key}), frozenset(types or {REPORT, VALUE}), READING)
    return Repository(Viewer(Kind.PATIENT, f"Patient/{key}", "Amina", grants=(grant,)))


def both(key, **more):
    return [Criteria(name, [key], **more) for name in (REPORT, VALUE)]


def on(day):
    return {"effectiveDateTime": f"2026-03-{day:02}"}


def test_several_types_come_in_one_order_page_by_page(records, amina):
    for day in range(1, 7):
        make = a_report if day % 2 else an_observation
        records.create(make(amina, **on(day)))

    first, more = records.search_any(both(amina, count=4))
    rest, end = records.search_any(both(amina, count=4, before=first[-1].key))

    days = [one.json["effectiveDateTime"][-2:] for one in (*first, *rest)]
    assert days == ["06", "05", "04", "03", "02", "01"]
    assert (more, end) == (True, False)


def test_what_has_a_lower_rank_comes_first_whatever_its_day(records, amina):
    old = records.create(a_report(amina, status="preliminary", **on(1))).id
    records.create(a_report(amina, **on(5)))
    wanted = [
        Criteria(REPORT, [amina], statuses=["preliminary"]),
        Criteria(REPORT, [amina], but_statuses=["preliminary"], rank=1),
    ]

    found, _ = records.search_any(wanted)

    assert [one.id == old for one in found] == [True, False]


def test_each_type_keeps_its_own_rule(records, amina):
    records.create(a_report(amina))
    records.create(labelled(an_observation(amina), "NOPAT"))
    shown = records.create(an_observation(amina)).id

    found, _ = as_patient(amina, VALUE).search_any(both(amina))
    facts, _ = as_patient(amina, VALUE).summaries_any(both(amina))

    assert [one.id for one in found] == [one.id for one in facts] == [shown]


def test_one_call_is_one_statement_and_a_row_in_the_audit_for_each_type_found(records, amina):
    made = records.create(a_report(amina)).id
    reading = as_patient(amina)

    with CaptureQueriesContext(connection) as queries:
        reading.search_any(both(amina))

    said = [one["sql"] for one in queries.captured_queries]
    assert sum("portal_fhir_resource" in sql for sql in said) == 1
    assert sum(sql.startswith("INSERT") for sql in said) == 1
    rows = [(one.resource_type, one.ids) for one in entries_for(reading.viewer, amina)]
    assert rows[0] == (REPORT, (made,))
    assert VALUE not in dict(rows)


def test_what_is_asked_in_vain_leaves_a_row_too(records, amina):
    reading = as_patient(amina)
    reading.search_any(both(amina))
    reading.retracted(amina, REPORT, VALUE)

    rows = [(one.resource_type, one.ids) for one in entries_for(reading.viewer, amina)]
    assert rows == [(REPORT, ())] * 2


def test_a_long_resource_stands_in_a_list_without_its_files_and_long_texts(records, amina):
    letter = base64.b64encode(b"x" * LONG).decode()
    form = [{"contentType": "application/pdf", "data": letter, "title": "The letter"}]
    made = records.create(a_report(amina, presentedForm=form, conclusion="word " * 200))

    (found,), _ = records.search_any([Criteria(REPORT, [amina])])

    assert len(found.text) < 2_000
    (shown,) = found.json["presentedForm"]
    assert (shown["title"], "data" in shown) == ("The letter", False)
    assert abs(shown["size"] - LONG) < 3
    assert found.json["code"] == made.json["code"]
    assert "conclusion" not in found.json
    assert records.read(REPORT, made.id).json["presentedForm"] == form


@pytest.mark.parametrize(
    "asked", ["haemoglobin", "Haemo", "HÄEMOGLOBIN 112", "g/L", "clear lungs", "lung"]
)
def test_a_record_is_searched_by_what_it_says(records, amina, asked):
    records.create(an_observation(amina))
    records.create(a_report(amina, "Chest X-ray", conclusion="The lungs are clear."))
    records.create(a_report(amina, "Kidney function"))

    found, more = as_patient(amina).find(amina, [REPORT, VALUE], asked, 10)

    assert (len(found), more) == (1, False)


@pytest.mark.parametrize("asked", ["", "the", "718-7 & |", "liver", "x" * 5_000, "')--", ":*"])
def test_what_nothing_says_finds_nothing(records, amina, asked):
    records.create(an_observation(amina))

    assert as_patient(amina).find(amina, [REPORT, VALUE], asked, 10) == ([], False)


def test_a_search_finds_nothing_that_its_viewer_may_not_see(records, amina):
    other = records.create(a_patient("9991000011", given="Ben")).id
    records.create(an_observation(other))
    records.create(labelled(an_observation(amina), "NOPAT"))
    hidden = records.create(an_observation(amina)).id
    records.relabel(VALUE, hidden, add=Label.NOPAT)
    records.create(a_report(amina, "Haemoglobin"))

    reading = as_patient(amina, VALUE)

    assert reading.find(amina, [REPORT, VALUE], "haemoglobin", 10) == ([], False)
    assert reading.find(other, [REPORT, VALUE], "haemoglobin", 10) == ([], False)


def test_a_new_version_is_found_by_its_own_words_alone(records, amina):
    made = records.create(a_report(amina, "Liver function"))
    records.update(made.json | {"code": {"text": "Kidney function"}}, None)

    found = {word: len(records.find(amina, [REPORT], word, 10)[0]) for word in ("liver", "kidney")}

    assert found == {"liver": 0, "kidney": 1}


def test_what_was_asked_stands_in_no_audit(records, amina):
    reading = as_patient(amina)
    reading.find(amina, [REPORT, VALUE], "haemoglobin", 10)

    assert "haemoglobin" not in repr(entries_for(reading.viewer, amina))


def test_words_are_what_is_said_and_no_code_or_address():
    letter = base64.b64encode(b"<p>Dear Amina,<br>rest &amp; drink</p>").decode()
    resource = {
        "resourceType": "DocumentReference",
        "id": "secret-id",
        "type": {
            "coding": [{"system": "http://snomed.info/sct", "code": "42", "display": "Visit"}]
        },
        "subject": {"reference": "Patient/p", "display": "Amina"},
        "content": [{"attachment": {"contentType": "text/html", "data": letter}}],
    }

    assert words_of(resource) == "visit amina dear amina rest drink"


def test_words_are_of_bounded_length():
    assert len(words_of({"resourceType": "X", "note": [{"text": "a" * 10_000_000}]})) <= LONGEST


def test_terms_are_words_alone():
    assert terms_of("a'b:*|c <-> !d") == "a:* & b:* & c:* & d:*"
