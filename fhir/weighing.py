"""How much there is of a record, by type: told before somebody asks for a copy of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fhir import audit
from fhir.access import Interaction, Viewer, visible
from fhir.audit import Call, Seen
from fhir.reading import fetched
from fhir.scope import scoped


@dataclass(frozen=True, slots=True)
class Weight:
    """How many resources, and how many letters of text they have; `recent` are since a day."""

    count: int = 0
    size: int = 0
    recent: int = 0
    recent_size: int = 0


def weigh(
    viewer: Viewer, patient: str, resource_types: Iterable[str], since: datetime
) -> dict[str, Weight]:
    """Return how much this viewer may see of each type; what has no day is recent. One query."""
    conditions: list[str] = []
    parameters: list[Any] = []
    for name in resource_types:
        rule, values = visible(viewer, Interaction.SEARCH, name)
        conditions.append(f"(r.resource_type = %s AND {rule})")
        parameters += [name, *values]
    is_recent = "r.at IS NULL OR r.at >= %s"
    with scoped(viewer, undoes=False):
        rows = fetched(
            "SELECT r.resource_type, count(*), sum(octet_length(r.text)),"
            f" count(*) FILTER (WHERE {is_recent}),"
            f" coalesce(sum(octet_length(r.text)) FILTER (WHERE {is_recent}), 0)"
            f" FROM portal_fhir_resource r WHERE r.patient = %s AND ({' OR '.join(conditions)})"
            " GROUP BY r.resource_type",
            [since, since, patient, *parameters],
        )
        audit.write(viewer, Call(Interaction.SEARCH, [Seen(patient, "Resource", [])]))
    return {str(row[0]): Weight(*map(int, row[1:])) for row in rows}
