"""What every page of booking is given."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from portal.appointments import said
from portal.identity.middleware import IdentifiedRequest
from portal.record import pages


def shown(
    request: IdentifiedRequest,
    name: str,
    context: Mapping[str, Any],
    status: int = 200,
    parts: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return a page; `form_id` is new each time, so that each showing is an asking of its own."""
    common = {"section": "appointments", "said": said, "form_id": uuid.uuid4()}
    template = name if "/" in name else f"appointments/{name}"
    answer = pages.page(request, f"{template}.html", common | dict(context), parts)
    answer.status_code = status
    return answer
