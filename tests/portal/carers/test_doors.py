"""The doors of somebody else's record: every scope by every page, API route, count and hint.

Made from the routes: an address of the record that is in no row fails a test, and is closed.
"""

import re
from datetime import timedelta

import pytest

from fhir import changes
from fhir.access import SYSTEM
from fhir.labels import Label
from fhir.store import Repository
from portal import clock
from portal.carers import actions, scopes
from portal.identity import doors, sessions
from portal.live.hub import OpenPage, _tell_all
from portal.record.sections import BROWSED, SECTION_OF, sections_for
from tests.builders import a_report, an_observation, labelled
from tests.portal.carers.helping import acting, carer_viewer, helps, records_of
from tests.portal.carers.records import one_of_each
from tests.portal.pages import words
from tests.portal.test_doors import routes

KINDS = [scope.key for scope in scopes.KINDS]
NOWHERE = "7d5b43c2-0000-4000-8000-0123456789ab"
# What belongs to one's own record alone, whoever else may see parts of it.
OWN = (
    "record/access-log/",
    "record/download/",
    "record/share/",
    "account/people/",
    "account/notices/",
)
BELOW = tuple(route for route in sorted(set(routes())) if route.startswith("record/"))


def carers_row(route):
    """Return whether a route is in the table of what is shared, or said to be one's own."""
    path = "/" + route.replace("<section:key>", BROWSED[0].key)
    return doors.is_shared(path, scopes.EVERYTHING) or route.startswith(OWN)


def test_every_address_of_the_record_says_whether_it_can_be_shared():
    assert [route for route in BELOW if not carers_row(route)] == []


def test_every_section_has_its_row():
    addresses = {f"/record/{section.key}/" for section in BROWSED}

    assert addresses - set(doors.CARERS_PAGES) == set()


def test_what_no_row_names_is_closed():
    assert not doors.is_shared("/record/something-new/", scopes.EVERYTHING)
    assert not doors.is_shared("/record/access-log/", scopes.EVERYTHING)
    assert doors.is_shared("/record/", set())


@pytest.fixture
def filled(hospital, graces_record):
    """Give one thing of each type that patients see, sent to Grace's record."""
    made = {}
    for resource in one_of_each(graces_record):
        made[resource["resourceType"]] = hospital.create(resource)
    return made


def pages_of(filled):
    """Return the address of each section, and of each thing, with its type."""
    for section in BROWSED:
        yield f"/record/{section.key}/", section.types
    yield "/record/results/", ("DiagnosticReport", "Observation")
    for name, stored in filled.items():
        if name in SECTION_OF and name not in {"DiagnosticReport", "Observation"}:
            key = SECTION_OF[name].key
            yield f"/record/{key}/{name.lower()}/{stored.id}/", (name,)
    yield f"/record/results/{filled['DiagnosticReport'].id}/", ("DiagnosticReport",)
    yield f"/record/results/alone/{filled['Observation'].id}/", ("Observation",)


@pytest.mark.parametrize("scope", KINDS)
def test_each_page_opens_for_its_scope_alone_and_what_is_not_shared_is_not_there(
    grace, ben, filled, scope
):
    browser = acting(ben, helps(ben, grace, scope))
    own = scopes.types_of([scope])
    wrong, tried = [], 0

    for address, types in pages_of(filled):
        for path in (address, f"{address}?part=none", f"{address}?part=list"):
            answer = browser.get(path)
            tried += 1
            is_open = path == address and bool(own & set(types))
            if answer.status_code == 200 and not own & set(types):
                wrong.append((path, answer.status_code))
            if is_open and answer.status_code != 200:
                wrong.append((path, answer.status_code))

    assert wrong == []
    assert tried > 3 * len(BROWSED)


@pytest.mark.parametrize("scope", KINDS)
def test_what_is_not_shared_and_what_is_nowhere_are_told_alike(grace, ben, filled, scope):
    browser = acting(ben, helps(ben, grace, scope))

    for name, stored in filled.items():
        if name in scopes.types_of([scope]) or name not in SECTION_OF:
            continue
        key = SECTION_OF[name].key
        theirs, nobodys = (f"/record/{key}/{name.lower()}/{one}/" for one in (stored.id, NOWHERE))
        one, other = browser.get(theirs), browser.get(nobodys)
        assert one.status_code == other.status_code == 404, theirs
        assert told(one, stored.id) == told(other, NOWHERE), theirs


def told(answer, name):
    said = answer.content.decode().replace(name, "ID")
    return re.sub(r'value="[^"]*"', "", said)


@pytest.mark.parametrize("path", ["/record/access-log/", "/record/download/", "/account/people/"])
@pytest.mark.parametrize("method", ["get", "post", "head", "put", "delete"])
def test_what_is_ones_own_is_never_open_to_a_carer(grace, ben, path, method):
    browser = acting(ben, helps(ben, grace, *scopes.EVERYTHING))

    answer = getattr(browser, method)(path)

    place = answer.headers.get("Location", "")
    assert answer.status_code == 404 or place.startswith("/account/capacity/")


