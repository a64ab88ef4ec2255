"""Pages that a helper reads speak of the patient by name, and not to the helper as the patient."""

import re
from datetime import UTC, datetime

import pytest

from portal.record.sections import BROWSED
from tests.portal.appointments import clinic as making
from tests.portal.carers.helping import acting, helps
from tests.portal.pages import main
from tests.signing_in import signed_in

EVERYTHING = ("appointments", "letters", "results", "medicines", "messages", "rest")
AS_PATIENT = re.compile(
    r"\b(?:your (?:record|appointments|team|GP|allergies|health|test|newest)|you have (?:no|the)|"
    r"has asked to see you|who treats you|ready for you)\b",
    re.IGNORECASE,
)
PAGES = [
    "/",
    "/record/",
    "/record/?year=1999",
    "/record/results/",
    "/appointments/",
    *(f"/record/{section.key}/" for section in BROWSED),
]


@pytest.fixture
def helping(grace, ben):
    return helps(ben, grace, *EVERYTHING)


def test_a_helper_is_spoken_to_of_the_person_and_the_patient_as_themselves(helping, grace, ben):
    helper, patient = acting(ben, helping), signed_in(grace)

    wrong = {page: found for page in PAGES if (found := AS_PATIENT.findall(main(helper.get(page))))}

    assert wrong == {}
    assert "Grace Carter has no test results yet." in main(helper.get("/"))
    assert "Grace Carter has no visits booked." in main(helper.get("/appointments/"))
    assert "Ask Grace Carter’s GP surgery" in main(helper.get("/record/immunisations/"))
    assert "You have no test results yet." in main(patient.get("/"))
    assert "You have no visits booked." in main(patient.get("/appointments/"))
    assert "Ask your GP surgery" in main(patient.get("/record/immunisations/"))


def test_a_search_by_a_helper_is_of_the_persons_record(helping, ben):
    browser = acting(ben, helping)

    said = main(browser.post("/record/search/", {"words": "knee"}))

    assert "Search Grace Carter’s record" in said
    assert AS_PATIENT.findall(said) == []


def test_who_books_for_somebody_is_told_whose_visit_it_is(grace, ben, moved_clock):
    moved_clock.move_to(datetime(2026, 3, 12, 9, tzinfo=UTC))
    sharing = helps(ben, grace, *EVERYTHING)
    slots = making.slots_of(making.published())
    ticket = making.ordered(sharing.patient)
    browser = acting(ben, sharing)

    listed = main(browser.get("/appointments/"))
    choosing = main(browser.get(f"/appointments/book/{ticket}/"))
    key = making.booked(sharing.patient, ticket, slots[0]).key
    pages = [
        main(browser.get(f"/appointments/{key}/{page}")) for page in ("", "change/", "cancel/")
    ]

    assert "Dr Priya Nair has asked to see Grace Carter" in listed
    assert "time for Grace Carter’s" in choosing
    assert "Change or cancel Grace Carter’s visit" in pages[1]
    assert "Cancel Grace Carter’s visit on" in pages[2]
    assert [AS_PATIENT.findall(one) for one in (listed, choosing, *pages)] == [[]] * 5
