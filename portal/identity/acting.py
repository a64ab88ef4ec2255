"""What every page is told of whose record it shows."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from portal.carers import scopes

if TYPE_CHECKING:
    from portal.identity.sessions import Standing


def shared(request: HttpRequest) -> dict[str, Any]:
    """Tell templates whose record it is, if somebody else's, and which scopes may be shown.

    Named in settings.TEMPLATES. To patients themselves everything is shown.
    """
    standing: Standing | None = getattr(request, "standing", None)
    if standing is None or standing.acting is None:
        return {"acting_for": "", "shared": scopes.EVERYTHING}
    return {"acting_for": standing.acting.name, "shared": standing.acting.scopes}
