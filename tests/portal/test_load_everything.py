"""All published records: the size test of the door."""

import json

import pytest
from django.core.management import call_command

from fhir.labels import SHARED_TYPES
from tests import samples

pytestmark = [pytest.mark.django_db, pytest.mark.long]


@pytest.mark.parametrize(
    ("folder", "files"),
    [
        pytest.param(folder, files, marks=samples.needs(folder))
        for folder, files in [("patients-synthea-r4", 20), ("patients-synthetic-2026-r4", 3)]
    ],
)
def test_all_published_records_go_in_and_again_make_nothing_new(capsys, folder, files):
    paths = samples.paths(f"{folder}/*.gz")

    call_command("load", *map(str, paths), "--backload")
    first = capsys.readouterr().out
    call_command("load", *map(str, paths), "--backload")
    again = capsys.readouterr().out

    distinct = len({_name(entry) for path in paths for entry in _entries(path)})
    assert first == f"{distinct} distinct resources from {files} files: {distinct} created\n"
    assert again == f"{distinct} distinct resources from {files} files: {distinct} unchanged\n"


def _entries(path):
    return json.loads(samples.content(path))["entry"]


def _name(entry):
    """What stays the same of an organisation or a person of staff from file to file."""
    resource = entry["resource"]
    kind, identifiers = resource["resourceType"], resource.get("identifier")
    if kind in SHARED_TYPES and identifiers:
        return kind, identifiers[0]["system"], identifiers[0]["value"]
    return entry["fullUrl"]
