"""Before a visit: what has changed is said once, kept as FHIR, and seen by whoever sees them."""

from datetime import timedelta

import pytest

from fhir.access import SYSTEM
from fhir.store import Repository
from tests.builders import a_patient
from tests.portal.appointments import clinic as making
from tests.portal.appointments.diary import put
from tests.portal.beforehand.coming import START, Comer, response, said
from tests.portal.carers.helping import GRACE_BORN, acting, helps
from tests.portal.pages import words
from tests.signing_in import a_login, linked, signed_in

DAY = "/staff/clinics/days/2026-03-31/?place=north"
DIFFERENT = {"list": "different", "medicines": "I stopped the brown inhaler"}


def a_medicine(patient, name="Salbutamol inhaler", status="active"):
    return {
        "resourceType": "MedicationRequest",
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": {"text": name},
        "subject": {"reference": f"Patient/{patient}"},
    }


def visits_of(browser, day="2026-03-31"):
    return words(browser.get(f"/staff/visits/?day={day}"))


def test_the_page_shows_what_is_known_and_keeps_what_is_said_as_fhir(amina, booking, hospital):
    hospital.create(a_medicine(booking.patient))
    hospital.create(a_medicine(booking.patient, "Old tablets", "stopped"))
    hospital.create(making.a_need(booking.patient, "Needs large print"))

    page = amina.reads("before")
    assert 'value="07700 900123"' in amina.opens("before").content.decode()
    answer = amina.sends(**DIFFERENT)

    assert "We know that you need: Needs large print" in page
    assert "Salbutamol inhaler" in page
    assert "Old tablets" not in page
    assert answer.status_code == 302
    assert said(booking) == {
        "phone": "07700 900456",
        "needs": "A quiet place to wait",
        "medicines-right": False,
        "medicines": "I stopped the brown inhaler",
    }
    kept = response(booking)
    assert kept["status"] == "completed"
    assert kept["source"] == {"reference": f"Patient/{booking.patient}"}
    points = [one for one in making.appointment(booking)["extension"] if "contact" in one["url"]]
    assert [one["valueContactPoint"]["value"] for one in points] == ["07700 900456"]
    pointer = {"reference": f"QuestionnaireResponse/{kept['id']}"}
    assert pointer in making.appointment(booking)["supportingInformation"]
    assert hospital.read("Patient", booking.patient).version == 1
    again = amina.reads("before")
    assert "Home Record Appointments" in again  # what she said herself is not new to her
    assert "You sent this at 9am on Monday 30 March 2026" in again
    assert "I stopped the brown inhaler" in amina.opens("before").content.decode()


def test_staff_see_it_where_they_see_who_comes_each_what_is_theirs(amina, dr_nair, sam):
    amina.sends(**DIFFERENT)

    listed, day = visits_of(dr_nair), words(sam.get(DAY))

    assert "Asks for A quiet place to wait" in listed
    assert "Medicines are not as listed: I stopped the brown inhaler" in listed
    assert "Asks for A quiet place to wait" in day
    assert "brown inhaler" not in day
    log = words(amina.browser.get("/record/access-log/"))
    assert "what you need from us and questions that you answered" in log


@pytest.mark.parametrize(
    ("at", "says", "opens"),
    [
        (START - timedelta(days=7, minutes=1), "There is nothing to do yet", False),
        (START - timedelta(days=7), "Your phone number", True),
        (START - timedelta(minutes=1), "Your phone number", True),
        (START, "Your visit has started", False),
    ],
)
def test_it_can_be_said_in_the_week_before_and_not_otherwise(  # noqa: PLR0917 (a table)
    booking, her_login, moved_clock, at, says, opens
):
    moved_clock.move_to(at)
    amina = Comer(signed_in(her_login), booking.key)

    assert says in amina.reads("before")
    assert (amina.sends("0").status_code == 302) is opens
    assert (response(booking) is not None) is opens
    assert ("Before your visit" in words(amina.browser.get("/appointments/"))) is opens


