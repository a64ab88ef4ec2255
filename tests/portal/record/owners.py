"""Those whose records they are: their clinicians release all, and they sign in by a code."""

from collections import defaultdict
from itertools import count

from django.test import Client

from fhir import deliveries
from fhir.access import SYSTEM, Kind, Viewer
from fhir.store import Repository
from portal import clock
from portal.identity import actions, grants, rules
from portal.identity.models import Capacity, Role
from portal.results.actions import Act, Told, release_now, stamp
from portal.results.cases import cases_of
from portal.results.models import DueRelease
from tests.portal.results.staff import a_clinician, treats
from tests.signing_in import a_code, a_login, signed_in

_numbers = count(1)


def told() -> None:
    """Let the relay tell all there is to tell."""
    while deliveries.deliver_next():
        continue


def released(patient: str) -> int:
    """Let a clinician who treats them release all that waits; return how many decisions."""
    doctor = treats(a_clinician(f"Dr Nair {next(_numbers)}"), patient)
    held = grants.grants_of(doctor, Capacity.STAFF, "")
    who = f"Practitioner/{doctor.practitioners[0]}"
    records = Repository(Viewer(Kind.STAFF, who, doctor.name, grants=held))
    decisions = 0
    while acts := _waiting(records, patient):
        for act in acts:
            release_now(records, act)
        decisions += len(acts)
        told()
    return decisions


def signed_in_by_code(patient: str) -> Client | None:
    """Link a new login by a code from the desk, and sign it in.

    Without a date of birth no code can be checked. That the desk gives none for a child or for
    somebody who has died is a rule of the desk's page, and no matter here.
    """
    born = rules.birth_date(Repository(SYSTEM).read("Patient", patient).json)
    if born is None:
        return None
    number, now = next(_numbers), clock.now()
    desk = a_login(f"Sam Reed {number}", Role.RECORDS)
    owner = a_login(f"Owner {number}")
    code = actions.try_code(typed=a_code(patient, desk), born=born, now=now)
    actions.activate(user=owner, code=code.pk, now=now)
    return signed_in(owner)


def _waiting(records: Repository, patient: str) -> list[Act]:
    with records.transaction():
        rows = list(DueRelease.objects.filter(patient=patient, state__in=DueRelease.WAITING))
    ids: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        ids[row.resource_type].add(row.logical_id)
    causes = [f"{kind}/{one}" for kind, found in ids.items() for one in found]
    cases = cases_of(records.on_account_of({patient: causes}), patient, ids) if rows else []
    seen = {case.address: stamp(case) for case in cases}
    places = [(row.resource_type, row.logical_id) for row in rows]
    return [Act(*at, seen[at], clock.now(), Told.PERSON) for at in places]
