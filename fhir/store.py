"""The one door to the record: every read and write asks the rule, and leaves a row in the audit.

Nobody is refused out loud: what may not be seen is NotFound, and the audit keeps the true verdict
(decisions 26). A write, its audit and its change are one transaction.
"""

import json
import logging
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection

from fhir import audit, changes, relabelling
from fhir.access import SYSTEM, WRITING, Facts, Interaction, Verdict, Viewer, decide, visible
from fhir.audit import Seen
from fhir.changes import Change
from fhir.compartment import patient_of
from fhir.labels import NONE, Label, facts_of
from fhir.paths import Json
from fhir.relabelling import Target
from fhir.scope import scoped
from fhir.search import query
from fhir.search.query import Criteria
from fhir.stored import STORED, SUMMARY, Retraction, Stored, Summary, retraction, stored, summary
from fhir.validation import check
from fhir.writing import Conflict, Draft, Written, write

__all__ = [
    "Conflict",
    "Criteria",
    "Draft",
    "NotFound",
    "Repository",
    "Retraction",
    "Stored",
    "Summary",
    "Target",
    "patients_naming",
]

logger = logging.getLogger(__name__)


class NotFound(Exception):
    """There is no such resource, or this viewer may not know of it."""


class Repository:
    """The record as one viewer may see and change it."""

    def __init__(self, viewer: Viewer, *, backload: bool = False) -> None:
        """Open the record for `viewer`; a backload's changes are history and wake nobody."""
        self.viewer = viewer
        self._backload = backload
        self._pending: list[Change] | None = None
        self._refusals: list[tuple[Interaction, Seen, Verdict]] = []
        # By patient, the resources on whose account others are read.
        self._causes: Mapping[str, Sequence[str]] = {}

    def read(self, resource_type: str, logical_id: str) -> Stored:
        """Return the current version.

        :raises NotFound: there is none that this viewer may read.
        """
        rule, parameters = visible(self.viewer, Interaction.READ, resource_type)
        return self._one(
            Interaction.READ,
            f"SELECT {STORED} FROM portal_fhir_resource r"
            f" WHERE r.resource_type = %s AND r.logical_id = %s AND {rule}",
            [resource_type, logical_id, *parameters],
        )

    def read_version(self, resource_type: str, logical_id: str, version: int) -> Stored:
        """Return one version; while the current one is withheld, none of them can be read.

        :raises NotFound: there is none that this viewer may read.
        """
        statement, parameters = self._versions(resource_type)
        return self._one(
            Interaction.HISTORY,
            f"{statement} AND v.version = %s",
            [resource_type, logical_id, *parameters, version],
        )

    def history(self, resource_type: str, logical_id: str) -> list[Stored]:
        """Return the versions that this viewer may read, the newest first.

        :raises NotFound: there is no resource that this viewer may read.
        """
        statement, parameters = self._versions(resource_type)
        with scoped(self.viewer):
            rows = _rows(
                f"{statement} ORDER BY v.version DESC", [resource_type, logical_id, *parameters]
            )
            found = [stored(row) for row in rows]
            if found:
                seen = Seen(found[0].patient, resource_type, [logical_id])
                self._audit(Interaction.HISTORY, [seen])
                return found
        raise self._refusal(Interaction.HISTORY, resource_type, logical_id)

    def search(self, criteria: Criteria) -> tuple[list[Stored], bool]:
        """Return one page of resources, and whether more follow."""
        columns = f"{STORED}, r.at, r.number"
        rows, more = self._page(criteria, columns)
        return [stored(row) for row in rows], more

    def summaries(self, criteria: Criteria) -> tuple[list[Summary], bool]:
        """Return what a list shows of one page, and whether more follow."""
        rows, more = self._page(criteria, SUMMARY)
        return [summary(row) for row in rows], more

    def count(self, criteria: Criteria) -> int:
        """Return how many resources the search would find in all its pages."""
        rule = visible(self.viewer, Interaction.SEARCH, criteria.resource_type)
        conditions, parameters = query.where(criteria, rule)
        with scoped(self.viewer):
            rows = _rows(
                f"SELECT count(*) FROM portal_fhir_resource r WHERE {conditions}", parameters
            )
            self._audit_search(criteria, [])
        return int(rows[0][0])

    def retracted(self, patient: str, resource_type: str) -> list[Retraction]:
        """Return what this viewer had been shown and may not rely on any more."""
        rule, parameters = visible(self.viewer, Interaction.READ, resource_type)
        shown = rule.replace("r.labels", "(v.labels & ~1)")
        with scoped(SYSTEM):
            # There are few: they are found first, by an index of their own.
            rows = _rows(
                "WITH r AS MATERIALIZED (SELECT * FROM portal_fhir_resource"
                " WHERE patient = %s AND resource_type = %s AND retraction <> '')"
                " SELECT r.retraction, r.updated_at, r.resource_type, r.logical_id, v.summary,"
                " r.at_text FROM r JOIN portal_fhir_version v ON v.patient = r.patient"
                " AND v.number = r.number AND v.version = r.shown_version"
                f" WHERE {shown} ORDER BY r.updated_at DESC",
                [patient, resource_type, *parameters],
            )
            ids = [row[3] for row in rows]
            self._audit(Interaction.SEARCH, [Seen(patient, resource_type, ids)])
        return [retraction(row) for row in rows]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make the writes inside one: all or nothing, one number in each patient's log."""
        if self._pending is not None:
            yield
            return
        self._pending = []
        try:
            with scoped(self.viewer):
                yield
                changes.record(self._pending)
        except BaseException:
            self._audit_refusals()
            raise
        finally:
            self._pending = None
            self._refusals.clear()

    def create(self, resource: Json | str) -> Stored:
        """Write a new resource under an id of ours and return it as stored.

        :raises Malformed: it is not valid.
        :raises Unowned, OfTwo: it is not one patient's.
        """
        checked = check(_text(resource))
        logical_id = str(uuid.uuid4())
        patient = patient_of({**checked.resource, "id": logical_id})
        draft = Draft(checked.resource, checked.text, logical_id, patient, fresh=True)
        return _after(self.write([draft])[0])

    def update(self, resource: Json | str, if_match: int | None) -> Stored:
        """Write a new version of a resource that this viewer may read, and return it as stored.

        :raises Conflict: the current version is not `if_match`.
        :raises NotFound: there is none that this viewer may change.
        :raises Malformed: it is not valid.
        """
        checked = check(_text(resource))
        logical_id = str(checked.resource["id"])
        draft = Draft(
            checked.resource,
            checked.text,
            logical_id,
            patient_of(checked.resource),
            if_match=if_match,
        )
        return _after(self.write([draft])[0])

    def write(self, drafts: Sequence[Draft], source: str = "") -> list[Written]:
        """Write drafts that were checked before, all in one transaction.

        :raises Conflict: see `fhir.writing.write`.
        :raises NotFound: one of them is not this viewer's to write.
        """
        self._require_writing(drafts)
        with self.transaction():
            written = write(drafts, self.viewer.who, source, _now(), backload=self._backload)
            self._told(one.change for one in written if one.change)
            self._audit_written(written)
        return written

    def relabel(
        self, resource_type: str, logical_id: str, *, add: Label = NONE, remove: Label = NONE
    ) -> None:
        """Put labels on one resource or take them off; see `relabel_all`."""
        self.relabel_all([Target(resource_type, logical_id)], add=add, remove=remove)

    def relabel_all(
        self,
        targets: Sequence[Target],
        *,
        add: Label = NONE,
        remove: Label = NONE,
        retraction: str = relabelling.CORRECTED,
    ) -> None:
        """Put labels on or take them off, all or none, without a new version; pages are told.

        What had been shown and is withheld now is said to be corrected, or removed.

        :raises Conflict: a target's version is not the current one.
        :raises NotFound: one of them is nothing that this viewer may label.
        """
        facts = self._all_facts([(one.resource_type, one.logical_id) for one in targets])
        for one in targets:
            of_one = facts.get((one.resource_type, one.logical_id))
            if of_one is None or decide(self.viewer, Interaction.LABEL, of_one) != Verdict.ALLOWED:
                raise self._refusal(Interaction.LABEL, one.resource_type, one.logical_id)
        named: dict[tuple[str, str], list[str]] = {}
        for (resource_type, logical_id), of_one in facts.items():
            named.setdefault((of_one.patient, resource_type), []).append(logical_id)
        with self.transaction():
            changed = relabelling.relabel(targets, add=add, remove=remove, retraction=retraction)
            self._told(replace(change, backload=self._backload) for change in changed)
            self._audit(Interaction.LABEL, [Seen(*key, ids) for key, ids in named.items()])

    def lent_writes(self, *resource_types: str) -> "Repository":
        """Return the record with leave to write these types wherever this viewer may read them.

        For actions: what a person does is not a right that they hold.
        """
        lent = tuple(
            replace(grant, types=frozenset(resource_types), interactions=WRITING)
            for grant in self.viewer.grants
            if Interaction.READ in grant.interactions
        )
        viewer = replace(self.viewer, grants=(*self.viewer.grants, *lent))
        return self._as(viewer, self._causes)

    def on_account_of(self, causes: Mapping[str, Sequence[str]]) -> "Repository":
        """Return the record as read because of other resources, by patient: "Type/id" each.

        The audit names those too, and so its rows stay as hidden as they are (decisions 25): that
        somebody's name was read for a list of withheld results would tell that there are some.
        """
        return self._as(self.viewer, causes)

    def _as(self, viewer: Viewer, causes: Mapping[str, Sequence[str]]) -> "Repository":
        other = Repository(viewer, backload=self._backload)
        other._causes = causes
        return other

    def _audit(
        self, interaction: Interaction, seen: Sequence[Seen], verdict: Verdict = Verdict.ALLOWED
    ) -> None:
        named = [replace(one, ids=[*one.ids, *self._causes.get(one.patient, ())]) for one in seen]
        audit.write(self.viewer, interaction, named, verdict)

    def _versions(self, resource_type: str) -> tuple[str, list[Any]]:
        rule, parameters = visible(self.viewer, Interaction.HISTORY, resource_type)
        of_version = rule.replace("r.labels", "v.labels").replace("r.patient", "v.patient")
        statement = (
            "SELECT v.resource_type, v.logical_id, v.version, v.patient, v.labels, v.updated_at,"
            " v.text FROM portal_fhir_version v JOIN portal_fhir_resource r ON r.patient ="
            " v.patient AND r.number = v.number WHERE v.resource_type = %s AND v.logical_id = %s"
            f" AND {rule} AND {of_version}"
        )
        return statement, [*parameters, *parameters]

    def _one(self, interaction: Interaction, statement: str, parameters: list[Any]) -> Stored:
        resource_type, logical_id = parameters[:2]
        with scoped(self.viewer):
            if rows := _rows(statement, parameters):
                found = stored(rows[0])
                self._audit(interaction, [Seen(found.patient, resource_type, [logical_id])])
                return found
        raise self._refusal(interaction, resource_type, logical_id)

    def _page(self, criteria: Criteria, columns: str) -> tuple[list[tuple[Any, ...]], bool]:
        rule = visible(self.viewer, Interaction.SEARCH, criteria.resource_type)
        statement, parameters = query.page(criteria, columns, rule)
        with scoped(self.viewer):
            rows = _rows(statement, parameters)
            more = len(rows) > criteria.count
            del rows[criteria.count :]
            self._audit_search(criteria, rows)
        return rows, more

    def _audit_search(self, criteria: Criteria, rows: Sequence[tuple[Any, ...]]) -> None:
        """Leave a row for each patient found, and for each asked about in vain."""
        named: dict[str, list[str]] = {key: [] for key in criteria.patients or ()}
        for row in rows:
            named.setdefault(row[3], []).append(row[1])
        seen = [Seen(key, criteria.resource_type, ids) for key, ids in named.items()]
        seen = seen or [Seen("", criteria.resource_type, [])]
        self._audit(Interaction.SEARCH, seen)

    def _require_writing(self, drafts: Sequence[Draft]) -> None:
        """Refuse the first draft that this viewer may not write over, or write anew."""
        addresses = [_address(draft) for draft in drafts]
        held = self._all_facts(addresses)
        for draft, address in zip(drafts, addresses, strict=True):
            interaction = Interaction.UPDATE if address in held else Interaction.CREATE
            facts = held.get(address) or facts_of(draft.resource, draft.patient)
            if decide(self.viewer, interaction, facts) != Verdict.ALLOWED:
                raise self._refusal(interaction, *address)

    def _facts(self, resource_type: str, logical_id: str) -> Facts | None:
        return self._all_facts([(resource_type, logical_id)]).get((resource_type, logical_id))

    def _all_facts(self, addresses: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Facts]:
        with scoped(SYSTEM):
            rows = _rows(
                "SELECT resource_type, logical_id, patient, labels FROM portal_fhir_resource"
                " WHERE (resource_type, logical_id) IN"
                " (SELECT * FROM unnest(%s::text[], %s::text[]))",
                [[one[0] for one in addresses], [one[1] for one in addresses]],
            )
        return {(row[0], row[1]): Facts(row[0], row[2], row[3]) for row in rows}

    def _refusal(self, interaction: Interaction, resource_type: str, logical_id: str) -> NotFound:
        """Leave the true verdict in the audit and return what the viewer is told."""
        facts = self._facts(resource_type, logical_id)
        patient = facts.patient if facts else ""
        verdict = decide(self.viewer, interaction, facts) if facts else Verdict.NOT_GRANTED
        if verdict is Verdict.BARRED:
            logger.error("alarm: %s asked for a record that is closed to them", self.viewer.who)
        refused = (interaction, Seen(patient, resource_type, [logical_id]), verdict)
        if self._pending is None:
            self._audit(interaction, [refused[1]], verdict)
        else:
            self._refusals.append(refused)
        return NotFound(f"{resource_type}/{logical_id}")

    def _audit_refusals(self) -> None:
        """Write down what was refused inside a transaction that has been rolled back."""
        for interaction, seen, verdict in self._refusals:
            self._audit(interaction, [seen], verdict)

    def _audit_written(self, written: Sequence[Written]) -> None:
        for interaction in (Interaction.CREATE, Interaction.UPDATE):
            named: dict[tuple[str, str], list[str]] = {}
            for one in written:
                if (one.outcome == "created") == (interaction is Interaction.CREATE):
                    key = one.draft.patient, one.resource_type
                    named.setdefault(key, []).append(one.draft.logical_id)
            if named:
                seen = [Seen(*key, ids) for key, ids in named.items()]
                self._audit(interaction, seen)

    def _told(self, told: Iterable[Change]) -> None:
        if self._pending is not None:
            self._pending += told


