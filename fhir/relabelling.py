"""Put a label on a resource or take it off: no new version, one change (decisions 22)."""

from django.db import connection

from fhir.changes import Change
from fhir.labels import NONE, Label

RELEASED = "released"
WITHHELD = "withheld"


def relabel(
    resource_type: str, logical_id: str, *, add: Label = NONE, remove: Label = NONE
) -> Change | None:
    """Change the labels of the current version; None if they are so already.

    Releasing a version makes it the one that was shown; withholding a shown one leaves the
    notice that it is being corrected.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT patient, number, version, labels, shown_version, retraction"
            " FROM portal_fhir_resource WHERE resource_type = %s AND logical_id = %s FOR UPDATE",
            [resource_type, logical_id],
        )
        patient, number, version, before, shown, retraction = cursor.fetchone()
        after = (before | add) & ~remove
        if after == before:
            return None
        if not after & Label.NOPAT:
            shown, retraction = version, ""
        elif not before & Label.NOPAT:
            shown, retraction = version, "corrected"
        cursor.execute(
            "UPDATE portal_fhir_resource SET labels = %s, shown_version = %s, retraction = %s"
            " WHERE patient = %s AND number = %s",
            [after, shown, retraction, patient, number],
        )
        cursor.execute(
            "UPDATE portal_fhir_version SET labels = %s"
            " WHERE patient = %s AND number = %s AND version = %s",
            [after, patient, number, version],
        )
    kind = WITHHELD if add & Label.NOPAT else RELEASED
    return Change(patient, resource_type, logical_id, version, kind, int(before & after))
