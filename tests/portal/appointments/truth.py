"""What must hold of bookings whatever has happened, asked of the database."""

from django.db import connection

from fhir.access import SYSTEM
from fhir.scope import scoped

LIVE = "state IN ('held', 'booked')"
OVERLAPS = "tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)"

# Each finds what must not be.
NEVER = {
    "a unit twice": f"""SELECT slot, unit FROM portal_claim WHERE {LIVE}
        GROUP BY slot, unit HAVING count(*) > 1""",
    "more bookings than room": """SELECT c.slot FROM portal_claim c
        JOIN portal_clinicslot s USING (slot) WHERE c.state = 'booked' AND c.orphaned_at IS NULL
        GROUP BY c.slot, s.capacity HAVING count(*) > s.capacity""",
    "a clinician in two slots": f"""SELECT a.key FROM portal_claim a JOIN portal_claim b
        ON a.clinician = b.clinician AND a.slot <> b.slot AND {OVERLAPS}
        WHERE a.state IN ('held', 'booked') AND b.state IN ('held', 'booked')""",
    "a patient in two places": f"""SELECT a.key FROM portal_claim a JOIN portal_claim b
        ON a.patient = b.patient AND a.key <> b.key AND {OVERLAPS}
        WHERE a.state = 'booked' AND b.state = 'booked'""",
    "a ticket used twice": """SELECT ticket FROM portal_claim WHERE state = 'booked'
        GROUP BY ticket HAVING count(*) > 1""",
    "two holds of one service": """SELECT patient FROM portal_claim WHERE state = 'held'
        GROUP BY patient, service HAVING count(*) > 1""",
    "a booking without its appointment": """SELECT c.key FROM portal_claim c
        LEFT JOIN portal_fhir_resource r ON r.resource_type = 'Appointment'
        AND r.logical_id = c.key::text AND r.patient = c.patient AND r.at = c.starts_at
        AND r.status IN ('booked', 'arrived', 'checked-in', 'fulfilled')
        WHERE c.state = 'booked' AND r.number IS NULL""",
    # What a hospital system has the last word on need have none.
    "an appointment without its booking": """SELECT r.logical_id FROM portal_fhir_resource r
        LEFT JOIN portal_claim c ON r.logical_id = c.key::text AND c.state = 'booked'
        WHERE r.resource_type = 'Appointment' AND r.status IN ('booked', 'arrived')
        AND c.key IS NULL
        AND r.source = ''""",
    "a slot whose record disagrees": """SELECT s.slot FROM portal_clinicslot s
        LEFT JOIN portal_fhir_resource r ON r.resource_type = 'Slot' AND r.logical_id = s.slot
        WHERE r.status IS DISTINCT FROM CASE WHEN NOT s.is_open THEN 'busy-unavailable'
        WHEN s.is_full THEN 'busy' ELSE 'free' END""",
    "a full slot with room, or a free one without": """SELECT s.slot FROM portal_clinicslot s
        WHERE s.is_full <> ((SELECT count(*) FROM portal_claim c WHERE c.slot = s.slot
        AND c.state = 'booked' AND c.unit < s.capacity) >= s.capacity
        OR EXISTS (SELECT FROM portal_claim c JOIN portal_clinicslot f USING (slot)
        WHERE f.clinic_id = s.clinic_id AND c.state = 'booked'
        AND c.starts_at < s.starts_at AND c.ends_at = s.ends_at))""",
    # Of two visits that meet by a hospital's word, one is flagged.
    "two visits of a clinician at once, and neither is an orphan": """SELECT a.key
        FROM portal_claim a JOIN portal_claim b ON a.clinician = b.clinician AND a.slot <> b.slot
        JOIN portal_fhir_resource v ON v.resource_type = 'Appointment'
        AND v.logical_id = a.key::text
        JOIN portal_fhir_resource w ON w.resource_type = 'Appointment'
        AND w.logical_id = b.key::text
        WHERE a.state = 'booked' AND b.state = 'booked'
        AND a.orphaned_at IS NULL AND b.orphaned_at IS NULL
        AND tstzrange((v.text::jsonb ->> 'start')::timestamptz,
          (v.text::jsonb ->> 'end')::timestamptz)
        && tstzrange((w.text::jsonb ->> 'start')::timestamptz,
          (w.text::jsonb ->> 'end')::timestamptz)""",
    "an orphan that fits, or a misfit that is none": """SELECT c.key FROM portal_claim c
        JOIN portal_clinicslot s USING (slot)
        JOIN portal_fhir_resource r ON r.resource_type = 'Appointment'
        AND r.logical_id = c.key::text
        WHERE c.state = 'booked' AND s.starts_at > daybook_now()
        AND (c.orphaned_at IS NULL) <> (s.is_open AND c.unit < s.capacity AND c.mode = ANY (s.modes)
        AND c.clinician = s.clinician AND c.location = s.location
        AND (r.text::jsonb ->> 'end')::timestamptz <= c.ends_at
        AND (c.ends_at = s.ends_at OR EXISTS (SELECT FROM portal_clinicslot n WHERE n.is_open
        AND n.clinic_id = s.clinic_id AND (n.starts_at, n.ends_at) = (s.ends_at, c.ends_at))))""",
    "an appointment that names other slots or another end": """SELECT c.key FROM portal_claim c
        JOIN portal_fhir_resource r ON r.resource_type = 'Appointment'
        AND r.logical_id = c.key::text WHERE c.state = 'booked' AND r.source = '' AND (
        (r.text::jsonb ->> 'end')::timestamptz <> c.ends_at
        OR jsonb_array_length(r.text::jsonb -> 'slot') <> (SELECT count(*)
        FROM portal_clinicslot s JOIN portal_clinicslot f ON f.slot = c.slot
        WHERE s.clinic_id = f.clinic_id
        AND tstzrange(c.starts_at, c.ends_at) @> tstzrange(s.starts_at, s.ends_at)))""",
}


def broken():
    """Return what does not hold: the names of rules, each with what breaks it."""
    with scoped(SYSTEM), connection.cursor() as cursor:
        found = {}
        for name, statement in NEVER.items():
            cursor.execute(statement)
            if rows := cursor.fetchall():
                found[name] = rows
    return found
