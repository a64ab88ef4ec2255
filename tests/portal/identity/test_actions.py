"""Codes are given, tried, used up; logins are linked with records and lose them again."""

from datetime import date, timedelta

import pytest
from django.db import connection

from fhir import changes
from fhir.access import SYSTEM
from fhir.scope import scoped
from portal import clock
from portal.identity import actions, codes, rules, sessions
from portal.identity.actions import CannotActivate
from portal.identity.models import ActivationCode, Link, SessionLimit
from tests.signing_in import a_code, linked, signed_in

BORN = date(1991, 7, 2)
WRONG = date(1991, 2, 7)


def why(**given):
    with pytest.raises(CannotActivate) as refused:
        actions.try_code(**given)
    return refused.value.why


def test_a_code_is_kept_by_digest_alone(sam, bens_record):
    code = a_code(bens_record, sam)

    kept = ActivationCode.objects.get()
    assert kept.digest == codes.digest(code)
    assert code not in str(vars(kept))


def test_the_code_and_the_date_of_birth_together_open_the_way(sam, bens_record):
    code = a_code(bens_record, sam)

    found = actions.try_code(typed=code.lower().replace("-", " "), born=BORN, now=clock.now())

    assert found.patient == bens_record
    assert found.tries == 0


def test_five_wrong_dates_of_birth_lock_the_code_even_for_the_right_one(sam, bens_record):
    code, now = a_code(bens_record, sam), clock.now()

    for _ in range(5):
        wrong = why(typed=code, born=WRONG, now=now)
        assert wrong == CannotActivate.Why.WRONG_DATE_OF_BIRTH

    assert why(typed=code, born=BORN, now=now) == CannotActivate.Why.CLOSED
    assert rules.state_of(ActivationCode.objects.get(), now) == rules.CodeState.LOCKED


def test_four_wrong_dates_of_birth_do_not_lock_it(sam, bens_record):
    code, now = a_code(bens_record, sam), clock.now()
    for _ in range(4):
        why(typed=code, born=WRONG, now=now)

    assert actions.try_code(typed=code, born=BORN, now=now).tries == 4


def test_a_code_runs_out_after_ten_days(sam, bens_record):
    code, now = a_code(bens_record, sam), clock.now()
    later = now + timedelta(days=10, minutes=1)

    assert why(typed=code, born=BORN, now=later) == CannotActivate.Why.CLOSED


def test_giving_a_new_code_cancels_the_last_one(sam, bens_record):
    first = a_code(bens_record, sam)
    second = a_code(bens_record, sam)

    assert why(typed=first, born=BORN, now=clock.now()) == CannotActivate.Why.CLOSED
    assert actions.try_code(typed=second, born=BORN, now=clock.now()).patient == bens_record


def test_a_cancelled_code_opens_nothing(sam, bens_record):
    code = a_code(bens_record, sam)
    actions.cancel_code(patient=bens_record, by=sam, now=clock.now())

    assert why(typed=code, born=BORN, now=clock.now()) == CannotActivate.Why.CLOSED


def test_a_code_that_was_never_given_is_unknown(sam, bens_record):
    a_code(bens_record, sam)

    assert why(typed=codes.make(), born=BORN, now=clock.now()) == CannotActivate.Why.UNKNOWN


def test_a_code_is_used_once(sam, tom, amina, bens_record):
    code = actions.try_code(typed=a_code(bens_record, sam), born=BORN, now=clock.now())

    link = actions.activate(user=tom, code=code.pk, now=clock.now())

    assert (link.user, link.patient, link.assurance) == (tom, bens_record, "P9")
    with pytest.raises(CannotActivate):
        actions.activate(user=amina, code=code.pk, now=clock.now())


def test_a_login_never_has_two_records(sam, amina, bens_record):
    code = actions.try_code(typed=a_code(bens_record, sam), born=BORN, now=clock.now())

    with pytest.raises(CannotActivate) as refused:
        actions.activate(user=amina, code=code.pk, now=clock.now())

    assert refused.value.why == CannotActivate.Why.OTHER_RECORD
    assert rules.state_of(ActivationCode.objects.get(), clock.now()) == rules.CodeState.OPEN


def test_a_used_code_takes_the_record_from_the_login_that_had_it(sam, ben, tom, bens_record):
    signed_in(ben)
    code = actions.try_code(typed=a_code(bens_record, sam), born=BORN, now=clock.now())

    actions.activate(user=tom, code=code.pk, now=clock.now())

    assert sessions.current_link(ben) is None
    assert sessions.current_link(tom).patient == bens_record
    assert not SessionLimit.objects.filter(user=ben).exists()


def test_while_an_identity_is_in_question_no_code_works(sam, tom, bens_record):
    code = a_code(bens_record, sam)
    found = actions.try_code(typed=code, born=BORN, now=clock.now())
    hold(bens_record)

    assert why(typed=code, born=BORN, now=clock.now()) == CannotActivate.Why.HELD
    with pytest.raises(CannotActivate):
        actions.activate(user=tom, code=found.pk, now=clock.now())


def test_ending_a_link_is_announced_to_whoever_has_the_record_open(ben, bens_record):
    signed_in(ben)

    actions.end_link(link=Link.objects.get(), now=clock.now())

    assert newest_change(bens_record) == "auth"
    assert not SessionLimit.objects.exists()


def test_the_database_holds_one_login_to_one_record(ben, tom, bens_record):
    with pytest.raises(Exception, match="link_patient_once"):
        linked(tom, bens_record)


def hold(patient):
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE portal_fhir_stream SET held_at = now() WHERE patient = %s", [patient]
        )
        assert cursor.rowcount == 1


def newest_change(patient):
    return changes.since(SYSTEM, patient, 0)[-1].kind
