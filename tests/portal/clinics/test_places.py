"""What a place has for those who need it: said by its booking staff, read by those who come."""

import pytest

from fhir.access import SYSTEM
from fhir.store import Repository
from portal.appointments import access
from portal.identity.models import Role
from tests.portal.appointments import clinic as making
from tests.portal.clinics.office import hidden
from tests.portal.pages import words
from tests.signing_in import a_login, signed_in

KNOWN = {"step-free": "yes", "toilet": "yes", "parking": "no"}


@pytest.fixture
def address(places):
    return f"/staff/clinics/places/{places[0]}/"


def place(key):
    return Repository(SYSTEM).read("Location", key).json


def test_what_is_known_is_kept_on_the_place_and_told_to_whoever_comes(
    office, address, places, her_browser, amina_yusuf
):
    page = office.get(address)
    done = office.post(address, KNOWN | {"version": hidden(page, "version")}, follow=True)

    assert "Saved. Patients see it with their visit." in words(done)
    assert access.facts_of(place(places[0])) == {
        "step-free": True,
        "toilet": True,
        "parking": False,
    }
    assert place(places[0])["name"] == "North Site"
    clinic = making.published(location=places[0], modes=["in-person"], service="feet")
    ticket, slot = making.ordered(amina_yusuf, "feet"), making.slots_of(clinic)[0]
    booking = making.booked(amina_yusuf, ticket, slot, mode="in-person")
    said = words(her_browser.get(f"/appointments/{booking.key}/booked/"))
    assert (
        "At the hospital there is: Step-free way in: yes Accessible toilet: yes Car park: no"
        in said
    )
    assert "Braille" not in said

    office.post(address, {"version": "2"})

    assert "extension" not in place(places[0])


def test_a_visit_by_video_says_nothing_of_the_place(office, address, her_browser, amina_yusuf):
    office.post(address, KNOWN | {"version": "1"})
    location = address.split("/")[-2]
    clinic = making.published(location=location)
    booking = making.booked(amina_yusuf, making.ordered(amina_yusuf), making.slots_of(clinic)[0])

    assert "Step-free" not in words(her_browser.get(f"/appointments/{booking.key}/booked/"))


def test_what_somebody_else_has_changed_meanwhile_is_not_written_over(office, address, places):
    seen = {"version": hidden(office.get(address), "version")}
    office.post(address, seen | KNOWN)

    again = office.post(address, seen | {"braille": "yes"}, follow=True)

    assert "Somebody else has changed this meanwhile." in words(again)
    assert "braille" not in access.facts_of(place(places[0]))
    assert office.post(address, {"version": "9", "braille": "perhaps"}).status_code == 400


def test_a_place_of_others_is_not_there(office, places, address):
    elsewhere = f"/staff/clinics/places/{places[1]}/"
    nobody = signed_in(a_login("Max Frost", Role.BOOKING))

    for browser, path in ((office, elsewhere), (nobody, address)):
        assert browser.get(path).status_code == 404
        assert browser.post(path, KNOWN | {"version": "1"}).status_code == 404
    assert "extension" not in place(places[1])
