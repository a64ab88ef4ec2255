"""The pages by which a mother books for herself and her children."""

import itertools

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.carers.models import Sharing
from portal.identity.models import Role
from tests.portal.appointments import family, truth
from tests.portal.appointments.clinic import a_need, appointments_of, booked, claims_with, ordered
from tests.portal.appointments.test_pages import form_of
from tests.portal.pages import words
from tests.signing_in import a_login, linked, signed_in

PHONE = "07700 900123"
NEEDS_INTERPRETER = "fhir/StructureDefinition/patient-interpreterRequired"
METHODS = ("get", "head", "post", "delete")


@pytest.fixture
def yusufs(amina_yusuf, clinic):
    return family.a_family("Zara Yusuf", "Sami Yusuf", key=amina_yusuf)


@pytest.fixture
def browser(yusufs):
    return signed_in(yusufs.mother)


def address_of(yusufs):
    return f"/appointments/together/{yusufs.company.tickets[0]}/"


def picks(browser, company, slots, form=None):
    address = f"/appointments/together/{company.tickets[0]}/"
    form = form or form_of(browser.get(address))
    pressed = ",".join(one.slot for one in slots)
    sent = {"form": form, "time": f"{pressed}|video", "who": company.tickets}
    return browser.post(address, sent)


def typed(count, **more):
    return {f"p{n}-phone": PHONE for n in range(count)} | more


def test_the_list_leads_from_tickets_to_times_to_a_check_of_each_and_one_page_that_names_them(
    browser, yusufs, slots
):
    company = yusufs.company
    listed = words(browser.get("/appointments/"))
    assert "Book together You, Sami Yusuf and Zara Yusuf each have a visit to book" in listed
    times = browser.get(address_of(yusufs))
    assert "Choose times for your video visits together" in words(times)
    assert "42 times to choose from" in words(times)
    assert "9am to 10am on Tuesday 24 March 2026" in words(times)

    there = picks(browser, company, slots[:3]).headers["Location"]
    check = words(browser.get(there))
    assert "We are keeping these times for you until 9:07am. They are not booked yet." in check
    assert "When Tuesday 24 March 2026, 9am to 10am UK time, 20 minutes each" in check
    assert "Sami Yusuf , 9:20am What to talk about" in check
    done = browser.post(there, typed(3, **{"p1-reason": "He coughs at night"}))

    said = words(browser.get(done.headers["Location"]))
    assert "3 visits are booked Tuesday 24 March 2026 from 9am UK time" in said
    assert "You : 9am" in said
    assert "Sami Yusuf : 9:20am" in said
    (his,) = appointments_of(company.patients[1])
    assert his.json["reasonCode"] == [{"text": "He coughs at night"}]
    assert truth.broken() == {}


def test_with_one_ticket_or_nobody_to_book_for_nothing_of_it_shows(amina_yusuf, clinic, thursday):
    alone = family.a_family(key=amina_yusuf)
    browser = signed_in(alone.mother)
    (ticket,) = alone.tickets.values()

    def shown():
        return words(browser.get("/appointments/")).partition("Your appointments")[2]

    assert "ogether" not in shown()
    child = family.a_child(alone.mother, "Zara Yusuf")
    ordered(family.a_child(alone.mother, "Sami Yusuf", scopes=["letters"]))
    assert "ogether" not in shown()
    page = browser.get(f"/appointments/together/{ticket}/")
    assert page.status_code == 404
    assert "There is nothing to book together here" in words(page)
    ordered(child)
    assert "Book together You and Zara Yusuf each have a visit to book" in shown()
    assert "ogether" not in words(browser.get("/appointments/?part=list"))
    assert "ogether" not in words(browser.get(f"/appointments/book/{ticket}/"))


