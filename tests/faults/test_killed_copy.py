"""A worker killed while it makes a copy: another makes it whole, and nothing is left over."""

import json
import subprocess
import sys
from zipfile import ZipFile

import pytest

from fhir.access import SYSTEM
from fhir.store import Repository
from portal import clock, database
from portal.export import making, places, tidying
from portal.export.models import Export
from tests.builders import a_patient
from tests.journeys.waiting import until
from tests.portal.letters.pieces import a_letter, attached
from tests.signing_in import a_login, linked

LETTERS = 250


@pytest.fixture
def asked(site, moved_clock):
    """Give a copy that waits, of a record of many letters."""
    records = Repository(SYSTEM)
    patient = records.create(a_patient("9991000003")).id
    with records.transaction():
        for n in range(LETTERS):
            records.create(a_letter(patient, attached(f"<p>Letter {n}</p>")))
    user = a_login("Amina Yusuf")
    linked(user, patient)
    return Export.objects.create(
        user=user, patient=patient, chosen=["letters"], asked_at=clock.now()
    )


@pytest.mark.journey
def test_a_copy_whose_worker_was_killed_is_made_whole_by_another(
    asked, site, moved_clock, settings
):
    exports = site.folder / "exports"
    settings.EXPORTS_FOLDER = str(exports)
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "copies"], cwd=database.ROOT, env=site.environment()
    )
    until(lambda: list(exports.glob("*.work/letters/*.html")), "the copy was not begun")
    worker.kill()
    worker.wait()
    asked.refresh_from_db()
    assert asked.state == Export.State.WORKING

    moved_clock.move(minutes=3)
    assert making.take_up(clock.now()) == 1
    tidying.tidy(clock.now())

    asked.refresh_from_db()
    assert asked.state == Export.State.READY
    with ZipFile(places.path_of(asked.file)) as archive:
        parts = json.loads(archive.read("manifest.json"))["parts"]
    assert {part["part"]: part["count"] for part in parts} == {"about": 1, "letters": LETTERS}
    assert [one.name for one in exports.iterdir()] == [asked.file]
