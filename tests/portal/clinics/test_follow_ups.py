"""A clinician orders a follow-up: the patient can book it then, as it was ordered."""

from datetime import datetime

import pytest

from fhir.store import Criteria
from portal.appointments.tickets import tickets
from portal.record.dates import LONDON
from tests.portal.appointments import clinic as making
from tests.portal.clinics.office import hidden
from tests.portal.pages import words
from tests.portal.results.staff import a_clinician, treats
from tests.signing_in import signed_in

FIND = "/staff/follow-ups/"
HER = {"nhs_number": "999 100 0003", "born_0": "14", "born_1": "3", "born_2": "1968"}


@pytest.fixture
def doctor(amina_yusuf):
    return treats(a_clinician("Dr Priya Nair"), amina_yusuf)


@pytest.fixture
def surgery(doctor, clinic):
    return signed_in(doctor)


def typed(page, **more):
    return {
        "title": "Follow-up of your breathing",
        "service": making.SERVICE,
        "modes": ["video", "phone"],
        "earliest": "2",
        "latest": "8",
        "form_id": hidden(page, "form_id"),
    } | more


def orders(hospital, patient):
    return [one.json for one in hospital.search(Criteria("ServiceRequest", [patient], count=9))[0]]


def test_what_is_ordered_can_be_booked_as_it_was_ordered(surgery, hospital, amina_yusuf, doctor):
    page = surgery.post(FIND, HER, follow=True)
    address = page.redirect_chain[-1][0]
    assert "Amina Yusuf Born 14 March 1968 NHS number 999 100 0003" in words(page)
    assert "There is nothing that this patient has still to book." in words(page)

    done = surgery.post(address, typed(page, only_me="on", is_urgent="on"), follow=True)

    assert "Ordered. Amina Yusuf can book it now." in words(done)
    assert "Follow-up of your breathing Breathing clinic, asked for 12 March 2026 by Dr" in words(
        done
    )
    [made] = tickets(making.records_of(amina_yusuf), amina_yusuf)
    assert (made.modes, made.clinician) == ({"video", "phone"}, doctor.practitioners[0])
    assert made.earliest == datetime(2026, 3, 26, tzinfo=LONDON)
    assert made.latest == datetime(2026, 5, 8, tzinfo=LONDON)
    [order] = orders(hospital, amina_yusuf)
    assert order["priority"] == "urgent"
    assert order["requester"]["reference"] == f"Practitioner/{doctor.practitioners[0]}"


def test_the_same_form_sent_twice_orders_once(surgery, hospital, amina_yusuf):
    page = surgery.get(f"{FIND}{amina_yusuf}/")
    for _ in range(2):
        surgery.post(f"{FIND}{amina_yusuf}/", typed(page))

    assert len(orders(hospital, amina_yusuf)) == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"title": ""}, "Enter what the visit is for"),
        ({"service": "none"}, "Choose the service"),
        ({"modes": []}, "Choose at least one way in which they can be seen"),
        ({"earliest": "53"}, "Enter a number of weeks from 0 to 52"),
        ({"latest": "2"}, "The last week must be later than the first"),
    ],
)
def test_what_is_wrong_with_it_is_said(surgery, hospital, amina_yusuf, more, said):
    page = surgery.get(f"{FIND}{amina_yusuf}/")

    again = surgery.post(f"{FIND}{amina_yusuf}/", typed(page, **more))

    assert again.status_code == 400
    assert said in words(again)
    assert orders(hospital, amina_yusuf) == []


def test_nobody_orders_for_whom_they_do_not_treat(clinic, amina_yusuf, hospital):
    stranger = signed_in(a_clinician("Dr Erik Lund"))

    page = stranger.post(FIND, HER)

    assert "You treat nobody with this NHS number and date of birth" in words(page)
    for method in (stranger.get, stranger.post):
        assert method(f"{FIND}{amina_yusuf}/").status_code == 404
    assert orders(hospital, amina_yusuf) == []