def patients_naming(
    references: Sequence[str], types: Sequence[str], but_not: Sequence[str] = ()
) -> set[str]:
    """Return the keys of patients of whom a resource of these types names one of `references`.

    Resources whose status is in `but_not` say nothing.
    """
    with scoped(SYSTEM):
        rows = _rows(
            "SELECT DISTINCT i.patient FROM portal_fhir_reference i JOIN portal_fhir_resource r"
            " ON r.patient = i.patient AND r.number = i.number"
            " WHERE i.target = ANY(%s) AND i.resource_type = ANY(%s) AND r.status <> ALL(%s)",
            [list(references), list(types), list(but_not)],
        )
    return {str(row[0]) for row in rows}


def _rows(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _now() -> datetime:
    now: datetime = _rows("SELECT daybook_now()", [])[0][0]
    return now


def _address(draft: Draft) -> tuple[str, str]:
    return str(draft.resource["resourceType"]), draft.logical_id


def _text(resource: Json | str) -> str:
    return resource if isinstance(resource, str) else json.dumps(resource, ensure_ascii=False)


def _after(written: Written) -> Stored:
    draft = written.draft
    return Stored(
        written.resource_type,
        draft.logical_id,
        written.version,
        draft.patient,
        written.labels,
        written.at,
        written.text,
    )
