"""Pages of staff that follow a desk: the bookings of a place, a clinic or a clinician.

A desk is a reference: `Location/…`, `Schedule/…` or `Practitioner/…`. At which of them something
has happened is asked of the claims only while such a page is open. A page carries its desk sealed
for whose session it is: whoever may see it was asked when it was made, and is asked again whenever
it looks.
"""

from collections.abc import Collection
from secrets import token_hex
from typing import Final

from django.db import connection

from fhir.changes import CHANNEL
from portal.appointments import claims
from portal.identity.models import Capacity
from portal.identity.sessions import Standing
from portal.live import cursors

TOPIC: Final = "desk"
EVERY: Final = "*"
_PURPOSE: Final = "desk"
_TOUCHED: Final = """
SELECT DISTINCT 'Location/' || c.location, 'Schedule/' || s.clinic_id,
  'Practitioner/' || c.clinician FROM portal_claim c
JOIN portal_clinicslot s ON s.slot = c.slot WHERE c.patient = ANY(%s)
"""


def cursor(standing: Standing, desk: str) -> str:
    """Return what a page carries that follows a desk: never the same twice."""
    return cursors.seal(f"{desk} {token_hex(4)}", standing.token, _PURPOSE)


def opened(standing: Standing, said: str) -> str:
    """Return the desk that a page follows, or nothing if it was not given to this session."""
    if standing.capacity != Capacity.STAFF or not said:
        return ""
    return (cursors.unseal(said, standing.token, _PURPOSE) or "").partition(" ")[0]


def changed(desk: str) -> None:
    """Wake the pages that follow a desk when this transaction is committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, desk])


def touched(heard: Collection[str], desks: set[str]) -> set[str]:
    """Return which of these desks have to do with what was heard of: patients, or desks."""
    if EVERY in heard:
        return desks
    named = desks.intersection(heard)
    if named == desks:
        return named
    with claims.opened(), connection.cursor() as cursor:
        cursor.execute(_TOUCHED, [list(heard)])
        found = {desk for row in cursor.fetchall() for desk in row}
    return named | desks & found
