"""What time does to a sharing; the clock is passed in, and both are told without a reason."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail

from portal.carers import actions, milestones, parents
from portal.carers.actions import Limits, Wish
from portal.carers.models import Sharing
from portal.carers.rules import Reason, Stage, State
from portal.carers.standing import seen_through
from portal.identity.models import Role
from portal.identity.people import person_of
from tests.builders import a_patient
from tests.portal.carers.helping import helps, records_of
from tests.portal.results.staff import a_clinician, treats
from tests.signing_in import a_login, linked

BORN = date(2016, 6, 1)
BEFORE = datetime(2026, 2, 1, 12, tzinfo=UTC)  # they are 9
EVERYTHING = {"appointments", "letters", "results", "medicines"}


@pytest.fixture
def nine(moved_clock):
    return moved_clock.move_to(BEFORE)


@pytest.fixture
def zaras_record(nine, hospital):
    zara = a_patient("9990000018", family="Carter", given="Zara", born=BORN.isoformat())
    return hospital.create(zara).id


@pytest.fixture
def sam(db):
    return a_login("Sam Reed", Role.RECORDS)


@pytest.fixture
def as_parent(ben, zaras_record, hospital, sam, nine):
    """Let Ben see his daughter's record."""
    child = person_of(hospital.read("Patient", zaras_record).json)
    wish = Wish("Ben Carter", "ben@example.org", "FTH", Limits(frozenset(EVERYTHING), None))
    made = parents.give_code(child=child, wish=wish, evidence="birth-certificate", by=sam, now=nine)
    return actions.accept(user=ben, typed=made.code, born=BORN, now=nine)


def on(day, hour=3):
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def looked_after(day):
    mail.outbox.clear()
    milestones.look_after_all(on(day))
    return [(one.to[0], one.subject) for one in mail.outbox]


def seen(sharing, day):
    sharing.refresh_from_db()
    return seen_through(sharing, day)


def birthday(age, *, less=0):
    return date(BORN.year + age, BORN.month, BORN.day) - timedelta(days=less)


def test_a_parent_sees_all_that_is_shared_until_the_eleventh_birthday(as_parent):
    assert seen(as_parent, birthday(11, less=1)) == EVERYTHING
    assert seen(as_parent, birthday(11)) == {"appointments"}


def test_what_may_be_seen_is_less_though_no_task_has_run(as_parent):
    assert seen(as_parent, birthday(13)) == set()
    assert seen(as_parent, birthday(16)) == set()
    assert as_parent.stage == Stage.WHOLE


@pytest.mark.parametrize("age", [11, 13, 16])
def test_both_are_warned_ninety_and_thirty_days_before_and_once(as_parent, zaras_record, age):
    linked(a_login("Zara Carter"), zaras_record)
    for earlier in (11, 13):
        if earlier < age:
            milestones.look_after_all(on(birthday(earlier)))
    if age == 16:
        Sharing.objects.update(state=State.SUSPENDED)

    assert looked_after(birthday(age, less=91)) == []
    for days in (90, 30):
        told = looked_after(birthday(age, less=days))
        assert [to for to, _ in told] == ["ben.carter@example.org", "zara.carter@example.org"]
        assert looked_after(birthday(age, less=days - 1)) == []


def test_at_eleven_it_is_narrowed_written_down_and_both_are_told_after(
    as_parent, zaras_record, hospital
):
    linked(a_login("Zara Carter"), zaras_record)
    looked_after(birthday(11, less=1))

    told = looked_after(birthday(11))

    as_parent.refresh_from_db()
    assert as_parent.stage == Stage.NARROWED
    assert told == [
        ("ben.carter@example.org", "What you can see has changed"),
        ("zara.carter@example.org", "Who can see your record has changed"),
    ]
    consent = hospital.read("Consent", as_parent.consent).json
    assert [one["code"] for one in consent["provision"]["class"]] == [
        "Appointment",
        "AppointmentResponse",
    ]
    assert looked_after(birthday(11) + timedelta(days=1)) == []


def test_at_thirteen_it_is_suspended_and_at_sixteen_it_is_over(as_parent, hospital):
    looked_after(birthday(11))
    looked_after(birthday(13))
    as_parent.refresh_from_db()
    assert (as_parent.state, as_parent.reason) == (State.SUSPENDED, Reason.SUSPENDED)

    looked_after(birthday(16))

    as_parent.refresh_from_db()
    assert as_parent.state == State.ENDED
    assert hospital.read("Consent", as_parent.consent).json["status"] == "inactive"


def test_a_trust_may_suspend_earlier(as_parent, settings):
    settings.CARERS_SUSPENDED_AT = 11

    assert seen(as_parent, birthday(11)) == set()


