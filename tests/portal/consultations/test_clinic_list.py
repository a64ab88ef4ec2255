"""A clinician's list, and what they do from it: let in, say that they are late, end."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fhir.access import SYSTEM
from fhir.store import Criteria, Repository
from portal.appointments.models import Claim
from portal.appointments.rules import State
from portal.appointments.tickets import tickets
from portal.identity.models import Role, Tie
from portal.record.dates import LONDON
from tests.builders import a_patient
from tests.portal import pages
from tests.portal.appointments import clinic as making
from tests.portal.appointments.diary import put
from tests.portal.consultations.visits import START, Doctor, Guest, held, party_of
from tests.signing_in import a_login, linked, signed_in

AFTER_TEN = START + timedelta(minutes=10)


def test_the_list_shows_who_waits_how_long_and_what_they_need(
    amina, dr_nair, amina_yusuf, moved_clock
):
    Repository(SYSTEM).create(making.a_need(amina_yusuf, "Large print"))
    amina.posts("check/", camera="works", microphone="none", network="slow")
    moved_clock.move(minutes=14)

    page = dr_nair.reads()

    for said in ("Amina Yusuf", "999 100 0003", "14 min", "Large print", "In waiting room"):
        assert said in page, said
    for said in ("9:20am", "No sound", "Internet slow", "I am out of breath at night", "58&nbsp;y"):
        assert said in page, said
    assert "Next: <bdi>Amina Yusuf</bdi>" in page


def test_a_visit_that_lasts_longer_than_its_time_is_shown_with_its_end(amina, dr_nair, slots):
    assert "9:20am Video" in pages.words(dr_nair.browser.get("/staff/visits/"))

    put(amina.key, end=slots[1].ends_at.isoformat())

    assert "9:20am to 10am Video" in pages.words(dr_nair.browser.get("/staff/visits/"))


def test_nobody_waits_who_has_not_come(amina, dr_nair):
    page = dr_nair.reads()

    assert "Amina Yusuf" in page
    assert "Not checked yet" in page
    assert "In waiting room" not in page
    assert "Admit" not in page


def test_a_colleague_finds_neither_the_visit_nor_the_patient(amina, dr_nair, dr_lund):
    amina.posts("wait/")
    key, party = amina.key, party_of(amina.key)
    assert "Amina Yusuf" in dr_nair.reads()

    assert "Amina Yusuf" not in dr_lund.reads()
    for act in ("end", "missed", f"admit/{party.key}", f"out/{party.key}"):
        assert dr_lund.posts(key, act, outcome="discharged").status_code == 404, act
    for page in ("call", "end", "missed"):
        assert dr_lund.browser.get(f"/staff/visits/{key}/{page}/").status_code == 404, page
    dr_lund.browser.post("/staff/visits/note/", {"note": "late-10", "to": str(key)})

    assert not amina.token()
    assert held(key).note == ""
    assert held(key).ended_at is None


def test_whoever_treats_a_patient_and_is_not_the_clinics_lets_nobody_in(
    amina, dr_nair, dr_lund, amina_yusuf
):
    Repository(SYSTEM).create(
        {
            "resourceType": "CareTeam",
            "status": "active",
            "subject": {"reference": f"Patient/{amina_yusuf}"},
            "participant": [{"member": {"reference": "Practitioner/lund"}}],
        }
    )
    amina.posts("wait/")

    assert dr_lund.admits(amina.key).status_code == 404
    assert dr_lund.posts(amina.key, "end", outcome="discharged").status_code == 404
    assert not amina.token()


def test_a_clinic_opens_the_booking_and_not_the_record_and_for_these_days_alone(
    amina, dr_nair, amina_yusuf, moved_clock
):
    """By the ticket Dr Nair treats her; a colleague's clinic alone opens less."""
    records = Repository(SYSTEM)
    claim = making.claim(amina.key)
    locum = a_login("Dr Sam Locum", Role.CLINICIAN, practitioners=["locum"])
    with making.claims.opened():
        Claim.objects.filter(key=claim.key).update(clinician="locum")
    condition = records.create(
        {
            "resourceType": "Condition",
            "code": {"text": "Asthma"},
            "subject": {"reference": f"Patient/{amina_yusuf}"},
        }
    )

    def read_by_locum():
        from fhir.access import Kind, Viewer  # noqa: PLC0415
        from portal.identity import grants  # noqa: PLC0415
        from portal.identity.models import Capacity  # noqa: PLC0415

        held_now = grants.grants_of(locum, Capacity.STAFF, "")
        viewer = Viewer(Kind.STAFF, "Practitioner/locum", "Dr Sam Locum", grants=held_now)
        found = {}
        for kind in ("Appointment", "Patient", "Condition"):
            wanted = Criteria(kind, [amina_yusuf], count=5)
            found[kind] = len(Repository(viewer).search(wanted)[0])
        return found

    assert condition
    assert read_by_locum() == {"Appointment": 1, "Patient": 1, "Condition": 0}
    moved_clock.move(days=2)
    assert read_by_locum() == {"Appointment": 0, "Patient": 0, "Condition": 0}


