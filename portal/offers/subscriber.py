"""Told by the relay of each change of an appointment: one that has ended may have freed a time."""

from collections.abc import Sequence

from fhir.changes import Change
from portal import clock
from portal.offers.actions import freed_by


def appointment_changed(changes: Sequence[Change]) -> None:
    ended = {
        one.logical_id: one.version
        for one in changes
        if one.resource_type == "Appointment" and one.kind == "updated" and not one.backload
    }
    if ended:
        freed_by(ended, clock.now())
