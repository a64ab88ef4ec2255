"""Who may take anything away: the patient alone, and only shortly after they proved it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeAlias, cast

from allauth.account.decorators import reauthentication_required
from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase

from fhir.access import Kind
from portal.export.parts import Part, parts_of
from portal.identity.middleware import IdentifiedRequest

if TYPE_CHECKING:
    from portal.identity.models import User

Given = ParamSpec("Given")
View: TypeAlias = Callable[Concatenate[IdentifiedRequest, Given], HttpResponseBase]


def proved_lately(view: View[Given]) -> View[Given]:
    """Ask once more who it is, unless they proved it in the last 15 minutes."""
    asking: Any = reauthentication_required(view)
    return cast("View[Given]", asking)


def own_parts(request: IdentifiedRequest) -> list[Part]:
    """Return the parts of one's own record; who helps somebody takes nothing with them.

    :raises PermissionDenied: it is another's record.
    """
    if request.viewer.kind is not Kind.PATIENT:
        raise PermissionDenied
    return parts_of(request.viewer, request.patient)


def whose(request: IdentifiedRequest) -> dict[str, Any]:
    """Return what rows of this person about this record have in common."""
    return {"user": cast("User", request.user), "patient": request.patient}
