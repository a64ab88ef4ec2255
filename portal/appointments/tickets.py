"""Tickets: a clinician's orders against which a patient may book.

A ticket is a ServiceRequest with status active and intent order, one performer of which is a
HealthcareService that has clinics here. A second performer, a Practitioner, binds it to their
clinics; `orderDetail` names UK Core delivery channels, or none for any; `occurrencePeriod` says
between which days. It is used while an Appointment that has not been cancelled or missed is based
on it, whoever made that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from fhir.paths import Json
from fhir.search.values import token_hash
from fhir.store import Criteria, NotFound, Repository
from portal.appointments.lending import lent
from portal.appointments.models import Clinic
from portal.appointments.resources import mode_concepts, modes_of, reference
from portal.record.dates import LONDON

# Appointments in these states use up nothing.
NOT_USING: Final = ("cancelled", "noshow", "entered-in-error")
_MOST: Final = 50
# No appointment of any hospital is taken to last longer.
_LONGEST: Final = timedelta(hours=12)
# The ranks of what is read together
_ORDERS, _USES, _MEANWHILE, _NEEDS = range(4)
_ORDER: Final = token_hash(None, "order")


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a patient may book; an empty clinician or no modes mean any."""

    id: str
    patient: str
    title: str
    service: str
    service_name: str
    clinician: str
    modes: frozenset[str]
    earliest: datetime | None
    latest: datetime | None
    asked_by: str
    authored: str
    security: tuple[Json, ...]
    is_used: bool = False


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked of the record for a booking: with times for a hold, without for a booking.

    `moving` is the booking that would be replaced: it uses nothing up and is in nobody's way.
    """

    ticket: str
    moving: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A ticket, or None for an order that lets nobody book, and what goes with it.

    `is_expected` says that some appointment in the record, of whatever hospital system, is at that
    time; `needs` are references to what staff are to adjust for this person.
    """

    ticket: Ticket | None
    is_expected: bool
    needs: list[Json]


@dataclass(frozen=True, slots=True)
class Order:
    """A follow-up that a clinician asks for, or that staff order on what a patient has asked.

    Without `asked_by` it is the viewer's; `based_on` is the ServiceRequest that it answers.
    """

    service: str
    service_name: str
    title: str
    modes: Sequence[str] = ()
    clinician: str = ""
    first_day: date | None = None
    last_day: date | None = None
    priority: str = "routine"
    asked_by: Json | None = None
    based_on: str = ""
    security: Sequence[Json] = ()


def tickets(records: Repository, patient: str) -> list[Ticket]:
    """Return what this patient may book now, the newest order first.

    :raises NotFound: their appointments are not this viewer's to see.
    """
    reading = lent(records, patient)
    wanted = Criteria(
        "ServiceRequest",
        patients=[patient],
        statuses=["active"],
        tokens=[("intent", [_ORDER])],
        count=_MOST,
    )
    found = [one for stored in reading.search(wanted)[0] if (one := _ticket(stored.json))]
    services = {one.service for one in found}
    held = Clinic.objects.filter(service__in=services, stage=Clinic.Stage.PUBLISHED)
    open_services = set(held.values_list("service", flat=True))
    used = _used(reading, patient, [one.id for one in found])
    return [one for one in found if one.service in open_services and one.id not in used]


def standing_of(reading: Repository, patient: str, asked: Asking) -> Standing:
    """Return a ticket as it stands, and what else the record says for a booking: one query.

    `reading` is what `lent` returned for this patient.

    :raises NotFound: there is no order of that id of this patient's.
    """
    left = ("Appointment", asked.moving)
    wanted = [_orders(patient, asked), *_others(patient, asked)]
    found = [one for one in reading.search_any(wanted)[0] if (one.resource_type, one.id) != left]
    order = next((one for one in found if one.rank == _ORDERS), None)
    if order is None:
        # The refusal stands in the audit, with its true reason.
        raise NotFound(reading.read("ServiceRequest", asked.ticket).id)
    ticket = _ticket(order.json)
    used = any(one.rank == _USES for one in found)
    needs = [{"reference": f"Flag/{one.id}"} for one in found if one.resource_type == "Flag"]
    return Standing(
        replace(ticket, is_used=used) if ticket else None,
        any(_overlaps(one.json, asked) for one in found if one.rank == _MEANWHILE),
        needs,
    )


def _orders(patient: str, asked: Asking) -> Criteria:
    return Criteria(
        "ServiceRequest", patients=[patient], ids=[asked.ticket], count=_MOST, rank=_ORDERS
    )


