"""Transactions and batches: a transaction is taken whole or not at all, a batch entry by entry."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from fhir.intake import Refused, Unmatched, accept_once, keep_late, keep_unmatched
from fhir.outcomes import Issue, error, outcome
from fhir.raw import Entry, dump, parse
from fhir.rest import arriving, reading
from fhir.rest.arriving import Arrived, Sender
from fhir.rest.failures import Failure, failure, failure_of
from fhir.rest.rendering import etag, version_in
from fhir.splice import instant
from fhir.store import Conflict
from fhir.validation import check
from fhir.writing import Written

_WRITES: Final = frozenset({"POST", "PUT"})
_ENTRY: Final = re.compile(r"^Bundle\.entry\[(\d+)\]")


def take(sender: Sender, body: bytes) -> str:
    """Carry out a bundle and return the answering one.

    :raises Failure: it is not a transaction or batch, or a transaction cannot be taken.
    """
    checked = check(body)
    kind = checked.resource.get("type")
    if checked.resource["resourceType"] != "Bundle" or kind not in {"transaction", "batch"}:
        place = f"{checked.resource['resourceType']}.type"
        raise failure(422, "value", "a Bundle of type transaction or batch is taken here", place)
    entries = checked.entries()
    if kind == "batch":
        return _bundle("batch", [_alone(sender, n, one, body) for n, one in enumerate(entries)])
    return _transaction(sender, entries, body)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a transaction will do: the entries to write, and those whose resource is here."""

    entries: Sequence[Entry]
    wanted: Sequence[int]
    found: Mapping[int, Arrived]

    @property
    def writes(self) -> list[Entry]:
        """The entries that intake is to write."""
        return [self.entries[n] for n in self.wanted]

    @property
    def known(self) -> dict[str, str]:
        """What references to the resources that are here already become."""
        return {
            self.entries[n].full_url: f"{one.resource_type}/{one.id}"
            for n, one in self.found.items()
            if self.entries[n].full_url
        }

    def failure_of(self, fault: Exception) -> Failure:
        """Return what intake's refusal tells the sender, with its own numbers of the entries."""
        if isinstance(fault, Conflict):
            conditional = any(entry.if_match for entry in self.writes)
            return arriving.conflicting(fault, is_conditional=conditional)
        failed = failure_of(fault)
        issues = [
            replace(issue, path=_ENTRY.sub(self._number, issue.path)) for issue in failed.issues
        ]
        return Failure(failed.status, issues, failed.headers)

    def _number(self, found: re.Match[str]) -> str:
        return f"Bundle.entry[{self.wanted[int(found[1])]}]"


def plan(sender: Sender, entries: Sequence[Entry]) -> Plan:
    """Look at a transaction's entries before anything is written.

    :raises Failure: one of them cannot be carried out.
    """
    issues = [issue for n, entry in enumerate(entries) for issue in _faults(n, entry)]
    if issues:
        raise Failure(422, issues)
    found = {
        n: present for n, entry in enumerate(entries) if (present := _present(sender, n, entry))
    }
    wanted = [n for n, one in enumerate(entries) if one.method in _WRITES and n not in found]
    return Plan(entries, wanted, found)


def _transaction(sender: Sender, entries: Sequence[Entry], body: bytes) -> str:
    planned = plan(sender, entries)

    def answer(written: list[Written]) -> str:
        keep_late(sender.feed, body, written)
        done = dict(planned.found)
        done |= zip(planned.wanted, map(arriving.arrived, written), strict=True)
        return _bundle("transaction", [_said(done.get(n)) for n in range(len(entries))])

    try:
        said = accept_once(body, planned.writes, sender.source(planned.known), answer)
    except Unmatched as unmatched:
        keep_unmatched(sender.feed, body, unmatched)
        raise planned.failure_of(unmatched) from None
    except (Refused, Conflict) as refused:
        raise planned.failure_of(refused) from None
    reads = {n: one for n, one in enumerate(entries) if one.method == "GET"}
    return _with_reads(sender, said, reads) if reads else said


