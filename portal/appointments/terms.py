"""What holds for the bookings of a service: until when they change online, and whom to ring."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from portal.appointments.models import BookingTerms
from portal.appointments.rules import CUT_OFF


@dataclass(frozen=True, slots=True)
class Terms:
    cut_off: timedelta
    phone: str


def terms_of(service: str) -> Terms:
    """Return a service's own terms, or the usual ones."""
    row = BookingTerms.objects.filter(service=service).first()
    if row is None:
        return Terms(CUT_OFF, settings.BRAND_PHONE)
    return Terms(timedelta(hours=row.cut_off_hours), row.phone or settings.BRAND_PHONE)
