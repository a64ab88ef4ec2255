"""The record as one viewer may read it: every call asks the rule and leaves a row in the audit.

Nobody is refused out loud: what may not be seen is NotFound, and the audit keeps the true verdict
(decisions 26).
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, TypeVar

from fhir import arrays, audit
from fhir.access import SYSTEM, Facts, Interaction, Verdict, Viewer, decide, visible
from fhir.audit import Call, Seen
from fhir.scope import fetched_as, scoped
from fhir.search import query
from fhir.search.query import Criteria
from fhir.stored import STORED, SUMMARY, Stored, Summary, Unreadable, stored, summary

if TYPE_CHECKING:
    from fhir.changes import Change

logger = logging.getLogger(__name__)

Made = TypeVar("Made")


class NotFound(Exception):
    """There is no such resource, or this viewer may not know of it."""


class Reader:
    """The half of the door that opens inwards; `fhir.store.Repository` is the whole.

    What is read of several types at once is in `fhir.lists`, and what was said before in
    `fhir.histories`.
    """

    def __init__(self, viewer: Viewer, *, backload: bool = False, leaves_out: bool = False) -> None:
        """Open the record for `viewer`; a backload's changes are history and wake nobody.

        What cannot be read stops whoever acts on what they read. Who but shows it `leaves_out` of
        their lists, and says so of what `left_out` then names.
        """
        self.viewer = viewer
        self.left_out: dict[str, None] = {}
        self._leaves_out = leaves_out
        self._backload = backload
        self._pending: list[Change] | None = None
        # What is accounted for when the transaction ends: calls in it, and what it refused.
        self._calls: list[Call] = []
        self._refusals: list[Call] = []
        # By patient, the resources on whose account others are read.
        self._causes: Mapping[str, Sequence[str]] = {}

    def read(self, resource_type: str, logical_id: str) -> Stored:
        """Return the current version.

        :raises NotFound: there is none that this viewer may read.
        :raises Unreadable: what is kept of it is no JSON.
        """
        rule, parameters = visible(self.viewer, Interaction.READ, resource_type)
        return self._one(
            Interaction.READ,
            f"SELECT {STORED} FROM portal_fhir_resource r"
            f" WHERE r.resource_type = %s AND r.logical_id = %s AND {rule}",
            [resource_type, logical_id, *parameters],
        )

    def current_version(self, resource_type: str, logical_id: str) -> int | None:
        """Return the number of the version that `read` would return, or None; nothing is shown.

        For answers that say "as you know it": they leave no row in the audit (decisions 25).
        """
        rule, parameters = visible(self.viewer, Interaction.READ, resource_type)
        with scoped(self.viewer, undoes=False):
            rows = fetched(
                "SELECT r.version FROM portal_fhir_resource r"
                f" WHERE r.resource_type = %s AND r.logical_id = %s AND {rule}",
                [resource_type, logical_id, *parameters],
            )
        return int(rows[0][0]) if rows else None

    def search(self, criteria: Criteria) -> tuple[list[Stored], bool]:
        """Return one page of resources, and whether more follow."""
        return self.searches(criteria)[0]

    def searches(self, *wanted: Criteria) -> list[tuple[list[Stored], bool]]:
        """Return for each of several searches, made in one journey, what `search` does."""
        pages = self._pages(wanted, f"{STORED}, r.at, r.number")
        found = [(self._made(stored, rows), more) for rows, more in pages]
        return [(page, more and bool(page)) for page, more in found]

    def summaries(self, criteria: Criteria) -> tuple[list[Summary], bool]:
        """Return what a list shows of one page, and whether more follow."""
        rows, more = self._pages([criteria], SUMMARY)[0]
        found = self._made(summary, rows)
        return found, more and bool(found)

    def count(self, criteria: Criteria) -> int:
        """Return how many resources the search would find in all its pages."""
        rule = visible(self.viewer, Interaction.SEARCH, criteria.resource_type)
        conditions, parameters = query.where(criteria, rule)
        with scoped(self.viewer, undoes=False):
            rows = fetched(
                f"SELECT count(*) FROM portal_fhir_resource r WHERE {conditions}", parameters
            )
            self._audit_search(criteria, [], _verdict(rule[0]))
        return int(rows[0][0])

    def on_account_of(self, causes: Mapping[str, Sequence[str]]) -> Self:
        """Return the record as read because of other resources, by patient: "Type/id" each.

        The audit names those too, and so its rows stay as hidden as they are (decisions 25): that
        somebody's name was read for a list of withheld results would tell that there are some.
        """
        return self._as(self.viewer, causes)

    def _as(self, viewer: Viewer, causes: Mapping[str, Sequence[str]]) -> Self:
        other = type(self)(viewer, backload=self._backload, leaves_out=self._leaves_out)
        other._causes = causes  # noqa: SLF001 (its own kind)
        other.left_out = self.left_out
        return other

    def _audit(
        self, interaction: Interaction, seen: Sequence[Seen], outcome: Verdict = Verdict.ALLOWED
    ) -> None:
        named = [replace(one, ids=[*one.ids, *self._causes.get(one.patient, ())]) for one in seen]
        call = Call(interaction, named, outcome)
        if self._pending is None:
            audit.write(self.viewer, call)
        else:
            self._calls.append(call)

    def _one(self, interaction: Interaction, statement: str, parameters: list[Any]) -> Stored:
        resource_type, logical_id = parameters[:2]
        with scoped(self.viewer, undoes=False):
            rows = fetched(statement, parameters)
            if rows:
                self._audit(interaction, [Seen(rows[0][3], resource_type, [logical_id])])
        if not rows:
            raise self._refusal(interaction, resource_type, logical_id)
        try:
            return stored(rows[0])
        except Unreadable as damaged:
            self._note(damaged, interaction)
            raise

    def _pages(
        self, wanted: Sequence[Criteria], columns: str
    ) -> list[tuple[list[tuple[Any, ...]], bool]]:
        if not wanted:
            return []
        rules = [visible(self.viewer, Interaction.SEARCH, one.resource_type) for one in wanted]
        asked = [query.page(one, columns, rule) for one, rule in zip(wanted, rules, strict=True)]
        pages = []
        with scoped(self.viewer, *asked, undoes=False) as answers:
            for criteria, rule, (rows, _) in zip(wanted, rules, answers, strict=True):
                pages.append((rows[: criteria.count], len(rows) > criteria.count))
                self._audit_search(criteria, pages[-1][0], _verdict(rule[0]))
        return pages

    def _audit_search(
        self,
        criteria: Criteria,
        rows: Sequence[tuple[Any, ...]],
        outcome: Verdict = Verdict.ALLOWED,
    ) -> None:
        """Leave a row for each patient found, and for each asked about in vain."""
        named: dict[str, list[str]] = {key: [] for key in criteria.patients or ()}
        for row in rows:
            named.setdefault(row[3], []).append(row[1])
        seen = [Seen(key, criteria.resource_type, ids) for key, ids in named.items()]
        seen = seen or [Seen("", criteria.resource_type, [])]
        self._audit(Interaction.SEARCH, seen, outcome)

    def _made(
        self,
        make: Callable[[tuple[Any, ...]], Made],
        rows: Sequence[tuple[Any, ...]],
        interaction: Interaction = Interaction.SEARCH,
    ) -> list[Made]:
        """Return what can be read of the rows.

        :raises Unreadable: one of them cannot, and whoever asks does not leave it out.
        """
        found = []
        for row in rows:
            try:
                found.append(make(row))
            except Unreadable as damaged:
                self._note(damaged, interaction)
                if not self._leaves_out or self._pending is not None:
                    raise
                self.left_out[str(damaged)] = None
        return found

    def _note(self, damaged: Unreadable, interaction: Interaction) -> None:
        """Leave in the audit what cannot be read, and in the log that there is something."""
        logger.error("alarm: what is kept of a resource is no JSON: the audit says of which")
        seen = Seen(damaged.patient, damaged.resource_type, [damaged.id])
        self._say_no(Call(interaction, [seen], Verdict.UNREADABLE))

    def _say_no(self, call: Call) -> None:
        if self._pending is None:
            audit.write(self.viewer, call)
        else:
            self._refusals.append(call)

    def _facts(self, resource_type: str, logical_id: str) -> Facts | None:
        return self._all_facts([(resource_type, logical_id)]).get((resource_type, logical_id))

    def _all_facts(self, addresses: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Facts]:
        if not addresses:
            return {}
        rows = fetched_as(
            SYSTEM,
            "SELECT resource_type, logical_id, patient, labels FROM portal_fhir_resource"
            " WHERE (resource_type, logical_id) IN"
            " (SELECT * FROM unnest(%b::text[], %b::text[]))",
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
        self._say_no(Call(interaction, [Seen(patient, resource_type, [logical_id])], verdict))
        return NotFound(f"{resource_type}/{logical_id}")


def fetched(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    return arrays.ask(statement, parameters).rows


def _verdict(rule: str) -> Verdict:
    """Return how a search was answered: one of a type that its viewer holds nothing of, with no."""
    return Verdict.NOT_GRANTED if rule == "FALSE" else Verdict.ALLOWED
