"""What lists read: resources of several types in one order, found by their words, taken back."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection

from fhir.access import SYSTEM, Interaction, visible
from fhir.audit import Seen
from fhir.histories import Historian
from fhir.reading import fetched
from fhir.scope import scoped
from fhir.search import query
from fhir.search.query import Criteria
from fhir.search.words import terms_of
from fhir.stored import LISTED, SUMMARY, Retraction, Stored, Summary, retraction, stored, summary


class Lister(Historian):
    """The part of the door through which lists look; each call is one statement and its audit."""

    def search_any(self, wanted: Sequence[Criteria]) -> tuple[list[Stored], bool]:
        """Return one page of several searches as one list, and whether more follow; see `merged`.

        Each is of another type, or of another rank. For lists: what is too long for one is left
        out of a resource.
        """
        columns = f"{LISTED}, r.at, r.number"
        rows, more = self._merged(wanted, columns)
        found = self._made(stored, rows)
        return found, more and bool(found)

    def summaries_any(self, wanted: Sequence[Criteria]) -> tuple[list[Summary], bool]:
        """Return what a list shows of one page of several searches, and whether more follow."""
        rows, more = self._merged(wanted, SUMMARY)
        found = self._made(summary, rows)
        return found, more and bool(found)

    def find(
        self, patient: str, resource_types: Sequence[str], asked: str, count: int
    ) -> tuple[list[Stored], bool]:
        """Return where a patient's record says all the words asked for, the newest first.

        What was asked stands in no row of the audit, and in no statement that a log could hold.
        """
        terms = terms_of(asked)
        if not terms or not resource_types:
            return [], False
        rule, parameters = self._any_of(Interaction.SEARCH, resource_types)
        with scoped(self.viewer, undoes=False):
            rows = fetched_unsaid(
                f"SELECT {LISTED}, r.at, r.number FROM portal_fhir_words w"
                " JOIN portal_fhir_resource r ON r.patient = w.patient AND r.number = w.number"
                " WHERE w.patient = %s AND w.words @@ to_tsquery('english', %s)"
                f" AND {rule} ORDER BY r.at DESC NULLS LAST, r.number DESC LIMIT %s",
                [patient, terms, *parameters, count + 1],
            )
            more = len(rows) > count
            del rows[count:]
            self._audit_rows([(patient, name) for name in resource_types], rows)
        return self._made(stored, rows), more

    def retracted(self, patient: str, *resource_types: str) -> list[Retraction]:
        """Return what this viewer had been shown and may not rely on any more, the newest first."""
        shown, parameters = self._any_of(Interaction.READ, resource_types)
        shown = shown.replace("r.labels", "(v.labels & ~1)")
        with scoped(SYSTEM, undoes=False):
            # There are few: they are found first, by an index of their own.
            rows = fetched(
                "WITH r AS MATERIALIZED (SELECT * FROM portal_fhir_resource"
                " WHERE patient = %s AND resource_type = ANY(%s) AND retraction <> '')"
                " SELECT r.retraction, r.updated_at, r.resource_type, r.logical_id, v.summary,"
                " r.at_text FROM r JOIN portal_fhir_version v ON v.patient = r.patient"
                " AND v.number = r.number AND v.version = r.shown_version"
                f" WHERE {shown} ORDER BY r.updated_at DESC",
                [patient, list(resource_types), *parameters],
            )
            named = {name: [row[3] for row in rows if row[2] == name] for name in resource_types}
            self._audit_found({(patient, name): ids for name, ids in named.items()})
        return [retraction(row) for row in rows]

    def _merged(
        self, wanted: Sequence[Criteria], columns: str
    ) -> tuple[list[tuple[Any, ...]], bool]:
        """Read one page of several searches, of which the audit tells as one."""
        if not wanted:
            return [], False
        rules = [visible(self.viewer, Interaction.SEARCH, one.resource_type) for one in wanted]
        statement, parameters = query.merged(list(zip(wanted, rules, strict=True)), columns)
        with scoped(self.viewer, undoes=False):
            rows = fetched(statement, parameters)
            more = len(rows) > wanted[0].count
            del rows[wanted[0].count :]
            asked = [(key, one.resource_type) for one in wanted for key in one.patients or ()]
            self._audit_rows(asked, rows)
        return rows, more

    def _audit_rows(
        self, asked: Sequence[tuple[str, str]], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        named: dict[tuple[str, str], list[str]] = {one: [] for one in asked}
        for row in rows:
            named.setdefault((row[3], row[0]), []).append(row[1])
        self._audit_found(named)

    def _audit_found(self, named: Mapping[tuple[str, str], Sequence[str]]) -> None:
        """Leave a row for each patient and type of which anything was found, or one for none."""
        found = [Seen(*key, ids) for key, ids in named.items() if ids]
        in_vain = [Seen(*next(iter(named), ("", "")), [])]
        self._audit(Interaction.SEARCH, found or in_vain)

    def _any_of(
        self, interaction: Interaction, resource_types: Sequence[str]
    ) -> tuple[str, list[Any]]:
        """Return the rule for rows of any of these types."""
        conditions: list[str] = []
        parameters: list[Any] = []
        for name in resource_types:
            rule, values = visible(self.viewer, interaction, name)
            conditions.append(f"(r.resource_type = %s AND {rule})")
            parameters += [name, *values]
        return f"({' OR '.join(conditions)})" if conditions else "FALSE", parameters


def fetched_unsaid(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Fetch with parameters that the server puts in: they are no part of what it may write down."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