def test_a_relations_visit_is_on_the_list_without_their_name(amina, dr_nair, amina_yusuf):
    Tie.objects.create(user=dr_nair.user, patient=amina_yusuf, declared_at=START)
    amina.posts("wait/")

    page = dr_nair.reads()

    assert "Ask a colleague to see them" in page
    assert "Yusuf" not in page
    dr_nair.browser.post("/staff/visits/note/", {"note": "late-10"})
    assert held(amina.key).note == ""
    assert dr_nair.admits(amina.key).status_code == 404


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ({"note": "late-10"}, "Dr Nair is running 10 minutes late"),
        ({"note": "other", "words": "I am on a ward, back soon"}, "I am on a ward, back soon"),
        ({"note": "late-20", "words": "Back at  ten"}, "From Dr Nair: Back at ten"),
    ],
)
def test_a_note_is_read_by_those_who_wait_and_cannot_be_answered(amina, dr_nair, said, read):
    amina.posts("wait/")
    assert "Running on time" in amina.reads("wait/")

    dr_nair.browser.post("/staff/visits/note/", said)

    note = amina.opens("wait/?part=note").content.decode()
    assert read in note
    assert "Sent by the clinic at 9:20am" in note
    assert "<form" not in note
    assert ("about <strong>9:30am" in note) is ("late-10" in said.values())
    assert "You are next" in amina.reads("wait/")


def test_a_note_too_long_or_empty_or_to_a_stranger_is_not_sent(amina, dr_nair):
    amina.posts("wait/")
    for said in (
        {"note": "other", "words": "x" * 141},
        {"note": "other", "words": "  "},
        {"note": "nonsense"},
        {"note": "late-10", "to": "7d5b43c2-0000-4000-8000-0123456789ab"},
    ):
        dr_nair.browser.post("/staff/visits/note/", said)

        assert held(amina.key).note == ""


def test_a_visit_that_ends_is_fulfilled_and_its_encounter_finished(
    amina, dr_nair, amina_yusuf, moved_clock
):
    amina.posts("wait/")
    dr_nair.admits(amina.key)
    amina.goes_in()
    begun = encounter_of(amina_yusuf)
    assert begun["status"] == "in-progress"
    moved_clock.move(minutes=15)

    dr_nair.posts(amina.key, "end", outcome="discharged")

    assert making.appointment(making.claim(amina.key))["status"] == "fulfilled"
    done = encounter_of(amina_yusuf)
    assert done["status"] == "finished"
    assert done["class"]["code"] == "VR"
    assert done["appointment"] == [{"reference": f"Appointment/{amina.key}"}]
    assert done["period"]["start"] < done["period"]["end"]
    page = amina.reads("wait/")
    assert "Your video visit has finished" in page
    assert "You do not need another visit to this clinic" in page
    assert amina.opens("call/").url.endswith("/visit/")
    assert "Finished 9:35am" in dr_nair.reads()


def test_a_follow_up_is_something_that_the_patient_can_book(amina, dr_nair, amina_yusuf):
    amina.posts("wait/")
    dr_nair.admits(amina.key)

    refused = dr_nair.posts(amina.key, "end", outcome="follow-up", title="", within="26")
    assert refused.status_code == 400
    assert "Enter what the next visit is for" in refused.content.decode()
    dr_nair.posts(amina.key, "end", outcome="follow-up", title="Your breathing", within="26")

    [ticket] = tickets(making.records_of(amina_yusuf), amina_yusuf)
    assert (ticket.title, ticket.asked_by) == ("Your breathing", "Dr Priya Nair")
    assert ticket.latest.date().isoformat() == "2026-09-30"
    page = amina.reads()
    assert "would like to see you again" in page
    assert amina.browser.get(f"/appointments/book/{ticket.id}/").status_code == 200


def test_a_patient_who_may_ask_reads_when_to_and_when_to_ring_instead(amina, dr_nair):
    amina.posts("wait/")
    dr_nair.admits(amina.key)
    said = {"outcome": "on-request", "title": "Your breathing", "months": "6"}

    refused = dr_nair.posts(amina.key, "end", **said, when="Worse", emergencies=" ")
    assert refused.status_code == 400
    assert "Enter at least one sign for which they must call 999" in refused.content.decode()
    dr_nair.posts(amina.key, "end", **said, when="Worse", emergencies="you are too breathless")

    page = amina.reads()
    assert "will see you when you ask" in page
    plan = held(amina.key).ticket
    read = amina.browser.get(f"/appointments/ask/{plan}/").content.decode()
    for words in ("you are too breathless", "Worse", "Breathing clinic", "30 September 2026"):
        assert words in read, words
    made = Repository(SYSTEM).read("ServiceRequest", plan).json
    assert made["encounter"] == {"reference": f"Encounter/{held(amina.key).encounter}"}
    assert dr_nair.browser.get("/staff/asks/").status_code == 200