def _others(patient: str, asked: Asking) -> Iterator[Criteria]:
    yield Criteria(
        "Appointment",
        patients=[patient],
        references=[("based-on", [f"ServiceRequest/{asked.ticket}"])],
        but_statuses=NOT_USING,
        rank=_USES,
    )
    if asked.starts_at and asked.ends_at:
        yield Criteria(
            "Appointment",
            patients=[patient],
            dates=[("date", asked.starts_at - _LONGEST, asked.ends_at)],
            but_statuses=NOT_USING,
            rank=_MEANWHILE,
        )
    else:
        yield Criteria("Flag", patients=[patient], statuses=["active"], rank=_NEEDS)


def _overlaps(appointment: Json, asked: Asking) -> bool:
    if not asked.starts_at or not asked.ends_at:
        return False
    start, end = (datetime.fromisoformat(appointment[name]) for name in ("start", "end"))
    return start < asked.ends_at and asked.starts_at < end


def order_follow_up(records: Repository, patient: str, order: Order, now: datetime) -> str:
    """Write a ticket for a patient whom the viewer treats, and return its id."""
    performers = [reference("HealthcareService", order.service, order.service_name)]
    if order.clinician:
        performers.append(reference("Practitioner", order.clinician))
    made: Json = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "priority": order.priority,
        "code": {"text": order.title},
        "subject": {"reference": f"Patient/{patient}"},
        "requester": order.asked_by
        or {"reference": records.viewer.who, "display": records.viewer.name},
        "authoredOn": now.isoformat(timespec="seconds"),
        "performer": performers,
    }
    if order.based_on:
        made["basedOn"] = [{"reference": f"ServiceRequest/{order.based_on}"}]
    if order.security:
        made["meta"] = {"security": list(order.security)}
    if order.modes:
        made["orderDetail"] = mode_concepts(order.modes)
    days = {"start": order.first_day, "end": order.last_day}
    if period := {name: day.isoformat() for name, day in days.items() if day}:
        made["occurrencePeriod"] = period
    return records.lent_writes("ServiceRequest").create(made).id


def _used(reading: Repository, patient: str, ids: Sequence[str]) -> set[str]:
    if not ids:
        return set()
    wanted = Criteria(
        "Appointment",
        patients=[patient],
        references=[("based-on", [f"ServiceRequest/{one}" for one in ids])],
        but_statuses=NOT_USING,
        count=10 * _MOST,
    )
    bookings = [one.json for one in reading.search(wanted)[0]]
    named = (str(basis.get("reference")) for one in bookings for basis in one.get("basedOn", ()))
    return {name.rpartition("/")[2] for name in named}


def _ticket(order: Json) -> Ticket | None:
    if order.get("status") != "active" or order.get("intent") != "order":
        return None
    performers = order.get("performer", ())
    service, service_name = _performer(performers, "HealthcareService")
    if not service:
        return None
    period = order.get("occurrencePeriod", {})
    requester = order.get("requester", {})
    return Ticket(
        id=order["id"],
        patient=order["subject"]["reference"].rpartition("/")[2],
        title=_title(order) or service_name,
        service=service,
        service_name=service_name,
        clinician=_performer(performers, "Practitioner")[0],
        modes=modes_of(order.get("orderDetail", ())),
        earliest=_edge(period.get("start", ""), is_end=False),
        latest=_edge(period.get("end", ""), is_end=True),
        asked_by=str(requester.get("display", "")),
        authored=order.get("authoredOn", ""),
        security=tuple(order.get("meta", {}).get("security", ())),
    )


def _performer(performers: Sequence[Json], kind: str) -> tuple[str, str]:
    """Return the id and the name of the first performer of this type."""
    for one in performers:
        resource_type, _, logical_id = str(one.get("reference", "")).partition("/")
        if resource_type == kind:
            return logical_id, str(one.get("display", ""))
    return "", ""


def _title(order: Json) -> str:
    code = order.get("code", {})
    shown = (coding.get("display") for coding in code.get("coding", ()))
    return str(code.get("text") or next(filter(None, shown), ""))


def _edge(said: str, *, is_end: bool) -> datetime | None:
    """Return an end of a period, a moment or a local day; what is less exact says nothing."""
    try:
        if "T" in said:
            return datetime.fromisoformat(said)
        day = date.fromisoformat(said) + timedelta(days=is_end)
    except ValueError:
        return None
    return datetime.combine(day, time(), LONDON)
