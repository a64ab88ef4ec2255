"""What a session keeps on the way to an invitation: that one is safe, and what one would share."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.carers import scopes
from portal.carers.actions import Limits, Wish
from portal.carers.forms import LimitsForm
from portal.carers.relationships import words_for
from portal.identity.middleware import IdentifiedRequest

_ASKED, _WISH = "carers_asked", "carers_wish"

Given = ParamSpec("Given")
_View = Callable[Concatenate[IdentifiedRequest, Given], HttpResponse]


def asked_first(view: _View[Given]) -> _View[Given]:
    """Send whoever has not been asked yet whether they are made to share, to be asked."""

    @wraps(view)
    def wrapped(
        request: IdentifiedRequest, /, *args: Given.args, **given: Given.kwargs
    ) -> HttpResponse:
        if not request.session.get(_ASKED):
            return redirect("carers:safe")
        return view(request, *args, **given)

    return wrapped


def was_asked(request: HttpRequest) -> None:
    request.session[_ASKED] = True


def keep(request: IdentifiedRequest, wish: Wish) -> None:
    kept = asdict(wish)
    kept["limits"] = {
        "scopes": sorted(wish.limits.scopes),
        "ends_on": wish.limits.ends_on.isoformat() if wish.limits.ends_on else "",
    }
    request.session[_WISH] = kept | {"patient": request.patient}


def forget(request: HttpRequest) -> None:
    request.session.pop(_WISH, None)


def wish_of(request: IdentifiedRequest) -> Wish | None:
    """Return what has been filled in and not been sent, for the record in view."""
    kept = request.session.get(_WISH)
    if not kept or kept["patient"] != request.patient:
        return None
    of = kept["limits"]
    ends_on = date.fromisoformat(of["ends_on"]) if of["ends_on"] else None
    limits = Limits(frozenset(of["scopes"]), ends_on)
    return Wish(kept["name"], kept["email"], kept["relationship"], limits)


def shown(wish: Wish) -> dict[str, Any]:
    """Return a wish as the form shows it."""
    who = {"name": wish.name, "email": wish.email, "relationship": wish.relationship}
    return who | LimitsForm.shown(wish.limits)


def said(wish: Wish) -> dict[str, Any]:
    """Return a wish in the words of the page on which it is checked."""
    return {
        "wish": wish,
        "relation": words_for(wish.relationship),
        "can_see": scopes.words_of(wish.limits.scopes),
        "cannot_see": scopes.words_of(scopes.EVERYTHING - wish.limits.scopes),
        "is_private": scopes.SENSITIVE in wish.limits.scopes,
    }
