"""What one person may see of another's record: what was shared, while it is shared."""

from datetime import date, timedelta

import pytest

from fhir import changes
from fhir.access import Interaction, Kind
from fhir.store import Criteria, NotFound, Repository
from portal import clock
from portal.carers import actions, rules, scopes
from portal.carers.actions import CannotHelp, Limits
from portal.carers.models import Sharing
from portal.carers.rules import Reason, State
from portal.identity import grants, sessions
from portal.identity.models import Capacity, Link, SessionLimit
from tests.builders import a_report, an_observation, labelled
from tests.portal.carers.helping import (
    GRACE_BORN,
    acting,
    carer_viewer,
    helps,
    invited,
    records_of,
    viewer_of,
)
from tests.portal.identity.test_actions import hold
from tests.portal.results.staff import a_clinician, treats
from tests.signing_in import a_login

WRONG = date(1945, 2, 12)


def may_read(viewer, stored):
    try:
        Repository(viewer).read(stored.resource_type, stored.id)
    except NotFound:
        return False
    return True


def a_letter(patient):
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": {"reference": f"Patient/{patient}"},
        "content": [{"attachment": {"contentType": "text/plain", "data": "QQ=="}}],
    }


def test_a_carer_sees_the_types_that_are_shared_and_no_other(ben, grace, graces_record, hospital):
    letter = hospital.create(a_letter(graces_record))
    report = hospital.create(a_report(graces_record))
    assert may_read(viewer_of(grace), report)

    held = carer_viewer(ben, helps(ben, grace, "appointments", "letters"))

    assert may_read(held, letter)
    assert not may_read(held, report)
    assert Repository(held).search(Criteria("DiagnosticReport", [graces_record])) == ([], False)


def test_a_carer_is_named_with_the_one_on_whose_behalf_they_look(ben, grace, graces_record):
    sharing = helps(ben, grace, "letters")

    held = carer_viewer(ben, sharing)

    assert (held.kind, held.name) == (Kind.PROXY, "Ben Carter")
    assert held.who == f"RelatedPerson/{sharing.related_person}"
    assert held.on_behalf_of == f"Patient/{graces_record}"


@pytest.mark.parametrize("code", ["HIV", "PSY", "SEX", "SDV", "ETH", "R"])
def test_private_health_matters_are_seen_with_their_own_scope_alone(
    ben, grace, graces_record, hospital, code
):
    secret = hospital.create(labelled(an_observation(graces_record), code))

    without = carer_viewer(ben, helps(ben, grace, "results"))
    assert not may_read(without, secret)

    assert may_read(carer_viewer(ben, helps(ben, grace, "results", "sensitive")), secret)


@pytest.mark.parametrize("code", ["V", "NOPAT", "no-such-code"])
def test_what_is_for_the_patient_and_their_team_alone_is_never_shared(
    ben, grace, graces_record, hospital, code
):
    kept = hospital.create(labelled(an_observation(graces_record), code))
    open_one = hospital.create(an_observation(graces_record))

    held = carer_viewer(ben, helps(ben, grace, *scopes.EVERYTHING))

    assert may_read(held, open_one)
    assert not may_read(held, kept)


def test_a_carer_holds_no_right_to_write_and_sees_no_consent_and_no_address(ben, grace):
    held = carer_viewer(ben, helps(ben, grace, *scopes.EVERYTHING))

    types = frozenset().union(*(grant.types for grant in held.grants))
    assert {"Consent", "RelatedPerson", "Patient", "AuditEvent"}.isdisjoint(types)
    assert all(grant.interactions == grants.READING for grant in held.grants)
    assert Interaction.UPDATE not in grants.READING


def test_every_type_that_patients_see_belongs_to_a_scope_or_is_said_never_to_be_shared():
    shared = scopes.types_of(scopes.EVERYTHING)

    assert grants.PATIENT_TYPES - shared - scopes.NEVER_SHARED == set()
    assert shared & scopes.NEVER_SHARED == set()


def test_no_type_belongs_to_two_scopes():
    kinds = [name for scope in scopes.SCOPES for name in scope.types]

    assert len(kinds) == len(set(kinds))


