"""The addresses of the API: each a handful of interactions, told apart by method."""

from django.http import HttpResponse, QueryDict

from fhir import feeds
from fhir.elements import RESOURCE_TYPES
from fhir.rest import arriving, bundles, capability, reading, rendering
from fhir.rest.arriving import Arrived, Sender
from fhir.rest.endpoint import ApiRequest, body_of, endpoint, preferences
from fhir.rest.failures import failure
from fhir.store import Repository


def _sender(request: ApiRequest, *, leaves_out: bool = False) -> Sender:
    viewer = request.fhir_viewer
    records = Repository(viewer, leaves_out=leaves_out)
    return Sender(viewer, rendering.base_url(request), records)


def _writer(request: ApiRequest) -> Sender:
    sender = _sender(request)
    feeds.heard(sender.feed)
    return sender


def _require_type(resource_type: str) -> None:
    if resource_type not in RESOURCE_TYPES:
        raise failure(404, "not-supported", f"{resource_type[:60]} is not a resource type of R4")


def _require_kept(resource_type: str) -> None:
    _require_type(resource_type)
    if refusal := arriving.refusal_of(resource_type):
        raise failure(422, "not-supported", refusal, resource_type)


def _statement(request: ApiRequest) -> HttpResponse:
    return rendering.answer(capability.statement(rendering.base_url(request)))


def _bundle(request: ApiRequest) -> HttpResponse:
    return rendering.answer(bundles.take(_writer(request), body_of(request)))


def _search(request: ApiRequest, resource_type: str) -> HttpResponse:
    _require_type(resource_type)
    return _found(request, resource_type, request.GET)


def _search_by_form(request: ApiRequest, resource_type: str) -> HttpResponse:
    _require_type(resource_type)
    if request.content_type != "application/x-www-form-urlencoded":
        raise failure(415, "not-supported", "send application/x-www-form-urlencoded")
    asked = request.GET.copy()
    asked.update(request.POST)
    return _found(request, resource_type, asked)


def _found(request: ApiRequest, resource_type: str, asked: QueryDict) -> HttpResponse:
    pairs = [(name, value) for name, values in asked.lists() for value in values]
    lenient = preferences(request).get("handling") == "lenient"
    sender = _sender(request, leaves_out=True)
    return rendering.answer(reading.search(sender, resource_type, pairs, lenient=lenient))


def _create(request: ApiRequest, resource_type: str) -> HttpResponse:
    _require_kept(resource_type)
    sender = _writer(request)
    condition = request.headers.get("If-None-Exist", "")
    done = arriving.create(sender, resource_type, body_of(request), condition)
    return _done(request, sender, done)


def _update(request: ApiRequest, resource_type: str, logical_id: str) -> HttpResponse:
    _require_kept(resource_type)
    sender = _writer(request)
    condition = request.headers.get("If-Match", "")
    done = arriving.update(sender, resource_type, logical_id, body_of(request), condition)
    return _done(request, sender, done)


def _done(request: ApiRequest, sender: Sender, done: Arrived) -> HttpResponse:
    status = 201 if done.is_new else 200
    wanted = preferences(request).get("return", "representation")
    if wanted == "minimal":
        response = HttpResponse(status=status)
        response["ETag"] = rendering.etag(done.version)
    else:
        found = done.as_stored(sender.records)
        response = rendering.stamped(rendering.answer(found.text, status), found)
    response["Location"] = f"{sender.base}/{done.resource_type}/{done.id}/_history/{done.version}"
    return response


def _read(request: ApiRequest, resource_type: str, logical_id: str) -> HttpResponse:
    _require_type(resource_type)
    sender = _sender(request)
    if "If-None-Match" in request.headers:
        current = sender.records.current_version(resource_type, logical_id)
        if (unchanged := rendering.held_by_client(request, current)) is not None:
            return unchanged
    return rendering.resource(request, reading.read(sender, [resource_type, logical_id]))


def _history(request: ApiRequest, resource_type: str, logical_id: str) -> HttpResponse:
    _require_type(resource_type)
    sender = _sender(request)
    if request.GET.keys() - {"_format"}:
        raise failure(400, "not-supported", "a history takes no parameters here")
    versions = sender.records.history(resource_type, logical_id)
    address = request.build_absolute_uri()
    return rendering.answer(rendering.history(sender.base, versions, address))


def _version(
    request: ApiRequest, resource_type: str, logical_id: str, version: str
) -> HttpResponse:
    _require_type(resource_type)
    parts = [resource_type, logical_id, "_history", version]
    return rendering.resource(request, reading.read(_sender(request), parts))


def _nowhere(_: ApiRequest, address: str) -> HttpResponse:
    raise failure(404, "not-found", f"{address[:100]} is not an address of this API")


base = endpoint(post=_bundle)
metadata = endpoint(is_open=True, get=_statement)
of_type = endpoint(get=_search, post=_create)
by_form = endpoint(post=_search_by_form)
instance = endpoint(get=_read, put=_update)
history = endpoint(get=_history)
version = endpoint(get=_version)
nowhere = endpoint(get=_nowhere, post=_nowhere, put=_nowhere, patch=_nowhere, delete=_nowhere)
