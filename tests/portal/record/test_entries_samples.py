"""All that others have published, put in words: nothing breaks, and nothing is shown raw."""

import json
from collections import Counter

import pytest

from portal.identity import grants
from portal.record.entry import NoEntry, entry_of
from tests import samples
from tests.portal.record import entries

FOLDERS = {
    "patients-synthea-r4": "*.gz",
    "patients-synthetic-2026-r4": "*.gz",
    "uk-core-examples-r4": "json/**/*.json",
    "hl7-r4-examples": "*.json",
}
# How many of each the senders gave no name that is one; the rest are headed by their own.
UNTITLED = {
    "patients-synthea-r4": {},
    # Goals hold a piece of a program for a text, devices only numbers, teams only who is in them.
    "patients-synthetic-2026-r4": {"CareTeam": 29, "Device": 21, "Goal": 12},
    "uk-core-examples-r4": {
        "Appointment": 2,
        "MedicationDispense": 1,
        "MedicationRequest": 2,
        "MedicationStatement": 1,
        "Patient": 9,
        "QuestionnaireResponse": 3,
    },
    "hl7-r4-examples": {
        "CarePlan": 4,
        "Communication": 1,
        "DeviceUseStatement": 1,
        "Encounter": 1,
        "MedicationAdministration": 1,
        "MedicationDispense": 1,
        "Patient": 3,
        "QuestionnaireResponse": 2,
    },
}


def resources(folder):
    for path in samples.paths(f"{folder}/{FOLDERS[folder]}"):
        parsed = json.loads(samples.content(path))
        if folder.startswith("patients-"):
            yield from (entry["resource"] for entry in parsed["entry"])
        else:
            yield parsed


@pytest.mark.parametrize(
    "folder", [pytest.param(name, marks=samples.needs(name)) for name in FOLDERS]
)
def test_every_published_resource_is_put_in_words(folder):
    found, put_in_words, untitled, faults = Counter(), Counter(), Counter(), []
    for resource in resources(folder):
        kind = resource["resourceType"]
        found[kind] += 1
        if not has_entry(kind):
            continue
        faults += [f"{kind}/{resource.get('id')} {one}" for one in entries.faults_of(resource)]
        put_in_words[kind] += 1
        entry = entries.entry_of(resource)
        untitled[kind] += entry.heading() == entry.untitled

    print(f"\n{folder}: found, in words, without a name")  # noqa: T201
    for kind in sorted(found):
        print(f"{kind:32}{found[kind]:6}{put_in_words[kind]:6}{untitled[kind]:6}")  # noqa: T201
    assert faults == []
    assert {kind: number for kind, number in untitled.items() if number} == UNTITLED[folder]
    assert {kind for kind in found if kind in grants.PATIENT_TYPES} <= set(put_in_words)


def has_entry(kind):
    try:
        entry_of(kind)
    except NoEntry:
        return False
    return True
