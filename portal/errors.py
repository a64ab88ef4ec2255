"""Pages for what goes wrong: what happened, one next step, a telephone number, urgent help.

Not there and not yours are one page, byte for byte. A failure gets a code, which the caller reads
out and the log line carries.
"""

import logging
import secrets
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from fhir.store import Unreadable

logger = logging.getLogger(__name__)

# Without letters and figures that are taken for one another when read out.
CODE_LETTERS = "ABCDEFGHJKMNPQRTUVWXY346789"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return render(request, "errors/400.html", status=400)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return render(request, "errors/403.html", status=403)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is missing or old: most often a page left open too long."""
    logger.warning("A form was refused: %s", reason)
    return render(request, "errors/form.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return render(request, "errors/404.html", status=404)


def code_of(failure: BaseException | None) -> str:
    """Return a code for the caller to read out, and put it in the log."""
    code = "DB-" + "".join(secrets.choice(CODE_LETTERS) for _ in range(4))
    logger.error("%s: %s", code, type(failure).__name__)
    return code


def failed(request: HttpRequest) -> HttpResponse:
    failure = sys.exc_info()[1]
    code = code_of(failure)
    if isinstance(failure, OperationalError | InterfaceError):
        return unavailable(request, code)
    if isinstance(failure, Unreadable):
        return render(request, "errors/damaged.html", {"code": code}, status=500)
    return render(request, "errors/500.html", {"code": code}, status=500)


def unavailable(request: HttpRequest, code: str) -> HttpResponse:
    page = render(request, "errors/503.html", {"code": code}, status=503)
    page["Retry-After"] = "60"
    return page
