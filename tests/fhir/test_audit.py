"""The audit's chain: what somebody with the database's own powers changes is found."""

from fhir import audit
from fhir.access import SYSTEM
from fhir.store import Repository
from tests.builders import a_patient, an_observation


def test_a_changed_or_missing_audit_row_is_found(as_superuser):
    key = Repository(SYSTEM).create(a_patient("9991000003")).id
    Repository(SYSTEM).create(an_observation(key))
    audit.chain()
    assert audit.verify().sound

    as_superuser.execute("UPDATE portal_fhir_auditentry SET who = 'nobody' WHERE id = 2")
    changed = audit.verify()
    as_superuser.execute("DELETE FROM portal_fhir_auditentry WHERE id = 1")

    assert changed.broken == "audit row 2 does not match its link 2"
    assert audit.verify().broken == "audit row 1 is missing"