def test_who_comes_can_be_changed_and_must_be_two_at_least(browser, yusufs, slots):
    company = yusufs.company
    address = address_of(yusufs)
    two = {"who": company.tickets[1:]}

    assert "48 times to choose from" in words(browser.get(address, two))
    assert "Sami Yusuf and Zara Yusuf" in words(browser.get(address, two))
    page = browser.get(address, {"who": company.tickets[:1]})
    assert "There is a problem Choose 2 people or more" in words(page)
    assert 'name="time"' not in page.content.decode()
    assert "There is a problem" in words(browser.get(address, {"who": ["none"]}))
    assert "No times match" in words(browser.get(address, {"period": "later", "hours": "pm"}))
    narrowed = words(browser.get(address, {**two, "period": "2w"}))
    assert "Showing: in the next 2 weeks." in narrowed
    assert "8 times to choose from" in narrowed


def test_what_each_needs_is_told_so_far_as_she_may_know_and_goes_with_each(
    browser, yusufs, slots, hospital
):
    company = yusufs.company
    flags = {key: hospital.create(a_need(key, f"Help {key[:4]}")).id for key in company.patients}
    hers = hospital.read("Patient", company.patients[0]).json
    hers["telecom"] = [{"system": "phone", "use": "mobile", "value": "07700 900003"}]
    hers["communication"] = [{"language": {"coding": [{"code": "ur"}]}, "preferred": True}]
    hers["extension"] = [{"url": f"http://hl7.org/{NEEDS_INTERPRETER}", "valueBoolean": True}]
    hospital.update(hers, None)

    form = form_of(browser.get(address_of(yusufs), {"interpreter": ""}))
    there = picks(browser, company, slots[:3], form).headers["Location"]
    page = browser.get(there)
    browser.post(there, typed(3))

    assert words(page).count("Help ") == 1
    assert f"What you need from us: Help {company.patients[0][:4]}" in words(page)
    assert "You , 9am Interpreter: Urdu. This clinic has none of its own." in words(page)
    assert page.content.decode().count('value="07700 900003"') == 3
    for key in company.patients:
        (one,) = appointments_of(key)
        assert one.json["supportingInformation"] == [{"reference": f"Flag/{flags[key]}"}]


def test_what_is_wrong_is_said_by_name_and_the_times_are_kept(browser, yusufs, slots):
    there = picks(browser, yusufs.company, slots[:3]).headers["Location"]

    page = browser.post(there, typed(3, **{"p0-reason": "x" * 151, "p2-phone": "ring"}))

    said = words(page)
    assert page.status_code == 400
    assert (
        "There is a problem You: What you want to talk about must be 150 characters or less"
        " Zara Yusuf: Enter a phone number, like 07700 900 982"
    ) in said
    assert "We are keeping these times for you until 9:07am." in said
    assert {one.state for one in claims_with()} == {"held"}


def test_when_the_times_have_run_out_the_same_are_offered_with_what_was_typed(
    browser, yusufs, slots, moved_clock
):
    company = yusufs.company
    there = picks(browser, company, slots[:3]).headers["Location"]
    browser.post(there, typed(3, act="longer"))
    assert "until 9:12am" in words(browser.get(there))
    moved_clock.move(minutes=11)

    page = browser.post(there, typed(3, **{"p2-reason": "She wheezes"}))

    assert page.status_code == 410
    said = words(page)
    assert "We could not keep these times any longer Nothing is booked for anybody." in said
    assert "9am to 10am Tuesday 24 March 2026 The same time Choose 9am" in said
    again = browser.get(picks(browser, company, slots[:3]).headers["Location"])
    assert "She wheezes</textarea>" in again.content.decode()
    assert words(browser.get(there)).count("We could not keep these times any longer") == 1
    assert not any(appointments_of(key) for key in company.patients)


def test_a_time_that_somebody_else_has_taken_is_told_with_the_nearest_for_all(
    browser, yusufs, slots, ben_carter
):
    company = yusufs.company
    form = form_of(browser.get(address_of(yusufs)))
    booked(ben_carter, ordered(ben_carter), slots[4])

    page = picks(browser, company, slots[3:6], form)

    said = words(page)
    assert page.status_code == 409
    assert "Someone else has just taken one of these times" in said
    assert "These are the nearest 3 times for all of you." in said
    assert "9:20am to 10:20am Tuesday 24 March 2026 40 minutes earlier, the same day" in said
    assert [one.patient for one in claims_with()] == [ben_carter]