def test_an_invitation_and_its_answer_stand_in_the_record_as_consent(
    ben, grace, graces_record, hospital
):
    made = invited(grace, "letters", ends_on=date(2027, 12, 31))
    proposed = hospital.read("Consent", made.sharing.consent).json
    assert proposed["status"] == "proposed"
    assert reason_in(proposed) == "ROLE_CREATED"

    sharing = actions.accept(user=ben, typed=made.code, born=GRACE_BORN, now=clock.now())

    active = hospital.read("Consent", sharing.consent).json
    person = hospital.read("RelatedPerson", sharing.related_person).json
    assert active["status"] == "active"
    assert reason_in(active) == "ROLE_ACTIVATED"
    assert active["provision"]["period"]["end"] == "2027-12-31"
    assert [one["code"] for one in active["provision"]["class"]] == [
        "Composition",
        "DocumentReference",
    ]
    assert person["relationship"][0]["coding"][0]["code"] == "SONC"
    assert person["patient"]["reference"] == f"Patient/{graces_record}"


def reason_in(consent):
    return consent["extension"][0]["valueCodeableConcept"]["coding"][0]["code"]


def test_a_sharing_that_is_stopped_gives_nothing_and_its_consent_says_who_stopped_it(
    ben, grace, graces_record, hospital
):
    letter = hospital.create(a_letter(graces_record))
    sharing = helps(ben, grace, "letters")
    assert may_read(carer_viewer(ben, sharing), letter)

    stop(grace, sharing)

    assert carer_viewer(ben, sharing).grants == ()
    ended = hospital.read("Consent", sharing.consent).json
    assert (ended["status"], reason_in(ended)) == ("inactive", "ROLE_DEACTIVATED_PATIENT_REQUEST")


def stop(grace, sharing):
    return actions.stop(
        records=records_of(grace), patient=sharing.patient, sharing=sharing.pk, now=clock.now()
    )


def test_stopping_puts_nobody_before_another_record_unasked(ben, grace):
    sharing = helps(ben, grace, "letters")
    browser = acting(ben, sharing)

    stop(grace, sharing)

    limit = SessionLimit.objects.get(key=browser.session[sessions.TOKEN])
    assert (limit.capacity, limit.person) == (Capacity.PROXY, "")
    answer = browser.get("/record/")
    assert answer.status_code == 404
    assert "You can no longer see this page" in answer.content.decode()
    assert "Grace" not in answer.content.decode()


def test_the_last_day_is_one_of_the_sharing_and_the_next_is_not(ben, grace, moved_clock):
    today = clock.now().date()
    sharing = helps(ben, grace, "letters", ends_on=today + timedelta(days=3))
    moved_clock.move(days=3)
    assert carer_viewer(ben, sharing).grants

    moved_clock.move(days=1)

    assert carer_viewer(ben, sharing).grants == ()
    assert sessions.standing_among([carer_viewer(ben, sharing).session], clock.now()) == {}


def test_an_open_page_stands_no_longer_than_the_sharing(ben, grace, moved_clock):
    sharing = helps(ben, grace, "letters", ends_on=clock.now().date())
    token = carer_viewer(ben, sharing).session
    assert sessions.standing_among([token], clock.now()) == {token: sharing.patient}

    assert sessions.standing_among([token], clock.now() + timedelta(days=2)) == {}


def test_less_shared_closes_what_is_open(ben, grace):
    sharing = helps(ben, grace, "letters", "results")
    browser = acting(ben, sharing)
    assert browser.get("/record/results/").status_code == 200

    actions.change(
        records=records_of(grace),
        patient=sharing.patient,
        sharing=sharing.pk,
        limits=Limits(frozenset({"letters"}), None),
        now=clock.now(),
    )

    assert browser.get("/record/results/").status_code == 404
    assert acting(ben, sharing).get("/record/results/").status_code == 404
    assert acting(ben, sharing).get("/record/").status_code == 200


def test_a_login_that_was_disconnected_from_its_own_record_helps_nobody(ben, grace):
    sharing = helps(ben, grace, "letters")
    assert carer_viewer(ben, sharing).grants

    Link.objects.filter(user=ben).update(ended_at=clock.now())

    assert carer_viewer(ben, sharing).grants == ()


def test_a_held_identity_gives_a_carer_nothing(ben, grace, graces_record):
    sharing = helps(ben, grace, "letters")
    assert carer_viewer(ben, sharing).grants

    hold(graces_record)

    assert carer_viewer(ben, sharing).grants == ()


def refused(user, code, born=GRACE_BORN):
    with pytest.raises(CannotHelp) as why:
        actions.accept(user=user, typed=code, born=born, now=clock.now())
    return why.value


