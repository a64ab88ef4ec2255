"""Answers as JSON; stored text is put into them as it stands, never parsed."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_http_date_safe

from fhir.outcomes import Issue, outcome
from fhir.paths import Json
from fhir.raw import dump
from fhir.rest.failures import Failure
from fhir.splice import instant
from fhir.store import Stored

FHIR_JSON: Final = "application/fhir+json"
_ETAG: Final = re.compile(r'(?:W/)?"(\d{1,18})"')


def base_url(request: HttpRequest) -> str:
    """Return the address of the API as the client wrote it."""
    return request.build_absolute_uri("/fhir/R4")


def answer(text: str | Json, status: int = 200) -> HttpResponse:
    """Return a resource."""
    written = text if isinstance(text, str) else dump(text)
    response = HttpResponse(written, status=status, content_type=f"{FHIR_JSON}; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response


def refusal(failed: Failure) -> HttpResponse:
    """Return a failure as an OperationOutcome."""
    response = answer(outcome(failed.issues), failed.status)
    for name, value in failed.headers.items():
        response[name] = value
    return response


def etag(version: int) -> str:
    """Return a version as FHIR writes it in headers.

    >>> etag(3)
    'W/"3"'
    """
    return f'W/"{version}"'


def version_in(tag: str) -> int | None:
    """Return the version that an entity tag names, or None.

    >>> version_in('W/"3"'), version_in("3")
    (3, None)
    """
    matched = _ETAG.fullmatch(tag.strip())
    return int(matched[1]) if matched else None


def http_date(at: datetime) -> str:
    """Return a time as HTTP writes it in headers."""
    return format_datetime(at.astimezone(UTC), usegmt=True)


def resource(request: HttpRequest, found: Stored) -> HttpResponse:
    """Return a resource, or 304 if the client holds this version."""
    unchanged = _is_held(request, found)
    response = HttpResponse(status=304) if unchanged else answer(found.text)
    return stamped(response, found)


def held_by_client(request: HttpRequest, current: int | None) -> HttpResponse | None:
    """Return 304 for a client that names the current version; nothing is read, nothing audited."""
    tags = request.headers.get("If-None-Match", "")
    if current is None or current not in map(version_in, tags.split(",")):
        return None
    return HttpResponse(status=304, headers={"ETag": etag(current)})


def stamped(response: HttpResponse, found: Stored) -> HttpResponse:
    """Name the version and when it was written."""
    response["ETag"] = etag(found.version)
    response["Last-Modified"] = http_date(found.updated_at)
    return response


def _is_held(request: HttpRequest, found: Stored) -> bool:
    if tags := request.headers.get("If-None-Match"):
        return tags.strip() == "*" or found.version in map(version_in, tags.split(","))
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return since is not None and int(found.updated_at.timestamp()) <= since


def searchset(
    base: str, found: Sequence[Stored], links: Json, total: int | None, remarks: Sequence[Issue]
) -> str:
    """Return a page of a search; `links` gives the address of each relation."""
    entries = [
        f'{{"fullUrl":{dump(f"{base}/{one.resource_type}/{one.id}")},"resource":{one.text},'
        '"search":{"mode":"match"}}'
        for one in found
    ]
    if remarks:
        entries.append(f'{{"resource":{dump(outcome(remarks))},"search":{{"mode":"outcome"}}}}')
    return _bundle("searchset", entries, links, total)


def history(base: str, versions: Sequence[Stored], address: str) -> str:
    """Return the versions of one resource, the newest first."""
    entries = [
        f'{{"fullUrl":{dump(f"{base}/{one.resource_type}/{one.id}")},"resource":{one.text},'
        f'"request":{{"method":"{"POST" if one.version == 1 else "PUT"}",'
        f'"url":"{one.resource_type}"}},"response":{dump(_written(one))}}}'
        for one in versions
    ]
    return _bundle("history", entries, {"self": address}, len(versions))


def _written(one: Stored) -> Json:
    return {
        "status": "201" if one.version == 1 else "200",
        "etag": etag(one.version),
        "lastModified": instant(one.updated_at),
    }


def _bundle(kind: str, entries: Iterable[str], links: Json, total: int | None) -> str:
    head: Json = {"resourceType": "Bundle", "type": kind}
    if total is not None:
        head["total"] = total
    head["link"] = [{"relation": name, "url": url} for name, url in links.items()]
    joined = ",".join(entries)
    return f'{dump(head)[:-1]},"entry":[{joined}]}}' if joined else dump(head)
