"""The CapabilityStatement, made from the tables that decide what is possible."""

from functools import lru_cache
from typing import Final

from fhir.compartment import OWNERS
from fhir.elements import RESOURCE_TYPES, may_refer
from fhir.labels import SHARED_TYPES
from fhir.paths import Json
from fhir.raw import dump
from fhir.search.parameters import parameters_of

_SINCE: Final = "2026-11-22"
_INTERACTIONS: Final = ("read", "vread", "history-instance", "search-type", "create", "update")

_UPDATES: Final = (
    "An update of an id that is not known here makes the resource under that id. A resource sent"
    " again by the same system, under the same identifier, id or fullUrl, is an update of what it"
    " sent before. Nothing is deleted: send it with the status entered-in-error. Every resource"
    " but those shared by all must tell its patient, who must be known."
)
_SECURITY: Final = (
    "Hospital systems hold a bearer token each. What may not be seen is answered as not found."
)


def is_stored(resource_type: str) -> bool:
    """Whether resources of the type can be kept: shared by all, or one patient's."""
    if resource_type in SHARED_TYPES or resource_type == "Patient":
        return True
    return any(may_refer(resource_type, name, "Patient") for name in OWNERS)


STORED_TYPES: Final = tuple(sorted(filter(is_stored, RESOURCE_TYPES)))


@lru_cache(maxsize=8)
def statement(base: str) -> str:
    """Return the statement, as text."""
    return dump(
        {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": _SINCE,
            "kind": "instance",
            "software": {"name": "Daybook"},
            "implementation": {"description": "A patient portal's record", "url": base},
            "fhirVersion": "4.0.1",
            "format": ["application/fhir+json", "json"],
            "rest": [
                {
                    "mode": "server",
                    "documentation": _UPDATES,
                    "security": {"cors": False, "description": _SECURITY},
                    "resource": [_of_type(name) for name in STORED_TYPES],
                    "interaction": [{"code": "transaction"}, {"code": "batch"}],
                }
            ],
        }
    )


def _of_type(resource_type: str) -> Json:
    return {
        "type": resource_type,
        "interaction": [{"code": code} for code in _INTERACTIONS],
        "versioning": "versioned-update",
        "readHistory": True,
        "updateCreate": True,
        "conditionalCreate": True,
        "conditionalRead": "full-support",
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
        "searchParam": [
            {"name": row.name, "type": str(row.kind)}
            for row in parameters_of(resource_type).values()
        ],
    }
