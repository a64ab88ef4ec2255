"""The booking office makes a clinic: what is wrong is said by field, what it would do is shown."""

import re
from datetime import date, time

import pytest

from portal.appointments.models import Clinic
from portal.identity.models import Role
from tests.portal.appointments import clinic as making
from tests.portal.clinics.office import agreed, typed
from tests.portal.pages import words
from tests.portal.results.staff import a_clinician
from tests.signing_in import a_login, signed_in

NEW = "/staff/clinics/new/"


def says_at(page, field, said):
    """Whether the summary says it, with a link to a field that there is."""
    html = page.content.decode()
    link = re.search(rf'<a href="#id_{field}">\s*{re.escape(said)}', html)
    return bool(link) and f'id="id_{field}"' in html


@pytest.fixture
def form(sam, places, clinic):
    """Give what Sam types; Dr Nair is known since she has a clinic already."""
    return typed(places[0], clinician=making.NAIR, opens="1pm", closes="4pm")


def test_a_clinic_is_shown_session_by_session_before_it_is_published(office, form, sam):
    shown = office.post(NEW, form)

    said = words(shown)
    assert "Nothing has changed yet" in said
    assert "6 sessions change 54 free times added or altered" in said
    assert "Tuesday 24 March 2026 1pm to 4pm 9" in said
    assert "Tuesday 31 March 2026 1pm to 4pm 9" in said
    assert "The clocks go forward on Sunday 29 March 2026. The clinic keeps its hours." in said
    assert Clinic.objects.filter(name="Breathing by video").count() == 0

    done = office.post(NEW, agreed(shown, form), follow=True)

    made = Clinic.objects.get(name="Breathing by video")
    assert done.redirect_chain == [(f"/staff/clinics/{made.key}/", 302)]
    assert "Published. 54 free times added or altered." in words(done)
    assert "Tuesday 31 March 2026 1pm to 4pm 0 9" in words(done)
    assert (made.service_name, made.clinician_name) == ("Breathing clinic", "Dr Priya Nair")
    assert (made.location_name, made.nation) == ("North Site", "ENG")
    assert len(making.slots_of(made, is_open=True)) == 54


def test_a_form_sent_twice_makes_one_clinic(office, form):
    once = agreed(office.post(NEW, form), form)

    first, again = office.post(NEW, once), office.post(NEW, once)

    assert first.headers["Location"] == again.headers["Location"]
    assert Clinic.objects.filter(name="Breathing by video").count() == 1


def test_a_draft_is_saved_at_once_and_has_no_times(office, form):
    done = office.post(NEW, form | {"stage": "draft"}, follow=True)

    assert "Saved as a draft. Nobody can book it yet." in words(done)
    made = Clinic.objects.get(name="Breathing by video")
    assert making.slots_of(made) == []


def test_a_bank_holiday_is_named_and_days_without_a_session_are_left_out(office, form):
    given = form | {"weekdays": ["1"], "exceptions": "13 April 2026\n20/4/2026"}

    said = words(office.post(NEW, given))

    assert "Monday 6 April 2026 Bank holiday: no session" in said
    assert "2 sessions change" in said  # 30 March and 27 April
    assert "13 April 2026 1pm" not in said


@pytest.mark.parametrize(
    ("more", "field", "said"),
    [
        ({"name": ""}, "name", "Enter a name for the clinic"),
        ({"name": "x" * 101}, "name", "The name must be 100 characters or less"),
        ({"service": ""}, "service", "Choose the service"),
        ({"clinician": ""}, "clinician", "Choose who sees the patients"),
        ({"location": ""}, "location", "Choose the place"),
        ({"modes": []}, "modes", "Choose at least one way in which patients are seen"),
        ({"weekdays": []}, "weekdays", "Choose at least one day of the week"),
        ({"opens": "25:00"}, "opens", "Enter when the session starts, like 9am or 1:30pm"),
        ({"opens": ""}, "opens", "Enter when the session starts"),
        ({"closes": "1pm"}, "closes", "The session must end later than it starts"),
        ({"closes": "1:10pm"}, "closes", "The session must be long enough for one visit"),
        ({"minutes": "4"}, "minutes", "A visit must last 5 to 240 minutes"),
        ({"minutes": "a"}, "minutes", "A visit must last 5 to 240 minutes"),
        ({"capacity": "0"}, "capacity", "Enter how many people are seen at a time, from 1 to 100"),
        ({"first_day_0": "31", "first_day_1": "6"}, "first_day_0", "The first day must be a real"),
        ({"first_day_0": ""}, "first_day_0", "The first day must include a day, month and year"),
        ({"last_day_1": "2"}, "last_day_0", "The last day must not be before the first day"),
        ({"exceptions": "Easter"}, "exceptions", "“Easter” is not a date."),
        ({"instruction": "x" * 501}, "instruction", "What patients are told must be 500"),
        ({"stage": ""}, "stage", "Choose whether it can be booked"),
    ],
)
def test_what_is_wrong_is_said_and_leads_to_its_field(office, form, more, field, said):
    page = office.post(NEW, form | more)

    assert page.status_code == 400
    assert says_at(page, field, said)
    assert "<title>Error: Set up a clinic" in page.content.decode()


