"""What somebody needs is said once, kept as FHIR, and met wherever they are booked and seen."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fhir.access import SYSTEM
from fhir.arrivals import Refused
from fhir.intake import Source, accept
from fhir.raw import Entry, dump
from fhir.validation import check
from portal.needs.flags import need_of
from tests.builders import a_patient
from tests.fhir.hl7.reading import written
from tests.portal.appointments import clinic as making
from tests.portal.appointments.diary import filed
from tests.portal.needs.saying import NEEDS_INTERPRETER, PAGE, POLISH, Speaker, standing, told
from tests.portal.offers.pieces import cancels, offered_to, relayed, wishes_for_sooner
from tests.portal.pages import words
from tests.signing_in import a_login, linked, signed_in

DAY = "/staff/clinics/days/2026-03-24/?place=north"
SAID = {"formats": ["large-print"], "visits": ["longer", "quiet"], "words": "Face me, please"}
QUERIES = 50
NATIONAL = "https://fhir.nhs.uk/England/CodeSystem/England-FlagCategory"


def codes(flag):
    return [
        (one["coding"][0]["system"].removeprefix(NATIONAL), one["coding"][0]["code"])
        for one in flag["category"]
    ]


def holds(browser, ticket, slot):
    """Choose a time, and return the address at which it is kept."""
    page = browser.get(f"/appointments/book/{ticket}/").content.decode()
    form = re.search(r'name="form" value="([^"]+)"', page)[1]
    time = f"{slot.slot}|in-person"
    said = {"form": form, "time": time, "longer": "yes"}
    return browser.post(f"/appointments/book/{ticket}/", said).headers["Location"]


def test_what_is_said_once_reaches_the_search_the_booking_and_every_list(
    amina, ticket, slots, people, moved_clock
):
    sam, dr_nair = people
    answer = amina.states(**SAID, **POLISH)

    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
    times = amina.reads(f"/appointments/book/{ticket}/")
    assert "Showing: any time, with a Polish interpreter, for a longer visit." in times
    assert "You told us that you need a longer visit. So each time here is two times" in times
    address = holds(amina.browser, ticket, slots[0])
    page = amina.reads(address)
    assert "Interpreter Polish. They will be there with you." in page
    assert "for 40 minutes" in page
    needed = "Large print Longer appointment Quiet place to wait Face me, please"
    assert f"What you need from us {needed} Change" in page
    assert f'href="{PAGE}?next={address}"' in amina.browser.get(address).content.decode()
    assert amina.states(**SAID, **POLISH, next=address).headers["Location"] == address
    amina.browser.post(address, {"reason": "", "phone": "07700 900456"})
    (booked,) = making.appointments_of(amina.patient)
    kept = {one["reference"] for one in booked.json["supportingInformation"]}
    assert kept == {f"Flag/{one.id}" for one in told(amina.patient).flags.values()}
    assert len(kept) == 5
    day = words(sam.get(DAY))
    moved_clock.move_to(slots[0].starts_at)
    amina.comes_back()
    for page in (day, words(signed_in(dr_nair).get("/staff/visits/"))):
        needed = "Polish interpreter Large print Longer appointment Quiet place to wait"
        assert f"{needed} “Face me, please”" in page
    letter = amina.reads(f"/appointments/{booked.id}/letter/")
    assert "What you need from us Polish interpreter" in letter
    log = amina.reads("/record/access-log/")
    assert "what you need from us" in log


def test_it_is_kept_as_flags_of_the_national_kind_that_say_who_said_it(amina, amina_yusuf):
    amina.states(**SAID, **POLISH)

    flags = {key: one.json for key, one in told(amina_yusuf).flags.items()}

    adjustments = {key: codes(flag) for key, flag in flags.items()}
    first = ("Patient", "national-reasonable-adjustment-flag")
    assert adjustments == {
        "large-print": [first, ("RA", "requires-specific-information-format")],
        "longer": [first, ("RA", "adjustments-for-individual-care-requirements")],
        "quiet": [first, ("RA", "adjustments-in-relation-to-the-environment-of-care")],
        "interpreter": [first, ("RA", "community-language-support")],
        "words": [first, ("RA", "bespoke-reasonable-adjustments")],
    }
    assert flags["interpreter"]["code"] == {
        "text": "Polish interpreter",
        "coding": [{"system": "urn:ietf:bcp:47", "code": "pl", "display": "Polish"}],
    }
    assert flags["words"]["code"] == {"text": "Face me, please"}
    for one in flags.values():
        assert one["author"] == {"reference": f"Patient/{amina_yusuf}", "display": "Amina Yusuf"}
        assert one["period"] == {"start": "2026-03-12"}
    more = amina.reads("/record/more/")
    assert "Face me, please" in more
    assert "Home Record Appointments" in more  # what she said herself is not new to her


def test_british_sign_language_is_an_interpreter_of_its_own_kind(amina, amina_yusuf, hospital):
    amina.states(interpreter="signed")

    flag = told(amina_yusuf).flags["interpreter"].json

    assert codes(flag)[1] == ("RA", "requires-communication-professional")
    assert flag["code"]["coding"][0]["code"] == "bfi"
    assert hospital.read("Patient", amina_yusuf).version == 1


def test_a_language_without_a_code_is_kept_in_words_and_promised_by_no_clinic(
    amina, amina_yusuf, ticket, slots
):
    amina.states(interpreter="spoken", language="other", other=" Tigrinya ")

    assert told(amina_yusuf).flags["interpreter"].json["code"] == {"text": "Interpreter: Tigrinya"}
    assert 'value="Tigrinya"' in amina.browser.get(PAGE).content.decode()
    times = amina.reads(f"/appointments/book/{ticket}/")
    assert "with a Polish interpreter" not in times
    page = amina.reads(holds(amina.browser, ticket, slots[0]))
    assert "Interpreter Tigrinya. This clinic has none of its own." in page


@pytest.mark.usefixtures("booking")
def test_what_the_hospital_has_noted_is_shown_and_neither_hides_the_other(
    amina, noted, hospital, sam
):
    page = amina.reads()
    assert "What the hospital has noted Urdu interpreter Speak slowly" in page
    before = [hospital.read(*one).version for one in (("Patient", amina.patient), ("Flag", noted))]

    amina.states(**POLISH)

    after = [hospital.read(*one).version for one in (("Patient", amina.patient), ("Flag", noted))]
    assert after == before
    assert "What the hospital has noted Urdu interpreter Speak slowly" in amina.reads()
    said = words(sam.get(DAY))
    assert "Urdu interpreter" in said
    assert "Polish interpreter (the patient says)" in said
    assert "Speak slowly" in said


def sent(event, minute, language):
    """Let the hospital's own system say who Ada is, and which language she speaks."""
    name = "PID|1||9990000018^^^NHS^NH||Moss^Ada||19680314|F|||||||"
    raw = written(f"{name}{language}^^urn:ietf:bcp:47", kind=f"ADT^{event}")
    return filed(raw.replace(b"20260310140500", f"2026031209{minute}00".encode())).patient