def test_somebody_who_is_elsewhere_then_is_named(browser, yusufs, slots, hospital):
    company = yusufs.company
    form = form_of(browser.get(address_of(yusufs)))
    start, end = (at.isoformat() for at in (slots[1].starts_at, slots[1].ends_at))
    hospital.create(
        {
            "resourceType": "Appointment", "status": "booked", "start": start, "end": end,
            "participant": [{"actor": {"reference": f"Patient/{company.patients[1]}"},
                             "status": "accepted"}],
        }
    )  # fmt: skip

    page = picks(browser, company, slots[:3], form)

    assert "Sami Yusuf has another appointment at that time" in words(page)
    assert claims_with() == []


def test_a_form_that_is_sent_twice_holds_and_books_once(browser, yusufs, slots):
    company = yusufs.company
    form = form_of(browser.get(address_of(yusufs)))
    first, second = (picks(browser, company, slots[:3], form) for _ in range(2))
    there = first.headers["Location"]
    done = [browser.post(there, typed(3)) for _ in range(2)]

    assert second.headers["Location"] == there
    assert {one.headers["Location"].partition("?")[0] for one in done} == {
        there.replace("/held/", "/booked/")
    }
    assert picks(browser, company, slots[:3], form).headers["Location"] == there
    assert all(len(appointments_of(key)) == 1 for key in company.patients)
    assert picks(browser, company, slots[3:6], form).status_code == 404


def test_stale_and_broken_forms_hold_nothing_and_say_so(browser, yusufs, slots):
    company = yusufs.company
    address = address_of(yusufs)
    form = form_of(browser.get(address))
    three = ",".join(one.slot for one in slots[:3])
    for wrong in (
        {"form": form, "time": "", "who": company.tickets},
        {"form": form, "time": f"{three}|swimming", "who": company.tickets},
        {"form": form, "time": f"{three}|video", "who": company.tickets[:1]},
        {"form": "x", "time": f"{three}|video", "who": company.tickets},
    ):
        page = browser.post(address, wrong)
        assert page.status_code == 400, wrong
        assert "42 times to choose from" in words(page)
    short = {"form": form, "time": f"{slots[0].slot}|video", "who": company.tickets}
    assert browser.post(address, short).status_code == 409
    assert claims_with() == []

    booked(company.patients[1], company.tickets[1], slots[8])
    page = browser.post(address, {"form": form, "time": f"{three}|video", "who": company.tickets})

    assert page.status_code == 409
    assert "One visit has been booked already We have not booked the others" in words(page)
    assert "See all times for you and Zara Yusuf" in words(page)
    assert [one.state for one in claims_with()] == ["booked"]


def test_a_child_who_is_booked_in_another_window_is_named_and_the_rest_let_go(
    browser, yusufs, slots
):
    company = yusufs.company
    there = picks(browser, company, slots[:3]).headers["Location"]
    booked(company.patients[2], company.tickets[2], slots[8])

    page = browser.post(there, typed(3))

    said = words(page)
    assert page.status_code == 409
    assert "Zara Yusuf’s time has been changed in another window" in said
    assert "We have not booked the others, and we keep no times for them." in said
    assert claims_with(state="held") == []


def test_who_may_not_book_for_a_child_any_more_is_told_once_and_no_name(browser, yusufs, slots):
    there = picks(browser, yusufs.company, slots[:3]).headers["Location"]
    Sharing.objects.filter(patient=yusufs.children[0]).update(state="ended")

    for page in (browser.post(there, typed(3)), browser.get(there)):
        said = words(page)
        assert page.status_code == 404
        assert "You can no longer book for all of these people" in said
        assert "Zara" not in said
    assert claims_with(state__in=["held", "booked"]) == []


def test_the_times_stand_in_the_list_until_they_are_let_go(browser, yusufs, slots):
    company = yusufs.company
    there = picks(browser, company, slots[:3]).headers["Location"]
    own = claims_with(patient=company.patients[0])[0]

    listed = browser.get("/appointments/")
    assert words(listed).count("Not booked yet") == 1
    assert "for you, Sami Yusuf and Zara Yusuf until 9:07am" in words(listed)
    assert f'href="{there}"' in listed.content.decode()
    assert browser.get(f"/appointments/held/{own.key}/").headers["Location"] == there
    answer = browser.post(there, typed(3, act="other"))

    assert answer.headers["Location"].startswith(f"{address_of(yusufs)}?who=")
    assert "Not booked yet" not in words(browser.get("/appointments/"))
    assert claims_with(state="held") == []


