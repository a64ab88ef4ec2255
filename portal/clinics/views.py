"""The clinics that somebody runs."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from portal import clock
from portal.clinics import listing
from portal.clinics.frame import me, page
from portal.identity.middleware import IdentifiedRequest


@require_safe
def clinics(request: IdentifiedRequest) -> HttpResponse:
    return page(request, "list", {"rows": listing.rows(me(request), clock.now())})
