"""200 patients at once for 50 times, through 8 connections, beside bare inserts of as many rows.

A booking is two transactions, a hold and its confirmation. The bare inserts are of the very rows
that those write, into tables made like theirs, one statement a row, in as many transactions through
the same pool; beside them, as many rows of a table with nothing but a key. What the crowd of 200
does is told first. For the ratio the refused are counted apart: 50 come at once for 50 times.
"""

import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from datetime import time as hour
from functools import partial
from typing import TYPE_CHECKING, cast

import psycopg
from django.db import connection, connections, transaction

from fhir.access import SYSTEM, Kind, Viewer
from fhir.paths import Json
from fhir.store import Repository
from portal.appointments import actions, claims, clinics
from portal.appointments.actions import Choice
from portal.appointments.models import Claim, Clinic, ClinicSlot
from portal.appointments.refusing import CannotBook
from portal.appointments.resources import Details
from portal.bench import filling, rows
from portal.identity import grants
from portal.identity.models import Capacity, User

if TYPE_CHECKING:
    from django.db.backends.postgresql.base import DatabaseWrapper

LIMIT = 0.4
PATIENTS, TIMES, POOL = 200, 50, 8
ROUNDS, WARMING = 12, 2
_DETAILS = Details("Short of breath at night", "07700 900123")
_BARE = "INSERT INTO bench_bare (patient, name, at, body) VALUES (%s, %s, daybook_now(), %s)"
_BODY = "x" * 200


@dataclass(frozen=True, slots=True)
class _Wish:
    patient: str
    ticket: str
    slot: str


def prepare(superuser: psycopg.Connection) -> None:
    """Make the tables of the bare inserts: the service itself may make none."""
    rows.prepare(superuser)
    superuser.execute(
        "CREATE TABLE bench_bare (id bigserial PRIMARY KEY, patient text, name text,"
        " at timestamptz, body text)"
    )
    superuser.execute("GRANT ALL ON bench_bare, bench_bare_id_seq TO daybook_app")


def run() -> dict[str, float]:
    """Let the crowd in, round after round at other times, and the bare inserts after each."""
    people = [f"bench-{n}" for n in range(PATIENTS)]
    filling.write([filling.draft(filling.person(key), key) for key in people])
    rounds = [_wishes(people, n) for n in range(ROUNDS + 1)]
    filling.analyse()
    acts = _rows_of(rounds.pop()[0])
    seconds: dict[str, list[float]] = {name: [] for name in ("crowd", "booked", "bare", "narrow")}
    with _pooled():
        for n, wishes in enumerate(rounds):
            copies = range(n * TIMES, (n + 1) * TIMES)
            # By turns: those for whom there is room and a crowd, and the bare inserts.
            came = "crowd" if n % 2 else "booked"
            measured = {
                came: _crowd(wishes if n % 2 else wishes[:TIMES]),
                "bare": _at_once([partial(_insert, acts, copy) for copy in copies]),
                "narrow": _at_once([partial(_insert_narrow, acts) for _ in copies]),
            }
            for name, taken in measured.items():
                seconds[name] += [taken] if n >= WARMING else []
    median = {name: statistics.median(taken) for name, taken in seconds.items()}
    return {
        "200 at once: bookings a second": TIMES / median["crowd"],
        "200 at once: refusals a second, beside them": (PATIENTS - TIMES) / median["crowd"],
        "50 at once: bookings a second": TIMES / median["booked"],
        "rows of a booking, in two transactions": sum(map(len, acts)),
        "bare inserts of those rows, a second": TIMES / median["bare"],
        f"ratio (limit at least {LIMIT})": median["bare"] / median["booked"],
        "ratio to as many rows of one narrow table": median["narrow"] / median["booked"],
    }


