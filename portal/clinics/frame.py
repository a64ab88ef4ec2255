"""What stands around each page of those who run clinics."""

from collections.abc import Mapping
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal import clock
from portal.appointments import said
from portal.clinics import words
from portal.identity import doors
from portal.identity.menus import menu
from portal.identity.models import Role, User


def page(
    request: HttpRequest,
    name: str,
    shown: Mapping[str, Any],
    status: int = 200,
    here: str = "staff_clinics",
) -> HttpResponse:
    """Return a page; `here` is the name of the place in the menu that it belongs to."""
    staff = me(request)
    frame = {
        "sections": menu(staff.role, here),
        "me": (staff.name, staff.job_title or staff.get_role_display()),
        "home": doors.HOMES[Role(staff.role)],
        "moment": clock.now(),
        "said": said,
        "words": words,
    }
    return render(request, f"staff/clinics/{name}.html", {**frame, **shown}, status=status)


def me(request: HttpRequest) -> User:
    return cast("User", request.user)
