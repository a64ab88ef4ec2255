"""Put labels on resources or take them off: no new version, one change each (decisions 22)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fhir import arrays
from fhir.changes import Change
from fhir.labels import NONE, Label
from fhir.writing import Conflict
from fhir.writing_sql import ERASE_VERSIONS, RELABEL, RELABEL_VERSIONS, TO_RELABEL

RELEASED = "released"
WITHHELD = "withheld"
CORRECTED = "corrected"
REMOVED = "removed"
# What TO_RELABEL asks for, in its order.
_COLUMNS = (
    "patient",
    "number",
    "resource_type",
    "logical_id",
    "version",
    "labels",
    "shown_version",
    "retraction",
)


@dataclass(frozen=True, slots=True)
class Target:
    """A resource to be labelled; with a version, only if that is still the current one."""

    resource_type: str
    logical_id: str
    version: int | None = None


def relabel(
    targets: Sequence[Target], *, add: Label = NONE, remove: Label = NONE, retraction: str
) -> list[Change]:
    """Change the labels of current versions; those that are so already make no change.

    Releasing a version makes it the one that was shown; withholding a shown one leaves
    `retraction`: that it is being corrected, or that it has been removed.

    :raises Conflict: a version in hand is not the current one.
    """
    rows = [_after(row, add, remove, retraction) for row in _current(targets)]
    changed = [row for row in rows if row["labels"] != row["before"]]
    if not changed:
        return []
    columns = ("patient", "number", "version", "labels", "shown_version", "retraction")
    values = [[row[name] for row in changed] for name in columns]
    arrays.execute(RELABEL, values)
    arrays.execute(RELABEL_VERSIONS, values[:4])
    if add & Label.NOPAT and retraction == REMOVED:
        # No version of it is ever read by a patient again.
        arrays.execute(ERASE_VERSIONS, values[:2])
    kind = WITHHELD if add & Label.NOPAT else RELEASED
    return [
        Change(
            row["patient"],
            row["resource_type"],
            row["logical_id"],
            row["version"],
            kind,
            row["labels"] & row["before"],
        )
        for row in changed
    ]


def _current(targets: Sequence[Target]) -> list[dict[str, Any]]:
    """Return the rows, locked, in the order in which writers lock them too."""
    expected = {(one.resource_type, one.logical_id): one.version for one in targets}
    found = arrays.fetch(TO_RELABEL, [[key[0] for key in expected], [key[1] for key in expected]])
    rows = [dict(zip(_COLUMNS, row, strict=True)) for row in found]
    for row in rows:
        version = expected[row["resource_type"], row["logical_id"]]
        if version is not None and version != row["version"]:
            raise Conflict(f"{row['resource_type']}/{row['logical_id']} is not at {version}")
    return rows


def _after(row: dict[str, Any], add: Label, remove: Label, retraction: str) -> dict[str, Any]:
    before = row["labels"]
    after = (before | add) & ~remove
    shown, said = row["shown_version"], row["retraction"]
    if after != before and not after & Label.NOPAT:
        shown, said = row["version"], ""
    elif after != before and not before & Label.NOPAT:
        shown, said = row["version"], retraction
    return row | {"labels": after, "before": before, "shown_version": shown, "retraction": said}