def test_each_visit_leads_to_its_own_page_and_what_is_cancelled_is_no_more_on_theirs(
    browser, yusufs, slots
):
    company = yusufs.company
    there = picks(browser, company, slots[:3]).headers["Location"]
    done = browser.post(there, typed(3)).headers["Location"]
    child = appointments_of(company.patients[1])[0].id
    sharing = Sharing.objects.get(patient=company.patients[1])

    page = browser.get(done).content.decode()
    assert f'name="to" value="{sharing.pk}"' in page
    browser.post("/account/capacity/", {"to": sharing.pk, "next": "/"})
    assert "Acting for Sami Yusuf" in words(browser.get(f"/appointments/{child}/booked/"))
    browser.post(f"/appointments/{child}/cancel/", {"why": "OTHER", "sure": "yes"})
    browser.post("/account/capacity/", {"to": "own"})

    said = words(browser.get(done))
    assert "2 visits are booked" in said
    assert "Sami" not in said
    Sharing.objects.filter(patient=company.patients[2]).update(state="ended")
    assert browser.get(there).headers["Location"] == done.partition("?")[0]
    assert "1 visit is booked" in words(browser.get(done))


def test_a_page_of_times_asks_the_same_however_many_come_and_are_free(
    browser, yusufs, slots, django_assert_num_queries
):
    address, company = address_of(yusufs), yusufs.company
    browser.get(address)
    with CaptureQueriesContext(connection) as two:
        browser.get(address, {"who": company.tickets[:2]})
    type(slots[0]).objects.exclude(slot__in=[one.slot for one in slots[:4]]).update(is_full=True)

    with django_assert_num_queries(len(two)):
        page = browser.get(address, {"who": company.tickets})

    assert "2 times to choose from" in words(page)
    print(f"\n{len(two)} queries")  # noqa: T201 (the figure)


def test_these_pages_are_the_bookers_alone(yusufs, slots, ben_carter):
    """Of all others nobody learns whether there is such a ticket, or such a batch."""
    company = yusufs.company
    hold = family.held(yusufs.booker, company, slots[:3])
    batch, nobodys = str(family.batch_of(hold)), "7d5b43c2-0000-4000-8000-0123456789ab"
    pairs = [
        (f"/appointments/together/{company.tickets[0]}/", f"/appointments/together/{nobodys}/"),
        *((f"/appointments/together/{name}/{batch}/", f"/appointments/together/{name}/{nobodys}/")
          for name in ("held", "booked")),
    ]  # fmt: skip

    tried = itertools.product(others(yusufs, ben_carter).items(), METHODS, pairs)
    for (who, browser), method, (theirs, none) in tried:
        one, other = (getattr(browser, method)(path) for path in (theirs, none))
        assert one.status_code >= 300, (who, method, theirs)
        assert (one.status_code, words(one)) == (other.status_code, words(other)), (who, theirs)
    assert {one.state for one in claims_with()} == {"held"}


def others(yusufs, ben_carter):
    """Sign in whoever else there is, with nobody, some or all of these children to book for."""
    ben = a_login("Ben Carter")
    linked(ben, ben_carter)
    father = family.a_family("Lou Yusuf", mother="Omar Yusuf")
    for child in yusufs.children:
        family.shared(father.mother, child, "A child")
    as_her_child = signed_in(yusufs.mother)
    sharing = Sharing.objects.get(patient=yusufs.children[0], carer=yusufs.mother)
    as_her_child.post("/account/capacity/", {"to": sharing.pk})
    return {
        "a visitor": Client(),
        "a patient": signed_in(ben),
        "a patient without a record": signed_in(a_login("Una Linked")),
        "the father": signed_in(father.mother),
        "the mother in her child's record": as_her_child,
        "the mother without the second step": signed_in(yusufs.mother, second_factor=False),
        **{role: signed_in(a_login(f"The {role}", role)) for role in Role if role != Role.NONE},
    }
