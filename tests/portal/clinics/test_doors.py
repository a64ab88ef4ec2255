"""Each page of a clinic or a booking, by every kind of viewer: whose it is not learns nothing."""

import pytest
from django.test import Client

from portal.identity.models import Role
from tests.builders import a_patient
from tests.faults.test_doors_of_records import METHODS, NOWHERE, asked, is_let_in, told
from tests.portal.appointments import clinic as making
from tests.portal.results.staff import a_clinician
from tests.signing_in import a_login, signed_in
from tests.undoing import undoing

PAGES = (
    "/staff/clinics/{clinic}/",
    "/staff/clinics/{clinic}/change/",
    "/staff/clinics/{clinic}/not-told.csv",
    "/staff/clinics/{clinic}/outside/",
    "/staff/clinics/{clinic}/sessions/2026-03-24/",
    "/staff/clinics/bookings/{booking}/cancel/",
    "/staff/clinics/days/2026-03-24/?place={place}",
)
THEIRS = {"the office", "the clinician whose it is"}


@pytest.fixture
def things(clinic, places, hospital, amina_yusuf, ben_carter):
    """Give what is the office's and Dr Nair's, what is somebody else's, and what there is not."""
    doctor = a_clinician("Dr Priya Nair")
    own = making.published(
        location=places[0], clinician=doctor.practitioners[0], service="own", name="Own"
    )
    other = making.published(location=places[1], clinician="okoro", service="other", name="Other")
    found = {"doctor": doctor}
    for whose, one, patient in (("own", own, amina_yusuf), ("other", other, ben_carter)):
        ticket = making.ordered(patient, one.service)
        booking = making.booked(patient, ticket, making.slots_of(one)[0])
        ids = {"clinic": str(one.key), "booking": str(booking.key), "place": one.location}
        found[whose] = ids
    return found | {"none": dict.fromkeys(("clinic", "booking", "place"), NOWHERE)}


@pytest.fixture
def ben_carter(hospital):
    return hospital.create(a_patient("9991000011", "Carter", "Ben", "1959-07-02")).id


@pytest.fixture
def viewers(things, office, her_login):
    others = (role for role in Role if role not in {Role.NONE, Role.BOOKING, Role.CLINICIAN})
    return {
        "the office": office,
        "the clinician whose it is": signed_in(things["doctor"]),
        "another clinician": signed_in(a_clinician("Dr Erik Lund")),
        "an office of no place": signed_in(a_login("Max Frost", Role.BOOKING)),
        "the office without the second step": signed_in(
            a_login("Lin Shaw", Role.BOOKING, sites=[things["own"]["place"]]), second_factor=False
        ),
        "the patient": signed_in(her_login),
        "a visitor": Client(),
        **{role.label: signed_in(a_login(f"The {role}", role)) for role in others},
    }


@pytest.mark.parametrize("page", PAGES)
def test_only_whose_it_is_may_open_it_and_nobody_else_is_told_that_it_is_there(
    things, viewers, page
):
    of_place = page.endswith("{place}")
    wrong, undo = [], undoing()
    for who, browser in viewers.items():
        for method in METHODS:
            answers = {
                whose: asked(browser, method, page.format(**things[whose]), undo)
                for whose in ("own", "other", "none")
            }
            may = who in THEIRS if not of_place else who == "the office"
            expected = {"own"} if may and method in {"GET", "HEAD"} else set()
            if {whose for whose, one in answers.items() if is_let_in(one)} != expected:
                wrong.append((who, method, {k: v.status_code for k, v in answers.items()}))
            refused = {
                whose for whose in answers if whose not in expected and not (may and whose == "own")
            }
            if len({told(answers[whose], things[whose]) for whose in refused}) > 1:
                wrong.append((who, method, "told apart"))
    assert wrong == []
