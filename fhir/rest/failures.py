"""What goes wrong with a request, as a status and an OperationOutcome that names the place."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.db import InterfaceError, OperationalError

from fhir.compartment import OfTwo, Unowned
from fhir.intake import Refused, Unmatched
from fhir.origins import Raced
from fhir.outcomes import Issue, error
from fhir.store import Conflict, NotFound, Unreadable
from fhir.validation import Malformed

logger = logging.getLogger(__name__)

_WAITS: Final = "no such patient is known here; it is kept, shown to nobody, until there is"
UNREADABLE: Final = "What is kept of it is damaged and cannot be read; it has been noted."
NOT_FOUND: Final = "There is nothing here, or nothing that you may see."


@dataclass
class Failure(Exception):
    """The request cannot be carried out."""

    status: int
    issues: Sequence[Issue]
    headers: Mapping[str, str] = field(default_factory=dict)


def failure(status: int, code: str, message: str, path: str = "", **headers: str) -> Failure:
    """Return a failure with one issue; a header's name is written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Failure(status, [error(code, path, message)], named)


def failure_of(fault: Exception) -> Failure:
    """Return what an exception of the store, or any other, tells the client."""
    for kinds, told in _TELLS:
        if isinstance(fault, kinds):
            return told(fault)
    logger.error("a request to the API failed", exc_info=fault)
    return failure(500, "exception", "Something went wrong here; it has been noted.")


def _malformed(fault: Malformed) -> Failure:
    """Return 400 for what could not be read, 413 for what is too big, 422 for what is not valid."""
    if any(issue.code == "too-long" for issue in fault.issues):
        return Failure(413, fault.issues)
    # What was read has a place; what could not be has none.
    return Failure(422 if any(issue.path for issue in fault.issues) else 400, fault.issues)


def _unmatched(fault: Unmatched) -> Failure:
    return Failure(422, [replace(issue, message=_WAITS) for issue in fault.issues])


def _refused(fault: Refused) -> Failure:
    is_conflict = any(issue.code == "conflict" for issue in fault.issues)
    return Failure(409 if is_conflict else 422, fault.issues)


def _busy(fault: Exception) -> Failure:
    logger.error("the database could not serve a request: %s", type(fault).__name__)
    return failure(503, "transient", "Try again shortly.", Retry_After="5")


# The first that fits tells; a class stands before those it derives from.
_TELLS: Final[tuple[tuple[type[Exception], Callable[[Any], Failure]], ...]] = (
    (Failure, lambda fault: fault),
    (Malformed, _malformed),
    (Unmatched, _unmatched),
    (Refused, _refused),
    (Conflict, lambda fault: failure(409, "conflict", str(fault))),
    (NotFound, lambda _: failure(404, "not-found", NOT_FOUND)),
    (Unreadable, lambda fault: failure(500, "exception", UNREADABLE, str(fault))),
    (Unowned, lambda _: failure(422, "required", "no patient can be told from it")),
    (OfTwo, lambda _: failure(422, "business-rule", "it names two patients")),
    (Raced, _busy),
    (OperationalError, _busy),
    (InterfaceError, _busy),
)