@pytest.mark.parametrize(
    ("communication", "said"),
    [
        ([{"language": {"text": "Tigrinya"}}], "Interpreter: Tigrinya"),
        ([], "Interpreter, for a language that is not written down"),
    ],
)
@pytest.mark.usefixtures("booking")
def test_an_interpreter_is_asked_for_though_no_code_says_the_language(
    amina, hospital, sam, communication, said
):
    stored = hospital.read("Patient", amina.patient).json
    spoken = {"communication": communication} if communication else {}
    hospital.update(stored | {"extension": [NEEDS_INTERPRETER], **spoken}, None)

    assert said in words(sam.get(DAY))
    assert f"What the hospital has noted {said}" in amina.reads()


def overwrites(resource):
    """Let the hospital's own system say something else of a resource."""
    text = dump({name: value for name, value in resource.items() if name != "meta"})
    kind, key = resource["resourceType"], resource["id"]
    entry = Entry("", "PUT", f"{kind}/{key}", "", "", "", text, check(text).resource)
    accept([entry], Source("pas", SYSTEM))


def test_the_next_message_of_the_hospital_leaves_it_and_is_left(hospital, slots, sam, moved_clock):
    ada, login = sent("A28", "01", "ur"), a_login("Ada Moss")
    linked(login, ada)
    speaker = Speaker(login, ada)
    speaker.states(**POLISH, formats=["braille"])
    making.booked(ada, making.ordered(ada), slots[0], mode="in-person")
    moved_clock.move(minutes=2)

    sent("A31", "03", "bn")

    (spoken,) = hospital.read("Patient", ada).json["communication"]
    assert spoken["language"]["coding"][0]["code"] == "bn"
    assert standing(ada) == {"interpreter", "braille"}
    flag = told(ada).flags["braille"].json
    with pytest.raises(Refused, match="another feed keeps this resource"):
        overwrites(flag | {"status": "inactive"})
    assert told(ada).flags["braille"].json == flag
    said = words(sam.get(DAY))
    assert "Polish interpreter" in said
    assert "Braille" in said


@pytest.mark.usefixtures("booking")
def test_what_is_taken_back_is_kept_and_shown_to_staff_no_more(amina, sams_login, moved_clock):
    sam = signed_in(sams_login)
    amina.states(**SAID)
    assert "Large print" in words(sam.get(DAY))
    moved_clock.move(days=3)
    amina.comes_back()
    sam = signed_in(sams_login)

    amina.states(visits=["quiet"])

    kept = told(amina.patient).flags
    assert standing(amina.patient) == {"quiet"}
    assert kept["large-print"].json["status"] == "inactive"
    assert kept["large-print"].json["period"] == {"start": "2026-03-12", "end": "2026-03-15"}
    assert kept["large-print"].version == 2
    assert kept["quiet"].json["period"] == {"start": "2026-03-12"}
    for page in (words(sam.get(DAY)), amina.reads(PAGE)):
        assert "Face me, please" not in page
    assert "Large print" not in words(sam.get(DAY))
    amina.states(formats=["large-print"])
    assert told(amina.patient).flags["large-print"].json["period"] == {"start": "2026-03-15"}