@pytest.mark.parametrize("scope", KINDS)
def test_the_doors_of_the_record_are_those_of_the_scope(grace, ben, filled, scope):
    held = carer_viewer(ben, helps(ben, grace, scope))

    found = {name for section in sections_for(held) for name in section.types_for(held)}

    assert found <= scopes.types_of([scope])
    assert len(sections_for(held)) < len(BROWSED) + 1


@pytest.mark.parametrize("scope", KINDS)
def test_pages_name_no_section_that_is_not_shared(grace, ben, filled, scope):
    browser = acting(ben, helps(ben, grace, scope))
    closed = {
        f'href="/record/{section.key}/"'
        for section in BROWSED
        if not scopes.types_of([scope]) & set(section.types)
    } | ({'href="/record/results/"'} if scope != "results" else set())

    for path in ("/", "/record/"):
        page = browser.get(path)
        assert page.status_code == 200
        assert not [link for link in closed if link in page.content.decode()], path
        assert "Acting for Grace Carter" in words(page)
        assert "access-log" not in page.content.decode()


@pytest.mark.parametrize("scope", KINDS)
def test_counts_cursors_and_hints_move_on_what_is_shared_alone(
    grace, ben, hospital, graces_record, scope
):
    held = carer_viewer(ben, helps(ben, grace, scope))
    heard = []
    start = changes.head(held, graces_record)
    page = OpenPage(
        held, graces_record, start, lambda _head, keys: heard.append(keys), close=lambda _: None
    )

    for resource in one_of_each(graces_record):
        name = resource["resourceType"]
        before = changes.head(held, graces_record)
        made = hospital.create(resource)
        news = changes.after({graces_record: before.seq if heard else start.seq})
        heard.clear()
        _tell_all([page], [one for one in news if one.logical_id == made.id])
        is_shared = name in scopes.types_of([scope])
        assert (changes.head(held, graces_record) != before) is is_shared, name
        assert bool(heard) is is_shared, name


@pytest.mark.parametrize("code", ["NOPAT", "V", "R", "HIV", "no-such-code"])
def test_what_is_hidden_moves_nothing_whatever_else_is_shared(
    grace, ben, hospital, graces_record, code
):
    everything = scopes.EVERYTHING - {scopes.SENSITIVE}
    held = carer_viewer(ben, helps(ben, grace, *everything))
    hospital.create(an_observation(graces_record))
    before = changes.head(held, graces_record)

    hospital.create(labelled(an_observation(graces_record), code))
    hospital.create(labelled(a_report(graces_record), code))

    assert changes.head(held, graces_record) == before


def test_a_carer_opens_no_api(grace, ben, filled):
    browser = acting(ben, helps(ben, grace, *scopes.EVERYTHING))

    tried = [
        browser.get(f"/fhir/R4/{name}{rest}").status_code
        for name, stored in filled.items()
        for rest in (f"/{stored.id}", f"?patient={stored.patient}", f"/{stored.id}/_history")
    ]

    assert set(tried) == {401}


def ended(how, grace, ben, sharing, moved_clock):
    if how == "stopped":
        actions.stop(
            records=records_of(grace), patient=sharing.patient, sharing=sharing.pk, now=clock.now()
        )
    elif how == "over":
        moved_clock.move(days=2)
    else:
        actions.step_back(user=ben, sharing=sharing.pk, now=clock.now())


@pytest.mark.parametrize("how", ["stopped", "over", "stepped back"])
def test_nothing_is_open_once_it_has_ended(grace, ben, filled, moved_clock, how):
    sharing = helps(ben, grace, *scopes.EVERYTHING, ends_on=clock.now().date() + timedelta(days=1))
    browser = acting(ben, sharing)
    addresses = ["/", "/record/", *(address for address, _ in pages_of(filled))]
    assert {browser.get(path).status_code for path in addresses} == {200}

    ended(how, grace, ben, sharing, moved_clock)

    browser = acting(ben, sharing)
    for path in addresses:
        answer = browser.get(path)
        assert answer.status_code == 404, path
        assert "Grace" not in answer.content.decode()
        assert browser.get(f"{path}?part=list").status_code == 401
    token = browser.session[sessions.TOKEN]
    assert sessions.standing_among([token], clock.now()) == {}
    assert browser.get("/live/head").json() == {"c": ""}


def test_released_is_not_needed_for_what_arrives_open(hospital, graces_record):
    """The table above would hold of nothing, if all of it were withheld."""
    made = [hospital.create(one) for one in one_of_each(graces_record)]

    assert all(not one.labels & Label.NOPAT for one in made)
    assert hospital.viewer == Repository(SYSTEM).viewer
