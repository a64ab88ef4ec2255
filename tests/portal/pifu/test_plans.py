"""A clinician lets a patient ask to be seen: what is written, changed, taken back, and ends."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from fhir import changes, feeds, r4
from fhir.labels import Label
from fhir.store import Criteria
from portal import clock
from portal.emergency.models import EmergencyAccess
from portal.notices.kinds import Kind
from portal.pifu import plans, resources
from portal.pifu.models import FollowUpPlan
from portal.pifu.tasks import end_plans
from tests.portal.appointments import clinic as making
from tests.portal.notices.pieces import sent, waiting
from tests.portal.pages import words
from tests.portal.pifu.pieces import (
    BLUE_LIPS,
    FEVER,
    SPEECHLESS,
    TITLE,
    WHEN,
    a_plan,
    ask_of,
    asks,
    held,
    hidden,
    records_of,
    requests_of,
    resource,
    rows,
    terms,
)
from tests.portal.results.staff import a_clinician
from tests.signing_in import signed_in


def address(patient):
    return f"/staff/follow-ups/{patient}/plan/"


def typed(page, **more):
    return {
        "title": TITLE,
        "service": making.SERVICE,
        "first_day": "12 March 2026",
        "months": "6",
        "when": WHEN,
        "emergencies": f"{SPEECHLESS}\n\n {BLUE_LIPS} \n{BLUE_LIPS}",
        "urgent": FEVER,
        **hidden(page),
    } | more


def test_what_is_set_stands_in_the_record_and_lets_nobody_book(
    surgery, doctor, clinic, amina_yusuf, her_browser
):
    page = surgery.get(address(amina_yusuf))
    for _ in range(2):  # the same form sent twice sets one plan
        done = surgery.post(address(amina_yusuf), typed(page), follow=True)

    assert f"May ask to be seen {TITLE} Breathing clinic, 12 March 2026 to 12 September 2026" in (
        words(done)
    )
    [made] = [one for one in requests_of(amina_yusuf) if one["intent"] == "plan"]
    assert (made["status"], made["occurrencePeriod"]) == (
        "active",
        {"start": "2026-03-12", "end": "2026-09-12"},
    )
    assert made["asNeededCodeableConcept"] == {"text": WHEN}
    assert made["patientInstruction"].startswith(f"Call 999 if: {SPEECHLESS}; {BLUE_LIPS}.")
    assert made["requester"]["reference"] == f"Practitioner/{doctor.practitioners[0]}"
    listed = words(her_browser.get("/appointments/"))
    assert f"You can ask to be seen {TITLE} Until Saturday 12 September 2026" in listed
    assert "Ready to book" not in listed
    assert her_browser.get(f"/appointments/book/{made['id']}/").status_code == 404
    item = words(her_browser.get(f"/record/referrals/servicerequest/{made['id']}/"))
    assert "Call 999 if" in item
    assert WHEN in item


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"title": ""}, "Enter what the plan is for"),
        ({"service": "none"}, "Choose the service"),
        ({"first_day": "soon"}, "Enter a date, like 14 April 2026"),
        ({"months": ""}, "Choose for how long they can ask"),
        ({"when": " "}, "Enter when they should ask to be seen"),
        ({"emergencies": " \n "}, "Enter at least one sign for which they must call 999"),
        ({"urgent": "x" * 121}, "Each sign must be 120 characters or less"),
        ({"urgent": "\n".join("abcdefghi")}, "Enter 8 signs or fewer"),
    ],
)
def test_a_plan_without_its_warning_signs_or_its_end_is_not_set(
    surgery, clinic, amina_yusuf, more, said
):
    page = surgery.get(address(amina_yusuf))

    again = surgery.post(address(amina_yusuf), typed(page, **more))

    assert again.status_code == 400
    assert said in words(again)
    assert rows(FollowUpPlan) == []


def test_nobody_sets_one_for_whom_they_do_not_treat_be_it_in_an_emergency(
    plan, amina_yusuf, thursday
):
    """What they set would make them treat her from then on."""
    stranger = a_clinician("Dr Erik Lund")
    browser = signed_in(stranger)
    pages = (
        address(amina_yusuf),
        f"/staff/follow-ups/{amina_yusuf}/plans/{plan}/",
        f"/staff/follow-ups/{amina_yusuf}/",
    )
    now = clock.now()
    for attempt in range(2):
        for page in pages:
            assert browser.get(page).status_code == 404, (page, attempt)
            assert browser.post(page, {}).status_code == 404, (page, attempt)
        assert browser.post(f"{pages[1]}end/").status_code == 404
        EmergencyAccess.objects.create(
            user=stranger, who="Practitioner/x", patient=amina_yusuf, why="treating",
            opened_at=now, reason="Came by ambulance.", ends_at=now + timedelta(hours=4),
        )  # fmt: skip
    assert held(plan).ended_at is None


def test_a_plan_that_is_changed_is_read_as_it_is_now_and_by_whom_it_was_changed_meanwhile(
    surgery, plan, amina_yusuf, her_browser
):
    page = f"/staff/follow-ups/{amina_yusuf}/plans/{plan}/"
    first, second = surgery.get(page), surgery.get(page)
    assert BLUE_LIPS in words(first)

    surgery.post(page, typed(first, months="12", urgent=""))
    stale = surgery.post(page, typed(second, when="Never"), follow=True)

    assert "It has been changed meanwhile. Look at it again." in words(stale)
    said = words(her_browser.get(f"/appointments/ask/{plan}/"))
    assert "You can ask until Friday 12 March 2027" in said
    assert FEVER not in said
    assert (held(plan).version, held(plan).last_day) == (2, date(2027, 3, 12))
    assert [kind for kind, _ in waiting()] == [Kind.ENDS_IN_30_DAYS, Kind.ENDS_IN_7_DAYS]
    assert waiting()[0][1] == datetime(2027, 2, 10, 10, tzinfo=UTC)


def test_a_plan_that_is_taken_back_lets_nobody_ask_and_its_warnings_die(
    surgery, plan, amina_yusuf, her_browser
):
    done = surgery.post(f"/staff/follow-ups/{amina_yusuf}/plans/{plan}/end/", follow=True)

    assert "Ended. They can ask no more under this plan." in words(done)
    assert resource(plan)["status"] == "revoked"
    assert waiting() == []
    said = words(her_browser.get(f"/appointments/ask/{plan}/"))
    assert "You cannot ask here any more Your team has ended it." in said
    assert "call 01632" in said
    assert asks(her_browser, plan).status_code == 409
    assert "You can ask to be seen" not in words(her_browser.get("/appointments/"))


def test_what_was_asked_of_a_plan_that_has_ended_is_still_answered_and_read(
    surgery, plan, amina_yusuf, her_browser
):
    asks(her_browser, plan)
    surgery.post(f"/staff/follow-ups/{amina_yusuf}/plans/{plan}/end/")
    listed = words(her_browser.get("/appointments/"))
    assert "You have asked to be seen" in listed
    assert "When to ask" not in listed

    surgery.post(f"/staff/asks/{ask_of(plan).key}/", {"act": "advise", "words": "Rest."})

    listed = words(her_browser.get("/appointments/"))
    assert f"You asked to be seen {TITLE} We have answered Read the answer" in listed


def test_the_patient_is_warned_30_and_7_days_before_the_end_and_by_day(
    plan, her_login, moved_clock
):
    told = {}
    for day, hour in ((13, 8), (13, 9), (20, 12), (5, 8), (5, 9)):
        month = 9 if day == 5 else 8
        moved_clock.move_to(datetime(2026, month, day, hour, 1, tzinfo=UTC))
        told[(month, day, hour)] = sent()

    assert {when: said for when, said in told.items() if said} == {
        (8, 13, 9): ["You can ask to be seen: this ends in 30 days"],
        (9, 5, 9): ["You can ask to be seen: this ends in 7 days"],
    }


def test_a_warning_that_comes_too_late_or_of_a_plan_that_was_changed_is_not_sent(
    plan, doctor, her_login, moved_clock
):
    moved_clock.move_to(datetime(2026, 8, 20, 10, tzinfo=UTC))
    assert sent() == []  # nobody is told "in 30 days" with 23 left

    found = plans.opened(records_of(doctor), plan)
    longer = terms(doctor, last_day=date(2026, 12, 12))
    plans.change(records_of(doctor), found, longer, clock.now())
    moved_clock.move_to(datetime(2026, 9, 5, 10, tzinfo=UTC))
    assert sent() == []


def test_a_plan_ends_after_its_last_day_and_its_clinician_sees_that_nobody_asked(
    plan, doctor, her_browser, amina_yusuf, moved_clock
):
    other = a_plan(doctor, amina_yusuf, title="Your knee")
    asks(her_browser, other)
    moved_clock.move_to(datetime(2026, 9, 12, 22, 55, tzinfo=UTC))
    end_plans(timestamp=0)
    assert held(plan).ended_at is None

    moved_clock.move_to(datetime(2026, 9, 12, 23, 5, tzinfo=UTC))  # past midnight in London
    end_plans(timestamp=0)
    end_plans(timestamp=0)

    assert (resource(plan)["status"], resource(plan)["meta"]["versionId"]) == ("completed", "2")
    assert (held(plan).is_used, held(other).is_used) == (False, True)
    listed = words(signed_in(doctor).get("/staff/asks/"))
    ended = listed.partition("Ended, and nobody asked")[2]
    assert "A letter to the GP stands in each record" in ended
    assert "They did not ask. That time has ended." in ended
    assert f"12 September 2026 Amina Yusuf 999 100 0003 · 14 March 1968 {TITLE}" in ended
    assert "Your knee" not in ended


def test_when_a_plan_ends_unused_a_letter_to_the_gp_is_written_once_and_its_patient_reads_it(
    plan, doctor, hospital, her_login, moved_clock
):
    patient = held(plan).patient
    asks(signed_in(her_login), a_plan(doctor, patient, title="Your knee"))
    moved_clock.move_to(datetime(2026, 9, 13, 9, tzinfo=UTC))
    end_plans(timestamp=0)
    end_plans(timestamp=0)

    [letter] = hospital.search(Criteria("Composition", [patient]))[0]
    assert r4.typed(letter.json).author[0].display == doctor.name
    assert letter.json["event"] == [{"detail": [{"reference": f"ServiceRequest/{plan}"}]}]
    browser = signed_in(her_login)
    assert f"To your GP: the time to ask has ended ({TITLE})" in (
        words(browser.get("/record/letters/"))
    )
    said = words(browser.get(f"/record/letters/composition/{letter.id}/"))
    for one in (
        "From 12 March 2026 to 12 September 2026 this patient could ask Dr",
        "They did not ask. That time has ended.",
        f"It was for: {TITLE}.",
        WHEN,
        "please refer them.",
    ):
        assert one in said, said


def test_no_letter_is_written_of_a_plan_that_was_taken_back_or_ended_long_ago(
    plan, doctor, surgery, hospital, moved_clock
):
    patient = held(plan).patient
    surgery.post(f"/staff/follow-ups/{patient}/plans/{plan}/end/")
    a_plan(doctor, patient)
    moved_clock.move_to(datetime(2026, 10, 20, 9, tzinfo=UTC))

    end_plans(timestamp=0)

    assert all(one.ended_at for one in rows(FollowUpPlan))
    assert hospital.search(Criteria("Composition", [patient]))[0] == []


def test_the_letter_about_a_plan_that_is_withheld_is_withheld(
    plan, hospital, her_login, moved_clock
):
    hospital.relabel("ServiceRequest", plan, add=Label.NOPAT)
    moved_clock.move_to(datetime(2026, 9, 13, 9, tzinfo=UTC))

    end_plans(timestamp=0)

    [letter] = hospital.search(Criteria("Composition", [held(plan).patient]))[0]
    assert letter.labels & Label.NOPAT
    assert "To your GP" not in words(signed_in(her_login).get("/record/letters/"))


def test_what_a_hospital_system_says_of_a_plan_of_its_own_is_followed(
    clinic, doctor, amina_yusuf, her_browser, client
):
    token = feeds.add(feeds.Terms("epr", "RMB"))
    made = resources.plan(amina_yusuf, terms(doctor), clock.now()) | {"id": "plan-1"}
    her_viewer = making.records_of(amina_yusuf).viewer

    def says(**more):
        return client.put(
            "/fhir/R4/ServiceRequest/plan-1",
            json.dumps(made | more),
            content_type="application/fhir+json",
            headers={"Authorization": f"Bearer {token}"},
        )

    before = changes.head(her_viewer, amina_yusuf)
    assert says().status_code == 201
    [row] = rows(FollowUpPlan)
    # It came in withheld, and nobody of her side has heard of it.
    assert changes.head(her_viewer, amina_yusuf) == before
    assert "You can ask to be seen" not in words(her_browser.get("/appointments/"))
    sent()  # the relay has told who releases
    assert "You can ask to be seen" in words(her_browser.get("/appointments/"))
    assert [kind for kind, _ in waiting()] == [Kind.ENDS_IN_30_DAYS, Kind.ENDS_IN_7_DAYS]

    assert says(status="revoked").status_code == 200

    assert held(row.key).ended_at
    assert waiting() == []
    assert "You can ask to be seen" not in words(her_browser.get("/appointments/"))
