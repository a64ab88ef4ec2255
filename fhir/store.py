"""The one door to the record: every read and write asks the rule, and leaves a row in the audit.

Reading is in `fhir.reading`, `fhir.histories` and `fhir.lists`. A write, its audit and its change
are one transaction.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from fhir import arrays, audit, changes, relabelling
from fhir.access import READING, SYSTEM, WRITING, Facts, Grant, Interaction, Verdict, decide
from fhir.audit import Seen
from fhir.changes import Change
from fhir.compartment import patient_of
from fhir.labels import NONE, Label, facts_of
from fhir.lists import Lister
from fhir.paths import Json
from fhir.raw import dump
from fhir.reading import NotFound, fetched
from fhir.relabelling import Target
from fhir.scope import scoped
from fhir.search.query import Criteria
from fhir.stored import Retraction, Stored, Summary, Unreadable
from fhir.validation import check
from fhir.writing import Address, Conflict, Draft, Written, address_of, existing, write

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
    "Unreadable",
    "patients_naming",
]


class Repository(Lister):
    """The record as one viewer may see and change it."""

    @contextmanager
    def transaction(
        self, *first: arrays.Asked, undoes: bool = True
    ) -> Iterator[list[arrays.Answer]]:
        """Make the writes inside one: all or nothing, one number in each patient's log.

        It begins with the statements of `first`, and gives their answers; `undoes` as in `scoped`.
        """
        if self._pending is not None:
            yield arrays.in_turn(*first)
            return
        self._pending = []
        try:
            with scoped(self.viewer, *first, undoes=undoes) as answers:
                yield answers
                self._record(self._pending)
        except BaseException:
            # What was refused is written down though all else has been rolled back.
            if self._refusals:
                audit.write(self.viewer, *self._refusals)
            raise
        finally:
            self._pending = None
            self._calls.clear()
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
        with self.transaction():
            over = existing(drafts)
            self._require_writing(drafts, over.facts())
            written = write(drafts, over, self.viewer.who, source, backload=self._backload)
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
        with self.transaction():
            held = relabelling.locked(targets)
            for one in targets:
                address = one.resource_type, one.logical_id
                if not self._may_label(held.get(address)):
                    raise self._refusal(Interaction.LABEL, *address)
            changed = relabelling.relabel(
                targets, held, add=add, remove=remove, retraction=retraction
            )
            self._told(replace(change, backload=self._backload) for change in changed)
            self._audit(Interaction.LABEL, _seen((row["patient"], *at) for at, row in held.items()))

    def lent_writes(self, *resource_types: str) -> "Repository":
        """Return the record with leave to write these types wherever this viewer may read them.

        For actions: what a person does is not a right that they hold.
        """
        reading = [one for one in self.viewer.grants if Interaction.READ in one.interactions]
        return self._lent(reading, resource_types, WRITING)

    def lent_reads(self, resource_type: str, *, with_: str) -> "Repository":
        """Return the record with leave to read a type wherever this viewer may read `with_`.

        For what is a part of something else, and of no use alone; its labels hide it as ever.
        """
        reading = [one for one in self.viewer.grants if one.covers(Interaction.READ, with_)]
        return self._lent(reading, [resource_type], READING)

    def _lent(
        self, like: Iterable[Grant], types: Iterable[str], interactions: frozenset[Interaction]
    ) -> "Repository":
        of_types = frozenset(types)
        lent = (replace(one, types=of_types, interactions=interactions) for one in like)
        viewer = replace(self.viewer, grants=(*self.viewer.grants, *lent))
        return self._as(viewer, self._causes)

    def _may_label(self, row: relabelling.Row | None) -> bool:
        if row is None:
            return False
        facts = Facts(row["resource_type"], row["patient"], row["labels"])
        return decide(self.viewer, Interaction.LABEL, facts) == Verdict.ALLOWED

    def _require_writing(self, drafts: Sequence[Draft], held: dict[Address, Facts]) -> None:
        """Refuse the first draft that this viewer may not write over, or write anew."""
        if not self.viewer.sees_all:
            # Behind the wall there may be more that has the address.
            unseen = [address_of(one) for one in drafts if not one.fresh]
            held |= self._all_facts([one for one in unseen if one not in held])
        for draft in drafts:
            address = address_of(draft)
            interaction = Interaction.UPDATE if address in held else Interaction.CREATE
            facts = held.get(address) or facts_of(draft.resource, draft.patient)
            if decide(self.viewer, interaction, facts) != Verdict.ALLOWED:
                raise self._refusal(interaction, *address)

    def _audit_written(self, written: Sequence[Written]) -> None:
        for interaction in (Interaction.CREATE, Interaction.UPDATE):
            seen = _seen(
                (one.draft.patient, *address_of(one.draft))
                for one in written
                if (one.outcome == "created") == (interaction is Interaction.CREATE)
            )
            if seen:
                self._audit(interaction, seen)

    def _record(self, pending: Sequence[Change]) -> None:
        """Write down what was done and asked, and number what has changed, as the last thing."""
        last = changes.recording(pending)
        after = [last] if last else []
        if self._calls or self._refusals:
            audit.write(self.viewer, *self._calls, *self._refusals, after=after)
        else:
            arrays.in_turn(*after)

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
        rows = fetched(
            "SELECT DISTINCT i.patient FROM portal_fhir_reference i JOIN portal_fhir_resource r"
            " ON r.patient = i.patient AND r.number = i.number"
            " WHERE i.target = ANY(%s) AND i.resource_type = ANY(%s) AND r.status <> ALL(%s)",
            [list(references), list(types), list(but_not)],
        )
    return {str(row[0]) for row in rows}


def _seen(named: Iterable[tuple[str, str, str]]) -> list[Seen]:
    """Return a row for each patient and type, of patients, types and ids."""
    ids: dict[tuple[str, str], list[str]] = {}
    for patient, resource_type, logical_id in named:
        ids.setdefault((patient, resource_type), []).append(logical_id)
    return [Seen(*key, found) for key, found in ids.items()]


def _text(resource: Json | str) -> str:
    return resource if isinstance(resource, str) else dump(resource)


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
