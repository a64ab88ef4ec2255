"""When a resource happened: the date that lists sort by, and the same date as it was sent."""

from datetime import datetime

from django.db import connection

from fhir.dates import span_of
from fhir.paths import Json

# The elements that say when, the best first; a Period says it by its start.
_WHEN: dict[str, tuple[str, ...]] = {
    "AllergyIntolerance": ("recordedDate", "onsetDateTime"),
    "Appointment": ("start",),
    "CarePlan": ("period", "created"),
    "CareTeam": ("period",),
    "Communication": ("sent", "received"),
    "Condition": ("onsetDateTime", "onsetPeriod", "recordedDate"),
    "Consent": ("dateTime",),
    "DiagnosticReport": ("effectiveDateTime", "effectivePeriod", "issued"),
    "DocumentReference": ("date",),
    "Encounter": ("period",),
    "Immunization": ("occurrenceDateTime", "recorded"),
    "MedicationRequest": ("authoredOn",),
    "MedicationStatement": ("effectiveDateTime", "effectivePeriod", "dateAsserted"),
    "Observation": ("effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued"),
    "Procedure": ("performedDateTime", "performedPeriod"),
    "QuestionnaireResponse": ("authored",),
    "ServiceRequest": ("authoredOn", "occurrenceDateTime"),
}
_ANY = (
    "date",
    "period",
    "effectiveDateTime",
    "authoredOn",
    "created",
    "issued",
    "started",
    "recorded",
)


def moment_of(resource: Json) -> tuple[datetime | None, str]:
    """Return the sort date, which is the start of what is known of it, and the date as sent."""
    for name in _WHEN.get(resource["resourceType"], _ANY):
        value = resource.get(name)
        said = value.get("start") if isinstance(value, dict) else value
        if isinstance(said, str) and (at := start_of(said)):
            return at, said
    return None, ""


def now() -> datetime:
    """Return the service's time, as all its SQL has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT daybook_now()")
        found: datetime = cursor.fetchone()[0]
    return found


def start_of(said: str) -> datetime | None:
    """Return the first instant of a FHIR date, dateTime or instant, or None if it is none.

    >>> start_of("2026-03").isoformat()
    '2026-03-01T00:00:00+00:00'
    """
    try:
        span = span_of(said)
    except ValueError:
        return None
    return span.low if span else None
