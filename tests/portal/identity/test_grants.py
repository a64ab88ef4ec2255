"""What each capacity holds, tried on the store itself."""

import hashlib

import pytest
from django.db import connection

from fhir import audit
from fhir.access import EVERYONE, SYSTEM, Interaction, Kind
from fhir.labels import Label
from fhir.models import Feed
from fhir.scope import scoped
from fhir.store import Criteria, NotFound, Repository
from portal import clock
from portal.identity import grants, sessions
from portal.identity.models import Capacity, SessionLimit, Tie
from portal.identity.viewers import viewer_in, viewer_of_token
from tests.builders import a_report, an_observation, labelled
from tests.portal.identity.test_actions import hold
from tests.signing_in import linked, signed_in


def viewer(user, **given):
    signed_in(user, **given)
    token = str(SessionLimit.objects.get(user=user).key)
    return viewer_in(sessions.still_stands(token, clock.now()))


def records(user, **given):
    return Repository(viewer(user, **given))


def may_read(user, stored):
    try:
        records(user).read(stored.resource_type, stored.id)
    except NotFound:
        return False
    finally:
        SessionLimit.objects.filter(user=user).delete()
    return True


def care_team(patient, practitioner):
    return {
        "resourceType": "CareTeam",
        "status": "active",
        "subject": {"reference": f"Patient/{patient}"},
        "participant": [{"member": {"reference": f"Practitioner/{practitioner}"}}],
    }


def test_a_patient_reads_their_own_record_and_no_other(ben, amina, bens_record, a_report_of):
    report = a_report_of(bens_record)

    assert may_read(ben, report)
    assert not may_read(amina, report)


def test_a_patient_reads_what_is_sensitive_but_not_what_is_withheld(ben, bens_record, system):
    plain = an_observation(bens_record)

    assert may_read(ben, system.create(labelled(plain, "HIV")))
    assert may_read(ben, system.create(labelled(plain, "V")))
    assert not may_read(ben, system.create(labelled(plain, "NOPAT")))
    assert not may_read(ben, system.create(labelled(plain, "no-such-code")))


def test_a_type_that_no_row_names_is_for_staff_only(ben, dr_nair, bens_record, system):
    team = system.create(care_team(bens_record, dr_nair.practitioners[0]))
    risk = system.create(
        {
            "resourceType": "RiskAssessment",
            "status": "final",
            "subject": {"reference": f"Patient/{bens_record}"},
        }
    )

    assert (may_read(dr_nair, team), may_read(dr_nair, risk)) == (True, True)
    assert (may_read(ben, team), may_read(ben, risk)) == (True, False)


def test_only_what_patients_answered_themselves_is_theirs_to_read(ben, bens_record, system):
    def answers(**of):
        return system.create(
            {
                "resourceType": "QuestionnaireResponse",
                "status": "completed",
                "subject": {"reference": f"Patient/{bens_record}"},
            }
            | of
        )

    own = answers(source={"reference": f"Patient/{bens_record}"})
    of_staff = answers(author={"reference": "Practitioner/someone"})

    assert [may_read(ben, one) for one in (own, of_staff, answers())] == [True, False, False]


def test_a_patient_holds_no_right_to_write_or_to_label(ben, bens_record, a_report_of):
    held = viewer(ben)

    assert held.kind == Kind.PATIENT
    assert held.who == f"Patient/{bens_record}"
    assert all(grant.interactions == grants.READING for grant in held.grants)
    with pytest.raises(NotFound):
        Repository(held).relabel("DiagnosticReport", a_report_of(bens_record).id, add=Label.NOPAT)


def test_without_a_second_step_a_session_holds_nothing(ben):
    assert viewer(ben, second_factor=False).grants == ()


def test_a_held_identity_gives_no_grants(ben, bens_record):
    assert viewer(ben).grants
    SessionLimit.objects.all().delete()
    hold(bens_record)

    assert viewer(ben).grants == ()


def performed(doctor):
    return a_report() | {"performer": [{"reference": doctor}]}


def requested(doctor):
    return {
        "resourceType": "ServiceRequest",
        "status": "completed",
        "intent": "order",
        "requester": {"reference": doctor},
    }


def written(doctor):
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "author": [{"reference": doctor}],
        "content": [{"attachment": {"contentType": "application/pdf"}}],
    }


@pytest.mark.parametrize("naming", [performed, requested, written])
def test_a_clinician_reaches_a_patient_as_performer_requester_or_author(
    dr_nair, bens_record, system, naming
):
    before = system.create(an_observation(bens_record))
    assert not may_read(dr_nair, before)

    named = naming(f"Practitioner/{dr_nair.practitioners[0]}")
    system.create(named | {"subject": {"reference": f"Patient/{bens_record}"}})

    assert may_read(dr_nair, before)


