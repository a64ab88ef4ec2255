"""How somebody is related to a patient: codes of UK Core's list, in a patient's words."""

from typing import Final

from fhir.paths import Json

ROLE_CODE: Final = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
UK_CORE: Final = "https://fhir.hl7.org.uk/CodeSystem/UKCore-AdditionalPersonRelationshipRole"
CONTACT_ROLE: Final = "http://terminology.hl7.org/CodeSystem/v2-0131"

# Code: its system, how it is displayed there, and what the patient calls them.
RELATIONSHIPS: Final = {
    "DAUC": (ROLE_CODE, "daughter", "my daughter"),
    "SONC": (ROLE_CODE, "son", "my son"),
    "WIFE": (ROLE_CODE, "wife", "my wife"),
    "HUSB": (ROLE_CODE, "husband", "my husband"),
    "DOMPART": (ROLE_CODE, "domestic partner", "my partner"),
    "MTH": (ROLE_CODE, "mother", "my mother"),
    "FTH": (ROLE_CODE, "father", "my father"),
    "SIS": (ROLE_CODE, "sister", "my sister"),
    "BRO": (ROLE_CODE, "brother", "my brother"),
    "GRNDCHILD": (ROLE_CODE, "grandchild", "my grandchild"),
    "GRPRN": (ROLE_CODE, "grandparent", "my grandparent"),
    "EXT": (ROLE_CODE, "extended family member", "another relative"),
    "FRND": (ROLE_CODE, "unrelated friend", "my friend"),
    "NBOR": (ROLE_CODE, "neighbor", "my neighbour"),
    "Carer": (UK_CORE, "Carer of patient", "my carer"),
    "Guardian": (UK_CORE, "Guardian of patient", "my guardian"),
    "O": (CONTACT_ROLE, "Other", "someone else"),
}
CHOICES: Final = [
    (code, words[:1].upper() + words[1:]) for code, (_, _, words) in RELATIONSHIPS.items()
]
# Of a child: who may be given access because they are a parent.
PARENTS: Final = [("MTH", "Mother"), ("FTH", "Father"), ("Guardian", "Guardian")]


def words_for(code: str) -> str:
    """Return what a patient calls somebody of this code."""
    return RELATIONSHIPS[code][2] if code in RELATIONSHIPS else "someone else"


def concept(code: str) -> Json:
    """Return the code as a CodeableConcept."""
    system, display, _ = RELATIONSHIPS[code]
    return {"coding": [{"system": system, "code": code, "display": display}]}


# What a parent may show, by the kinds that the national standard names.
EVIDENCE: Final = [
    ("birth-certificate", "Birth certificate"),
    ("adoption-certificate", "Adoption certificate"),
    ("parental-order", "Parental order"),
    ("responsibility-agreement", "Parental responsibility agreement or order"),
    ("special-guardianship", "Special guardianship order"),
    ("care-order", "Care order"),
]
