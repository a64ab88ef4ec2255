"""In whose eyes a calendar reads: whoever made its address, with what they hold at this moment."""

from dataclasses import replace
from datetime import datetime

from fhir.access import READING, Grant, Interaction, Kind, Viewer
from portal.calendars.models import CalendarAddress
from portal.carers.standing import acting_for
from portal.identity import grants, sessions
from portal.identity.models import Capacity
from portal.record.dates import local

_READ = frozenset({"Appointment"})


def viewer_through(address: CalendarAddress, now: datetime) -> Viewer | None:
    """Return a calendar as a viewer of appointments alone; None if they may not be seen any more.

    A helper's ends with the sharing, or when appointments are shared no more.
    """
    held = tuple(
        replace(grant, types=_READ, interactions=READING)
        for grant in _grants(address, now)
        if grant.covers(Interaction.READ, "Appointment") and grant.reaches(address.patient)
    )
    if not held or not address.user.is_active:
        return None
    return Viewer(
        Kind.PROXY,
        f"CalendarAddress/{address.key}",
        f"The calendar of {address.user.name}",
        role="Through a calendar address",
        grants=held,
        on_behalf_of=f"Patient/{address.patient}",
    )


def _grants(address: CalendarAddress, now: datetime) -> tuple[Grant, ...]:
    link = sessions.current_link(address.user)
    if link and link.patient == address.patient:
        return grants.grants_of(address.user, Capacity.PATIENT, address.patient)
    acting = acting_for(address.user, address.patient, local(now).date())
    return grants.grants_of_carer(acting)
