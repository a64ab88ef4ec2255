"""What every address of the API has in common: who asks, in what format, and what is said if not.

Only a token opens the API: the session of a signed-in person is not looked at.
"""

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt

from fhir.access import NOBODY, Viewer
from fhir.rest.failures import Failure, failure, failure_of
from fhir.rest.rendering import FHIR_JSON, refusal
from fhir.validation import MAX_BUNDLE

Handler = Callable[..., HttpResponse]

_BEARER: Final = re.compile(r"Bearer +([A-Za-z0-9\-._~+/]+=*)", re.IGNORECASE)
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9\-._]{1,64}")
_JSON_TYPES: Final = frozenset({FHIR_JSON, "application/json", "text/json"})
_JSON_FORMATS: Final = _JSON_TYPES | {"json"}
_ANY: Final = frozenset({"*/*", "application/*", "text/*"})


class ApiRequest(HttpRequest):
    """A request whose asker is known."""

    fhir_viewer: Viewer


def endpoint(*, is_open: bool = False, **handlers: Handler) -> Callable[..., HttpResponse]:
    """Return the view of one address: a handler for each method, everything else refused alike."""

    def view(request: ApiRequest, **parts: str) -> HttpResponse:
        try:
            request.fhir_viewer = NOBODY if is_open else _viewer(request)
            _require_json_wanted(request)
            response = _handler(request, handlers)(request, **parts)
        except Exception as fault:  # noqa: BLE001 (whatever happens, a client gets an outcome)
            response = refusal(failure_of(fault))
        response["X-Request-Id"] = request_id(request)
        return response

    return csrf_exempt(view)


def _method_not_allowed(allowed: Mapping[str, Handler], method: str | None) -> Failure:
    """Return the failure that names the methods there are."""
    names = ", ".join(sorted(name.upper() for name in allowed))
    message = f"{method} is not possible here" + (f"; {names} is" if names else "")
    return failure(405, "not-supported", message, Allow=names)


def request_id(request: HttpRequest) -> str:
    """Return the client's name for the request, or one of ours."""
    said = request.headers.get("X-Request-Id", "")
    if not _REQUEST_ID.fullmatch(said):
        said = vars(request).setdefault("own_id", uuid.uuid4().hex)
    return said


def body_of(request: HttpRequest) -> bytes:
    """Return the body, checked for size and type before it is read."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise failure(415, "not-supported", "a body is sent as it is, without Content-Encoding")
    kind, _, rest = (request.content_type or "").partition(";")
    charset = (request.content_params or {}).get("charset", "utf-8").lower()
    if kind not in _JSON_TYPES or charset not in {"utf-8", "utf8", "us-ascii"} or rest:
        raise failure(415, "not-supported", f"send {FHIR_JSON} in UTF-8, not {kind or 'nothing'}")
    length = request.headers.get("Content-Length", "")
    announced = int(length) if length.isascii() and length.isdecimal() else 0
    body = b"" if announced > MAX_BUNDLE else request.read(MAX_BUNDLE + 1)
    if max(announced, len(body)) > MAX_BUNDLE:
        raise failure(413, "too-long", f"more than {MAX_BUNDLE} bytes")
    return body


def preferences(request: HttpRequest) -> dict[str, str]:
    """Return what the client would rather have.

    >>> preferences(HttpRequest())
    {}
    """
    said = request.headers.get("Prefer", "")
    pairs = (part.strip().partition("=") for part in re.split("[;,]", said) if part.strip())
    return {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}


def _viewer(request: HttpRequest) -> Viewer:
    sent = _BEARER.fullmatch(request.headers.get("Authorization", "").strip())
    found: Viewer | None = None
    if sent:
        viewer_of = import_string(settings.FHIR_VIEWER)
        found = viewer_of(sent[1])
    if found is None:
        bad = ', error="invalid_token"' if sent else ""
        raise failure(
            401,
            "login",
            "This token is not known, or no longer." if sent else "A token is needed.",
            WWW_Authenticate=f'Bearer realm="fhir"{bad}',
        )
    return replace(found, request=request_id(request))


def _require_json_wanted(request: HttpRequest) -> None:
    if asked := request.GET.get("_format"):
        # A plus sign in a query is a space to those who did not escape it.
        if asked.partition(";")[0].replace(" ", "+") not in _JSON_FORMATS:
            raise failure(406, "not-supported", f"only JSON is spoken here, not {asked[:40]}")
        return
    accepted = request.headers.get("Accept", "*/*")
    kinds = {part.partition(";")[0].strip().lower() for part in accepted.split(",")}
    if not kinds & (_JSON_TYPES | _ANY):
        raise failure(406, "not-supported", f"only {FHIR_JSON} is spoken here")


def _handler(request: HttpRequest, handlers: Mapping[str, Handler]) -> Handler:
    method = (request.method or "").lower()
    found = handlers.get("get" if method == "head" else method)
    if found is None:
        raise _method_not_allowed(handlers, request.method)
    return found
