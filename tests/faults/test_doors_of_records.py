"""Every address that takes an id, every method and every kind of viewer: mine, another's, none's.

Who is let in is said by a table; all else is refused, and refused alike whatever the id
(decisions 26), so that nobody learns whether there is such a thing.
"""

import json
import os
from datetime import timedelta

import pytest
from django.test import Client

from fhir import feeds
from fhir.access import SYSTEM
from fhir.labels import Label
from fhir.store import Repository
from portal import clock
from portal.appointments import claims
from portal.appointments.models import Claim
from portal.export.models import Export
from portal.identity.models import Role
from tests.builders import a_bundle, a_patient, labelled
from tests.faults.test_withheld import FORM_TOKEN
from tests.portal.appointments.clinic import a_ticket, booked, held, ordered, published, slots_of
from tests.portal.letters.pieces import a_letter, attached
from tests.portal.record.things import a_condition
from tests.portal.results.laboratory import a_count, a_value, sent
from tests.portal.results.pieces import TUESDAY
from tests.portal.results.staff import a_clinician, treats
from tests.signing_in import a_login, linked, signed_in
from tests.undoing import undoing

NOWHERE = "7d5b43c2-0000-4000-8000-0123456789ab"
# Every id with every method: thousands more, and minutes.
EVERY = "FAULT_ROUNDS" in os.environ
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
AMINA, BEN, TREATING = "Amina", "Ben", "a clinician who treats her"
FEED, OTHER_FEED = "a feed", "another feed"

# Addresses of pages; {report} and {value} are what the id is put in for.
PATIENT_PAGES = (
    "/record/results/{report}/",
    "/record/results/{report}/?part=status",
    "/record/results/{report}/{value}/",
    "/record/results/alone/{value}/",
    "/record/results/{report}/document/0/",
    "/record/conditions/condition/{condition}/",
    "/record/conditions/condition/{condition}/?part=status",
    "/record/letters/documentreference/{letter}/",
    "/record/letters/documentreference/{letter}/web-page/",
    "/record/letters/documentreference/{letter}/file/1/",
    "/record/download/{copy}/",
    "/appointments/book/{ticket}/",
    "/appointments/held/{hold}/",
    "/appointments/{booking}/appointment.ics",
    "/appointments/{booking}/booked/",
    "/appointments/{booking}/before/",
    "/appointments/{booking}/change/",
    "/appointments/{booking}/move/",
    "/appointments/{booking}/cancel/",
    "/appointments/{booking}/visit/",
    "/appointments/{booking}/visit/?part=state",
    "/appointments/{booking}/visit/check/",
    "/appointments/{booking}/earlier/",
    "/appointments/{booking}/letter/",
)
STAFF_PAGES = ("/staff/results/{report}/", "/staff/results/{report}/?part=none")
API = (
    "/fhir/R4/DiagnosticReport/{report}",
    "/fhir/R4/Observation/{value}",
    "/fhir/R4/Patient/{patient}",
    "/fhir/R4/DiagnosticReport/{report}/_history",
    "/fhir/R4/DiagnosticReport/{report}/_history/1",
    "/fhir/R4/Observation?_id={value}",
    "/fhir/R4/Observation?patient={patient}",
    "/fhir/R4/Patient/_search",
    "/fhir/R4/Patient",
    "/fhir/R4",
    "/fhir/R4/nowhere/{value}/at/all",
)
READING = frozenset({"GET", "HEAD"})


@pytest.fixture
def world(moved_clock):
    """Give two people with a released report each, and a withheld one of Amina's."""
    moved_clock.move_to(TUESDAY)
    records = Repository(SYSTEM)
    amina = records.create(a_patient("9991000003")).id
    ben = records.create(a_patient("9991013172", family="Carter")).id
    things = {}
    slots = slots_of(published())
    kidney = slots_of(published(service="kidney", clinician="brandt", weekdays=[3]))
    for name, patient in ((AMINA, amina), (BEN, ben)):
        report, value = sent(*a_count(patient, presentedForm=[A_TEXT]))
        for kind, one in (("DiagnosticReport", report), ("Observation", value)):
            records.relabel(kind, one, remove=Label.NOPAT)  # a document waits for a clinician
        condition = records.create(a_condition(patient)).id
        things[name] = {
            "report": report,
            "value": value,
            "condition": condition,
            "letter": records.create(a_letter(patient, *FORMS)).id,
            "copy": NOWHERE,  # until there is a login that asks for one
            "ticket": ordered(patient),
            "hold": held_all_day(patient, ordered(patient, "kidney"), kidney.pop()),
            "booking": str(booked(patient, ordered(patient), slots.pop()).key),
            "patient": patient,
        }
    report, value = sent(*a_count(amina, a_value(amina, "41", "LL")))
    hidden = records.create(labelled(a_condition(amina), "NOPAT")).id
    things["withheld"] = {
        "report": report,
        "value": value,
        "condition": hidden,
        "letter": records.create(labelled(a_letter(amina, *FORMS), "NOPAT")).id,
        "copy": NOWHERE,
        "ticket": records.create(labelled(a_ticket(amina), "NOPAT")).id,
        "hold": NOWHERE,
        "booking": NOWHERE,
        "patient": amina,
    }
    things["nobody"] = dict.fromkeys(things[AMINA], NOWHERE)
    return things


A_TEXT = {"contentType": "text/plain", "data": "QQ=="}
FORMS = (attached("<p>Dear</p>"), attached(b"%PDF-1.7", "application/pdf"))


