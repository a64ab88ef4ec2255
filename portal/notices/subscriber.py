"""Told by the relay of each change of an appointment, be it of a patient, staff or a system."""

from collections.abc import Sequence

from fhir.changes import Change
from portal import clock
from portal.notices.actions import Changed, follow

_WRITTEN = frozenset({"created", "updated"})


def appointment_changed(changes: Sequence[Change]) -> None:
    """Write down what is to be said of what one transaction did to one patient's appointments."""
    written = [
        one for one in changes if one.resource_type == "Appointment" and one.kind in _WRITTEN
    ]
    if written:
        keys = {one.logical_id for one in written}
        new = {one.logical_id for one in written if one.kind == "created"}
        is_history = all(one.backload for one in written)
        follow(Changed(written[0].patient, keys, new, is_history=is_history), clock.now())
