"""The statements by which claims are taken, locked and booked; their values are parameters."""

from typing import Final

from django.db.models import Model

from portal.appointments.models import Claim, Clinic, ClinicSlot


def _columns_of(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]  # noqa: SLF001 (Django's own word for it)


CLAIM: Final = _columns_of(Claim)
SLOT: Final = _columns_of(ClinicSlot)
CLINIC: Final = _columns_of(Clinic)
_COLUMNS: Final = ", ".join(CLAIM)
SELECT: Final = f"SELECT {_COLUMNS} FROM portal_claim"
OFFER: Final = ", ".join(
    ["daybook_now()", *(f"s.{name}" for name in SLOT), *(f"k.{name}" for name in CLINIC)]
)
# Every statement of booking finds a few rows by their keys: to plan each time costs as much again.
_DOOR: Final = """
SELECT set_config('daybook.claims', %s, true), set_config('plan_cache_mode', %s, true)
"""
OPEN: Final = (_DOOR, ["all", "force_generic_plan"])
SHUT: Final = (_DOOR, ["", "auto"])
_OF_CLAIM: Final = ", ".join(f"c.{name}" for name in CLAIM)
# The slot `n` that a longer visit in `s` lasts through: of the same clinic and length, without a
# gap. Slots of a clinic that are open have all else in common.
SECOND: Final = """
n.clinic_id = s.clinic_id AND n.starts_at = s.ends_at
  AND n.ends_at = s.ends_at + (s.ends_at - s.starts_at) AND n.local_date = s.local_date
"""
# Whether a longer visit that began in the slot before is booked through `s`. Counted: of whether
# there is one, the database may make itself a table of all bookings first.
SPANNED: Final = """
(SELECT count(*) FROM portal_clinicslot f JOIN portal_claim c ON c.slot = f.slot
  WHERE f.clinic_id = s.clinic_id AND f.starts_at = s.starts_at - (s.ends_at - s.starts_at)
    AND f.ends_at = s.starts_at AND c.state = 'booked' AND c.ends_at = s.ends_at) > 0
"""
# A claim and the booking that it would replace, each behind its slots: so nobody waits in a ring.
LOCK: Final = f"""
SELECT {OFFER}, {_OF_CLAIM} FROM portal_claim c JOIN portal_clinicslot f ON f.slot = c.slot
JOIN portal_clinicslot s ON s.clinic_id = f.clinic_id
  AND s.starts_at = ANY (ARRAY[f.starts_at, f.ends_at])
  AND (s.slot = f.slot OR (s.starts_at = f.ends_at AND s.ends_at = c.ends_at))
JOIN portal_clinic k ON k.key = s.clinic_id
WHERE c.key IN (SELECT unnest(ARRAY[key, replaces]) FROM portal_claim WHERE key = %s)
ORDER BY s.slot, c.key FOR NO KEY UPDATE OF s, c
"""
# And what this form was answered before, if it was.
OFFERED: Final = f"""
SELECT {OFFER}, {_OF_CLAIM} FROM portal_clinicslot s JOIN portal_clinic k ON k.key = s.clinic_id
LEFT JOIN portal_claim c ON c.request = %s WHERE s.slot = %s
"""
# First ends what stands in the way: what was held for too long, by anybody, and what else this
# patient holds of the service. Then the lowest free unit of an open slot, for a longer visit with
# the whole of the one after it; what anybody else has taken meanwhile is left to them. Counting
# makes the database do one before the other.
TAKE: Final = f"""
WITH stale AS (
  UPDATE portal_claim SET state = 'expired', hold_until = NULL, ended_at = daybook_now()
  WHERE key IN (SELECT key FROM portal_claim WHERE state = 'held' AND hold_until <= daybook_now()
    AND (slot = %(slot)s OR patient = %(patient)s
      OR (starts_at < %(ends_at)s AND ends_at > %(starts_at)s))
    ORDER BY key FOR UPDATE SKIP LOCKED)
  RETURNING key
), other AS (
  UPDATE portal_claim SET state = 'released', hold_until = NULL, ended_at = daybook_now()
  WHERE patient = %(patient)s AND service = %(service)s AND request <> %(request)s
    AND state = 'held' AND hold_until > daybook_now()
  RETURNING key
), ended AS (
  SELECT count(*) AS count FROM (SELECT key FROM stale UNION ALL SELECT key FROM other) AS two
)
INSERT INTO portal_claim (key, request, patient, ticket, slot, unit, service, location, clinician,
  mode, local_date, starts_at, ends_at, state, hold_until, is_extended, replaces, series, sequence,
  made_at)
SELECT %(key)s, %(request)s, %(patient)s, %(ticket)s, s.slot, u.unit, s.service, s.location,
  s.clinician, %(mode)s, s.local_date, s.starts_at, %(ends_at)s, 'held',
  daybook_now() + %(held_for)s, false, %(replaces)s, %(series)s, %(sequence)s, daybook_now()
FROM ended CROSS JOIN portal_clinicslot s CROSS JOIN generate_series(0, s.capacity - 1) AS u(unit)
WHERE ended.count >= 0 AND s.slot = %(slot)s AND s.is_open AND NOT s.is_full
AND (s.ends_at = %(ends_at)s OR EXISTS (SELECT FROM portal_clinicslot n
  WHERE {SECOND} AND n.ends_at = %(ends_at)s AND n.is_open AND NOT n.is_full))
AND NOT EXISTS (
  SELECT FROM portal_claim c WHERE c.slot = s.slot AND c.unit = u.unit AND (c.state = 'booked'
    OR (c.state = 'held' AND c.hold_until > daybook_now()
      AND NOT (c.patient = %(patient)s AND c.request <> %(request)s))))
ORDER BY u.unit LIMIT 1
ON CONFLICT DO NOTHING RETURNING {_COLUMNS}
"""
BOOK: Final = f"""
UPDATE portal_claim SET state = 'booked', hold_until = NULL, replaces = NULL,
  booked_at = daybook_now()
WHERE key = %s AND state = 'held' AND hold_until > daybook_now()
RETURNING {_COLUMNS}
"""
FULL: Final = f"""
UPDATE portal_clinicslot s SET is_full = NOT s.is_full WHERE s.slot = ANY(%s) AND s.is_full <> (
  (SELECT count(*) FROM portal_claim c
    WHERE c.slot = s.slot AND c.state = 'booked' AND c.unit < s.capacity) >= s.capacity
  OR {SPANNED})
RETURNING s.slot, s.is_full
"""
SEAT: Final = """
UPDATE portal_claim c SET unit = p.unit, orphaned_at =
  CASE WHEN p.fits THEN NULL ELSE coalesce(c.orphaned_at, daybook_now()) END
FROM unnest(%s::uuid[], %s::int[], %s::bool[]) AS p(key, unit, fits) WHERE c.key = p.key
"""