@pytest.mark.usefixtures("booking")
def test_an_open_list_follows_what_is_said(amina, sam):
    part = sam.get(f"{DAY}&part=day")
    tag = {"If-None-Match": part.headers["ETag"]}
    assert sam.get(f"{DAY}&part=day", headers=tag).status_code == 304

    amina.states(formats=["braille"])

    changed = sam.get(f"{DAY}&part=day", headers=tag)
    assert changed.status_code == 200
    assert "Braille" in words(changed)


def test_nobody_is_offered_a_time_at_which_they_are_not_understood(
    amina, amina_yusuf, ticket, slots, hospital
):
    leaver = making.booked(amina_yusuf, ticket, slots[0], mode="in-person")
    waiting = []
    for number, language in (("9990000018", "so"), ("9990000026", "pl")):
        key = hospital.create(a_patient(number, number, number)).id
        last = slots[-1 - len(waiting)]
        wishes_for_sooner(making.booked(key, making.ordered(key), last, mode="in-person"))
        login = a_login(number)
        linked(login, key)
        Speaker(login, key).states(interpreter="spoken", language=language)
        waiting.append(key)

    cancels(leaver)
    relayed()

    assert offered_to() == [waiting[1]]


def test_after_a_year_it_is_asked_again_and_answered_with_one_button(
    amina, amina_yusuf, moved_clock
):
    amina.states(**SAID)
    before = told(amina_yusuf)
    moved_clock.move(days=364)
    amina.comes_back()
    assert "Is this still right?" not in amina.reads("/") + amina.reads()
    assert "on 12 March 2026" in amina.reads()
    moved_clock.move(days=1)
    amina.comes_back()
    for page in ("/", PAGE):
        assert "Is this still right? On 12 March 2026 you told us what you need" in amina.reads(
            page
        )

    answer = amina.confirms(next="/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert "Is this still right?" not in amina.reads("/") + amina.reads()
    after = told(amina_yusuf)
    assert {need_of(one).reviewed_on for one in after.standing.values()} == {date(2027, 3, 12)}
    assert after.needs == before.needs
    assert {one.version for one in after.flags.values()} == {2}
    assert {one.json["period"]["start"] for one in after.flags.values()} == {"2026-03-12"}


@pytest.mark.parametrize(
    ("said", "field", "fault"),
    [
        ({"interpreter": ""}, "id_interpreter", "Choose whether an interpreter is needed"),
        ({"interpreter": "spoken"}, "id_language", "Choose a language"),
        ({"interpreter": "spoken", "language": "xx"}, "id_language", "Choose a language"),
        ({"interpreter": "spoken", "language": "other"}, "id_other", "Enter the language"),
        ({"formats": ["gold"]}, "id_formats", "Choose from the list"),
        ({"words": "x" * 151}, "id_words", "must be 150 characters or less"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(
    amina, amina_yusuf, said, field, fault
):
    answer = amina.states(**{"words": "Face me, please", **said})

    page = answer.content.decode()
    assert answer.status_code == 400
    assert fault in words(answer)
    assert f'href="#{field}"' in page
    assert f'id="{field}' in page
    assert standing(amina_yusuf) == set()
    if "words" not in said:
        assert "Face me, please" in amina.browser.get(PAGE).content.decode()  # as a draft


def test_of_two_windows_neither_overwrites_the_other_unseen(amina, amina_yusuf):
    seen = amina.sees()
    assert [amina.states(seen, formats=["braille"]).status_code for _ in range(2)] == [302, 302]
    assert told(amina_yusuf).flags["braille"].version == 1

    answer = amina.states(seen, formats=["audio"])

    assert answer.status_code == 409
    assert "What is kept now: Braille." in words(answer)
    assert standing(amina_yusuf) == {"braille"}
    assert amina.browser.post(PAGE, {"act": "same", "seen": seen}).status_code == 302
    assert "Look at it again" in amina.reads()
    amina.states(formats=["audio"])
    assert standing(amina_yusuf) == {"audio"}


@pytest.mark.usefixtures("booking")
def test_the_page_and_the_list_ask_as_much_of_the_database_for_any_number_of_needs(
    amina, sam, django_assert_num_queries
):
    amina.states(formats=["braille"])
    pages = ((amina.browser, PAGE), (sam, DAY))
    few = []
    for browser, page in pages:
        browser.get(page)
        with CaptureQueriesContext(connection) as asked:
            browser.get(page)
        few.append(len(asked))
    assert max(few) < QUERIES

    amina.states(**POLISH, **SAID)

    for (browser, page), count in zip(pages, few, strict=True):
        browser.get(page)
        with django_assert_num_queries(count):
            browser.get(page)