def test_no_mail_about_a_birthday_says_why(as_parent, zaras_record):
    linked(a_login("Zara Carter"), zaras_record)
    said = []
    for age in (11, 13, 16):
        for days in (90, 30, 0):
            looked_after(birthday(age, less=days))
            said += [f"{one.subject} {one.body}" for one in mail.outbox]

    words = " ".join(said).lower()
    assert len(said) >= 12
    for never in ("age", "birthday", "child", "zara", "ben ", "parent", "old enough"):
        assert f" {never} " not in words


def test_a_professional_decides_what_is_seen_and_until_when(as_parent, zaras_record, hospital):
    doctor = treats(a_clinician("Dr Priya Nair"), zaras_record)
    records = records_of(doctor)
    looked_after(birthday(11))
    looked_after(birthday(13))
    until = birthday(14)

    parents.decide(
        records=records,
        patient=zaras_record,
        limits=Limits(frozenset({"letters", "sensitive"}), until),
        by=doctor,
        now=on(birthday(13)),
    )

    assert seen(as_parent, until) == {"letters"}
    assert as_parent.decided_by == doctor
    consent = hospital.read("Consent", as_parent.consent).json
    assert consent["status"] == "active"
    looked_after(until + timedelta(days=1))
    assert seen(as_parent, until + timedelta(days=1)) == set()
    assert as_parent.state == State.SUSPENDED


def test_no_decision_outlives_sixteen(as_parent, zaras_record):
    doctor = treats(a_clinician("Dr Priya Nair"), zaras_record)
    parents.decide(
        records=records_of(doctor),
        patient=zaras_record,
        limits=Limits(frozenset(EVERYTHING), birthday(17)),
        by=doctor,
        now=on(birthday(13)),
    )

    assert seen(as_parent, birthday(15)) == EVERYTHING
    assert seen(as_parent, birthday(16)) == set()


def test_nobody_gives_a_parent_a_code_once_the_team_decides(zaras_record, hospital, sam):
    child = person_of(hospital.read("Patient", zaras_record).json)
    wish = Wish("Ben Carter", "ben@example.org", "FTH", Limits(frozenset({"letters"}), None))

    with pytest.raises(parents.TooOld):
        parents.give_code(
            child=child, wish=wish, evidence="care-order", by=sam, now=on(birthday(11))
        )


def test_to_keep_a_child_safe_it_ends_and_nobody_is_told(as_parent, zaras_record, sam):
    mail.outbox.clear()

    parents.stop(patient=zaras_record, sharing=as_parent.pk, by=sam, now=BEFORE)

    as_parent.refresh_from_db()
    assert (as_parent.state, as_parent.reason) == (State.ENDED, Reason.SAFEGUARDING)
    assert mail.outbox == []


def test_a_last_day_is_warned_of_two_weeks_before_and_ends_by_itself(ben, grace, nine):
    last = date(2026, 3, 31)
    sharing = helps(ben, grace, "letters", ends_on=last)

    assert looked_after(last - timedelta(days=15)) == []
    assert {to for to, _ in looked_after(last - timedelta(days=14))} == {
        "ben.carter@example.org",
        "grace.carter@example.org",
    }
    assert looked_after(last) == []
    assert len(looked_after(last + timedelta(days=1))) == 2

    sharing.refresh_from_db()
    assert (sharing.state, sharing.reason) == (State.ENDED, Reason.END_DATE)


def test_what_a_patient_chose_herself_has_no_birthdays(ben, grace, nine):
    sharing = helps(ben, grace, "letters")

    assert looked_after(date(2026, 2, 11)) == []
    assert seen(sharing, date(2030, 1, 1)) == {"letters"}


def test_nobody_sees_the_record_of_somebody_who_has_died(ben, grace, graces_record, hospital, nine):
    sharing = helps(ben, grace, "letters")
    person = hospital.read("Patient", graces_record)
    hospital.update(person.json | {"deceasedBoolean": True}, if_match=person.version)

    looked_after(date(2026, 2, 2))

    sharing.refresh_from_db()
    assert (sharing.state, sharing.reason) == (State.ENDED, Reason.DECEASED)


def test_the_banner_takes_a_new_name_over(ben, grace, graces_record, hospital, nine):
    sharing = helps(ben, grace, "letters")
    person = hospital.read("Patient", graces_record)
    renamed = person.json | {"name": [{"family": "Shaw", "given": ["Grace"]}]}
    hospital.update(renamed, if_match=person.version)

    looked_after(date(2026, 2, 2))

    sharing.refresh_from_db()
    assert sharing.patient_name == "Grace Shaw"
