"""The clinics of the demo: published once, and booked from the page as a patient would."""

from datetime import datetime, time, timedelta

import pytest

from portal.appointments.models import Clinic, ClinicSlot
from portal.appointments.rules import State
from portal.identity.models import Link, User
from portal.record.dates import LONDON, clock, local
from portal.simulator import bundles, cast
from portal.simulator.accounts import hand_over, name_professionals, open_accounts
from portal.simulator.booking import let_ask, open_clinics, order_follow_ups
from portal.simulator.messages import first_told
from portal.simulator.sooner import bring_an_offer
from portal.simulator.visiting import bring_a_visit
from tests.portal.appointments.clinic import claims_with
from tests.portal.appointments.test_pages import books
from tests.portal.offers.pieces import offers, relayed
from tests.portal.pages import words
from tests.portal.simulator.arriving import bundle_arrives, message_arrives
from tests.portal.simulator.stored import found
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def hospital(moved_clock, now, histories):
    """Let it be the morning of the pictures, with Amina and Ben registered and linked."""
    moved_clock.move_to(now)
    open_accounts()
    bundle_arrives(bundles.staff())
    name_professionals()
    for person in (cast.AMINA, cast.BEN):
        history = histories[person.key]
        message_arrives(first_told(history))
        bundle_arrives(bundles.record(history))
        hand_over(person, now)


@pytest.fixture
def opened(hospital, now):
    for _ in range(2):
        open_clinics(now)
        order_follow_ups(now)
        let_ask(now)


def of(person):
    return signed_in(User.objects.get(email=person.email))


def ticket_of(person):
    patient = Link.objects.get(user__email=person.email).patient
    requests = found("ServiceRequest", patient=patient)
    orders = [one for one in requests if "performer" in one.json and one.json["intent"] == "order"]
    (ticket,) = [one for one in orders if "HealthcareService/" in str(one.json["performer"])]
    return ticket.id


def test_there_is_a_clinic_by_video_and_one_in_person_however_often_it_is_said(opened):
    by_video, in_person = Clinic.objects.order_by("-modes")

    assert (by_video.modes, by_video.weekdays) == (["video"], [2])
    assert (in_person.modes, in_person.location_name) == (["in-person"], "Outpatients, Entrance B")
    times = ClinicSlot.objects.filter(clinic=by_video).values_list("starts_at", flat=True)
    first_day = [one for one in times if local(one).date() == local(min(times)).date()]
    assert [clock(one) for one in sorted(first_day)[:2]] == ["9am", "9:20am"]
    assert len(first_day) == 9


@pytest.mark.parametrize("person", [cast.AMINA, cast.BEN], ids=["Amina", "Ben"])
def test_each_of_them_has_been_asked_back_once_and_can_book(opened, person):
    browser, ticket = of(person), ticket_of(person)
    assert "Dr Priya Nair has asked to see you" in words(browser.get("/appointments/"))
    slot = ClinicSlot.objects.filter(modes=["video"]).earliest("starts_at")

    answer = books(browser, ticket, slot)

    assert "Your video visit is booked" in words(browser.get(answer.headers["Location"]))


def test_ben_may_ask_to_be_seen_once_however_often_it_is_said(opened):
    said = words(of(cast.BEN).get("/appointments/"))

    assert said.count("You can ask to be seen") == 1
    assert "Your asthma, if it gets worse" in said


def test_amina_can_ask_for_times_with_an_interpreter(opened):
    address = f"/appointments/book/{ticket_of(cast.AMINA)}/"

    said = words(of(cast.AMINA).get(address, {"interpreter": "ur"}))

    assert "with an Urdu interpreter" in said


def test_sam_runs_both_clinics_and_sees_who_has_booked(opened, now):
    sam = signed_in(User.objects.get(email="sam@millbrook.example"))
    slot = ClinicSlot.objects.filter(modes=["video"]).earliest("starts_at")
    books(of(cast.AMINA), ticket_of(cast.AMINA), slot)

    listed = words(sam.get("/staff/clinics/"))
    day = words(sam.get(f"/staff/clinics/days/{slot.local_date.isoformat()}/"))

    assert listed.count("Outpatients, Entrance B") == 2
    assert "9am Amina Yusuf 999 100 0003" in day


def test_a_visit_by_video_can_be_joined_at_any_hour_and_is_booked_once(opened, now, moved_clock):
    amina = Link.objects.get(user__email=cast.AMINA.email).patient

    assert bring_a_visit(now)
    assert bring_a_visit(now)

    (visit,) = [one for one in claims_with(patient=amina) if one.state == State.BOOKED]
    assert timedelta() < visit.starts_at - now <= timedelta(minutes=10)
    assert "You can join now" in words(of(cast.AMINA).get(f"/appointments/{visit.key}/visit/"))
    doctor = signed_in(User.objects.get(email="nair@millbrook.example"))
    assert cast.AMINA.name in words(doctor.get("/staff/visits/"))
    later = moved_clock.move(hours=3)
    assert bring_a_visit(later)
    assert len([one for one in claims_with(patient=amina) if one.state == State.BOOKED]) == 2
    midnight = datetime.combine(local(later).date(), time(23, 50), LONDON)
    assert not bring_a_visit(moved_clock.move_to(midnight))


def test_ben_is_offered_an_earlier_time_and_once_that_is_over_another(opened, now, moved_clock):
    for _ in range(2):
        assert bring_an_offer(now)
        relayed()

    listed = words(of(cast.BEN).get("/appointments/"))
    assert listed.count("You can be seen sooner") == 1
    assert "Tuesday 17 March 2026, 9am has come free." in listed
    assert "A check of how you use your inhalers" in listed
    (offer,) = offers()
    moved_clock.move(hours=2)
    relayed()
    assert "You can be seen sooner" not in words(of(cast.BEN).get("/appointments/"))

    assert bring_an_offer(moved_clock.move(minutes=1))
    relayed()

    again = words(of(cast.BEN).get("/appointments/"))
    assert again.count("You can be seen sooner") == 1
    assert again.count("A check of how you use your inhalers") == 1
    page = of(cast.BEN).post(f"/appointments/offers/{offers()[-1].key}/", {"take": "yes"})
    assert page.headers["Location"].endswith("/booked/?new")
    assert [one.state for one in offers()] == ["expired", "accepted"]
    assert offer.booking == offers()[-1].booking