def test_a_place_of_somebody_else_cannot_be_chosen(office, form, places):
    page = office.post(NEW, form | {"location": places[1]})

    assert page.status_code == 400
    assert "South Site" not in words(office.get(NEW))
    assert "North Site" in words(office.get(NEW))


def test_a_clinic_is_changed_and_the_form_shows_it_as_it_is(office, clinic):
    address = f"/staff/clinics/{clinic.key}/change/"
    page = office.get(address)
    html = page.content.decode()
    assert 'value="9am"' in html
    assert 'value="midday"' in html

    given = typed(clinic.location, name="Renamed", opens="10am", clinician=making.NAIR)
    shown = office.post(address, given)
    assert "Shorter" in words(shown)
    office.post(address, agreed(shown, given))

    changed = Clinic.objects.get(key=clinic.key)
    assert (changed.name, changed.opens, changed.closes) == ("Renamed", time(10), time(12))
    assert len(making.slots_of(changed, is_open=True)) == 6 * 6


def test_one_session_is_held_at_other_times_or_not_at_all(office, clinic):
    address = f"/staff/clinics/{clinic.key}/sessions/2026-04-14/"
    assert "Usual hours 9am to midday" in words(office.get(address))
    given = {"held": "other", "opens": "9am", "closes": "10am", "act": "preview"}

    shown = office.post(address, given)
    assert "1 session changes" in words(shown)
    assert "6 free times removed" in words(shown)
    office.post(address, agreed(shown, given))

    changed = Clinic.objects.get(key=clinic.key)
    assert changed.hours == ["2026-04-14 09:00 10:00"]
    times = making.slots_of(changed, is_open=True, local_date=date(2026, 4, 14))
    assert len(times) == 3

    none = {"held": "none", "act": "preview"}
    office.post(address, agreed(office.post(address, none), none))

    changed = Clinic.objects.get(key=clinic.key)
    assert (changed.hours, changed.exceptions) == ([], [date(2026, 4, 14)])
    assert making.slots_of(changed, is_open=True, local_date=date(2026, 4, 14)) == []
    usual = {"held": "usual", "act": "preview"}
    office.post(address, agreed(office.post(address, usual), usual))
    assert len(making.slots_of(clinic, is_open=True)) == 54


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"held": ""}, "held", "Choose what happens on this day"),
        ({"held": "other"}, "opens", "Enter when the session starts"),
        (
            {"held": "other", "opens": "9am", "closes": "8am"},
            "closes",
            "The session must end later",
        ),
    ],
)
def test_what_is_wrong_with_a_session_is_said(office, clinic, given, field, said):
    page = office.post(f"/staff/clinics/{clinic.key}/sessions/2026-04-14/", given)

    assert page.status_code == 400
    assert says_at(page, field, said)


@pytest.mark.parametrize("day", ["2026-04-15", "2026-03-10", "2026-05-05", "none"])
def test_a_day_on_which_there_can_be_no_session_has_no_page(office, clinic, day):
    assert office.get(f"/staff/clinics/{clinic.key}/sessions/{day}/").status_code == 404


@pytest.fixture
def nair(clinic):
    doctor = a_clinician("Dr Priya Nair")
    Clinic.objects.filter(key=clinic.key).update(clinician=doctor.practitioners[0])
    return doctor


def test_a_clinician_sees_and_changes_their_own_remote_sessions(nair, clinic):
    browser = signed_in(nair)
    assert "Breathing clinic, Tuesdays" in words(browser.get("/staff/clinics/"))
    assert browser.get(f"/staff/clinics/{clinic.key}/change/").status_code == 200
    assert "At the hospital" not in words(browser.get("/staff/clinics/new/"))

    Clinic.objects.filter(key=clinic.key).update(modes=["video", "in-person"])

    assert "The booking office changes this clinic." in words(
        browser.get(f"/staff/clinics/{clinic.key}/")
    )
    assert browser.get(f"/staff/clinics/{clinic.key}/change/").status_code == 404


@pytest.mark.parametrize("address", ["", "change/", "sessions/2026-04-14/"])
def test_clinics_of_others_are_not_there(clinic, places, office, address):
    other = signed_in(a_login("Lin Shaw", Role.BOOKING, sites=[places[1]]))
    nowhere = signed_in(a_login("Max Frost", Role.BOOKING))
    doctor = signed_in(a_clinician("Dr Erik Lund"))
    address = f"/staff/clinics/{clinic.key}/{address}"
    assert office.get(address).status_code == 200

    for browser in (other, nowhere, doctor):
        assert browser.get(address).status_code == 404
        assert browser.post(address, {}).status_code in {404, 405}
        assert "You have no clinics yet." in words(browser.get("/staff/clinics/"))


def test_the_list_takes_as_many_queries_whatever_is_in_it(
    office, clinic, bookings, django_assert_num_queries
):
    with django_assert_num_queries(QUERIES):
        page = office.get("/staff/clinics/")
    assert "Tuesday 24 March 2026 3" in words(page)
    for name in ("One", "Two", "Three"):
        making.published(name=name, clinician=name, location=clinic.location)

    with django_assert_num_queries(QUERIES):
        assert "Three" in words(office.get("/staff/clinics/"))


QUERIES = 9