def test_whoever_did_not_come_is_not_blamed_and_can_book_again(  # noqa: PLR0917 (the world)
    booking, her_login, dr_nair, amina_yusuf, slots, moved_clock
):
    assert tickets(making.records_of(amina_yusuf), amina_yusuf) == []
    dr_nair.posts(booking.key, "missed")
    assert making.claim(booking.key).state == State.BOOKED
    moved_clock.move_to(AFTER_TEN)

    dr_nair.posts(booking.key, "missed")

    assert making.appointment(booking)["status"] == "noshow"
    assert making.claim(booking.key).state == State.MISSED
    assert "Did not attend" in dr_nair.reads()
    amina = Guest(signed_in(her_login), booking.key)
    page = amina.reads()
    assert "We did not manage to see you" in page
    for word in ("missed", "failed", "did not attend", "DNA", "your fault"):
        assert word not in page.partition("<main")[2].partition("</main")[0], word
    [ticket] = tickets(making.records_of(amina_yusuf), amina_yusuf)
    assert f"/appointments/book/{ticket.id}/" in page
    later = next(one for one in slots if one.starts_at > AFTER_TEN)
    assert making.booked(amina_yusuf, ticket.id, later).state == State.BOOKED


def test_nobody_who_is_here_or_was_seen_is_marked_as_not_having_come(amina, dr_nair, moved_clock):
    amina.posts("wait/")
    moved_clock.move_to(AFTER_TEN + timedelta(minutes=5))

    dr_nair.posts(amina.key, "missed")
    assert held(amina.key).ended_at is None
    dr_nair.admits(amina.key)
    amina.posts("leave/")
    dr_nair.posts(amina.key, "missed")

    assert held(amina.key).ended_at is None
    assert making.claim(amina.key).state == State.BOOKED


def test_what_is_over_stays_as_it_ended(amina, dr_nair):
    amina.posts("wait/")
    dr_nair.admits(amina.key)
    dr_nair.posts(amina.key, "end", outcome="discharged")

    dr_nair.posts(amina.key, "end", outcome="follow-up", title="Again", within="4")
    dr_nair.posts(amina.key, "missed")
    dr_nair.admits(amina.key)

    assert held(amina.key).outcome == "discharged"
    assert held(amina.key).ticket == ""
    assert amina.posts("wait/").url.endswith("/visit/")


def test_the_list_asks_as_much_of_the_database_for_eight_as_for_one(
    amina, dr_nair, slots, moved_clock
):
    amina.posts("wait/")
    dr_nair.reads()
    with CaptureQueriesContext(connection) as of_one:
        dr_nair.reads()
    others = [another(slot, n, moved_clock) for n, slot in enumerate(slots[1:8])]
    moved_clock.move_to(START + timedelta(hours=2))
    for login, booking in others:
        Guest(signed_in(login), booking.key).posts("wait/")
    dr_nair = Doctor(signed_in(dr_nair.user), dr_nair.user)
    dr_nair.reads()

    with CaptureQueriesContext(connection) as of_eight:
        page = dr_nair.reads()

    assert page.count("In waiting room") == page.count("Large print") + 1 == 8
    assert len(of_eight) == len(of_one)
    print(f"\n{len(of_eight)} queries for the list")  # noqa: T201 (what it costs)


def another(slot, number, moved_clock):
    """Book for somebody else, who needs large print, while there is time."""
    moved_clock.move_to(START - timedelta(days=5))
    person = Repository(SYSTEM).create(a_patient("", f"Family{number}", "Person")).id
    Repository(SYSTEM).create(making.a_need(person, "Large print"))
    login = a_login(f"Person {number}")
    linked(login, person)
    return login, making.booked(person, making.ordered(person), slot)


def test_other_days_are_the_day_before_and_the_day_after_alone(dr_nair):
    day = START.astimezone(LONDON).date()

    for distance in (-1, 0, 1):
        dr_nair.reads(f"?day={day + timedelta(days=distance)}")
    for said in (str(day + timedelta(days=2)), str(day - timedelta(days=2)), "today", "2026-99-99"):
        assert dr_nair.browser.get(f"/staff/visits/?day={said}").status_code == 404, said


def test_whoever_was_rung_instead_has_an_encounter_too(amina, dr_nair, amina_yusuf):
    amina.posts("phone/")

    dr_nair.posts(amina.key, "end", outcome="discharged")

    assert encounter_of(amina_yusuf)["status"] == "finished"
    assert making.appointment(making.claim(amina.key))["status"] == "fulfilled"


def encounter_of(patient):
    [found] = Repository(SYSTEM).search(Criteria("Encounter", [patient], count=5))[0]
    return found.json
