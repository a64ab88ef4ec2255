"""Whoever guards privacy looks at each emergency access afterwards: who, when and why."""

from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from portal import clock
from portal.emergency import actions
from portal.emergency.models import EmergencyAccess
from portal.emergency.rules import WORDS, Why
from portal.identity.menus import menu
from portal.identity.middleware import IdentifiedRequest

if TYPE_CHECKING:
    from portal.identity.models import User

_MOST = 100


@require_safe
def unchecked(request: IdentifiedRequest) -> HttpResponse:
    """List what has not been checked, the oldest first; whose record it was is not said."""
    rows = EmergencyAccess.objects.filter(checked_at=None).select_related("user")
    found = [(row, WORDS[Why(row.why)]) for row in rows.order_by("opened_at")[:_MOST]]
    me = cast("User", request.user)
    shown = {
        "area": "operations",
        "sections": menu(me.role, "ops_emergencies"),
        "me": (me.name, me.job_title or me.get_role_display()),
        "home": reverse("ops_feeds"),
        "found": found,
    }
    return render(request, "staff/emergency/unchecked.html", shown)


@require_POST
def check(request: IdentifiedRequest, key: UUID) -> HttpResponse:
    actions.check(by=cast("User", request.user), key=key, now=clock.now())
    return redirect("ops_emergencies")
