"""What every page is told of whose record it shows."""

from functools import partial
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from portal import clock
from portal.carers import scopes
from portal.carers.standing import helped_by
from portal.identity.models import Capacity
from portal.record.dates import local
from portal.record.whose import Whose

if TYPE_CHECKING:
    from collections.abc import Callable

    from fhir.store import Repository
    from portal.carers.standing import Acting
    from portal.identity.models import User
    from portal.identity.sessions import Standing


def shared(request: HttpRequest) -> dict[str, Any]:
    """Tell templates whose record it is, if somebody else's, and which scopes may be shown.

    And what of it was left out, since it cannot be read.
    Named in settings.TEMPLATES. To patients themselves everything is shown; whom they help is
    asked of the database only by the page that lists it.
    """
    standing: Standing | None = getattr(request, "standing", None)
    records: Repository | None = getattr(request, "records", None)
    told: dict[str, Any] = {"left_out": records.left_out if records else {}, "whose": Whose()}
    if standing is not None and standing.acting is not None:
        acts = standing.acting
        told["whose"] = Whose(acts.name)
        return told | {"acting_for": acts.name, "shared": acts.scopes, "people_helped": tuple}
    people: Callable[[], Any] = tuple
    if standing is not None and standing.capacity == Capacity.PATIENT:
        people = partial(_helped_today, standing.user)
    return told | {"acting_for": "", "shared": scopes.EVERYTHING, "people_helped": people}


def _helped_today(user: "User") -> "list[Acting]":
    # Nothing is asked sooner: a page that says that the database is away cannot ask it.
    return helped_by(user, local(clock.now()).date())