def _wishes(people: Sequence[str], n: int) -> list[_Wish]:
    """Publish a clinic of one day, and give everybody a ticket; four want each time."""
    service, day = f"bench-{n}", claims.now().date() + timedelta(days=7 + n)
    clinic = Clinic(
        stage=Clinic.Stage.PUBLISHED, name=service, service=service, clinician=service,
        location="bench", weekdays=[day.isoweekday()], opens=hour(8), closes=hour(12, 10),
        minutes=5, modes=["video"], first_day=day, last_day=day, nation="",
    )  # fmt: skip
    clinics.change(clinic, claims.now(), SYSTEM)
    slots = ClinicSlot.objects.filter(clinic=clinic.key).order_by("starts_at")
    names = list(slots.values_list("slot", flat=True))
    tickets = [_ticket(key, service, day) for key in people]
    filling.write([filling.draft(one, key) for one, key in zip(tickets, people, strict=True)])
    return [
        _Wish(key, str(one["id"]), names[m % TIMES])
        for m, (key, one) in enumerate(zip(people, tickets, strict=True))
    ]


def _ticket(key: str, service: str, day: date) -> Json:
    return {
        "resourceType": "ServiceRequest",
        "id": f"{service}-{key}",
        "status": "active",
        "intent": "order",
        "code": {"text": "Follow-up"},
        "subject": {"reference": f"Patient/{key}"},
        "performer": [{"reference": f"HealthcareService/{service}"}],
        "authoredOn": (day - timedelta(days=30)).isoformat(),
    }


def _records(key: str) -> Repository:
    held = grants.grants_of(User(), Capacity.PATIENT, key)
    return Repository(Viewer(Kind.PATIENT, f"Patient/{key}", "Una Bench", grants=held))


def _hold(records: Repository, wish: _Wish) -> Claim:
    asked = Choice(f"form-{wish.ticket}", wish.ticket, wish.slot, "video")
    return actions.hold(records, wish.patient, asked)


def _book(records: Repository, wish: _Wish) -> bool:
    try:
        hold = _hold(records, wish)
    except CannotBook:
        return False
    actions.confirm(records, wish.patient, hold.key, _DETAILS)
    return True


def _crowd(wishes: Sequence[_Wish]) -> float:
    """Return the seconds until all have an answer; exactly as many book as there are times."""
    came: list[bool] = []
    records = [_records(wish.patient) for wish in wishes]
    both = zip(records, wishes, strict=True)
    seconds = _at_once([partial(_book, own, wish) for own, wish in both], came)
    if sum(came) != TIMES:
        raise RuntimeError(f"{sum(came)} of {TIMES} times were booked")
    return seconds


def _rows_of(wish: _Wish) -> list[list[rows.Row]]:
    """Book once, and undo it; return the rows that each of its transactions writes."""
    records = _records(wish.patient)
    kept: list[Claim] = []
    with transaction.atomic():
        held = rows.written_by(lambda: kept.append(_hold(records, wish)))
        confirmed = rows.written_by(
            lambda: actions.confirm(records, wish.patient, kept[0].key, _DETAILS)
        )
        transaction.set_rollback(True)
    return [held, confirmed]


def _insert(acts: Sequence[Sequence[rows.Row]], copy: int) -> bool:
    for n, written in enumerate(acts):
        with transaction.atomic():
            rows.insert(written, len(acts) * copy + n)
    return True


def _insert_narrow(acts: Sequence[Sequence[rows.Row]]) -> bool:
    for written in acts:
        with transaction.atomic(), connection.cursor() as cursor:
            for _ in written:
                cursor.execute(_BARE, ["bench", "row", _BODY])
    return True


def _at_once(acts: Sequence[Callable[[], bool]], came: list[bool] | None = None) -> float:
    """Do all at the same moment, each in a thread; return the seconds, and note what came."""
    ready = threading.Barrier(len(acts) + 1)

    def do(act: Callable[[], bool]) -> bool:
        ready.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as crowd:
        done = [crowd.submit(do, act) for act in acts]
        ready.wait()
        began = time.monotonic()
        results = [one.result() for one in done]
        seconds = time.monotonic() - began
    if came is not None:
        came += results
    return seconds


@contextmanager
def _pooled() -> Iterator[None]:
    """Let this process's connections come from a pool, as those of a server in threads do."""
    connections.close_all()
    options = connections["default"].settings_dict["OPTIONS"]
    options["pool"] = {"min_size": POOL, "max_size": POOL, "timeout": 120}
    try:
        yield
    finally:
        connections.close_all()
        cast("DatabaseWrapper", connection).close_pool()
        del options["pool"]
