"""The staff page that gives activation codes."""

import re

import pytest

from portal.identity import codes
from portal.identity.models import ActivationCode, Tie
from tests.builders import NHS, a_patient
from tests.portal.identity.conftest import BEN
from tests.portal.identity.test_actions import hold
from tests.signing_in import a_code, linked, signed_in

FOUND = {"nhs_number": "999 101 3172", "born_0": "2", "born_1": "7", "born_2": "1991"}
CHECKS = {"in_person": "on", "evidence": "driving-licence", "details": "on"}
FIND, PERSON, CANCEL = (f"/staff/activation/{page}" for page in ("", "person/", "cancel/"))


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def found(browser, **changed):
    return browser.post(FIND, FOUND | changed)


def known_as(number, nhs="", **more):
    """Return the identifiers of somebody whom a hospital knows by `number`."""
    hospital = {"system": "https://millbrook.example/mrn", "value": number} | more
    return [hospital, *([{"system": NHS, "value": nhs}] if nhs else [])]


def give(browser, **changed):
    once = re.search(r'name="once" value="(\w+)"', text(browser.get(PERSON))).group(1)
    return browser.post(PERSON, CHECKS | {"once": once} | changed)


def shown(answer):
    return re.search(r'db-code">([A-Z0-9-]+)<', answer.content.decode()).group(1)


def test_a_person_is_found_by_nhs_number_and_date_of_birth(sam, bens_record):
    browser = signed_in(sam)

    assert found(browser)["Location"] == PERSON

    page = text(browser.get(PERSON))
    assert "Ben Carter" in page
    assert "Born 2 July 1991" in page
    assert "NHS number 999 101 3172" in page
    assert "No Daybook account yet" in page


@pytest.mark.parametrize(
    ("number", "wrong"),
    [
        ("NHS number", {"nhs_number": "9990000018"}),
        ("hospital number", {"nhs_number": "", "hospital_number": "K2"}),
    ],
)
def test_a_wrong_date_of_birth_finds_nobody_and_reads_like_no_record(sam, system, number, wrong):
    system.create(a_patient(BEN, born="1991-07-02") | {"identifier": known_as("K1", nhs=BEN)})
    browser = signed_in(sam)
    right = wrong | ({"hospital_number": "K1"} if "hospital_number" in wrong else FOUND)

    another_day = found(browser, **right | {"born_2": "1990"})
    nobody = found(browser, **wrong)

    assert f"We have no record with this {number} and date of birth" in text(another_day)
    cut = r"name=\"(csrfmiddlewaretoken|nhs_number|hospital_number|born_\d)\"[^>]*"
    assert re.sub(cut, "", text(another_day)) == re.sub(cut, "", text(nobody))
    assert browser.get(PERSON)["Location"] == FIND


@pytest.mark.parametrize("typed", ["K0001234", "k0001234", " K0001234 "])
def test_somebody_without_an_nhs_number_is_found_by_their_hospital_number(sam, system, typed):
    born = "1991-07-02"
    person = system.create(
        a_patient(family="Carter", given="Ben", born=born, identifier=known_as("K0001234"))
    )
    browser = signed_in(sam)

    assert found(browser, nhs_number="", hospital_number=typed)["Location"] == PERSON

    page = text(browser.get(PERSON))
    assert "No NHS number" in page
    assert "Hospital number K0001234" in page
    shown(give(browser))
    assert ActivationCode.objects.get().patient == person.id


def test_a_number_that_two_hospitals_gave_out_on_one_birthday_gets_nobody_a_code(sam, system):
    for family in ("Carter", "Okafor"):
        number = known_as("K1", system=f"https://{family.lower()}.example/mrn")
        system.create(a_patient(family=family, born="1991-07-02", identifier=number))
    browser = signed_in(sam)

    answer = found(browser, nhs_number="", hospital_number="K1")

    assert "More than one record has this hospital number and date of birth" in text(answer)
    assert browser.get(PERSON)["Location"] == FIND


@pytest.mark.parametrize("kind", ["PPN", "DL", "SS"])
def test_a_passport_or_a_licence_is_no_hospital_number(sam, system, kind):
    number = known_as("K1", type={"coding": [{"code": kind}]})
    system.create(a_patient(born="1991-07-02", identifier=number))

    answer = found(signed_in(sam), nhs_number="", hospital_number="K1")

    assert "We have no record with this hospital number" in text(answer)


