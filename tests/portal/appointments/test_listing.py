"""All appointments of a record in one list, by how they stand; and who may see the pages at all."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fhir.access import SYSTEM
from fhir.store import Repository
from tests.builders import a_patient, labelled
from tests.portal.appointments.clinic import a_need, booked, claims_with, ordered
from tests.portal.appointments.test_pages import PHONE, books, holds
from tests.portal.carers.helping import acting, helps
from tests.portal.pages import words
from tests.signing_in import a_login, linked, signed_in

TITLE = re.compile(r"<title>(.*?)</title>")


def an_appointment(patient, start="2026-04-14T13:00:00Z", **more):
    """Give one as another hospital system sends it."""
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "start": start,
        "end": start.replace("00:00Z", "30:00Z"),
        "description": "Lung function test",
        "participant": [
            {"actor": {"reference": f"Patient/{patient}"}, "status": "accepted"},
            {"actor": {"display": "Entrance B, Level 2"}, "status": "accepted"},
        ],
    } | more


def part_of(page, begins, ends):
    return words(page).partition(f" {begins} ")[2].partition(f" {ends} ")[0]


def test_what_any_hospital_system_booked_stands_in_the_list_by_its_time(
    her_browser, amina_yusuf, ticket, slots, hospital
):
    booked(amina_yusuf, ticket, slots[1])
    hospital.create(an_appointment(amina_yusuf))
    hospital.create(an_appointment(amina_yusuf, "2026-03-20T09:00:00Z", description="Eye clinic"))

    coming = part_of(her_browser.get("/appointments/"), "Coming up", "All times are UK time.")

    assert re.findall(r"Eye clinic|Follow-up of your breathing|Lung function test", coming) == [
        "Eye clinic",
        "Follow-up of your breathing",
        "Lung function test",
    ]
    assert "Tuesday 14 April 2026, 2pm Entrance B, Level 2" in coming
    assert coming.count("Change or cancel") == 1  # only what was booked here


@pytest.mark.parametrize(
    ("status", "start", "told"),
    [
        ("booked", "2026-03-12T06:00:00Z", ("Coming up", "6am")),
        ("arrived", "2026-03-12T09:00:00Z", ("Coming up", "You have arrived")),
        ("proposed", "2026-04-12T09:00:00Z", ("Coming up", "Not agreed yet")),
        ("pending", "2026-04-12T09:00:00Z", ("Coming up", "Not agreed yet")),
        ("cancelled", "2026-04-12T09:00:00Z", ("Cancelled", "Was Sunday 12 April 2026")),
        ("cancelled", "2026-02-20T09:00:00Z", ("Cancelled", "Was Friday 20 February 2026")),
        ("fulfilled", "2026-03-12T08:00:00Z", ("Past", "8am")),
        ("noshow", "2026-03-03T11:00:00Z", ("Past", "You missed this visit")),
        ("booked", "2026-03-03T11:00:00Z", ("Past", "11am")),
    ],
)
def test_each_state_has_its_place_and_its_word(her_browser, amina_yusuf, status, start, told):
    heading, said = told
    hospital = Repository(SYSTEM)
    hospital.create(an_appointment(amina_yusuf, start, status=status))

    page = her_browser.get("/appointments/")

    assert said in words(page)
    headings = re.findall(r'<h2 class="nhsuk-heading-m">(.*?)</h2>', page.content.decode())
    assert headings[-1] == heading


def test_what_was_written_down_by_mistake_or_is_old_and_cancelled_is_left_out(
    her_browser, amina_yusuf, hospital
):
    mistake = hospital.create(an_appointment(amina_yusuf)).json
    hospital.update(mistake | {"status": "entered-in-error"}, None)
    hospital.create(an_appointment(amina_yusuf, "2026-01-20T09:00:00Z", status="cancelled"))
    hospital.create(labelled(an_appointment(amina_yusuf), "NOPAT"))

    said = words(her_browser.get("/appointments/"))

    assert "You have no visits booked." in said
    assert "Lung function test" not in said


def test_one_without_a_time_yet_stands_last_under_what_is_to_come(
    her_browser, amina_yusuf, hospital
):
    hospital.create(an_appointment(amina_yusuf))
    undated = an_appointment(amina_yusuf, status="waitlist", description="Eye clinic")
    hospital.create({k: v for k, v in undated.items() if k not in {"start", "end"}})

    coming = part_of(her_browser.get("/appointments/"), "Coming up", "All times are UK time.")

    assert coming.index("Lung function test") < coming.index("Eye clinic")
    assert "On a waiting list" in coming


def test_past_visits_are_five_and_the_record_has_the_rest(her_browser, amina_yusuf, hospital):
    for n in range(7):
        start = f"{date(2026, 1, 5) + timedelta(weeks=n)}T09:00:00Z"
        hospital.create(an_appointment(amina_yusuf, start, status="fulfilled"))

    page = her_browser.get("/appointments/")

    assert words(page).count("Lung function test") == 5
    assert 'href="/record/appointments/">See all past' in page.content.decode()


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"start": "2026-04-14T14:30:00Z"}, "Time changed It was 2pm"),
        ({"start": "2026-04-20T13:00:00Z"}, "Time changed It was Tuesday 14 April 2026, 2pm"),
        ({"comment": "Room 4"}, ""),
    ],
)
def test_a_visit_whose_time_the_hospital_changed_says_when_it_was(
    her_browser, amina_yusuf, hospital, other, says
):
    made = hospital.create(an_appointment(amina_yusuf, "2026-04-14T13:00:00Z"))
    changed = hospital.update(made.json | other, 1)
    hospital.update(changed.json | {"minutesDuration": 40}, 2)

    said = words(her_browser.get("/appointments/"))

    assert ("Time changed" in said) is bool(says)
    assert says in said


def test_many_visits_that_were_changed_are_read_in_as_many_queries_as_few(
    her_browser, amina_yusuf, hospital, django_assert_num_queries
):
    def fill(count):
        for n in range(count):
            day = date(2026, 4, 5) + timedelta(days=n)
            made = hospital.create(an_appointment(amina_yusuf, f"{day}T09:00:00Z"))
            hospital.update(made.json | {"start": f"{day}T10:00:00Z"}, 1)

    her_browser.get("/appointments/")
    fill(1)
    with CaptureQueriesContext(connection) as few:
        her_browser.get("/appointments/")
    fill(12)

    with django_assert_num_queries(len(few)):
        assert words(her_browser.get("/appointments/")).count("It was 10am") == 13


def test_many_visits_and_tickets_are_read_in_as_many_queries_as_few(
    her_browser, amina_yusuf, clinic, hospital, django_assert_num_queries
):
    def fill(count):
        for n in range(count):
            day = date(2026, 4, 5) + timedelta(days=n)
            hospital.create(an_appointment(amina_yusuf, f"{day}T09:00:00Z"))
            hospital.create(an_appointment(amina_yusuf, f"{day}T13:00:00Z", status="cancelled"))
            ordered(amina_yusuf)

    her_browser.get("/appointments/")
    fill(1)  # and so there is something new to count
    with CaptureQueriesContext(connection) as few:
        her_browser.get("/appointments/")
    fill(12)

    with django_assert_num_queries(len(few)):
        page = her_browser.get("/appointments/")

    assert words(page).count("Lung function test") == 13 + 13
    print(f"\n{len(few)} queries")  # noqa: T201 (the figure)


def test_a_page_of_times_is_read_in_as_many_queries_as_it_has_always_been(
    her_browser, amina_yusuf, ticket, slots, django_assert_num_queries
):
    address = f"/appointments/book/{ticket}/"
    her_browser.get(address)
    with CaptureQueriesContext(connection) as all_free:
        her_browser.get(address)
    type(slots[0]).objects.exclude(slot=slots[0].slot).update(is_full=True)

    with django_assert_num_queries(len(all_free)):
        page = her_browser.get(address)

    assert "1 time to choose from" in words(page)
    print(f"\n{len(all_free)} queries")  # noqa: T201 (the figure)


def test_titles_and_addresses_say_nothing_of_what_it_is_about(
    her_browser, amina_yusuf, ticket, slots
):
    booking = booked(amina_yusuf, ordered(amina_yusuf), slots[0])
    seen = [
        "/appointments/",
        "/appointments/book/",
        f"/appointments/book/{ticket}/",
        holds(her_browser, ticket, slots[5]),
        *(f"/appointments/{booking.key}/{act}/" for act in ("booked", "change", "move", "cancel")),
    ]

    titles = [TITLE.search(her_browser.get(path).content.decode())[1] for path in seen]

    assert not re.search("breath|Nair|video|follow", " ".join([*titles, *seen]), re.IGNORECASE)
    assert len(set(titles)) == len(titles)


@pytest.fixture
def grace(clinic, hospital):
    user = a_login("Grace Carter")
    patient = hospital.create(a_patient("9991026347", "Carter", "Grace", "1945-02-11")).id
    linked(user, patient)
    return user, patient, ordered(patient)


@pytest.fixture
def ben(ben_carter):
    user = a_login("Ben Carter")
    linked(user, ben_carter)
    return user


def test_a_helper_with_appointments_books_for_whom_they_help_and_reads_no_needs(
    grace, ben, slots, hospital
):
    user, patient, ticket = grace
    hospital.create(a_need(patient, "Speak slowly"))
    browser = acting(ben, helps(ben, user, "appointments"))

    assert "Ready to book" in words(browser.get("/appointments/"))
    check = browser.get(holds(browser, ticket, slots[1]))
    assert "Speak slowly" not in words(check)
    answer = books(browser, ticket, slots[2])

    assert "Grace Carter’s video visit is booked" in words(browser.get(answer.headers["Location"]))
    (one,) = claims_with(state="booked")
    assert one.patient == patient
    assert "Tuesday 24 March 2026, 9:40am" in words(signed_in(user).get("/appointments/"))


def test_a_helper_without_appointments_finds_none_of_the_pages(grace, ben, slots):
    user, patient, ticket = grace
    booking = booked(patient, ticket, slots[1])
    browser = acting(ben, helps(ben, user, "letters", "rest"))
    other = ordered(patient)

    for path in (
        "/appointments/",
        "/appointments/book/",
        f"/appointments/book/{other}/",
        f"/appointments/held/{booking.key}/",
        *(f"/appointments/{booking.key}/{act}/" for act in ("booked", "change", "move", "cancel")),
    ):
        assert browser.get(path).status_code == 404, path
        assert browser.post(path, {"phone": PHONE}).status_code in {404, 405}, path
    assert "Appointments" not in words(browser.get("/")).partition("Are you still")[0]


def test_what_is_held_or_booked_is_nobody_elses(grace, her_browser, slots):
    user, _, ticket = grace
    browser = signed_in(user)
    held = holds(browser, ticket, slots[1])
    key = books(browser, ticket, slots[2]).headers["Location"].split("/")[2]

    for path in (held, *(f"/appointments/{key}/{act}/" for act in ("booked", "change", "move"))):
        assert her_browser.get(path).status_code == 404, path
    answer = her_browser.post(f"/appointments/{key}/cancel/", {"why": "OTHER", "sure": "yes"})
    assert answer.status_code == 404
    assert [one.state for one in claims_with(key=key)] == ["booked"]
