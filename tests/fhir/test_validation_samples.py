"""The write door against what HL7, NHS England and the generators publish."""

import csv
import json
from pathlib import Path

import pytest

from fhir.validation import Malformed, check
from tests import samples


def _refusal(content: bytes) -> list[str]:
    try:
        check(content)
    except Malformed as refused:
        return [f"{issue.path}: {issue.message}" for issue in refused.issues]
    return []


@pytest.mark.parametrize(
    ("folder", "pattern", "count"),
    [
        pytest.param(folder, pattern, count, marks=samples.needs(folder))
        for folder, pattern, count in [
            ("hl7-r4-examples", "*.json", 349),
            ("uk-core-examples-r4", "json/*.json", 95),
            ("patients-synthea-r4", "*.gz", 20),
            ("patients-synthetic-2026-r4", "*.gz", 3),
        ]
    ],
)
def test_every_published_resource_is_taken(folder, pattern, count):
    paths = samples.paths(f"{folder}/{pattern}")

    refused = {path.name: why for path in paths if (why := _refusal(samples.content(path)))}

    assert len(paths) == count
    assert refused == {}


# Codes outside a list that R4 requires; the other validator does not know the list.
STRICTER = {
    "OperationOutcome__REC__500-REC_SERVER_ERROR-too costly.json",
    "unavailable.json",
}
# app-3 lets a patch be without times, but not without participants: refused for those instead.


@samples.needs("uk-api-examples-r4")
def test_nhs_examples_are_refused_only_where_they_break_r4():
    folder = samples.FOLDER / "uk-api-examples-r4"
    with (folder / "validity.csv").open() as rows:
        invalid = {row["file"] for row in csv.DictReader(rows) if row["accepted"] == "no"}

    refused = {
        str(path.relative_to(folder))
        for path in folder.rglob("*.json")
        if _refusal(path.read_bytes())
    }

    assert {Path(name).name for name in refused - invalid} == STRICTER
    assert invalid - refused == set()


# Cases whose verdict is not ours to give, each with the reason.
NOT_OURS = {
    "bundle-document-versioned-references-bad.json": "documents are stored, not resolved",
    "bundle-duplicate-id.json": "a relative fullUrl: NHS services write them; a warning",
    "bundle-id-search-2.json": "rules of searchsets, which are never sent to us",
    "bundle-id-search-3.json": "rules of searchsets, which are never sent to us",
    "bundle-id-search-4.json": "rules of searchsets, which are never sent to us",
    "bundle-with-contained.json": "messages are stored, not resolved",
    "mni-patientOverview-bundle-example1b.json": "documents are stored, not resolved",
    "obs-temp-bad.json": "a rule of the vital-signs profile",
}


def _cases():
    path = samples.FOLDER / "fhir-validation-cases" / "expected.json"
    cases = json.loads(path.read_text()) if path.exists() else []
    return [case for case in cases if case["file"].endswith(".json")]


@samples.needs("fhir-validation-cases")
@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["name"])
def test_the_official_validators_verdict_is_ours(case):
    content = (samples.FOLDER / "fhir-validation-cases/files" / case["file"]).read_bytes()
    expected = case["expect"] == "invalid" and case["file"] not in NOT_OURS

    assert bool(_refusal(content)) is expected
