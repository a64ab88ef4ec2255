"""What every patient's page of a consultation is given."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.http import HttpResponse

from portal.appointments.resources import contact_of
from portal.appointments.rules import JOIN_AFTER, JOIN_BEFORE
from portal.appointments.terms import terms_of
from portal.consultations import ice, said
from portal.consultations.opening import Opened
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
    booking, appointment = found.booking, found.appointment.json
    clinician = said.clinician_of(appointment)
    context = {
        "section": "appointments",
        "visit": found,
        "booking": booking,
        "held": found.held,
        "stage": found.stage,
        "stages": Stage,
        "clinician": clinician or "Your clinician",
        "short": said.short(clinician),
        "phone": contact_of(appointment),
        "clinic_phone": terms_of(booking.service).phone,
        "joins_at": booking.starts_at - JOIN_BEFORE,
        "closes_at": booking.starts_at + JOIN_AFTER,
        "note": said.note_of(found.held, clinician),
        "is_possible": ice.is_possible(),
        "said": said,
    }
    page = f"consultations/{name}.html"
    return pages.page(request, page, {**context, **(more or {})}, parts)