def _faults(n: int, entry: Entry) -> list[Issue]:
    """Return why an entry cannot be carried out, before anything is written."""
    if entry.method == "GET":
        return []
    if entry.method not in _WRITES:
        message = f"{entry.method} is not possible; nothing is deleted: say entered-in-error"
        return [error("not-supported", f"Bundle.entry[{n}].request.method", message)]
    if entry.resource is None:
        return [error("required", f"Bundle.entry[{n}].resource", "there is nothing to write")]
    kind = str(entry.resource["resourceType"])
    if refusal := arriving.refusal_of(kind):
        return [error("not-supported", f"Bundle.entry[{n}].resource", refusal)]
    return _faults_of_request(n, entry, kind)


def _faults_of_request(n: int, entry: Entry, kind: str) -> list[Issue]:
    place = f"Bundle.entry[{n}].request"
    if entry.if_match and version_in(entry.if_match) is None:
        return [error("value", f"{place}.ifMatch", 'names a version as W/"1"')]
    wanted = kind if entry.method == "POST" else f"{kind}/{(entry.resource or {}).get('id', '')}"
    if entry.url != wanted:
        return [error("value", f"{place}.url", f"this resource goes to {wanted}")]
    return []


def _present(sender: Sender, n: int, entry: Entry) -> Arrived | None:
    if not entry.if_none_exist or entry.method != "POST":
        return None
    return arriving.existing(sender, entry, f"Bundle.entry[{n}].request.ifNoneExist")


def _alone(sender: Sender, n: int, entry: Entry, body: bytes) -> str:
    """Carry out one entry of a batch and return its entry of the answer."""
    if issues := _faults(n, entry):
        return _failed(Failure(422, issues), n)
    try:
        return _carried_out(sender, n, entry, body)
    except Conflict as conflict:
        failed = arriving.conflicting(conflict, is_conditional=bool(entry.if_match))
        return _failed(failed, n)
    except Unmatched as unmatched:
        arriving.keep(sender, unmatched, entry)
        return _failed(failure_of(unmatched), n)
    except Exception as fault:  # noqa: BLE001 (an entry's failure is its own)
        return _failed(failure_of(fault), n)


def _carried_out(sender: Sender, n: int, entry: Entry, body: bytes) -> str:
    if entry.method == "GET":
        return reading.entry(sender, entry.url)
    if present := _present(sender, n, entry):
        return _said(present)

    def answer(written: list[Written]) -> str:
        keep_late(sender.feed, arriving.as_bundle(entry), written)
        return _said(arriving.arrived(written[0]))

    # One answer is kept for each entry of the same bytes.
    return accept_once(f"{n}\0".encode() + body, [entry], sender.source(), answer)


def _failed(failed: Failure, n: int) -> str:
    here = f"Bundle.entry[{n}]"
    issues = [replace(issue, path=_ENTRY.sub(here, issue.path)) for issue in failed.issues]
    return dump({"response": {"status": str(failed.status), "outcome": outcome(issues)}})


def _said(done: Arrived | None) -> str:
    """Return an entry of the answer; what is read is filled in afterwards."""
    if done is None:
        return "{}"
    location = f"{done.resource_type}/{done.id}/_history/{done.version}"
    response = {
        "status": "201 Created" if done.is_new else "200 OK",
        "location": location,
        "etag": etag(done.version),
    }
    if done.written is not None and done.written.at is not None:
        response["lastModified"] = instant(done.written.at)
    return dump({"response": response})


def _with_reads(sender: Sender, said: str, reads: dict[int, Entry]) -> str:
    """Fill in what the entries that read find, now that the others are written."""
    entries = [dump(entry) for entry in parse(said).resource["entry"]]
    for n, entry in reads.items():
        entries[n] = reading.entry(sender, entry.url)
    return _bundle("transaction", entries)


def _bundle(kind: str, entries: Sequence[str]) -> str:
    head = f'{{"resourceType":"Bundle","type":"{kind}-response"'
    return f'{head},"entry":[{",".join(entries)}]}}' if entries else f"{head}}}"
