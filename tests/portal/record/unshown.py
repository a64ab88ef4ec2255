"""Why a patient does not see a published resource: the rule, found without asking any page."""

import re

from fhir.labels import SHARED_TYPES, Label
from fhir.paths import find
from fhir.store import Stored
from portal.identity import grants

BY_NAME = "is nobody's: said by its name"
UNNAMED = "is nobody's: no page needs its name"
_REFUSED = {
    r".* is not kept here": "is nobody's, and not kept",
    r"no such patient is known here.*": "is about no one patient: set aside, shown to nobody",
    r"it names two patients": "names two patients: refused",
}
_FOR_STAFF = {
    "Communication": "is not written to the patient: staff only",
    "Flag": "is of no category for patients: staff only",
    "QuestionnaireResponse": "was not answered by the patient: staff only",
}


def why_refused(message: str) -> str:
    return next(
        (why for sent, why in _REFUSED.items() if re.fullmatch(sent, message)), f"({message})"
    )


def why_unshown(stored: Stored) -> str:
    """Return the rule that keeps it from the patient's pages, or "" if there is none."""
    kind = stored.resource_type
    if kind in SHARED_TYPES:
        return BY_NAME if kind in grants.PATIENT_SHARED_TYPES else "is nobody's: staff only"
    if kind == "Patient":
        return "is the person: named on what is printed"
    if kind not in grants.PATIENT_TYPES:
        return "has no row in the table of types: staff only"
    if stored.labels & Label.STAFF_ONLY:
        return _FOR_STAFF[kind]
    states = [*find(stored.json, "status"), *find(stored.json, "verificationStatus.coding.code")]
    is_error = "entered-in-error" in states and stored.labels & Label.NOPAT
    return "was entered in error: never released" if is_error else ""
