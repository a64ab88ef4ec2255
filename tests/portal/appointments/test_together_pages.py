"""The pages by which a mother books for herself and her children."""

import pytest

from tests.portal.appointments import family, truth
from tests.portal.appointments.clinic import appointments_of
from tests.portal.appointments.test_pages import form_of
from tests.portal.pages import words
from tests.signing_in import signed_in

PHONE = "07700 900123"


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
