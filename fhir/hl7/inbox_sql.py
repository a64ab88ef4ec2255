"""The inbox's statements. Whatever waits, is tried again or is parked holds up its person."""

from typing import Final

# The first message that nothing holds up. A report passes earlier ones of its person that have
# been tried and have stood for a quarter of an hour, if none of them says anything of the same
# report (decisions 8): it is marked. A claim that the database loses as it dies is made again, so
# that nobody waits until it is on disk.
CLAIM: Final = """
WITH head AS (
  SELECT m.id, EXISTS (
      SELECT FROM portal_fhir_inboundmessage e
      WHERE e.person = m.person AND e.feed = m.feed AND e.id < m.id AND e.person <> ''
        AND e.state IN ('waiting', 'retry', 'parked')) AS out_of_order
  FROM portal_fhir_inboundmessage m
  WHERE (m.state IN ('waiting', 'retry') OR m.state = 'unmatched' AND m.kind = 'FHIR')
    AND m.due_at <= daybook_now()
    AND NOT EXISTS (
      SELECT FROM portal_fhir_inboundmessage e
      WHERE e.person = m.person AND e.feed = m.feed AND e.id < m.id AND e.person <> ''
        AND e.state IN ('waiting', 'retry', 'parked')
        AND NOT (
          m.report_key <> '' AND e.attempts > 0
          AND e.received_at <= daybook_now() - interval '15 minutes'
          AND NOT string_to_array(e.report_key, E'\\n') && string_to_array(m.report_key, E'\\n')))
  ORDER BY m.id LIMIT 1 FOR UPDATE SKIP LOCKED)
UPDATE portal_fhir_inboundmessage m
SET state = 'retry', attempts = m.attempts + 1,
    out_of_order = m.out_of_order OR head.out_of_order,
    due_at = daybook_now() + %s * interval '1 second'
FROM head WHERE m.id = head.id
RETURNING m.id, m.feed, m.raw, m.kind, m.attempts, m.received_at,
  set_config('synchronous_commit', 'off', true)
"""
# And its feed, or nothing where that is not known any more.
HOLD: Final = """
SELECT to_jsonb(f) FROM portal_fhir_inboundmessage m LEFT JOIN portal_fhir_feed f ON f.name = m.feed
WHERE m.id = %s AND m.state = 'retry' AND m.attempts = %s FOR UPDATE OF m SKIP LOCKED
"""
# What operators have noted stays where reading has nothing to remark.
SETTLE: Final = """
UPDATE portal_fhir_inboundmessage
SET state = %(state)s, place = %(place)s, error = %(error)s,
    note = CASE WHEN %(note)s = '' THEN note ELSE %(note)s END,
    patient = CASE WHEN %(patient)s = '' THEN patient ELSE %(patient)s END,
    due_at = daybook_now() + %(wait)s * (0.8 + 0.4 * random()) * interval '1 second',
    done_at = CASE WHEN %(state)s = 'done' THEN daybook_now() END
WHERE id = %(id)s
"""
WAKE: Final = """
UPDATE portal_fhir_inboundmessage SET state = 'waiting', due_at = daybook_now()
WHERE state = 'unmatched' AND person = ANY(%s)
"""
# Whose number is in the record by now, of those that messages wait for.
ARRIVED: Final = """
SELECT DISTINCT w.person FROM (
  SELECT DISTINCT person, ('x' || encode(person, 'hex'))::bit(64)::bigint AS hash
  FROM portal_fhir_inboundmessage
  WHERE state = 'unmatched' AND due_at <= daybook_now() AND length(person) = 8) w
JOIN portal_fhir_token t
  ON t.name = 'identifier' AND t.resource_type = 'Patient' AND t.hash = w.hash
"""
