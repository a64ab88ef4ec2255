"""What stands in the record, for whoever may see everything."""

from fhir.access import SYSTEM
from fhir.matching import NHS_NUMBER
from fhir.search.values import token_hash
from fhir.store import Criteria, Repository


def found(kind, patient="", nhs_number=""):
    tokens = [("identifier", [token_hash(NHS_NUMBER, nhs_number)])] if nhs_number else ()
    patients = [patient] if patient else None
    criteria = Criteria(kind, patients=patients, tokens=tokens, count=1000)
    return Repository(SYSTEM).search(criteria)[0]
