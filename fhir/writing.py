"""Write many resources in one transaction: version, index, stream, each table in one statement.

Called by the store alone, inside its transaction. The rules of versions stand here: the same
content again is no new version, an older saying is kept but never becomes current, and what had
been shown and is withheld again is remembered as corrected or removed (decisions 23, 29).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fhir import arrays
from fhir.access import Facts
from fhir.changes import Change
from fhir.indexing import Indexed, clearing, filling
from fhir.labels import NONE, Label, labels_of
from fhir.light import light_of
from fhir.moments import moment_of
from fhir.paths import Json
from fhir.raw import dump, parse
from fhir.search.values import Index, index_of, token_hash
from fhir.splice import body_of, spliced
from fhir.summary import summary_of
from fhir.writing_sql import (
    ERASE_VERSIONS,
    EXISTING,
    INSERT_RESOURCE,
    INSERT_VERSION,
    LATE,
    UPDATE_RESOURCE,
)

ERASED = "entered-in-error"
NEVER = datetime.min.replace(tzinfo=UTC)

Row = dict[str, object]
Address = tuple[str, str]  # a type and an id


@dataclass(slots=True)
class Draft:
    """A resource on its way into the store; `patient` is "" for a shared type."""

    resource: Json
    text: str
    logical_id: str
    patient: str
    put_on: Label = NONE
    stated_at: datetime | None = None
    if_match: int | None = None
    # Only a create: an existing resource under this address is a conflict.
    fresh: bool = False


@dataclass(slots=True)
class Written:
    """What became of a draft: "created", "updated", "unchanged" or "late"."""

    draft: Draft
    outcome: str
    version: int
    labels: int
    text: str = ""
    facts: Json = field(default_factory=dict)
    at: datetime = NEVER
    change: Change | None = None
    row: Row = field(default_factory=dict)
    index: Index = field(default_factory=Index)
    # What the index says of the version that this one replaces, where that was short enough to ask.
    before: Index | None = None

    @property
    def resource_type(self) -> str:
        """The resource's type."""
        return str(self.draft.resource["resourceType"])


class Conflict(Exception):
    """Somebody wrote first: the version in hand is not the newest, or the address is taken."""


@dataclass(frozen=True, slots=True)
class _Held:
    number: int
    patient: str
    version: int
    last_version: int
    labels: int
    shown_version: int | None
    retraction: str
    digest: bytes
    stated_at: datetime | None
    text: str | None

    @property
    def index(self) -> Index | None:
        return index_of(parse(self.text).resource) if self.text else None


@dataclass(frozen=True, slots=True)
class Existing:
    """What is there already, locked; what time it is, and numbers for what is new."""

    now: datetime
    held: Mapping[Address, _Held]
    numbers: list[int]

    def facts(self) -> dict[Address, Facts]:
        """Return what the rule of access needs to know of it."""
        return {at: Facts(at[0], one.patient, one.labels) for at, one in self.held.items()}


def existing(drafts: Sequence[Draft]) -> Existing:
    """Lock what the drafts would be written over."""
    addresses = [address_of(draft) for draft in drafts]
    columns = [[one[0] for one in addresses], [one[1] for one in addresses]]
    # A number for each: those that turn out not to be new leave a gap, which says nothing.
    rows = arrays.ask(EXISTING, [*columns, len(drafts)]).rows
    now, numbers = rows[0][:2]
    return Existing(now, {row[2:4]: _Held(*row[4:]) for row in rows if row[2]}, numbers)


def write(
    drafts: Sequence[Draft], over: Existing, author: str, source: str, *, backload: bool = False
) -> list[Written]:
    """Write the drafts, each address at most once, and return what became of each, in order.

    :raises Conflict: a draft was made from another version than the newest, or moves a resource
        from one patient to another.
    """
    written = [_decide(draft, over, source, backload=backload) for draft in drafts]
    _store([one for one in written if one.outcome != "unchanged"], author)
    return written


def address_of(draft: Draft) -> Address:
    return str(draft.resource["resourceType"]), draft.logical_id


def _decide(draft: Draft, over: Existing, source: str, *, backload: bool) -> Written:
    held = over.held.get(address_of(draft))
    _refuse_conflict(draft, held)
    body = body_of(draft.text, draft.resource)
    digest = _digest(body, draft.resource)
    labels = labels_of(draft.resource) | draft.put_on
    if held and held.digest == digest:
        return Written(draft, "unchanged", held.version, held.labels)
    late = bool(held and draft.stated_at and held.stated_at and draft.stated_at < held.stated_at)
    version = held.last_version + 1 if held else 1
    erased = _is_erased(draft.resource)
    labels |= Label.NOPAT if erased else NONE
    written = Written(
        draft,
        "late" if late else "updated" if held else "created",
        version,
        int(labels),
        spliced(body, draft.resource, draft.logical_id, version, over.now),
        summary_of(draft.resource),
        over.now,
        index=index_of(draft.resource),
        before=held.index if held and not late else None,
    )
    number = held.number if held else over.numbers.pop()
    written.row = _row(written, held, number, source, digest, erased=erased)
    if not late:
        written.change = _change(written, held, backload=backload)
    return written


