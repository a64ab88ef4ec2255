"""The newest change of the record in view, read once a request, before anything that is shown."""

from fhir import changes
from fhir.changes import Head
from portal.identity.middleware import IdentifiedRequest
from portal.live import cursors


def head_of(request: IdentifiedRequest) -> Head:
    """Return the newest change that this viewer may see."""
    head: Head | None = vars(request).get("head")
    if head is None:
        head = changes.head(request.viewer, request.patient)
        vars(request)["head"] = head
    return head


def asked_since(request: IdentifiedRequest) -> Head | None:
    """Return the place of the page that asks for a part of itself, if it says one of this log."""
    since = cursors.decode(request.GET.get("cursor", ""), request.patient)
    return since if since and since.epoch == head_of(request).epoch else None
