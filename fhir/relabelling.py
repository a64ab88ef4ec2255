"""Put labels on resources or take them off: no new version, one change each (decisions 22)."""

from collections.abc import Mapping, Sequence
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


Row = dict[str, Any]


def locked(targets: Sequence[Target]) -> dict[tuple[str, str], Row]:
    """Return what the viewer may see of the targets, by address, locked until commit."""
    # In the order in which writers lock them too.
    found = arrays.fetch(
        TO_RELABEL,
        [[one.resource_type for one in targets], [one.logical_id for one in targets]],
    )
    rows = [dict(zip(_COLUMNS, row, strict=True)) for row in found]
    return {(row["resource_type"], row["logical_id"]): row for row in rows}


def relabel(
    targets: Sequence[Target],
    held: Mapping[tuple[str, str], Row],
    *,
    add: Label = NONE,
    remove: Label = NONE,
    retraction: str,
) -> list[Change]:
    """Change the labels of what is held; those that are so already make no change.

    Releasing a version makes it the one that was shown; withholding a shown one leaves
    `retraction`: that it is being corrected, or that it has been removed.

    :raises Conflict: a version in hand is not the current one.
    """
    _refuse_others(targets, held)
    rows = [_after(row, add, remove, retraction) for row in held.values()]
    changed = [row for row in rows if row["labels"] != row["before"]]
    if not changed:
        return []
    columns = ("patient", "number", "version", "labels", "shown_version", "retraction")
    values = [[row[name] for row in changed] for name in columns]
    arrays.execute(*arrays.as_one([(RELABEL, values), (RELABEL_VERSIONS, values[:4])]))
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


def _refuse_others(targets: Sequence[Target], held: Mapping[tuple[str, str], Row]) -> None:
    for one in targets:
        row = held[one.resource_type, one.logical_id]
        if one.version not in {None, row["version"]}:
            raise Conflict(f"{one.resource_type}/{one.logical_id} is not at {one.version}")


def _after(row: Row, add: Label, remove: Label, retraction: str) -> Row:
    before = row["labels"]
    after = (before | add) & ~remove
    shown, said = row["shown_version"], row["retraction"]
    if after != before and not after & Label.NOPAT:
        shown, said = row["version"], ""
    elif after != before and not before & Label.NOPAT:
        shown, said = row["version"], retraction
    return row | {"labels": after, "before": before, "shown_version": shown, "retraction": said}
