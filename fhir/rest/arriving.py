"""Single resources on their way in: checked, conditions looked at, handed to intake."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qsl

from fhir.access import Viewer
from fhir.intake import Refused, Source, Unmatched, accept, accept_once, keep_late, keep_unmatched
from fhir.raw import Entry, dump
from fhir.rest import queries
from fhir.rest.capability import is_stored
from fhir.rest.failures import Failure, failure, failure_of
from fhir.rest.rendering import version_in
from fhir.store import Conflict, Repository, Stored
from fhir.stored import stored
from fhir.validation import Checked, check
from fhir.writing import Written

_ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")
# What intake calls the one resource that was sent without a bundle around it.
_ALONE: Final = "Bundle.entry[0].resource"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends, and under which address it calls us."""

    viewer: Viewer
    base: str
    records: Repository = field(compare=False)
    # What it sends is history: nobody is told.
    backload: bool = False

    @property
    def feed(self) -> str:
        """The name under which what it sent is remembered."""
        return self.viewer.who.removeprefix("Device/")

    def source(self, known: Mapping[str, str] | None = None) -> Source:
        """Return the sender as intake knows it."""
        return Source(self.feed, self.viewer, backload=self.backload, known=known or {})


@dataclass(frozen=True, slots=True)
class Arrived:
    """What became of a resource; `outcome` as `fhir.writing.Written` says it, or "found"."""

    outcome: str
    resource_type: str
    id: str
    version: int
    # Nothing, if it had been written before.
    written: Written | None = None

    @property
    def is_new(self) -> bool:
        """Whether it was not here before."""
        return self.outcome == "created"

    def as_stored(self, records: Repository) -> Stored:
        """Return the resource as it stands now."""
        if self.written is None or not self.written.text:
            return records.read(self.resource_type, self.id)
        one = self.written
        patient = one.draft.patient
        return stored(
            (one.resource_type, self.id, one.version, patient, one.labels, one.at, one.text)
        )


def create(sender: Sender, resource_type: str, body: bytes, if_none_exist: str) -> Arrived:
    """Take one new resource; the same bytes again are the same resource (decisions 29)."""
    checked = _checked(resource_type, body)
    entry = replace(_entry("POST", resource_type, checked), if_none_exist=if_none_exist)
    if if_none_exist and (found := existing(sender, entry, "If-None-Exist")):
        return found
    done: list[Written] = []

    def answer(written: list[Written]) -> str:
        done.extend(written)
        keep_late(sender.feed, as_bundle(entry), written)
        one = written[0]
        return f"{one.draft.logical_id} {one.version}"

    try:
        said = accept_once(resource_type.encode() + body, [entry], sender.source(), answer)
    except Refused as refused:
        raise _of_one(sender, refused, entry) from None
    if done:
        return arrived(done[0])
    logical_id, version = said.split(" ")
    return Arrived("unchanged", resource_type, logical_id, int(version))


def update(
    sender: Sender, resource_type: str, logical_id: str, body: bytes, if_match: str
) -> Arrived:
    """Take a new version of one resource, or the first under an id that the sender gives."""
    checked = _checked(resource_type, body)
    said = checked.resource.get("id")
    if said != logical_id:
        raise failure(400, "value", f"the address says {logical_id}", f"{resource_type}.id")
    require_version(if_match, "If-Match")
    url = f"{resource_type}/{logical_id}"
    entry = replace(_entry("PUT", url, checked), if_match=if_match)
    try:
        (written,) = accept([entry], sender.source())
    except Refused as refused:
        raise _of_one(sender, refused, entry) from None
    except Conflict as conflict:
        raise conflicting(conflict, is_conditional=bool(if_match)) from None
    keep_late(sender.feed, as_bundle(entry), [written])
    return arrived(written)


def arrived(written: Written) -> Arrived:
    """Return what became of a resource as intake tells it."""
    return Arrived(
        written.outcome,
        written.resource_type,
        written.draft.logical_id,
        written.version,
        written,
    )


def existing(sender: Sender, entry: Entry, place: str) -> Arrived | None:
    """Return the one resource that the condition of a conditional create finds, if there is one.

    The condition is an identifier that the resource itself bears. Then two that arrive at once
    cannot both be new: the database gives an identifier to one resource only.

    :raises Failure: there are several, or it is no such condition.
    """
    pairs = parse_qsl(entry.if_none_exist.rpartition("?")[2], keep_blank_values=True)
    if [name for name, _ in pairs] != ["identifier"] or not _bears(entry, pairs[0][1]):
        message = "a condition is identifier=system|value, of one that the resource bears"
        raise failure(400, "value", message, place)
    query = queries.read(entry.url, pairs, sender.base, lenient=False)
    found, _ = sender.records.summaries(replace(query.criteria, count=2))
    if len(found) > 1:
        raise failure(412, "multiple-matches", "several resources bear it", place)
    return Arrived("found", entry.url, found[0].id, found[0].version) if found else None


def _bears(entry: Entry, token: str) -> bool:
    held = (entry.resource or {}).get("identifier", ())
    identifiers = held if isinstance(held, list) else [held]
    tokens = {f"{one.get('system', '')}|{one.get('value', '')}" for one in identifiers}
    return "|" in token.strip("|") and token in tokens


def require_version(tag: str, place: str) -> None:
    """Refuse a condition that names no version: left out, it would not hold anything back."""
    if tag and version_in(tag) is None:
        raise failure(400, "value", f'{place} names a version as W/"1"', "")


def conflicting(conflict: Conflict, *, is_conditional: bool) -> Failure:
    """Return 412 where the sender had named a version, else 409."""
    return failure(412 if is_conditional else 409, "conflict", str(conflict))


def refusal_of(resource_type: str) -> str:
    """Return why resources of the type are not taken, or ""."""
    return "" if is_stored(resource_type) else f"{resource_type} is not kept here"


def is_id(text: str) -> bool:
    """Whether a text can be the id of a resource."""
    return _ID.fullmatch(text) is not None


def _checked(resource_type: str, body: bytes) -> Checked:
    checked = check(body)
    said = checked.resource["resourceType"]
    if said != resource_type:
        raise failure(400, "value", f"the address says {resource_type}", f"{said}.resourceType")
    return checked


def _entry(method: str, url: str, checked: Checked) -> Entry:
    return Entry("", method, url, "", "", "", checked.text, checked.resource)


def _of_one(sender: Sender, refused: Refused, entry: Entry) -> Failure:
    """Name the places as in the resource that was sent."""
    if isinstance(refused, Unmatched):
        keep(sender, refused, entry)
    kind = entry.url.partition("/")[0]
    failed = failure_of(refused)
    issues = [replace(one, path=one.path.replace(_ALONE, kind, 1)) for one in failed.issues]
    return Failure(failed.status, issues)


def keep(sender: Sender, refused: Unmatched, entry: Entry) -> None:
    """Let one resource wait for its person."""
    keep_unmatched(sender.feed, as_bundle(entry), refused)


def as_bundle(entry: Entry) -> bytes:
    """Return one resource as the bundle that it might have come in."""
    request = {"method": entry.method, "url": entry.url}
    wrapped = (
        '{"resourceType":"Bundle","type":"transaction","entry":[{"resource":'
        f'{entry.resource_text},"request":{dump(request)}}}]}}'
    )
    return wrapped.encode()