@pytest.fixture
def browsers(world):
    treating = treats(a_clinician("Dr Priya Nair"), world[AMINA]["patient"])
    people = {name: a_login(name) for name in (AMINA, BEN)}
    for name, user in people.items():
        linked(user, world[name]["patient"])
        world[name]["copy"] = str(a_copy(user, world[name]["patient"]).pk)
    others = {
        role: signed_in(a_login(role.title(), role))
        for role in (Role.RECORDS, Role.EDITOR, Role.APPROVER, Role.OPERATIONS, Role.ADMIN)
    }
    found = {
        "a visitor": Client(),
        "a visitor with a made-up token": Client(headers={"Authorization": "Bearer made-up"}),
        AMINA: signed_in(people[AMINA]),
        BEN: signed_in(people[BEN]),
        "Amina without the second step": signed_in(people[AMINA], second_factor=False),
        "a patient without a record": signed_in(a_login("Unlinked")),
        TREATING: signed_in(treating),
        "a clinician who does not": signed_in(a_clinician("Dr Erik Lund")),
        **others,
        FEED: with_token("winpath"),
        OTHER_FEED: with_token("pas"),
        "a revoked feed": with_token("gone"),
    }
    feeds.revoke("gone")
    for browser in found.values():
        browser.raise_request_exception = False
    return found


def held_all_day(patient, ticket, slot):
    """Hold a time for as long as the test may take; return the key."""
    key = held(patient, ticket, slot).key
    with claims.opened():
        Claim.objects.filter(key=key).update(hold_until=clock.now() + timedelta(days=1))
    return str(key)


def a_copy(user, patient):
    asked_at = clock.now()
    return Export.objects.create(user=user, patient=patient, chosen=[], asked_at=asked_at)


def with_token(name):
    token = feeds.add(feeds.Terms(name, "RMB"))
    return Client(headers={"Authorization": f"Bearer {token}"})


def asked(browser, method, path, undo):
    """Return an answer; nothing that is asked for stays."""
    body = json.dumps(a_bundle(a_patient(), kind="batch")) if path == "/fhir/R4" else "{}"
    kind = "application/fhir+json" if path.startswith("/fhir") else "text/plain"
    answer = browser.generic(method, path, body, content_type=kind)
    undo()
    return answer


def told(answer, thing):
    """Return what is told, with the ids that were asked for taken out."""
    content = FORM_TOKEN.sub(rb"\1", answer.content).decode()
    location = answer.headers.get("Location", "")
    for name in set(thing.values()):
        content, location = content.replace(name, "ID"), location.replace(name, "ID")
    return answer.status_code, location, answer.headers.get("Allow"), content


def is_let_in(answer):
    return answer.status_code < 300


def chosen(world, page, method):
    """Return whose ids are tried: where nothing can be read or written, hers and nobody's do."""
    reaches = {"GET", "PUT", "POST"} if page.startswith("/fhir") else {"GET"}
    if EVERY or method in reaches:
        return world
    return {whose: world[whose] for whose in (AMINA, "nobody")}


def try_all(browsers, world, pages, may):
    """Try every page, viewer, method and id; return the count, and what was not as it should be."""
    tried, wrong, undo = 0, [], undoing()
    for page in pages:
        for who, browser in browsers.items():
            for method in METHODS:
                told_of = {}
                for whose, thing in chosen(world, page, method).items():
                    path = page.format(**thing)
                    answer = asked(browser, method, path, undo)
                    tried += 1
                    assert answer.status_code < 500, (who, method, path, answer.content)
                    expected = may(who, method, page, whose)
                    if expected is not None and is_let_in(answer) != expected:
                        wrong.append((who, method, page, whose, answer.status_code))
                    if not is_let_in(answer) and not may_know(who, page, whose):
                        told_of[whose] = told(answer, thing)
                if len(set(told_of.values())) > 1:
                    wrong.append((who, method, page, "told apart", sorted(told_of)))
    return tried, wrong


def may_know(who, page, whose):
    """Whether this viewer may know that there is such a thing, though they are refused here."""
    if page.startswith("/fhir"):
        return who in {FEED, OTHER_FEED}
    return who == whose or (who == TREATING and whose in {AMINA, "withheld"})


def may_open_a_page(who, method, page, whose):
    if page.startswith("/staff/"):
        of_hers = who == TREATING and whose in {AMINA, "withheld"}
        return of_hers if method in READING and "part" not in page else None if of_hers else False
    return method in READING and who == whose and "none" not in page


def may_ask_the_api(who, method, page, whose):
    """A feed is let in: which of its own requests are good is tried where the API is."""
    if who not in {FEED, OTHER_FEED}:
        return False
    if method not in READING or "{" not in page or "nowhere" in page:
        return None
    return None if "?" in page else whose != "nobody"


@pytest.mark.journey
def test_each_page_of_a_record_opens_for_whose_it_is_and_tells_nobody_else_anything(
    browsers, world
):
    tried, wrong = try_all(browsers, world, (*PATIENT_PAGES, *STAFF_PAGES), may_open_a_page)

    assert wrong == []
    print(f"\n{tried} doors of pages tried")  # noqa: T201 (what was tried)


@pytest.mark.journey
def test_each_address_of_the_api_opens_for_feeds_alone(browsers, world):
    tried, wrong = try_all(browsers, world, API, may_ask_the_api)

    assert wrong == []
    print(f"\n{tried} doors of the API tried")  # noqa: T201 (what was tried)
