"""The audit's chain: what somebody with the database's own powers changes is found."""

import pytest
from django.core.management import CommandError, call_command

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


def test_the_command_tells_of_a_sound_chain_and_fails_on_a_broken_one(as_superuser, capsys):
    Repository(SYSTEM).create(a_patient("9991000003"))
    linked = audit.chain()

    call_command("audit", "verify")
    told = capsys.readouterr().out
    as_superuser.execute("UPDATE portal_fhir_auditentry SET who = 'nobody' WHERE id = 1")

    assert told == f"{linked} rows linked, 0 waiting for their link\n"
    with pytest.raises(CommandError, match="audit row 1 does not match its link 1"):
        call_command("audit", "verify")