def test_five_wrong_dates_of_birth_close_an_invitation(ben, grace, hospital):
    made = invited(grace, "letters")

    tried = [refused(ben, made.code, WRONG) for _ in range(5)]

    assert [one.locked is not None for one in tried] == [False] * 4 + [True]
    assert refused(ben, made.code).why == CannotHelp.Why.UNKNOWN
    consent = hospital.read("Consent", made.sharing.consent).json
    assert consent["status"] == "rejected"
    assert reason_in(consent) == Reason.NOT_VERIFIED


def test_an_invitation_lasts_fourteen_days(ben, grace, moved_clock):
    made = invited(grace, "letters")
    moved_clock.move(days=14)

    assert refused(ben, made.code).why == CannotHelp.Why.CLOSED


def test_a_code_works_once(ben, grace):
    made = invited(grace, "letters")
    actions.accept(user=ben, typed=made.code, born=GRACE_BORN, now=clock.now())

    assert refused(ben, made.code).why == CannotHelp.Why.UNKNOWN


def test_nobody_helps_themselves_or_without_an_identity_that_is_proved(grace):
    made = invited(grace, "letters")

    assert refused(grace, made.code).why == CannotHelp.Why.OWN_RECORD
    assert refused(a_login("Tom Okafor"), made.code).why == CannotHelp.Why.NOT_PROVED


def test_an_invitation_that_is_sent_again_has_a_new_code_and_a_new_time(ben, grace, moved_clock):
    made = invited(grace, "letters")
    moved_clock.move(days=10)

    again = actions.send_again(
        patient=made.sharing.patient, sharing=made.sharing.pk, now=clock.now()
    )

    assert refused(ben, made.code).why == CannotHelp.Why.UNKNOWN
    moved_clock.move(days=13)
    begun = actions.accept(user=ben, typed=again.code, born=GRACE_BORN, now=clock.now())
    assert begun.state == State.ACTIVE


def test_a_second_invitation_takes_the_place_of_the_first(ben, grace):
    first = helps(ben, grace, "letters")
    second = helps(ben, grace, "results")

    first.refresh_from_db()
    assert (first.state, second.state) == (State.ENDED, State.ACTIVE)
    assert Sharing.objects.filter(carer=ben, state=State.ACTIVE).count() == 1


def test_another_patient_can_neither_change_nor_stop_a_sharing(ben, grace, bens_record):
    sharing = helps(ben, grace, "letters")
    waiting = invited(grace, "letters").sharing
    his = records_of(ben)
    now = clock.now()

    with pytest.raises(actions.NotThere):
        actions.stop(records=his, patient=bens_record, sharing=sharing.pk, now=now)
    with pytest.raises(actions.NotThere):
        actions.withdraw(records=his, patient=bens_record, sharing=waiting.pk, now=now)
    with pytest.raises(actions.NotThere):
        actions.send_again(patient=bens_record, sharing=waiting.pk, now=now)


def test_the_consent_moves_no_count_and_no_cursor_of_a_carer(ben, grace, graces_record):
    held = carer_viewer(ben, helps(ben, grace, *scopes.EVERYTHING))
    before = changes.head(held, graces_record)

    invited(grace, "letters", name="Rosa Carter", relationship="SIS")

    assert changes.head(held, graces_record) == before
    assert changes.since(held, graces_record, before.seq) == []


def test_a_warning_is_told_once_and_of_missed_ones_the_latest():
    born = date(2015, 6, 1)

    assert rules.warning_due(born, date(2026, 3, 2), 13, []) is None
    assert rules.warning_due(born, date(2026, 3, 3), 13, []) == "11-90"
    assert rules.warning_due(born, date(2026, 3, 3), 13, ["11-90"]) is None
    assert rules.warning_due(born, date(2026, 5, 20), 13, []) == "11-30"
    assert rules.warning_due(born, date(2026, 6, 1), 13, []) is None


def test_nobody_opens_as_staff_the_record_of_somebody_they_help(ben, grace, graces_record):
    doctor = treats(a_clinician("Dr Ben Carter"), graces_record)
    Link.objects.filter(user=ben).update(user=doctor)
    assert graces_record not in grants.barred_from(doctor)

    sharing = helps(doctor, grace, "letters")
    assert graces_record in grants.barred_from(doctor)

    stop(grace, sharing)
    assert graces_record in grants.barred_from(doctor)


def test_a_printed_page_names_whose_it_is_and_no_number(ben, grace):
    page = acting(ben, helps(ben, grace, "letters")).get("/record/letters/?print")

    assert "Grace Carter" in page.content.decode().partition("db-printed")[2]
    assert "999 102 6347" not in page.content.decode()
