"""The statements by which the store writes, each for any number of rows at once.

Row-level security forbids COPY; `unnest` over one array a column costs little more (`fhir.arrays`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_COLUMNS: dict[str, str] = {
    "patient": "text",
    "number": "bigint",
    "resource_type": "text",
    "logical_id": "text",
    "version": "int",
    "labels": "int",
    "shown_version": "int",
    "retraction": "text",
    "code": "bigint",
    "status": "text",
    "at": "timestamptz",
    "at_text": "text",
    "updated_at": "timestamptz",
    "stated_at": "timestamptz",
    "source": "text",
    "digest": "bytea",
    "summary": "text",
    "text": "text",
    "light": "text",
}
_VERSION_COLUMNS: dict[str, str] = {
    "patient": "text",
    "number": "bigint",
    "version": "int",
    "resource_type": "text",
    "logical_id": "text",
    "labels": "int",
    "author": "text",
    "updated_at": "timestamptz",
    "late": "bool",
    "summary": "text",
    "text": "text",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement over one array for each of its columns."""

    sql: str
    columns: tuple[str, ...]

    def columns_of(self, rows: Sequence[Mapping[str, object]]) -> list[list[object]]:
        """Return the rows turned on their side, as the statement wants them."""
        return [[row[name] for row in rows] for name in self.columns]


def _source(columns: Mapping[str, str]) -> str:
    arrays = ", ".join(f"%b::{kind}[]" for kind in columns.values())
    return f"unnest({arrays}) AS new({', '.join(columns)})"


# Texts up to this length are read again before they are replaced: what their index said already is
# not written anew. Longer ones would cost more to read than that.
SHORT = 4_000
# And what time it is and numbers for what is new, first and even where there is nothing.
EXISTING = f"""
WITH held AS (
  SELECT resource_type, logical_id, number, patient, version, last_version, labels, shown_version,
    retraction, digest, stated_at, CASE WHEN length(text) <= {SHORT} THEN text END
  FROM portal_fhir_resource WHERE (resource_type, logical_id) IN
    (SELECT * FROM unnest(%b::text[], %b::text[]))
  ORDER BY patient, number FOR UPDATE
)
SELECT daybook_now(), one.numbers, held.* FROM (
  SELECT ARRAY(SELECT nextval('fhir_resource_number') FROM generate_series(1, %s)) AS numbers
) AS one LEFT JOIN held ON true
"""

INSERT_RESOURCE = Statement(
    f"INSERT INTO portal_fhir_resource ({', '.join(_COLUMNS)}, last_version)"
    f" SELECT {', '.join(_COLUMNS)}, version FROM {_source(_COLUMNS)}",
    tuple(_COLUMNS),
)

_SETS = ", ".join(
    f"{name} = new.{name}"
    for name in _COLUMNS
    if name not in {"patient", "number", "resource_type", "logical_id"}
)
UPDATE_RESOURCE = Statement(
    f"UPDATE portal_fhir_resource r SET {_SETS}, last_version = new.version"
    f" FROM {_source(_COLUMNS)} WHERE r.patient = new.patient AND r.number = new.number",
    tuple(_COLUMNS),
)

INSERT_VERSION = Statement(
    f"INSERT INTO portal_fhir_version ({', '.join(_VERSION_COLUMNS)})"
    f" SELECT {', '.join(_VERSION_COLUMNS)} FROM {_source(_VERSION_COLUMNS)}",
    tuple(_VERSION_COLUMNS),
)

# A late version takes a number; the current one keeps its own.
LATE = """
UPDATE portal_fhir_resource r SET last_version = new.version
FROM unnest(%b::text[], %b::bigint[], %b::int[]) AS new(patient, number, version)
WHERE r.patient = new.patient AND r.number = new.number
"""

ERASE_VERSIONS = """
UPDATE portal_fhir_version SET labels = labels | 1 WHERE (patient, number) IN
  (SELECT * FROM unnest(%b::text[], %b::bigint[]))
"""

TO_RELABEL = """
SELECT patient, number, resource_type, logical_id, version, labels, shown_version, retraction
FROM portal_fhir_resource WHERE (resource_type, logical_id) IN
  (SELECT * FROM unnest(%b::text[], %b::text[]))
ORDER BY patient, number FOR UPDATE
"""
RELABEL = """
UPDATE portal_fhir_resource r
SET labels = new.labels, shown_version = new.shown_version, retraction = new.retraction
FROM unnest(%b::text[], %b::bigint[], %b::int[], %b::int[], %b::int[], %b::text[])
  AS new(patient, number, version, labels, shown_version, retraction)
WHERE r.patient = new.patient AND r.number = new.number
"""
RELABEL_VERSIONS = """
UPDATE portal_fhir_version v SET labels = new.labels
FROM unnest(%b::text[], %b::bigint[], %b::int[], %b::int[]) AS new(patient, number, version, labels)
WHERE v.patient = new.patient AND v.number = new.number AND v.version = new.version
"""


@dataclass(frozen=True, slots=True)
class IndexTable:
    """An index table, the part of an `Index` that fills it, and its own columns."""

    name: str
    part: str
    own: Mapping[str, str]
    # What is made of the last column as it is written.
    made: str = ""

    @property
    def delete(self) -> str:
        """The statement that clears the table of some resources."""
        return (
            f"DELETE FROM {self.name} WHERE (patient, number) IN"
            " (SELECT * FROM unnest(%b::text[], %b::bigint[]))"
        )

    @property
    def insert(self) -> str:
        """The statement that adds rows; the same value twice is one row."""
        columns = {"patient": "text", "number": "bigint", "resource_type": "text", **self.own}
        *plain, last = columns
        made = [*plain, self.made or last]
        return (
            f"INSERT INTO {self.name} ({', '.join(columns)}) SELECT {', '.join(made)}"
            f" FROM {_source(columns)} ON CONFLICT DO NOTHING"
        )


INDEX_TABLES = (
    IndexTable("portal_fhir_token", "tokens", {"name": "text", "hash": "bigint"}),
    IndexTable(
        "portal_fhir_date", "dates", {"name": "text", "low": "timestamptz", "high": "timestamptz"}
    ),
    IndexTable("portal_fhir_text", "strings", {"name": "text", "value": "text"}),
    IndexTable("portal_fhir_reference", "references", {"name": "text", "target": "text"}),
    IndexTable("portal_fhir_words", "words", {"words": "text"}, "to_tsvector('english', words)"),
)
