"""One thing of each type that patients see, of one person."""

import json
from typing import Any

from portal import database
from portal.identity.grants import PATIENT_TYPES

FOLDER = database.ROOT / "tests" / "examples" / "fhir"


def one_of_each(patient: str) -> list[dict[str, Any]]:
    """Return an example of each type that patients see, the Patient itself apart."""
    names = sorted(PATIENT_TYPES - {"Patient"})
    return [
        _of(json.loads((FOLDER / f"{name}.json").read_text("utf-8")), patient) for name in names
    ]


def _of(resource: dict[str, Any], patient: str) -> dict[str, Any]:
    return {name: _with(value, patient) for name, value in resource.items() if name != "id"}


def _with(value: Any, patient: str) -> Any:
    match value:
        case {"reference": str(reference)} if reference.startswith("Patient/"):
            return value | {"reference": f"Patient/{patient}"}
        case dict():
            return {name: _with(inner, patient) for name, inner in value.items()}
        case list():
            return [_with(inner, patient) for inner in value]
        case _:
            return value