def test_a_clinician_reaches_a_patient_of_their_care_team_and_reads_what_is_withheld(
    dr_nair, bens_record, system
):
    withheld = system.create(labelled(an_observation(bens_record), "NOPAT"))
    assert not may_read(dr_nair, withheld)

    system.create(care_team(bens_record, dr_nair.practitioners[0]))

    assert may_read(dr_nair, withheld)


@pytest.mark.parametrize("ended", ["inactive", "entered-in-error"])
def test_a_care_team_that_has_ended_gives_nothing(dr_nair, bens_record, system, ended):
    report = system.create(a_report(bens_record))
    team = care_team(bens_record, dr_nair.practitioners[0])
    assert may_read(dr_nair, system.create(team))

    kept, _ = system.search(Criteria("CareTeam", patients=[bens_record]))
    system.update(team | {"id": kept[0].id, "status": ended}, if_match=1)

    assert not may_read(dr_nair, report)


def test_a_report_filed_under_the_wrong_person_opens_nothing_of_that_person(
    dr_nair, bens_record, system
):
    other = system.create(an_observation(bens_record))
    named = [{"reference": f"Practitioner/{dr_nair.practitioners[0]}"}]
    report = a_report(bens_record, performer=named)
    kept = system.create(report)
    assert may_read(dr_nair, other)

    system.update(report | {"id": kept.id, "status": "entered-in-error"}, if_match=1)

    assert not may_read(dr_nair, other)


def test_a_clinician_reaches_nobody_through_another_clinicians_report(dr_nair, bens_record, system):
    other = [{"reference": "Practitioner/lund"}]

    assert not may_read(dr_nair, system.create(a_report(bens_record, performer=other)))


@pytest.mark.parametrize("is_own", [True, False])
def test_staff_are_refused_their_own_and_a_relations_record_and_it_is_alarmed(
    dr_nair, bens_record, system, caplog, is_own
):
    system.create(care_team(bens_record, dr_nair.practitioners[0]))
    report = system.create(a_report(bens_record))
    assert may_read(dr_nair, report)
    if is_own:
        linked(dr_nair, bens_record)
    else:
        Tie.objects.create(user=dr_nair, patient=bens_record, declared_at=clock.now())
    signed_in(dr_nair)
    SessionLimit.objects.update(capacity=Capacity.STAFF, person="")
    held = viewer_in(sessions.still_stands(str(SessionLimit.objects.get().key), clock.now()))

    with pytest.raises(NotFound):
        Repository(held).read("DiagnosticReport", report.id)

    assert "alarm: Practitioner/" in caplog.text
    assert outcomes(bens_record)[-1] == "barred"
    found, _ = Repository(held).search(Criteria("DiagnosticReport", patients=[bens_record]))
    assert found == []


@pytest.mark.parametrize("who", ["jo", "alex", "tom"])
def test_editors_operations_and_strangers_hold_no_patient(request, who):
    assert viewer(request.getfixturevalue(who)).grants == ()


def test_records_staff_may_search_for_a_person_and_nothing_else(sam, bens_record, a_report_of):
    held = viewer(sam)

    found, _ = Repository(held).search(Criteria("Patient", patients=[bens_record]))
    assert [stored.id for stored in found] == [bens_record]
    with pytest.raises(NotFound):
        Repository(held).read("Patient", bens_record)
    reports = Criteria("DiagnosticReport", patients=[a_report_of(bens_record).patient])
    assert Repository(held).search(reports) == ([], False)


def test_a_feeds_token_makes_it_a_viewer_until_it_is_revoked(db):
    digest = hashlib.sha256(b"a token").digest()
    Feed.objects.create(name="winpath", ods="RMB", token_digest=digest)

    held = viewer_of_token("a token")

    assert (held.kind, held.who, held.organisation) == (Kind.SERVICE, "Device/winpath", "RMB")
    assert held.grants[0].patients == EVERYONE
    assert Interaction.LABEL not in held.grants[0].interactions
    assert viewer_of_token("another token") is None
    Feed.objects.update(revoked_at=clock.now())
    assert viewer_of_token("a token") is None


def test_what_a_patient_may_ever_see_never_holds_what_decisions_forbid():
    forbidden = {"RiskAssessment", "DetectedIssue", "Task", "List", "Provenance", "Consent"}

    assert forbidden.isdisjoint(grants.PATIENT_TYPES)


def outcomes(patient):
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT outcome FROM portal_fhir_auditentry WHERE patient = %s ORDER BY id", [patient]
        )
        return [row[0] for row in cursor.fetchall()]


def test_the_patient_is_never_shown_a_refusal(ben, bens_record):
    entries = audit.entries_for(viewer(ben), bens_record)

    assert all(entry.outcome == "allowed" for entry in entries)