def test_the_code_is_shown_once_with_how_identity_was_checked(sam, bens_record):
    browser = signed_in(sam)
    found(browser)

    page = give(browser)

    code = shown(page)
    kept = ActivationCode.objects.get()
    assert kept.digest == codes.digest(code)
    assert (kept.patient, kept.issued_by, kept.evidence) == (bens_record, sam, "driving-licence")
    assert "Driving licence" in text(page)
    assert "Checked by Sam Reed" in text(page)
    assert "Go to <strong>testserver/start</strong>" in text(page)
    assert code not in text(browser.get(PERSON))
    assert "This code can no longer be seen" in text(browser.get(PERSON))


def test_sending_the_same_form_again_gives_no_second_code(sam, bens_record):
    browser = signed_in(sam)
    found(browser)
    once = re.search(r'name="once" value="(\w+)"', text(browser.get(PERSON))).group(1)
    browser.post(PERSON, CHECKS | {"once": once})

    again = browser.post(PERSON, CHECKS | {"once": once})

    assert again["Location"] == PERSON
    assert ActivationCode.objects.count() == 1


@pytest.mark.parametrize("unticked", CHECKS)
def test_no_code_without_every_check(sam, bens_record, unticked):
    browser = signed_in(sam)
    found(browser)

    page = give(browser, **{unticked: ""})

    assert page.status_code == 400
    assert "There is a problem" in text(page)
    assert not ActivationCode.objects.exists()


def test_a_code_can_be_cancelled_and_earlier_codes_say_what_became_of_them(
    sam, bens_record, moved_clock
):
    browser = signed_in(sam)
    a_code(bens_record, sam)
    moved_clock.move(days=11)
    browser = signed_in(sam)
    found(browser)
    give(browser)

    browser.post(CANCEL)

    page = text(browser.get(PERSON))
    assert "cancelled." in page
    assert "ran out, never used." in page
    assert "can no longer be seen" not in page


def test_a_new_code_for_somebody_with_a_login_warns_that_it_replaces_it(sam, ben, bens_record):
    browser = signed_in(sam)
    found(browser)

    page = text(browser.get(PERSON))

    assert "Has a Daybook account since" in page
    assert "the old login no longer opens this record" in page


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"deceasedBoolean": True}, "This person has died"),
        ({"active": False}, "not in use"),
        ({"birthDate": "2019-07-02"}, "under 13"),
    ],
)
def test_some_people_cannot_be_given_a_code(sam, system, more, said):
    system.create(a_patient(BEN, family="Carter", given="Ben", born="1991-07-02") | more)
    browser = signed_in(sam)
    found(browser, born_2=more.get("birthDate", "1991")[:4])

    page = text(browser.get(PERSON))

    assert said in page
    assert "Give a code" not in page
    browser.post(PERSON, CHECKS)
    assert not ActivationCode.objects.exists()


def test_a_held_identity_is_given_no_code(sam, bens_record):
    browser = signed_in(sam)
    found(browser)
    hold(bens_record)

    assert "waiting to be checked" in text(browser.get(PERSON))


@pytest.mark.parametrize("is_own", [True, False])
def test_staff_cannot_give_themselves_or_a_relation_a_code(sam, bens_record, caplog, is_own):
    if is_own:
        linked(sam, bens_record)
    else:
        Tie.objects.create(user=sam, patient=bens_record, declared_at=sam.joined_at)
    browser = signed_in(sam)
    if is_own:
        browser.post("/account/capacity/", {"next": "/staff/"})

    answer = found(browser)

    assert "We have no record with this NHS number and date of birth" in text(answer)
    assert "alarm: User/" in caplog.text
    assert browser.get(PERSON)["Location"] == FIND


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"nhs_number": ""}, "Enter an NHS number or a hospital number"),
        ({"hospital_number": "K1"}, "Enter one of the two numbers, not both"),
        ({"nhs_number": "", "hospital_number": "K" * 65}, "has 64 characters or fewer"),
        ({"nhs_number": "", "hospital_number": "K\0"}, "There is a problem"),
        ({"nhs_number": "999 101 3173"}, "An NHS number has 10 digits"),
        ({"nhs_number": "x" * 400}, "There is a problem"),
        ({"born_1": "13"}, "must be a real date"),
    ],
)
def test_what_cannot_be_read_gets_a_clear_word(sam, typed, said):
    answer = found(signed_in(sam), **typed)

    assert answer.status_code == 400
    assert said in text(answer)


def test_looking_a_person_up_is_in_the_audit_under_the_members_own_name(sam, ben, bens_record):
    found(signed_in(sam))

    rows = signed_in_entries(ben, bens_record)
    assert ("Sam Reed", "Booking office, Site A") in rows


def signed_in_entries(user, patient):
    from fhir import audit  # noqa: PLC0415 (the store alone reads it elsewhere)
    from tests.portal.identity.test_grants import viewer  # noqa: PLC0415

    return {(entry.name, entry.role) for entry in audit.entries_for(viewer(user), patient)}
