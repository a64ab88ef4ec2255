"""Searching a service's free times among 1,000,000 slots, beside the same among 10,000.

For one person, and for three who come together. A tenth of the slots is booked and a hundredth
held; a service has as many slots in both.
"""

import statistics
from collections.abc import Callable
from datetime import date, datetime
from datetime import time as hour
from typing import TypeAlias

import psycopg
from django.db import connection

from fhir.access import SYSTEM, Kind, Viewer
from fhir.scope import scoped
from fhir.store import Repository
from portal.appointments.models import Clinic
from portal.appointments.searching import Wanted, search
from portal.appointments.tickets import Ticket
from portal.appointments.together import runs
from portal.appointments.together.companies import Company, Member
from portal.appointments.together.people import Person
from portal.bench import filling, measures
from portal.identity import grants
from portal.identity.models import Capacity, User

Key: TypeAlias = tuple[datetime, str]

LIMIT = 1.5
FEW, MANY = 10_000, 1_000_000
OF_A_CLINIC, OF_A_SERVICE, BATCH = 250, 10, 500
FIRST_DAY = date(2026, 1, 1)
WAYS = (["video"], ["phone", "video"], ["in-person"])
PATIENT = "bench-searching"
PAGE, TIMES, ROUNDS = 20, 20, 9
WANTED = {
    "any time": Wanted(),
    "by phone, with an interpreter": Wanted(modes=["phone"], languages=["bsl"]),
}

_SLOTS = """
INSERT INTO portal_clinicslot (slot, clinic_id, service, location, clinician, modes, languages,
  local_date, idx, starts_at, ends_at, capacity, is_open, is_full)
SELECT md5(k.key::text || m), k.key, k.service, k.location, k.clinician, k.modes, k.languages,
  current_date + 1 + m / 5, m %% 5, begins, begins + interval '20 minutes', 1, true, m %% 10 = 0
FROM portal_clinic k CROSS JOIN generate_series(0, %(slots)s - 1) AS m
CROSS JOIN LATERAL (SELECT current_date + 1 + m / 5 + time '09:00'
  + m %% 5 * interval '20 minutes') AS t(begins)
WHERE NOT EXISTS (SELECT FROM portal_clinicslot s WHERE s.clinic_id = k.key)
"""
_CLAIMS = """
INSERT INTO portal_claim (key, request, patient, ticket, slot, unit, service, location, clinician,
  mode, local_date, starts_at, ends_at, state, hold_until, is_extended, series, sequence, made_at)
SELECT gen_random_uuid(), s.slot, 'patient-' || s.slot, 'ticket-' || s.slot, s.slot, 0, s.service,
  s.location, s.clinician, 'video', s.local_date, s.starts_at, s.ends_at,
  CASE WHEN s.is_full THEN 'booked' ELSE 'held' END,
  CASE WHEN s.is_full THEN NULL ELSE daybook_now() + interval '1 day' END, false,
  gen_random_uuid(), 0, daybook_now()
FROM portal_clinicslot s WHERE (s.is_full OR hashtext(s.slot) %% 100 = 0)
  AND NOT EXISTS (SELECT FROM portal_claim c WHERE c.slot = s.slot)
"""


def prepare(superuser: psycopg.Connection) -> None:
    """Let the tables be vacuumed once they are filled, as autovacuum would in time."""
    superuser.execute("GRANT MAINTAIN ON portal_clinicslot, portal_claim TO daybook_app")


def run() -> dict[str, float]:
    """Search among the few slots and then, when more are filled in, among the many."""
    filling.write([filling.draft(filling.person(PATIENT), PATIENT)])
    few, many = _measured(0, FEW), _measured(FEW, MANY)
    found: dict[str, float] = {}
    for name in few:
        found[f"{name}, ms of CPU among 10,000 slots"] = few[name]
        found[f"{name}, ms of CPU among 1,000,000"] = many[name]
        found[f"{name}, ratio (limit {LIMIT})"] = many[name] / few[name]
    return found


def _measured(filled: int, count: int) -> dict[str, float]:
    _fill(filled, count)
    alone = {name: _search(wanted) for name, wanted in WANTED.items()}
    return alone | {"any time, for three": _search_together()}


def _fill(filled: int, count: int) -> None:
    clinics = range(filled // OF_A_CLINIC, count // OF_A_CLINIC)
    Clinic.objects.bulk_create([_clinic(n) for n in clinics], BATCH)
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_SLOTS, {"slots": OF_A_CLINIC})
        cursor.execute(_CLAIMS, {})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE portal_clinicslot, portal_claim")


def _clinic(n: int) -> Clinic:
    """Return a clinic: a third is by video, by phone or video, or in person; a fifth has BSL."""
    return Clinic(
        stage=Clinic.Stage.PUBLISHED, name=f"clinic {n}", service=f"service-{n // OF_A_SERVICE}",
        service_name="Clinic", clinician=f"clinician-{n}", clinician_name="Dr Bench",
        location=f"site-{n % 3}", location_name="Site", weekdays=[1, 2, 3, 4, 5], opens=hour(9),
        closes=hour(10, 40), minutes=20, modes=WAYS[n % 3], languages=["bsl"] if n % 5 == 1 else [],
        first_day=FIRST_DAY, nation="",
    )  # fmt: skip


def _search(wanted: Wanted) -> float:
    records = _records_of(PATIENT)
    return _spent(
        lambda after: search(records, _TICKET, wanted, count=PAGE, after=after).times[-1].key
    )


def _search_together() -> float:
    people = [f"{PATIENT}-{n}" for n in range(3)]
    company = Company(
        [Member(Person(one, one, _records_of(one)), _TICKET) for one in people], _TICKET
    )
    return _spent(
        lambda after: runs.search(company, Wanted(), count=PAGE, after=after).times[-1].key
    )


def _records_of(patient: str) -> Repository:
    held = grants.grants_of(User(), Capacity.PATIENT, patient)
    return Repository(Viewer(Kind.PATIENT, f"Patient/{patient}", "Una Bench", grants=held))


def _spent(page: Callable[[Key | None], Key]) -> float:
    """Return the median CPU in ms, database included, of the first two pages of a search."""
    spent = []
    for _ in range(ROUNDS):
        with measures.cpu() as one:
            for _ in range(TIMES):
                page(page(None))
        spent.append(1000 * one.total / TIMES)
    return statistics.median(spent[1:])


_TICKET = Ticket(
    id="ticket", patient=PATIENT, title="Follow-up", service="service-0", service_name="Clinic",
    clinician="", modes=frozenset(), earliest=None, latest=None, asked_by="", authored="",
    security=(),
)  # fmt: skip
