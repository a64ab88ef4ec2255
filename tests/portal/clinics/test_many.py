"""A clinic of 500 bookings is changed: counted before, done in few steps, told to each once."""

import json
import time
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fhir import changes
from fhir.access import SYSTEM
from fhir.store import Criteria, Draft, Repository
from portal import clock
from portal.appointments import claims, clinics, resources
from portal.appointments.clinics import Agreed, LookAgain
from portal.appointments.models import Claim, Clinic
from portal.appointments.resources import Basis, Details
from portal.appointments.rules import State
from tests.builders import a_patient
from tests.portal.appointments import clinic as making
from tests.portal.appointments.test_clinics import SAM, edited

MANY, UNREACHED = 500, 50
# However many bookings: what the rule of access, the wall, slots, claims and batches of 200 take.
MOST_QUERIES = 60


def people(hospital, count):
    """Write down so many patients at once; one in ten cannot be reached."""
    drafts = []
    for n in range(count):
        point = {
            "system": "email",
            "value": f"p{n}@example.org",
            "use": "home" if n % 10 else "old",
        }
        key = str(uuid.uuid4())
        said = a_patient(given=f"Ada {n}", telecom=[point]) | {"id": key}
        said.pop("identifier")
        drafts.append(Draft(said, json.dumps(said), key, key))
    hospital.write(drafts)
    return [draft.logical_id for draft in drafts]


def booked(hospital, clinic, patients):
    """Book everybody, as many at a time as the clinic takes."""
    slots = making.slots_of(clinic)
    rows = [
        Claim(
            request=str(uuid.uuid4()), patient=patient, ticket=f"ticket-{n}",
            slot=(slot := slots[n // clinic.capacity]).slot, unit=n % clinic.capacity,
            service=clinic.service, location=clinic.location, clinician=clinic.clinician,
            mode="video", local_date=slot.local_date, starts_at=slot.starts_at,
            ends_at=slot.ends_at, state=State.BOOKED, series=uuid.uuid4(), made_at=clock.now(),
            booked_at=clock.now(),
        )
        for n, patient in enumerate(patients)
    ]  # fmt: skip
    slot_of = {one.slot: one for one in slots}
    said = [
        resources.appointment(one, [slot_of[one.slot]], Basis(one.ticket), Details("Why"))
        for one in rows
    ]
    drafts = [resources.draft(one, row.patient) for one, row in zip(said, rows, strict=True)]
    with claims.opened():
        Claim.objects.bulk_create(rows)
        claims.mark_full(slots)
    hospital.write(drafts)
    return rows


@pytest.fixture
def full(thursday, hospital):
    """Give a clinic that sees ten at a time, and 500 who are booked there."""
    clinic = making.published(capacity=10)
    return clinic, booked(hospital, clinic, people(hospital, MANY))


def status_of(hospital, rows):
    wanted = Criteria("Appointment", ids=[str(one.key) for one in rows], count=len(rows))
    return [one.json["status"] for one in hospital.search(wanted)[0]]


def test_a_clinic_of_500_bookings_is_counted_then_cancelled_in_few_steps(full, hospital, capsys):
    clinic, rows = full
    closed = edited(clinic, stage=Clinic.Stage.CLOSED)
    told = clinics.preview_change(closed, clock.now(), SAM)
    assert (told.people, len(told.without_contact)) == (MANY, UNREACHED)
    assert len(told.not_reached) == MANY
    assert (len(told.days), told.times_withdrawn, told.free_withdrawn) == (6, 54, 4)
    assert set(status_of(hospital, rows)) == {"booked"}
    before = changes.numbers([one.patient for one in rows])
    agreed = Agreed(clinics.stamp(clinic, told), "The clinic has closed.")

    began = time.perf_counter()
    with CaptureQueriesContext(connection) as asked:
        done = clinics.change(closed, clock.now(), SAM, keep=False, agreed=agreed)
    took = time.perf_counter() - began

    assert (done.people, len(done.without_contact)) == (MANY, UNREACHED)
    assert status_of(hospital, rows) == ["cancelled"] * MANY
    with claims.opened():
        assert Claim.objects.filter(state=State.CANCELLED).count() == MANY
    after = changes.numbers([one.patient for one in rows])
    assert {after[key].seq - before[key].seq for key in after} == {1}
    assert len(asked) <= MOST_QUERIES
    with capsys.disabled():
        print(f"\n{MANY} bookings cancelled: {len(asked)} statements, {took:.1f} s")  # noqa: T201


def test_kept_they_are_flagged_in_few_steps_and_all_fit_again(full, hospital):
    clinic, rows = full
    with CaptureQueriesContext(connection) as asked:
        clinics.change(edited(clinic, stage=Clinic.Stage.CLOSED), clock.now(), SAM)
    assert len(clinics.orphans(clinic)) == MANY
    assert len(asked) <= MOST_QUERIES

    back = clinics.change(edited(clinic, stage=Clinic.Stage.PUBLISHED), clock.now(), SAM)

    assert (back.bookings_adopted, clinics.orphans(clinic)) == (MANY, [])
    assert set(status_of(hospital, rows)) == {"booked"}


def test_what_was_not_agreed_to_undoes_all_of_it(full, hospital):
    clinic, rows = full
    closed = edited(clinic, stage=Clinic.Stage.CLOSED)
    with pytest.raises(LookAgain):
        clinics.change(closed, clock.now(), SAM, keep=False, agreed=Agreed("another look"))

    assert set(status_of(hospital, rows)) == {"booked"}
    assert len(making.slots_of(clinic, is_open=True)) == 54


def test_the_page_of_a_change_takes_as_many_queries_for_50_as_for_500(full, office_of):
    clinic, _ = full
    office = office_of(clinic)
    with CaptureQueriesContext(connection) as asked:
        page = office.post(
            f"/staff/clinics/{clinic.key}/sessions/2026-03-24/", {"held": "none", "act": "preview"}
        )
    assert "And 40 later visits." in page.content.decode()
    assert len(asked) <= 50
    assert Repository(SYSTEM).count(Criteria("Appointment", statuses=["booked"])) == MANY
