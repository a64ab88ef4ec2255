"""Which orders let a patient book, and what a clinician writes."""

from datetime import UTC, date, datetime, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fhir.access import READING, Grant, Kind, Viewer
from fhir.store import NotFound, Repository
from portal import clock
from portal.appointments import actions
from portal.appointments.refusing import CannotBook
from portal.appointments.rules import Refusal
from portal.appointments.tickets import Order, order_follow_up, tickets
from tests.portal.appointments.clinic import (
    NAIR,
    SERVICE,
    booked,
    choice,
    ordered,
    published,
    records_of,
    slots_of,
)


@pytest.mark.parametrize(
    ("more", "is_one"),
    [
        ({}, True),
        ({"status": "completed"}, False),
        ({"status": "draft"}, False),
        ({"intent": "plan"}, False),
        ({"performer": [{"reference": f"Practitioner/{NAIR}"}]}, False),
        ({"performer": [{"reference": "HealthcareService/without-clinics"}]}, False),
    ],
)
def test_a_ticket_is_an_active_order_to_a_service_with_clinics(more, is_one, amina_yusuf, clinic):
    order = ordered(amina_yusuf, **more)

    assert [one.id for one in tickets(records_of(amina_yusuf), amina_yusuf)] == [order] * is_one


def test_a_ticket_stays_open_while_what_was_booked_on_it_is_missed_or_cancelled(
    hospital, amina_yusuf, ticket
):
    made = {
        "resourceType": "Appointment",
        "status": "booked",
        "start": "2026-03-20T09:00:00Z",
        "end": "2026-03-20T09:20:00Z",
        "basedOn": [{"reference": f"ServiceRequest/{ticket}"}],
        "participant": [{"actor": {"reference": f"Patient/{amina_yusuf}"}, "status": "accepted"}],
    }
    found = {}
    for status in ("booked", "fulfilled", "arrived", "noshow", "cancelled", "entered-in-error"):
        sent = hospital.create(made | {"status": status})
        found[status] = len(tickets(records_of(amina_yusuf), amina_yusuf))
        hospital.update(sent.json | {"status": "cancelled"}, None)

    assert found == {
        "booked": 0, "fulfilled": 0, "arrived": 0, "noshow": 1, "cancelled": 1,
        "entered-in-error": 1,
    }  # fmt: skip


def test_what_a_clinician_orders_is_a_ticket(hospital, amina_yusuf, clinic):
    treating = Grant(frozenset({amina_yusuf}), frozenset({"ServiceRequest", "Patient"}), READING)
    nair = Repository(Viewer(Kind.STAFF, f"Practitioner/{NAIR}", "Dr Nair", grants=(treating,)))
    order = Order(
        service=SERVICE,
        service_name="Breathing clinic",
        title="Review of your inhalers",
        modes=["video", "phone"],
        clinician=NAIR,
        first_day=date(2026, 3, 30),
        last_day=date(2026, 4, 3),
    )

    made = order_follow_up(nair, amina_yusuf, order, clock.now())

    (found,) = tickets(records_of(amina_yusuf), amina_yusuf)
    assert (found.id, found.title, found.asked_by) == (made, "Review of your inhalers", "Dr Nair")
    assert (found.service, found.clinician, found.modes) == (SERVICE, NAIR, {"video", "phone"})
    # Whole days in local time, after the clocks have changed
    assert found.earliest == datetime(2026, 3, 29, 23, tzinfo=UTC)
    assert found.latest == datetime(2026, 4, 3, 23, tzinfo=UTC)
    assert (
        hospital.read("ServiceRequest", made).json["requester"]["reference"] == "Practitioner/nair"
    )


def test_a_clinician_who_does_not_treat_somebody_orders_nothing(amina_yusuf, clinic):
    lund = Repository(Viewer(Kind.STAFF, "Practitioner/lund", "Dr Lund"))

    with pytest.raises(NotFound):
        order_follow_up(lund, amina_yusuf, Order(SERVICE, "", "Review"), clock.now())


@pytest.mark.parametrize(
    ("more", "mode", "refusal"),
    [
        ({"occurrencePeriod": {"start": "2026-03-25"}}, "video", Refusal.OTHER_DAYS),
        ({"occurrencePeriod": {"end": "2026-03-23"}}, "video", Refusal.OTHER_DAYS),
        ({"occurrencePeriod": {"start": "2026-03-24", "end": "2026-03-24"}}, "video", None),
        ({}, "in-person", Refusal.OTHER_KIND),
        (
            {
                "performer": [
                    {"reference": f"HealthcareService/{SERVICE}"},
                    {"reference": "Practitioner/okoro"},
                ]
            },
            "video",
            Refusal.OTHER_KIND,
        ),
    ],
)
def test_a_ticket_is_for_the_days_the_way_and_the_clinician_it_names(
    more, mode, refusal, amina_yusuf, slots
):
    asked = choice(ordered(amina_yusuf, **more), slots[0], mode)
    records = records_of(amina_yusuf)
    if refusal is None:
        assert actions.hold(records, amina_yusuf, asked)
        return

    with pytest.raises(CannotBook) as refused:
        actions.hold(records, amina_yusuf, asked)

    assert refused.value.refusal == refusal


def test_tickets_cost_the_same_however_many(amina_yusuf, clinic, django_assert_num_queries):
    other = published(service="hips", clinician="okoro", opens=time(13), closes=time(14))
    records = records_of(amina_yusuf)
    ordered(amina_yusuf)
    with CaptureQueriesContext(connection) as one:
        assert len(tickets(records, amina_yusuf)) == 1
    for service in (SERVICE, "hips", "hips"):
        ordered(amina_yusuf, service)
    booked(amina_yusuf, ordered(amina_yusuf, "hips"), slots_of(other)[0])

    with django_assert_num_queries(len(one)):
        assert len(tickets(records, amina_yusuf)) == 4
