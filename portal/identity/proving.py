"""Prove again who you are, if that was over 15 minutes ago: before what others could misuse."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, cast

from allauth.account.decorators import reauthentication_required
from django.http import HttpResponse

from portal.identity.middleware import IdentifiedRequest

Given = ParamSpec("Given")
_View = Callable[Concatenate[IdentifiedRequest, Given], HttpResponse]


def proved_lately(view: _View[Given]) -> _View[Given]:
    """Ask for the password or the second step first; what was sent meanwhile is not lost."""
    return cast("_View[Given]", reauthentication_required(view))
