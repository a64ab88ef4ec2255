"""People who would come sooner, and what they are offered; acts as relay and tasks do."""

from datetime import timedelta

from fhir import deliveries
from fhir.access import SYSTEM
from fhir.scope import scoped
from fhir.store import Repository
from portal import clock
from portal.appointments import actions
from portal.appointments.actions import Why
from portal.offers import actions as actions_of_offers
from portal.offers import wishes
from portal.offers.models import EarlierOffer
from portal.offers.wishes import Wanted
from tests.builders import a_patient
from tests.portal.appointments.clinic import a_ticket, booked, records_of

ANY_DAY = tuple(range(1, 8))


def somebody(given, number, *, waits_since="2026-01-05", priority=None, **more):
    """Store a patient with an order of that date; return their key and the order's id."""
    records = Repository(SYSTEM)
    key = records.create(a_patient(number, given, given, **more)).id
    order = a_ticket(key, authoredOn=f"{waits_since}T10:00:00Z")
    if priority:
        order["priority"] = priority
    return key, records.create(order).id


def wishes_for_sooner(booking, days_notice=2, weekdays=ANY_DAY, locations=()):
    return wishes.wish(
        records_of(booking.patient),
        booking.patient,
        booking,
        Wanted(days_notice, weekdays, locations),
        clock.now(),
    )


def crowd(slots, count, **wanted):
    """Book the last slots for so many people, who all would come sooner; longest wait first."""
    found = []
    for n in range(count):
        key, ticket = somebody(f"Person{n}", NUMBERS[n], waits_since=f"2026-01-{n + 1:02}")
        booking = booked(key, ticket, slots[-1 - n])
        wishes_for_sooner(booking, **wanted)
        found.append(booking)
    return found


# Of the range for tests, with their check digits.
NUMBERS = [
    "9990000018", "9990000026", "9990000034", "9990000042", "9990000050", "9990000069",
    "9990000077", "9990000085", "9990000093", "9990000107", "9990000115", "9990000123",
]  # fmt: skip


def cancels(booking):
    return actions.cancel(
        records_of(booking.patient), booking.patient, str(booking.key), Why.CANNOT_COME
    )


def relayed():
    """Let the relay tell of all changes, and the task offer what they have freed."""
    while deliveries.deliver_next():
        pass
    actions_of_offers.go_on_with_all(clock.now())


def offers(**which):
    with scoped(SYSTEM):
        return list(EarlierOffer.objects.filter(**which).order_by("vacancy_id", "place"))


def offered_to(**which):
    return [one.patient for one in offers(**which)]


HOURS_2 = timedelta(hours=2)
