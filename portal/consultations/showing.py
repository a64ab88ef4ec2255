"""What pages on the way into a consultation are given: every patient's, and a guest's."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.http import HttpResponse

from portal.appointments.resources import contact_of
from portal.appointments.rules import JOIN_AFTER, JOIN_BEFORE
from portal.appointments.terms import terms_of
from portal.consultations import ice, said
from portal.consultations.opening import Opened, WayIn
from portal.consultations.rules import Stage
from portal.identity.middleware import IdentifiedRequest
from portal.record import pages

# After so long a call that does not come back is gone on with by phone.
LOST_FOR: Final = timedelta(minutes=1)


def shown(
    request: IdentifiedRequest,
    name: str,
    found: Opened,
    more: Mapping[str, Any] | None = None,
    parts: Mapping[str, str] | None = None,
) -> HttpResponse:
    appointment = found.appointment.json
    clinician = said.clinician_of(appointment)
    context = {
        **way_in(found, clinician),
        "section": "appointments",
        "visit": found,
        "held": found.held,
        "clinician": clinician or "Your clinician",
        "phone": contact_of(appointment),
        "said": said,
    }
    page = f"consultations/{name}.html"
    return pages.page(request, page, {**context, **(more or {})}, parts)


def way_in(found: WayIn, clinician: str) -> dict[str, Any]:
    """Return what a page says of the way in, to whoever it is."""
    booking = found.booking
    return {
        "booking": booking,
        "stage": found.stage,
        "stages": Stage,
        "short": said.short(clinician),
        "clinic_phone": terms_of(booking.service).phone,
        "joins_at": booking.starts_at - JOIN_BEFORE,
        "closes_at": booking.starts_at + JOIN_AFTER,
        "note": said.note_of(found.held, clinician),
        "is_possible": ice.is_possible(),
    }
