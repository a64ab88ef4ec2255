"""Searches over HTTP: every parameter understood or refused, every page whole."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.dates import span_of
from fhir.elements import RESOURCE_TYPES
from fhir.rest import queries
from fhir.rest.failures import Failure
from fhir.search.parameters import parameters_of
from tests.builders import LOINC, NHS, a_patient, a_report, an_observation
from tests.fhir.rest.conftest import address_in, issues, said

pytestmark = pytest.mark.django_db

TIMES = ["2026-03-01", "2026-03-01T10:00:00Z", "2026-03", "2026-02-28T23:59:59Z", "2026"]


@pytest.fixture
def results(winpath, amina):
    """Results of one patient, each at its own time, and one of another kind."""
    sent = [an_observation(amina) | {"effectiveDateTime": at} for at in TIMES]
    sent.append(an_observation(amina, code="2823-3", title="Potassium") | {"status": "amended"})
    return [address_in(entry)[1] for entry in winpath.send(*sent)]


def found(api, address):
    response = api.get(address)
    assert response.status_code == 200, response.content
    bundle = response.json()
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "searchset")
    return [entry["resource"]["id"] for entry in bundle.get("entry", [])]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [0, 1, 2, 3, 4, 5]),
        ("code=718-7", [0, 1, 2, 3, 4]),
        (f"code={LOINC}|2823-3", [5]),
        ("code=2823-3,718-7", [0, 1, 2, 3, 4, 5]),
        ("code=2823-3&code=718-7", []),
        ("code=|718-7", []),
        ("category=laboratory", [0, 1, 2, 3, 4, 5]),
        ("status=amended", [5]),
        ("status=final,amended", [0, 1, 2, 3, 4, 5]),
        ("status=final&status=amended", []),
        ("date=2026-03-01", [0, 1]),
        ("date=2026-03", [0, 1, 2, 5]),
        ("date=2026-03-01T10:00:00Z", [1]),
        ("date=2026", [0, 1, 2, 3, 4, 5]),
        ("date=lt2026-03-01&code=718-7", [3, 4]),
        ("date=ge2026-03-01&date=lt2026-03-02", [0, 1, 2, 4]),
        ("date=eb2026-03-01", [3]),
        ("date=sa2026-03-01", [5]),
        ("_lastUpdated=gt2020", [0, 1, 2, 3, 4, 5]),
        ("_lastUpdated=lt2020", []),
        ("identifier=x", []),
    ],
)
def test_what_is_asked_for_is_found_and_nothing_else(winpath, amina, results, query, numbers):
    for patient in (f"patient={amina}", f"patient=Patient/{amina}", f"subject=Patient/{amina}"):
        ids = found(winpath, f"/Observation?{patient}&{query}".rstrip("&"))

        assert set(ids) == {results[number] for number in numbers}


def test_by_id(winpath, results):
    assert set(found(winpath, f"/Observation?_id={results[0]},{results[1]},x")) == set(results[:2])


def test_an_identifier_is_found_however_it_is_asked_for(winpath, amina):
    for query in (f"{NHS}|9991000003", "9991000003", f"{NHS}|9991000003,x|y"):
        assert found(winpath, f"/Patient?identifier={query}") == [amina]
    assert found(winpath, "/Patient?identifier=|9991000003") == []


def test_names_are_found_without_case_and_accents(pas):
    (entry,) = pas.send(a_patient(family="Müller", given="Zoë"))
    _, key, _ = address_in(entry)

    for query in ("family=MULL", "name=müller", "given=zoe", "name=Zo&family=M"):
        assert found(pas, f"/Patient?{query}") == [key]
    assert found(pas, "/Patient?family=uller") == []


def test_references_are_followed_back(winpath, amina):
    (observation,) = winpath.send(an_observation(amina))
    target = "/".join(map(str, address_in(observation)[:2]))
    (report,) = winpath.send(a_report(amina) | {"result": [{"reference": target}]})

    for query in (target, f"http://testserver/fhir/R4/{target}", f"{target}/_history/1"):
        assert found(winpath, f"/DiagnosticReport?result={query}") == [address_in(report)[1]]


def test_pages_follow_each_other_and_hold_everything_once(winpath, amina, results):
    for order in ("date", "-date"):
        address, pages = f"/Observation?patient={amina}&_count=2&_sort={order}", []
        while address:
            bundle = winpath.get(address).json()
            pages.append([entry["resource"]["id"] for entry in bundle["entry"]])
            links = {link["relation"]: link["url"] for link in bundle["link"]}
            address = links.get("next", "").removeprefix("http://testserver/fhir/R4")

        assert [len(page) for page in pages] == [2, 2, 2]
        assert {key for page in pages for key in page} == set(results)


def test_the_self_link_says_what_was_applied(winpath, amina):
    links = winpath.get(f"/Observation?_format=json&patient={amina}&code=1%7C2").json()["link"]

    assert links == [
        {
            "relation": "self",
            "url": f"http://testserver/fhir/R4/Observation?patient={amina}&code=1%7C2",
        }
    ]


def test_the_self_link_says_how_many_it_gives_at_most(winpath):
    (link,) = winpath.get("/Observation?_count=5000").json()["link"]

    assert link["url"].endswith("?_count=1000")


def test_a_total_is_counted_when_it_is_asked_for(winpath, amina, results):
    address = f"/Observation?patient={amina}&_count=2"

    assert "total" not in winpath.get(address).json()
    assert winpath.get(f"{address}&_total=accurate").json()["total"] == 6
    for counted in ("_summary=count", "_count=0"):
        only = winpath.get(f"/Observation?patient={amina}&{counted}").json()
        assert (only["total"], "entry" in only) == (6, False)


def test_a_search_can_be_posted_as_a_form(winpath, amina, results):
    response = winpath.post(
        "/Observation/_search?code=718-7",
        f"patient={amina}&date=2026-03-01",
        kind="application/x-www-form-urlencoded",
    )

    assert {entry["resource"]["id"] for entry in response.json()["entry"]} == set(results[:2])
    assert winpath.post("/Observation/_search", {}).status_code == 415


def test_an_unknown_parameter_is_refused_and_the_known_ones_named(winpath):
    response = winpath.get("/Observation?patient=1&colour=red")

    assert (response.status_code, issues(response)) == (400, [("not-supported",)])
    assert "colour" in said(response)
    assert all(name in said(response) for name in parameters_of("Observation"))


def test_a_client_that_asks_for_it_has_unknown_parameters_ignored_out_loud(winpath, amina, results):
    address = f"/Observation?patient={amina}&colour=red"

    bundle = winpath.get(address, Prefer="handling=lenient").json()

    assert len(bundle["entry"]) == 7
    remark = bundle["entry"][-1]
    assert remark["search"]["mode"] == "outcome"
    assert "colour" in remark["resource"]["issue"][0]["diagnostics"]
    assert "colour" not in bundle["link"][0]["url"]


@pytest.mark.parametrize(
    "query",
    [
        "code=",
        "code=system|",
        "code:text=x",
        "code:not=x",
        "status:missing=true",
        "date=",
        "date=soon",
        "date=2026-13",
        "date=2026-02-30",
        "date=ne2026",
        "date=ap2026",
        "date=2026,2027",
        "_lastUpdated=ne2026",
        "patient=",
        "patient.name=x",
        "patient:Hat=1",
        "subject=Group/1",
        "encounter=1",
        "_count=x",
        "_count=-1",
        "_count=99999999999999999999",
        "_sort=code",
        "_total=some",
        "_summary=text",
        "_pretty=true",
        "_cursor=x",
        "_cursor=" + "9" * 60,
        "_include=*",
        "_elements=id",
    ],
)
def test_what_is_not_understood_is_refused_not_ignored(winpath, query):
    response = winpath.get(f"/Observation?{query}")

    assert response.status_code == 400
    assert len(issues(response)) == 1


def test_a_plus_sign_that_was_not_escaped_is_understood(winpath, amina, results):
    address = f"/Observation?patient={amina}&date=2026-03-01T11:00:00+01:00"

    assert found(winpath, address) == [results[1]]


@given(
    st.sampled_from(sorted(RESOURCE_TYPES)),
    st.lists(
        st.tuples(
            st.one_of(
                st.sampled_from(["code", "date", "patient", "name", "_count", "_cursor", "_id"]),
                st.text(max_size=5),
            ),
            st.text(max_size=12),
        ),
        max_size=3,
    ),
    st.booleans(),
)
def test_any_query_is_understood_or_refused(kind, pairs, lenient):
    try:
        criteria = queries.read(kind, pairs, "", lenient=lenient).criteria
    except Failure as failed:
        criteria = failed

    assert getattr(criteria, "resource_type", kind) == kind
    assert getattr(criteria, "status", 400) == 400


@given(
    st.one_of(st.none(), st.datetimes(timezones=st.just(span_of("2026").low.tzinfo))), st.integers()
)
def test_a_cursor_leads_back_to_its_place(at, number):
    pairs = [("_cursor", queries.cursor_after((at, number)))]

    assert queries.read("Patient", pairs, "", lenient=False).criteria.before == (at, number)


def test_stored_text_is_put_into_the_page_as_it_stands(winpath, amina):
    text = json.dumps(an_observation(amina)).replace("112", "112.00")
    winpath.post("/Observation", text)

    page = winpath.get(f"/Observation?patient={amina}").content.decode()

    assert '"value": 112.00' in page


def test_a_search_asks_the_database_as_often_for_fifty_as_for_two(
    winpath, amina, django_assert_max_num_queries
):
    winpath.send(*[an_observation(amina) for _ in range(50)])

    def queries_for(count):
        with django_assert_max_num_queries(40) as asked:
            assert len(found(winpath, f"/Observation?patient={amina}&_count={count}")) == count
        return len(asked)

    assert queries_for(50) == queries_for(2)
