"""The pages on which staff let a parent see, and decide as a child grows."""

import re
from datetime import UTC, date, datetime

import pytest
from django.core import mail

from portal.carers.models import Sharing
from portal.carers.rules import Basis, Reason, State
from portal.identity.models import Role, Tie
from tests.builders import a_patient
from tests.portal.pages import words
from tests.portal.results.staff import a_clinician, treats
from tests.signing_in import a_login, linked, signed_in

BORN = date(2016, 6, 1)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)  # Zara is 9
DESK, CHILDREN = "/staff/parents/", "/staff/children/"
ZARA = {"nhs_number": "9990000018", "born_0": "1", "born_1": "6", "born_2": "2016"}
PARENT = {
    "name": "Ben Carter",
    "relationship": "FTH",
    "email": "ben@example.org",
    "evidence": "birth-certificate",
    "identity": "on",
    "see": ["appointments", "letters", "results"],
}
CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}\b")


@pytest.fixture
def nine(moved_clock):
    moved_clock.move_to(NOW)
    return moved_clock


@pytest.fixture
def zaras_record(nine, hospital):
    zara = a_patient("9990000018", family="Carter", given="Zara", born=BORN.isoformat())
    return hospital.create(zara).id


@pytest.fixture
def desk(zaras_record):
    return signed_in(a_login("Sam Reed", Role.RECORDS))


@pytest.fixture
def doctor(zaras_record):
    return treats(a_clinician("Dr Priya Nair"), zaras_record)


@pytest.fixture
def as_parent(desk, ben):
    """Let Ben see Zara's record, by the pages."""
    desk.post(DESK, ZARA)
    code = CODE.search(words(desk.post(f"{DESK}parent/", PARENT)))[0]
    begin = "/account/people/helping/begin/"
    signed_in(ben).post(begin, {"code": code, "born_0": "1", "born_1": "6", "born_2": "2016"})
    return Sharing.objects.get()


def test_a_parent_at_the_desk_gets_a_code_that_no_mail_carries(desk, ben, as_parent):
    assert (as_parent.state, as_parent.basis, as_parent.carer) == (
        State.ACTIVE,
        Basis.PARENT,
        ben,
    )
    assert as_parent.evidence == "birth-certificate"
    assert as_parent.invited_by.name == "Sam Reed"
    assert not any(CODE.search(one.body) for one in mail.outbox)


@pytest.mark.parametrize(
    "without", ["name", "relationship", "email", "evidence", "identity", "see"]
)
def test_nobody_gets_a_code_before_all_is_checked(desk, without):
    desk.post(DESK, ZARA)

    answer = desk.post(f"{DESK}parent/", {k: v for k, v in PARENT.items() if k != without})

    assert answer.status_code == 400
    assert not Sharing.objects.exists()


def test_from_the_eleventh_birthday_the_desk_gives_no_code(desk, nine):
    desk.post(DESK, ZARA)
    nine.move_to(datetime(2027, 6, 1, 12, tzinfo=UTC))
    later = signed_in(a_login("Kim Reed", Role.RECORDS))
    later.post(DESK, ZARA)

    answer = later.post(f"{DESK}parent/", PARENT)

    assert "From their 11th birthday the care team decides" in words(answer)


def test_a_clinician_who_treats_the_child_decides_with_a_date(doctor, as_parent, nine):
    nine.move_to(datetime(2029, 6, 2, 12, tzinfo=UTC))
    browser = signed_in(doctor)
    assert "Zara Carter, born 1 June 2016" in words(browser.get(CHILDREN))
    browser.post(CHILDREN, ZARA)
    assert "Can see now: Nothing at the moment" in words(browser.get(f"{CHILDREN}child/"))
    until = {"until_0": "1", "until_1": "6", "until_2": "2030"}
    mail.outbox.clear()

    browser.post(f"{CHILDREN}child/", {"see": ["letters"], "judged": "on"} | until)

    as_parent.refresh_from_db()
    assert as_parent.decided_scopes == ["letters"]
    assert as_parent.decided_until == date(2030, 6, 1)
    shown = words(browser.get(f"{CHILDREN}child/"))
    assert "Can see now: Letters. Decided by Dr Priya Nair, until 1 June 2030" in shown
    assert [one.to for one in mail.outbox] == [["ben.carter@example.org"]]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"judged": ""}, "Talk with the young person"),
        ({"until_2": "2040"}, "before the 16th birthday"),
        ({"until_2": "2020"}, "after today"),
        ({"until_0": "", "until_1": "", "until_2": ""}, "Enter until when this holds"),
    ],
)
def test_a_decision_is_made_whole_or_not_at_all(doctor, as_parent, wrong, said):
    browser = signed_in(doctor)
    browser.post(CHILDREN, ZARA)
    given = {"see": ["letters"], "judged": "on", "until_0": "1", "until_1": "6", "until_2": "2030"}

    answer = browser.post(f"{CHILDREN}child/", given | wrong)

    assert answer.status_code == 400
    assert said in words(answer)
    as_parent.refresh_from_db()
    assert as_parent.decided_until is None


def test_a_clinician_who_does_not_treat_the_child_finds_nobody(doctor, as_parent):
    other = signed_in(a_clinician("Dr Erik Lund"))

    answer = other.post(CHILDREN, ZARA)

    assert "We have no record with this NHS number" in words(answer)
    assert other.get(f"{CHILDREN}child/")["Location"] == CHILDREN
    assert "Zara" not in words(other.get(CHILDREN))


@pytest.mark.parametrize("is_own", [True, False])
def test_nobody_decides_on_their_own_child_or_themselves(doctor, as_parent, zaras_record, is_own):
    if is_own:
        linked(doctor, zaras_record)
    else:
        Tie.objects.create(user=doctor, patient=zaras_record, declared_at=NOW)
    browser = signed_in(doctor)
    browser.post("/account/capacity/", {"to": "staff"})

    assert "We have no record with this NHS number" in words(browser.post(CHILDREN, ZARA))


def test_a_right_that_has_ended_meanwhile_opens_nothing(doctor, as_parent, zaras_record):
    browser = signed_in(doctor)
    browser.post(CHILDREN, ZARA)
    assert browser.get(f"{CHILDREN}child/").status_code == 200

    doctor.practitioners = []
    doctor.save()

    assert browser.get(f"{CHILDREN}child/")["Location"] == CHILDREN


def test_to_keep_a_child_safe_a_parents_sight_ends_and_nobody_is_told(doctor, as_parent):
    browser = signed_in(doctor)
    browser.post(CHILDREN, ZARA)
    mail.outbox.clear()

    browser.post(f"{CHILDREN}child/", {"stop": str(as_parent.pk)})

    as_parent.refresh_from_db()
    assert (as_parent.state, as_parent.reason) == (State.ENDED, Reason.SAFEGUARDING)
    assert mail.outbox == []
    assert browser.post(f"{CHILDREN}child/", {"stop": str(as_parent.pk)}).status_code == 404


def test_what_was_found_is_asked_for_again_in_another_session(doctor, as_parent):
    assert signed_in(doctor).get(f"{CHILDREN}child/")["Location"] == CHILDREN
