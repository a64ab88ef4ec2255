"""Reading and searching, for an address of their own or for an entry of a bundle."""

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode

from fhir.elements import RESOURCE_TYPES
from fhir.outcomes import error
from fhir.raw import dump
from fhir.rest import queries
from fhir.rest.arriving import Sender, is_id
from fhir.rest.failures import NOT_FOUND, UNREADABLE, failure
from fhir.rest.rendering import etag, searchset
from fhir.splice import instant
from fhir.store import Stored


def search(
    sender: Sender, resource_type: str, pairs: Iterable[queries.Pair], *, lenient: bool = False
) -> str:
    """Return a page of what is asked for."""
    query = queries.read(resource_type, pairs, sender.base, lenient=lenient)
    address = f"{sender.base}/{resource_type}"
    links = {"self": _link(address, query.applied)}
    if query.only_total:
        number = sender.records.count(query.criteria)
        return searchset(sender.base, [], links, number, query.remarks)
    found, more = sender.records.search(query.criteria)
    if more:
        rest = [pair for pair in query.applied if pair[0] != queries.CURSOR]
        after = queries.cursor_after(found[-1].key)
        links["next"] = _link(address, [*rest, (queries.CURSOR, after)])
    total = sender.records.count(query.criteria) if query.wants_total else None
    damaged = [error("exception", name, UNREADABLE) for name in sender.records.left_out]
    return searchset(sender.base, found, links, total, [*query.remarks, *damaged])


def read(sender: Sender, parts: list[str]) -> Stored:
    """Return what stands at "Type/id" or "Type/id/_history/version".

    :raises Failure: that is no such address.
    :raises NotFound: there is nothing for this sender.
    """
    match parts:
        case [kind, logical_id] if kind in RESOURCE_TYPES and is_id(logical_id):
            return sender.records.read(kind, logical_id)
        case [kind, logical_id, "_history", version] if (
            kind in RESOURCE_TYPES and is_id(logical_id) and is_version(version)
        ):
            return sender.records.read_version(kind, logical_id, int(version))
    raise failure(404, "not-found", NOT_FOUND)


def is_version(text: str) -> bool:
    """Whether a text can be the number of a version."""
    return text.isdecimal() and text.isascii() and len(text) < 10  # noqa: PLR2004 (a 32-bit number)


def entry(sender: Sender, url: str) -> str:
    """Return the entry of an answer for a GET within a bundle."""
    place, _, query = url.partition("?")
    parts = place.strip("/").split("/")
    if len(parts) == 1 and parts[0] in RESOURCE_TYPES:
        text = search(sender, parts[0], parse_qsl(query, keep_blank_values=True))
        return f'{{"resource":{text},"response":{{"status":"200 OK"}}}}'
    found = read(sender, parts)
    response = {
        "status": "200 OK",
        "etag": etag(found.version),
        "lastModified": instant(found.updated_at),
    }
    return f'{{"resource":{found.text},"response":{dump(response)}}}'


def _link(address: str, pairs: list[queries.Pair]) -> str:
    return f"{address}?{urlencode(pairs)}" if pairs else address
