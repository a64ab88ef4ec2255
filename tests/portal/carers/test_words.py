"""Pages that a helper reads speak of the patient by name, and not to the helper as the patient."""

import re

import pytest

from portal.record.sections import BROWSED
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