def _refuse_conflict(draft: Draft, held: _Held | None) -> None:
    address = "/".join(address_of(draft))
    if draft.fresh and held:
        raise Conflict(f"{address} is there already")
    if draft.if_match is not None and (held is None or held.version != draft.if_match):
        raise Conflict(f"{address} is not at version {draft.if_match}")
    if held and held.patient != draft.patient:
        raise Conflict(f"{address} belongs to another patient")


def _digest(body: str, resource: Json) -> bytes:
    """Return what two sayings share that say the same, and put the same labels on it.

    What we have put on or taken off ourselves is in neither.
    """
    security = resource.get("meta", {}).get("security")
    said = f"{body}\n{dump(security)}" if security else body
    return hashlib.sha256(said.encode()).digest()


def _is_erased(resource: Json) -> bool:
    if resource.get("status") == ERASED:
        return True
    codings = resource.get("verificationStatus")
    return isinstance(codings, dict) and any(
        coding.get("code") == ERASED for coding in codings.get("coding", ())
    )


def _row(  # noqa: PLR0913 (the columns of one row)
    written: Written,
    held: _Held | None,
    number: int,
    source: str,
    digest: bytes,
    *,
    erased: bool,
) -> Row:
    draft = written.draft
    facts = written.facts
    at, at_text = moment_of(draft.resource)
    shown, retraction = _shown(written, held, erased=erased)
    return {
        "patient": draft.patient,
        "number": number,
        "resource_type": written.resource_type,
        "logical_id": draft.logical_id,
        "version": written.version,
        "labels": written.labels,
        "shown_version": shown,
        "retraction": retraction,
        "code": token_hash(facts.get("system") or None, facts["code"]) if facts.get("code") else 0,
        "status": str(facts.get("status", "")),
        "at": at,
        "at_text": at_text,
        "updated_at": written.at,
        "stated_at": draft.stated_at,
        "source": source,
        "digest": digest,
        "summary": json.dumps(facts, ensure_ascii=False),
        "text": written.text,
        "light": light_of(draft.resource, written.text),
    }


def _shown(written: Written, held: _Held | None, *, erased: bool) -> tuple[int | None, str]:
    if not written.labels & Label.NOPAT:
        return written.version, ""
    if held is None:
        return None, ""
    shown = held.version if not held.labels & Label.NOPAT else held.shown_version
    if shown is None:
        return None, ""
    return shown, "removed" if erased else "corrected"


def _change(written: Written, held: _Held | None, *, backload: bool) -> Change:
    labels = written.labels & held.labels if held else written.labels
    if held and held.retraction:
        labels &= ~Label.NOPAT
    return Change(
        written.draft.patient,
        written.resource_type,
        written.draft.logical_id,
        written.version,
        written.outcome,
        labels,
        backload,
    )


def _store(written: Sequence[Written], author: str) -> None:
    if not written:
        return
    current = [one for one in written if one.outcome != "late"]
    late = [one.row for one in written if one.outcome == "late"]
    removed = [one.row for one in current if one.row["retraction"] == "removed"]
    versions = [{**one.row, "author": author, "late": one.outcome == "late"} for one in written]
    new = [one.row for one in current if one.outcome == "created"]
    changed = [one.row for one in current if one.outcome == "updated"]
    stored = [(UPDATE_RESOURCE, changed), (INSERT_RESOURCE, new), (INSERT_VERSION, versions)]
    statements = [(into.sql, into.columns_of(rows)) for into, rows in stored if rows]
    replaced = [_indexed(one) for one in current if one.outcome == "updated"]
    steps = [arrays.as_one([*statements, *clearing(replaced)])]
    if late:
        steps.append((LATE, _columns(late, "patient", "number", "version")))
    if removed:
        # No version of it is ever read by a patient again.
        steps.append((ERASE_VERSIONS, _columns(removed, "patient", "number")))
    arrays.in_turn(*steps, *filling([_indexed(one) for one in current]))


def _columns(rows: Sequence[Row], *names: str) -> list[list[object]]:
    return [[row[name] for row in rows] for name in names]


def _indexed(written: Written) -> Indexed:
    key = written.row["patient"], written.row["number"]
    return Indexed(*key, written.resource_type, written.index, written.before)
