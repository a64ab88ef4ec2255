"""``manage.py load``: files through the same door as a hospital's feed."""

import gzip
import json

import pytest
from django.core.management import CommandError, call_command

from fhir import feeds
from fhir.access import SYSTEM
from fhir.scope import scoped
from fhir.store import Criteria, Repository
from tests import samples
from tests.builders import a_bundle, a_patient, a_report, an_observation

pytestmark = pytest.mark.django_db

PERSON = "urn:uuid:0000000a-0000-4000-8000-000000000000"


def load(capsys, *words):
    call_command("load", *map(str, words))
    return capsys.readouterr().out


def refused(capsys, *words):
    with pytest.raises(CommandError) as failed:
        call_command("load", *map(str, words))
    assert failed.value.returncode == 1
    return capsys.readouterr()


def found(kind):
    with scoped(SYSTEM):
        return Repository(SYSTEM).count(Criteria(kind))


def record():
    patient = a_patient("9991000003") | {"fullUrl": PERSON}
    result = an_observation() | {"subject": {"reference": PERSON}}
    return a_bundle(patient, result)


def written(folder, name, content):
    path = folder / name
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def test_a_bundle_goes_in_and_again_makes_nothing_new(capsys, tmp_path):
    path = written(tmp_path, "amina.json", record())

    first, again = load(capsys, path), load(capsys, path)

    assert first == "2 distinct resources from 1 files: 2 created\n"
    assert again == "2 distinct resources from 1 files: 2 unchanged\n"
    assert found("Observation") == 1


@pytest.mark.parametrize("name", ["amina.json.gz", "below/amina.json"])
def test_packed_files_and_folders_are_read(capsys, tmp_path, name):
    (tmp_path / "below").mkdir()
    written(tmp_path, name, record())
    written(tmp_path, "README.md", "not for us")

    assert load(capsys, tmp_path) == "2 distinct resources from 1 files: 2 created\n"


def test_lines_are_read_and_people_come_before_what_is_theirs(capsys, tmp_path):
    patient = a_patient("9991000003") | {"id": "p1"}
    results = [an_observation("p1") | {"id": f"o{n}"} for n in range(3)]
    written(tmp_path, "Observation.ndjson", "\n".join(map(json.dumps, results)) + "\n\n")
    written(tmp_path, "Patient.ndjson.gz", json.dumps(patient))

    assert load(capsys, tmp_path) == "4 distinct resources from 2 files: 4 created\n"


def test_a_bad_line_is_named_and_stops_no_other(capsys, tmp_path):
    patient = a_patient("9991000003") | {"id": "p1"}
    lines = [patient, an_observation("p1"), an_observation("p1") | {"hat": 1}, an_observation("p9")]
    path = written(tmp_path, "all.ndjson", "\n".join(map(json.dumps, lines)))

    said = refused(capsys, path)

    assert said.out == "2 distinct resources from 1 files: 2 created\n"
    assert f"{path}:3: Observation.hat: unknown element" in said.err
    assert f"{path}:4: " in said.err
    assert found("Observation") == 1


def test_refusals_are_listed_with_file_and_place_and_the_rest_goes_in(capsys, tmp_path):
    bad = record()
    bad["entry"][1]["resource"]["effectiveDateTime"] = "2023-02-30"
    written(tmp_path, "a.json", bad)
    written(tmp_path, "b.json", "{")
    (tmp_path / "c.json.gz").write_bytes(b"not packed")
    written(tmp_path, "d.json", record())

    said = refused(capsys, tmp_path)

    assert "2 created" in said.out
    assert "a.json: Bundle.entry[1].resource.effectiveDateTime: there is no such day" in said.err
    assert "b.json: (whole): not JSON" in said.err
    assert "c.json.gz: (whole): the file cannot be read" in said.err


def test_a_single_resource_and_a_bundle_that_asks_for_nothing_are_taken(capsys, tmp_path):
    written(tmp_path, "Patient.json", a_patient("9991000003") | {"id": "p1"})
    collection = a_bundle(an_observation("p1"), a_report("p1"), kind="collection")
    for entry in collection["entry"]:
        del entry["request"]
    written(tmp_path, "results.json", collection)

    assert load(capsys, tmp_path) == "3 distinct resources from 2 files: 3 created\n"


def test_a_batch_goes_in_entry_by_entry(capsys, tmp_path):
    patient = a_patient("9991000003") | {"id": "p1"}
    batch = a_bundle(patient, an_observation("nobody"), an_observation("p1"), kind="batch")

    said = refused(capsys, written(tmp_path, "batch.json", batch))

    assert "2 created" in said.out


def test_it_is_a_feed_like_any_other(capsys, tmp_path):
    path = written(tmp_path, "amina.json", record())

    load(capsys, path, "--feed", "migration", "--ods", "RMB")

    assert [(one.name, one.ods, one.token_digest) for one in feeds.known()] == [
        ("migration", "RMB", None)
    ]
    feeds.revoke("migration")
    with pytest.raises(CommandError, match="revoked"):
        call_command("load", str(path), "--feed", "migration")


def test_a_path_that_is_not_there_is_said_so():
    with pytest.raises(CommandError, match="there is no"):
        call_command("load", "no/such/path")


@samples.needs("patients-synthea-r4")
def test_published_records_go_in_whole_and_again_make_nothing_new(capsys):
    paths = samples.paths("patients-synthea-r4/[BJ]*.gz")[:2]

    first, again = load(capsys, *paths, "--backload"), load(capsys, *paths)

    entries = [entry for path in paths for entry in _entries(path)]
    assert first == f"{len(entries)} distinct resources from 2 files: {len(entries)} created\n"
    assert again == f"{len(entries)} distinct resources from 2 files: {len(entries)} unchanged\n"


def _entries(path):
    return json.loads(samples.content(path))["entry"]
