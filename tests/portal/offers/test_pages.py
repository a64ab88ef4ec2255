"""The pages of earlier times: when one could come, an offer beside what is booked, its end."""

import re

import pytest

from portal import clock
from portal.offers import actions
from portal.offers.models import EarlierOffer
from tests.portal.appointments.clinic import booked, records_of
from tests.portal.offers.pieces import (
    NUMBERS,
    cancels,
    crowd,
    offers,
    relayed,
    somebody,
    wishes_for_sooner,
)
from tests.portal.pages import words


@pytest.fixture
def hers(her_browser, amina_yusuf, ticket, slots):
    """Give Amina's booking, the last of the clinic."""
    return booked(amina_yusuf, ticket, slots[-1])


@pytest.fixture
def offer(hers, slots):
    """Give what is offered to Amina: the first time of the clinic."""
    wishes_for_sooner(hers)
    key, ticket = somebody("Leaver", NUMBERS[10])
    cancels(booked(key, ticket, slots[0]))
    relayed()
    (made,) = offers(patient=hers.patient)
    return made


def page_of(offer):
    return f"/appointments/offers/{offer.key}/"


def test_a_patient_says_when_they_could_come_sooner_and_can_stop_it(her_browser, hers):
    address = f"/appointments/{hers.key}/earlier/"
    booked_page = her_browser.get(f"/appointments/{hers.key}/booked/").content.decode()
    assert f'href="{address}"' in booked_page
    assert "You keep Tuesday 28 April 2026, 11:40am unless you say yes to another." in words(
        her_browser.get(address)
    )

    answer = her_browser.post(address, {"days_notice": "3", "weekdays": ["1", "2"]}, follow=True)

    assert "We will tell you if an earlier time comes free." in words(answer)
    shown = her_browser.get(address).content.decode()
    assert re.findall(r'name="weekdays"[^>]*value="(\d)" checked', shown) == ["1", "2"]
    assert "Stop offering me earlier times" in shown
    stopped = her_browser.post(f"{address}stop/", follow=True)
    assert "We will not offer you earlier times for this visit." in words(stopped)


def test_what_is_not_said_is_asked_for(her_browser, hers):
    page = her_browser.post(f"/appointments/{hers.key}/earlier/", {})

    assert page.status_code == 400
    said = words(page)
    assert "Choose how long before you need to know" in said
    assert "Choose at least one day" in said


def test_an_offer_stands_on_the_list_and_beside_what_is_booked(her_browser, offer):
    listed = her_browser.get("/appointments/")
    assert "You can be seen sooner Tuesday 24 March 2026, 9am has come free." in words(listed)
    assert f'href="{page_of(offer)}"' in listed.content.decode()

    said = words(her_browser.get(page_of(offer)))

    assert "You can be seen 35 days sooner" in said
    assert "Now Tuesday 28 April 11:40am, video" in said
    assert "Earlier time Tuesday 24 March 9am, video" in said
    assert "Both are with Dr Priya Nair, for 20 minutes" in said
    assert "Take Tuesday 24 March, 9am Keep Tuesday 28 April" in said
    assert "Please choose by 11:02am today Up to 5 people have this offer." in said


def test_taking_it_moves_the_visit(her_browser, offer):
    answer = her_browser.post(page_of(offer), {"take": "yes"}, follow=True)

    assert "Your video visit is booked Tuesday 24 March 2026, 9am UK time" in words(answer)
    assert "The earlier time is yours" in words(her_browser.get(page_of(offer)))
    listed = words(her_browser.get("/appointments/"))
    assert "Time changed It was Tuesday 28 April 2026, 11:40am" in listed
    assert "You can be seen sooner" not in listed


def test_keeping_what_is_booked_changes_nothing(her_browser, offer):
    answer = her_browser.post(page_of(offer), {"keep": "yes"}, follow=True)

    said = words(answer)
    assert "You have kept your visit. Nothing has changed." in said
    assert "Tuesday 28 April 2026, 11:40am" in said
    assert "You said no to it." in words(her_browser.get(page_of(offer)))


def test_an_open_page_turns_to_gone_when_somebody_else_was_first(her_browser, offer, slots):
    (other,) = crowd(slots[:-1], 1)
    key, ticket = somebody("Second", NUMBERS[11])
    cancels(booked(key, ticket, slots[1]))
    relayed()
    assert words(her_browser.get(f"{page_of(offer)}?part=news")) == ""

    takes(other, slots[0])

    part = her_browser.get(f"{page_of(offer)}?part=offer")
    assert "That earlier time has gone Someone else said yes first." in words(part)
    assert (
        "You are still booked for Tuesday 28 April 2026, 11:40am Video with Dr Priya Nair"
        in words(part)
    )
    news = words(her_browser.get(f"{page_of(offer)}?part=news"))
    assert news == "That earlier time has gone. Your own visit has not changed."
    late = her_browser.post(page_of(offer), {"take": "yes"})
    assert late.status_code == 409
    assert "That earlier time has gone" in words(late)


def takes(booking, slot):
    """Let somebody else have the time, as if it had been offered to them too."""
    actions.go_on_with_all(clock.now())
    made = EarlierOffer(
        vacancy_id=offers(slot=slot.slot)[0].vacancy_id,
        slot=slot.slot,
        service=slot.service,
        booking=booking.key,
        patient=booking.patient,
        place=9,
        made_at=clock.now(),
        expires_at=offers(slot=slot.slot)[0].expires_at,
        waited_days=0,
    )
    with records_of(booking.patient).transaction():
        EarlierOffer.objects.filter(booking=booking.key).delete()
        made.save()
    actions.accept(records_of(booking.patient), booking.patient, made.key, clock.now())


def test_the_pages_are_there_for_nobody_else(her_browser, offer, slots):
    (other,) = crowd(slots[:-1], 1)
    for address in (f"/appointments/{other.key}/earlier/", f"/appointments/offers/{NOWHERE}/"):
        assert her_browser.get(address).status_code == 404
        assert her_browser.post(address, {"take": "yes"}).status_code == 404
    stop = her_browser.post(f"/appointments/{other.key}/earlier/stop/")
    assert stop.status_code == 404


NOWHERE = "7d5b43c2-0000-4000-8000-0123456789ab"
