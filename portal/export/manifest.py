"""What a copy says of itself: whose, when, of how far back, and every part, counted or named."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from fhir.access import Viewer
from fhir.store import Criteria, Repository, Stored
from portal import brand, printing
from portal.export.archive import BUNDLE, MANIFEST, PRINT, START, WEB, Archive
from portal.export.models import Export
from portal.export.progress import Progress
from portal.record.pages import Person
from portal.record.patient import Patient

# Where things are, from the first page of a copy.
PLACES = {"web": WEB, "print": PRINT, "bundle": BUNDLE, "manifest": MANIFEST}


def cover(viewer: Viewer, export: Export, made_at: datetime) -> dict[str, Any]:
    """Return what stands on every page of a copy."""
    found, _ = Repository(viewer).search(Criteria("Patient", [export.patient], count=1))
    return {
        "person": person_in(found),
        "made_at": made_at,
        "since": export.since,
        "start": f"../{START}",
    }


def person_in(found: Sequence[Stored]) -> Person:
    """Return the name and number that stand on every page, of what a search for them found."""
    if not found:
        return Person("", "")
    patient = Patient(found[0])
    return Person(patient.heading(), dict(patient.rows()).get("NHS number", ""))


def add(archive: Archive, cover: dict[str, Any], parts: Sequence[Progress]) -> None:
    context = {**cover, "parts": parts, "prints": printing.is_available(), "places": PLACES}
    archive.add_text(START, render_to_string("export/copy/index.html", context))
    archive.add_text(MANIFEST, json.dumps(_manifest(archive, cover, parts), indent=1))


def _manifest(archive: Archive, cover: dict[str, Any], parts: Sequence[Progress]) -> dict[str, Any]:
    return {
        "from": brand.current().name,
        "nhs-number": cover["person"].nhs_number,
        "made": cover["made_at"].isoformat(),
        "since": cover["since"].isoformat() if cover["since"] else None,
        "whole": not any(part.why for part in parts),
        "parts": [_said(part) for part in parts],
        "bundle": BUNDLE,
        "files": archive.files,
    }


def _said(part: Progress) -> dict[str, Any]:
    return {
        "part": part.key,
        "title": part.title,
        "state": str(part.step),
        "count": None if part.is_missing else part.count,
        "types": part.types,
        "web": [f"{WEB}{name}" for name in part.pages],
        "print": [f"{PRINT}{name}" for name in part.prints],
        "print-whole": part.is_printed_whole and bool(part.prints),
        "reason": part.why or None,
    }
