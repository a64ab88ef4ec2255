"""Copies of records: what one takes for each resource, and that its memory does not grow with it.

Each copy is made as in production, by a process of its own, whose peak the kernel tells.
"""

import base64
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from fhir.paths import Json
from fhir.store import Draft
from portal import clock, database
from portal.bench import filling
from portal.bench.filling import BEGAN
from portal.bench.signing_in import signed_in
from portal.export.models import Export
from portal.identity.models import Link

FEW, MANY = 1_000, 10_000
LIMIT = 1.5
VALUES = 8  # of a report; a report and a letter with them make ten
PARAGRAPH = "<h2>What we found</h2><p>Your breathing test is the same as last year.</p>" * 20


def run() -> dict[str, float]:
    """Make a copy of a short record and of a long one."""
    few, many = _copied("bench-few", FEW), _copied("bench-many", MANY)
    return {
        "peak, MB, 1,000 resources": few["peak"],
        "peak, MB, 10,000 resources": many["peak"],
        f"ratio of peaks (limit {LIMIT})": many["peak"] / few["peak"],
        "CPU, ms each of 1,000, with PDF": 1000 * few["cpu"] / FEW,
        "CPU, ms each of 10,000, the first 1,000 with PDF": 1000 * many["cpu"] / MANY,
        "seconds, 10,000 resources": many["seconds"],
        "file, MB, 10,000 resources": many["size"],
    }


def _copied(key: str, count: int) -> dict[str, float]:
    filling.write([filling.draft(filling.person(key), key)])
    for batch in filling.batches(_record(key, count // (VALUES + 2))):
        filling.write(batch)
    filling.analyse()
    signed_in(key)
    user = Link.objects.get(patient=key).user
    asked = Export.objects.create(
        user=user, patient=key, chosen=["results", "letters"], asked_at=clock.now()
    )
    with tempfile.TemporaryDirectory() as folder:
        figures = _made(Path(folder))
    asked.refresh_from_db()
    counted = sum(part["count"] for part in asked.parts)
    if asked.state != Export.State.READY or counted != count + 1:
        raise RuntimeError(f"the copy is {asked.state} and holds {counted} resources")
    return figures | {"size": asked.size / 1_000_000}


def _made(folder: Path) -> dict[str, float]:
    """Make what waits, and return what the process took."""
    began = time.monotonic()
    command = [sys.executable, "manage.py", "copies"]
    environment = os.environ | {"EXPORTS_FOLDER": str(folder)}
    working = subprocess.Popen(command, cwd=database.ROOT, env=environment)  # noqa: S603 (our own)
    _, _, used = os.wait4(working.pid, 0)
    working.returncode = 0  # it has been waited for
    return {
        "peak": used.ru_maxrss / 1024,
        "cpu": used.ru_utime + used.ru_stime,
        "seconds": time.monotonic() - began,
    }


def _record(key: str, days: int) -> Iterator[Draft]:
    for day in range(days):
        at = (BEGAN + timedelta(days=day)).isoformat()
        name = f"{key}-{day}"
        values = [filling.observation(key, f"{name}-{n}", at, n) for n in range(VALUES)]
        yield from (filling.draft(one, key) for one in values)
        yield filling.draft(filling.report(key, name, at, values), key)
        yield filling.draft(_letter(key, f"{name}-letter", at), key)


def _letter(key: str, logical_id: str, at: str) -> Json:
    data = base64.b64encode(PARAGRAPH.encode()).decode()
    return {
        "resourceType": "DocumentReference",
        "id": logical_id,
        "status": "current",
        "type": {"text": "Clinic letter"},
        "subject": {"reference": f"Patient/{key}"},
        "date": at,
        "content": [{"attachment": {"contentType": "text/html", "data": data}}],
    }
