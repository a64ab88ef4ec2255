"""CPU and memory of processes, ours and PostgreSQL's, as the kernel counts them."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.db import connection

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_KB = os.sysconf("SC_PAGE_SIZE") / 1024


@dataclass
class Cpu:
    """Seconds of CPU, of this process and of its database connection's."""

    application: float = 0.0
    database: float = 0.0

    @property
    def total(self) -> float:
        return self.application + self.database


@contextmanager
def cpu() -> Iterator[Cpu]:
    """Measure the CPU that a block takes here and in the backend of the default connection."""
    backend = _backend()
    found = Cpu()
    ours, theirs = _own(), of_process(backend)
    yield found
    found.application = _own() - ours
    found.database = of_process(backend) - theirs


def of_process(process: int) -> float:
    """Return the seconds of CPU that a process has taken so far."""
    fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory_of(process: int) -> float:
    """Return the resident memory of a process, in KB."""
    return int(Path(f"/proc/{process}/statm").read_text("utf-8").split()[1]) * _PAGE_KB


def of_backends(address: str) -> float:
    """Return the seconds of CPU that the connections of a database have taken so far."""
    with psycopg.connect(address) as asking:
        backends = asking.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
    return sum(of_process(backend) for (backend,) in backends)


def _own() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _backend() -> int:
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])
