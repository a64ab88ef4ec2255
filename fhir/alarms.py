"""What somebody must look at soon, as numbers alone: nothing here tells whom it is about."""

import enum
from typing import Final

from django.db import connection

from fhir import deliveries
from fhir.access import SYSTEM
from fhir.hl7.inbox import RETRIES
from fhir.labels import Label
from fhir.scope import scoped


class Alarm(enum.StrEnum):
    """The kinds of trouble that are never left to be found by chance."""

    SILENT = "silent feeds"
    PARKED = "people whose messages are parked"
    DEAD = "messages given up after every retry"
    HELD = "identities held"
    UNKNOWN_LABEL = "resources hidden by a label that is not known"
    UNTOLD = "changes that a part of the service fails to take, again and again"
    BARRED = "attempts in 24 hours to open one’s own or a relation’s record"
    UNREADABLE = "resources that somebody asked for in 24 hours and that cannot be read"


def counts() -> dict[Alarm, int]:
    """Return how many there are of each kind, in one query."""
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_COUNT, {"retries": len(RETRIES), "tellings": len(deliveries.RETRIES)})
        return dict(zip(Alarm, cursor.fetchone(), strict=True))


# In the order of the kinds. A message without a person is one of its own.
_COUNT: Final = f"""
SELECT
  (SELECT count(*) FROM portal_fhir_feed
   WHERE revoked_at IS NULL AND (sender IS NOT NULL OR token_digest IS NOT NULL)
     AND last_used_at < daybook_now() - silence_minutes * interval '1 minute'),
  (SELECT count(DISTINCT CASE person WHEN '' THEN '\\x00'::bytea || int8send(id) ELSE person END)
   FROM portal_fhir_inboundmessage WHERE state = 'parked'),
  (SELECT count(*) FROM portal_fhir_inboundmessage
   WHERE state = 'parked' AND attempts > %(retries)s),
  (SELECT count(*) FROM portal_fhir_stream WHERE held_at IS NOT NULL),
  (SELECT count(*) FROM portal_fhir_resource WHERE labels & {Label.UNKNOWN.value} > 0),
  (SELECT count(*) FROM portal_fhir_delivery WHERE attempts >= %(tellings)s),
  (SELECT count(*) FROM portal_fhir_auditentry
   WHERE outcome = 'barred' AND at > daybook_now() - interval '24 hours'),
  (SELECT count(DISTINCT (resource_type, ids)) FROM portal_fhir_auditentry
   WHERE outcome = 'unreadable' AND at > daybook_now() - interval '24 hours')
"""  # noqa: S608 (the label's bit, as the index over it has it)