def test_what_is_cancelled_has_nothing_before_it(amina, booking):
    put(booking.key, status="cancelled")

    for answer in (amina.opens("before"), amina.sends("0")):
        assert (answer.status_code, answer.headers["Location"]) == (302, "/appointments/")
    assert response(booking) is None


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"phone": "no"}, "Enter a phone number, like 07700 900 982"),
        ({"needs": "x" * 301}, "must be 300 characters or less"),
        ({"list": ""}, "Choose whether the list of medicines is right"),
        ({"list": "different"}, "Enter what is different about your medicines"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(amina, booking, more, says):
    answer = amina.sends(**{"needs": "A quiet place", **more})

    assert answer.status_code == 400
    assert says in words(answer)
    assert answer.content.decode().count("A quiet place") >= (more.get("needs") is None)
    assert response(booking) is None
    if "needs" not in more:
        assert "A quiet place" in amina.opens("before").content.decode()


def test_sent_twice_it_is_kept_once_and_changed_it_says_so(amina, booking):
    seen = amina.sees()
    first = [amina.sends(seen).status_code for _ in range(2)]

    assert first == [302, 302]
    assert response(booking)["meta"]["versionId"] == "1"
    amina.sends(needs="A chair with arms")
    assert response(booking)["status"] == "amended"
    assert making.appointment(booking)["meta"]["versionId"] == "2"
    assert said(booking)["needs"] == "A chair with arms"


def test_of_two_windows_neither_overwrites_the_other_unseen(amina, booking):
    seen = amina.sees()
    amina.sends(seen, needs="A chair with arms")

    answer = amina.sends(seen, needs="Large print")

    assert answer.status_code == 409
    page = words(answer)
    assert "This was changed in another window" in page
    assert "Large print" in answer.content.decode()
    assert said(booking)["needs"] == "A chair with arms"
    assert amina.sends(needs="Large print").status_code == 302
    assert said(booking)["needs"] == "Large print"


def test_it_stays_with_the_booking_when_that_moves_or_the_hospital_writes_over_it(
    amina, booking, slots, dr_nair, moved_clock
):
    amina.sends()
    said_by = making.appointment(booking)["extension"]
    put(booking.key, extension=[one for one in said_by if "contact" not in one["url"]])

    assert "Asks for A quiet place to wait" in visits_of(dr_nair)
    moved_clock.move_to(START - timedelta(days=3))
    moved = making.moved(booking.patient, booking, slots[2], mode="in-person")
    assert said(moved) == said(booking)
    assert (
        "A quiet place to wait" in Comer(amina.browser, moved.key).opens("before").content.decode()
    )


def test_a_helper_says_it_for_them_and_sees_medicines_only_where_those_are_shared(
    slots, hospital, moved_clock
):
    grace_carter = hospital.create(a_patient("9991026347", "Carter", "Grace", str(GRACE_BORN))).id
    hospital.create(a_medicine(grace_carter))
    booking = making.booked(grace_carter, making.ordered(grace_carter), slots[0], mode="in-person")
    moved_clock.move_to(START - timedelta(days=1))
    user, ben = a_login("Grace Carter"), a_login("Ben Carter")
    linked(user, grace_carter)
    linked(ben, Repository(SYSTEM).create(a_patient("9991013172", "Carter", "Ben")).id)
    grace = Comer(signed_in(user), booking.key)
    grace.sends(**DIFFERENT)
    his = Comer(acting(ben, helps(ben, user, "appointments")), booking.key)

    page = his.opens("before").content.decode()
    answer = his.sends(needs="A wheelchair from the door")

    assert "Salbutamol" not in page
    assert "brown inhaler" not in page
    assert answer.status_code == 302
    assert said(booking)["medicines"] == "I stopped the brown inhaler"
    assert said(booking)["needs"] == "A wheelchair from the door"
    assert response(booking)["author"]["display"] == "Ben Carter"
    assert "A wheelchair from the door" in grace.opens("before").content.decode()
    none = Comer(acting(ben, helps(ben, user, "letters")), booking.key)
    assert none.opens("before").status_code == none.opens("here").status_code == 404


def test_the_page_asks_as_much_of_the_database_for_many_medicines(
    amina, booking, hospital, django_assert_max_num_queries
):
    for n in range(12):
        hospital.create(a_medicine(booking.patient, f"Tablets number {n}"))

    with django_assert_max_num_queries(60):
        assert "Tablets number 11" in amina.reads("before")
