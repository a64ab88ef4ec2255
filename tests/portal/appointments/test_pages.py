"""The pages by which a patient books: choose, check, book; what is refused, and what is kept."""

import re
from datetime import time as hour

import pytest

from tests.portal.appointments.clinic import (
    a_need,
    appointments_of,
    booked,
    claims_with,
    held,
    ordered,
    published,
    slots_of,
)
from tests.portal.pages import words

FORM = re.compile(r'name="form" value="([0-9a-f-]{36})"')
PHONE = "07700 900123"


def form_of(page):
    return FORM.search(page.content.decode())[1]


def picks(browser, ticket, slot, *, mode="video", form=None, address=""):
    address = address or f"/appointments/book/{ticket}/"
    form = form or form_of(browser.get(address))
    return browser.post(address, {"form": form, "time": f"{slot.slot}|{mode}"})


def holds(browser, ticket, slot, **more):
    """Pick a time and return the address of its check page."""
    answer = picks(browser, ticket, slot, **more)
    assert answer.status_code == 302, words(answer)
    return answer.headers["Location"]


def books(browser, ticket, slot, reason="", phone=PHONE):
    return browser.post(holds(browser, ticket, slot), {"reason": reason, "phone": phone})


@pytest.fixture
def browser(her_browser, ticket):
    return her_browser


def test_nothing_booked_is_said_in_words(her_browser):
    assert "You have no visits booked." in words(her_browser.get("/appointments/"))


def test_the_list_says_what_is_ready_to_book_and_leads_there(browser, ticket):
    page = browser.get("/appointments/")

    said = words(page)
    assert "Ready to book Dr Priya Nair has asked to see you" in said
    assert f"/appointments/book/{ticket}/" in page.content.decode()


def test_free_times_stand_under_their_days_and_are_counted(browser, ticket, clinic):
    said = words(browser.get(f"/appointments/book/{ticket}/"))

    assert "Choose a time for your video visit" in said
    assert "54 times to choose from" in said
    assert "The clocks go forward on Sunday 29 March 2026." in said
    assert "Tuesday 24 March 2026 Soonest, 9 times 9am on Tuesday 24 March 2026 9:20am" in said
    assert "Show later dates" in said


def test_the_rest_of_the_times_are_on_the_next_page_and_no_day_is_cut_in_two(browser, ticket):
    page = browser.get(f"/appointments/book/{ticket}/")
    later = re.search(r'href="(\?after=[^"]+)"', page.content.decode())[1]

    first, second = words(page), words(browser.get(f"/appointments/book/{ticket}/{later}"))

    day = re.compile(r"Tuesday \d+ \w+ 2026 (?:Soonest, )?9 times")
    assert [len(day.findall(one)) for one in (first, second)] == [4, 2]
    assert "Tuesday 28 April 2026 9 times" in second


def test_a_picked_time_is_kept_and_said_to_be_not_booked_yet(browser, ticket, slots):
    page = browser.get(holds(browser, ticket, slots[1]))

    said = words(page)
    assert "We are keeping this time for you until 9:07am. It is not booked yet." in said
    assert "Tuesday 24 March 2026, 9:20am UK time, for 20 minutes" in said
    assert "Who with Dr Priya Nair Breathing clinic" in said
    assert 240 < int(re.search(r'data-hold="(\d+)"', page.content.decode())[1]) <= 300


def test_what_is_checked_becomes_a_booking_with_reason_and_phone(
    browser, amina_yusuf, ticket, slots
):
    answer = books(browser, ticket, slots[1], "My chest is tight")

    (one,) = appointments_of(amina_yusuf)
    assert answer.headers["Location"] == f"/appointments/{one.id}/booked/?new"
    assert one.json["reasonCode"] == [{"text": "My chest is tight"}]
    assert one.json["extension"][1]["valueContactPoint"]["value"] == PHONE
    said = words(browser.get(answer.headers["Location"]))
    assert "Your video visit is booked Tuesday 24 March 2026, 9:20am UK time" in said
    assert (
        "Do these before the day Have your inhalers with you. Read your letter It says when, how"
        " and who with. You can print it. Tell us what has changed From Tuesday 17 March 2026."
        in said
    )
    assert "Check your camera and sound You can do it now. It takes 1 minute. Add it to" in said
    assert "You can change or cancel it until 9:20am on Monday 23 March 2026" in said
    listed = words(browser.get("/appointments/"))
    assert "Tuesday 24 March 2026, 9:20am Video, 20 minutes Dr Priya Nair" in listed
    assert "Ready to book" not in listed


def test_a_reason_that_is_too_long_is_refused_and_the_time_is_kept(browser, ticket, slots):
    address = holds(browser, ticket, slots[1])
    typed = {"reason": "x" * 151, "phone": PHONE}

    page = browser.post(address, typed)

    assert page.status_code == 400
    said = words(page)
    assert "There is a problem What you want to talk about must be 150 characters or less" in said
    assert "We are keeping this time for you until 9:07am" in said
    assert 'href="#id_reason"' in page.content.decode()
    assert browser.post(address, {**typed, "reason": "x" * 150}).status_code == 302


@pytest.mark.parametrize("phone", ["", "ring me", "123", "0" * 31, "07700 900123 <b>"])
def test_a_phone_number_that_is_none_is_refused(browser, ticket, slots, phone):
    page = browser.post(holds(browser, ticket, slots[1]), {"reason": "", "phone": phone})

    assert page.status_code == 400
    assert "Enter a phone number" in words(page)


def test_a_line_of_a_reason_counts_as_the_browser_counts_it(browser, ticket, slots):
    typed = {"reason": "\r\n".join("x" * 75), "phone": PHONE}
    assert len(typed["reason"]) > 150

    assert browser.post(holds(browser, ticket, slots[1]), typed).status_code == 302


def test_a_time_that_somebody_else_took_is_told_with_the_nearest_three(
    browser, ticket, slots, ben_carter, his_ticket
):
    booked(ben_carter, his_ticket, slots[1])

    page = picks(browser, ticket, slots[1])

    assert page.status_code == 409
    said = words(page)
    assert "Someone else has just taken 9:20am" in said
    assert "These are the nearest 3 times." in said
    assert re.findall(r"Choose (\S+) on Tuesday 24 March 2026", said) == ["9am", "9:40am", "10am"]
    assert "20 minutes earlier, the same day" in said
    near = picks(browser, ticket, slots[2], form=form_of(page))
    assert near.headers["Location"].startswith("/appointments/held/")


def test_a_hold_that_has_run_out_is_told_and_what_was_typed_waits(
    browser, ticket, slots, moved_clock
):
    address = holds(browser, ticket, slots[1])
    moved_clock.move(minutes=5)

    for page in (
        browser.post(address, {"reason": "My chest is tight", "phone": PHONE}),
        browser.get(address),
    ):
        assert page.status_code == 410
        said = words(page)
        assert "We could not keep 9:20am any longer Your answers are still here." in said
        assert "You told us: “ My chest is tight ”" in said
        assert "9:20am Tuesday 24 March 2026 The same time Choose 9:20am" in said

    again = browser.get(holds(browser, ticket, slots[1]))
    assert "My chest is tight</textarea>" in again.content.decode()
    assert f'value="{PHONE}"' in again.content.decode()


def test_a_hold_is_kept_for_longer_once_with_what_was_typed(browser, ticket, slots):
    address = holds(browser, ticket, slots[1])
    typed = {"reason": "My chest is tight", "phone": PHONE}

    for _ in range(2):
        browser.post(address, {**typed, "act": "longer"})

    page = browser.get(address)
    assert "until 9:12am. It is not booked yet." in words(page)
    assert "Keep it 5 more minutes" not in words(page)
    assert "My chest is tight</textarea>" in page.content.decode()


def test_picking_a_different_time_keeps_what_was_typed(browser, ticket, slots):
    address = holds(browser, ticket, slots[1])
    answer = browser.post(address, {"reason": "My chest is tight", "phone": "", "act": "other"})

    assert answer.headers["Location"] == f"/appointments/book/{ticket}/"
    page = browser.get(holds(browser, ticket, slots[5]))
    assert "My chest is tight</textarea>" in page.content.decode()


def test_of_two_tabs_the_one_left_behind_is_told_so(browser, ticket, slots):
    first, second = (holds(browser, ticket, slot) for slot in slots[1:3])

    page = browser.post(first, {"reason": "", "phone": PHONE})

    assert page.status_code == 409
    assert "You have chosen a time in another window" in words(page)
    assert browser.post(second, {"reason": "", "phone": PHONE}).status_code == 302


def test_a_form_that_is_sent_twice_holds_and_books_once(browser, amina_yusuf, ticket, slots):
    form = form_of(browser.get(f"/appointments/book/{ticket}/"))
    addresses = {holds(browser, ticket, slots[1], form=form) for _ in range(2)}
    (address,) = addresses

    answers = [browser.post(address, {"reason": "", "phone": PHONE}) for _ in range(2)]

    (one,) = appointments_of(amina_yusuf)
    assert {answer.headers["Location"].partition("?")[0] for answer in answers} == {
        f"/appointments/{one.id}/booked/"
    }
    assert holds(browser, ticket, slots[1], form=form) == address
    assert "already booked this visit" in words(browser.get(f"/appointments/book/{ticket}/"))


def test_a_form_without_a_time_shows_the_times_again(browser, ticket):
    address = f"/appointments/book/{ticket}/"
    form = form_of(browser.get(address))

    for time in ("", "video", "|video", "none|swimming"):
        page = browser.post(address, {"form": form, "time": time})
        assert page.status_code == 400
        assert "54 times to choose from" in words(page)
    assert browser.post(address, {"form": form, "time": "none|video"}).status_code == 409
    assert claims_with() == []


def test_whoever_has_no_ticket_is_told_why_and_whom_to_ring(her_browser):
    said = words(her_browser.get("/appointments/book/"))

    assert "You need your team to ask for this visit first" in said
    assert "call the booking office on 01632 960 100" in said


def test_anothers_ticket_none_and_an_order_for_something_else_are_one_page(
    browser, amina_yusuf, his_ticket, hospital
):
    scan = ordered(amina_yusuf, performer=[{"display": "Imaging"}])

    found = [browser.get(f"/appointments/book/{one}/") for one in (his_ticket, "none", scan)]

    assert {page.status_code for page in found} == {404}
    assert "You need your team to ask for this visit first" in words(found[0])
    assert len({words(page) for page in found}) == 1


def test_a_clinic_that_is_full_says_whom_to_ring(browser, ticket, slots, clinic):
    type(clinic.slots.get(slot=slots[0].slot)).objects.update(is_full=True)

    said = words(browser.get(f"/appointments/book/{ticket}/"))

    assert "No times match" in said
    assert "Call the booking office on 01632 960 100" in said


def test_the_filters_narrow_the_times_down_and_say_so(browser, amina_yusuf, clinic):
    published(
        clinician="lund", weekdays=[4], modes=["phone", "in-person"], location="south",
        location_name="South Site", languages=["ur"],
    )  # fmt: skip
    ticket = ordered(amina_yusuf)

    def shown(**asked):
        return words(browser.get(f"/appointments/book/{ticket}/", asked))

    assert "Choose a time for your visit" in shown()
    assert "99 times to choose from" in shown()
    assert "54 times to choose from" in shown(way="video")
    assert "Showing: phone call, any time." in shown(way="phone")
    assert "45 times to choose from" in shown(place="south")
    assert "Showing: at South Site, any time, with an Urdu interpreter." in shown(
        place="south", interpreter="ur"
    )
    assert "9 times to choose from" in shown(way="video", period="2w")
    assert "No times match" in shown(way="video", place="south")
    several = shown(way=["video", "phone"], place=["north", "south"], hours=["am", "pm"])
    assert "99 times to choose from" in several
    assert (
        "Showing: video or phone call, at North Site or South Site, any time, in the morning or"
        " afternoon." in several
    )
    assert "9am Video on Tuesday" in several
    assert "9am Phone call on Thursday" in several
    assert "99 times to choose from" in shown(way="<b>", place="none", period="x", interpreter="q")


def test_times_are_narrowed_to_a_weekday_and_a_part_of_the_day_on_the_hospitals_clock(
    browser, amina_yusuf, clinic
):
    published(clinician="lund", weekdays=[4], opens=hour(11, 40), closes=hour(12, 40))
    ticket = ordered(amina_yusuf)

    def shown(**asked):
        return words(browser.get(f"/appointments/book/{ticket}/", asked))

    # From 29 March on, noon in London is 11 by UTC.
    assert "69 times to choose from" in shown()
    thursdays = shown(day="4")
    assert "15 times to choose from" in thursdays
    assert "Showing: any time, on Thursdays." in thursdays
    assert "Tuesday 24 March" not in thursdays
    assert "10 times to choose from" in shown(day="4", hours="pm")
    assert "Showing: any time, on Thursdays, in the morning." in shown(day="4", hours="am")
    assert "5 times to choose from" in shown(day="4", hours="am")
    assert "69 times to choose from" in shown(day=["2", "4"])


def test_a_day_without_a_time_left_says_so_and_has_none_to_press(browser, ticket, slots):
    days = [slots[0].local_date, slots[18].local_date]
    type(slots[0]).objects.filter(local_date__in=days).update(is_full=True)

    said = words(browser.get(f"/appointments/book/{ticket}/"))

    assert "Tuesday 24 March 2026 No times left Tuesday 31 March 2026 Soonest, 9 times" in said
    assert "Tuesday 7 April 2026 No times left Tuesday 14 April 2026 9 times" in said
    assert "on Tuesday 7 April" not in said
    # What is not asked for has not run out either.
    narrowed = words(browser.get(f"/appointments/book/{ticket}/", {"period": "4w"}))
    assert "14 April" not in narrowed


def test_a_time_that_is_kept_is_told_in_the_list_until_it_is_let_go(
    browser, ticket, slots, ben_carter, his_ticket
):
    address = holds(browser, ticket, slots[1])
    listed = browser.get("/appointments/")
    assert "We are keeping Tuesday 24 March 2026, 9:20am for you until" in words(listed)
    assert f'href="{address}"' in listed.content.decode()

    browser.post(address, {"act": "other"})

    assert "We are keeping" not in words(browser.get("/appointments/"))
    assert held(ben_carter, his_ticket, slots[1]).state == "held"


def test_who_needs_an_interpreter_is_shown_times_with_one_at_first(
    browser, amina_yusuf, ticket, hospital
):
    amina = hospital.read("Patient", amina_yusuf).json
    amina["extension"] = [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired",
            "valueBoolean": True,
        }
    ]
    amina["communication"] = [{"language": {"coding": [{"code": "ur"}]}, "preferred": True}]
    hospital.update(amina, None)
    address = f"/appointments/book/{ticket}/"
    assert "None of these clinics has an Urdu interpreter of its own." in words(
        browser.get(address)
    )
    spoken = published(clinician="lund", languages=["ur", "pl"], weekdays=[4], capacity=2)

    said = words(browser.get(address))

    assert "Showing: any time, with an Urdu interpreter." in said
    assert "45 times to choose from" in said
    # What the form sends when she takes the tick away.
    without = words(browser.get(address, {"interpreter": ""}))
    assert "Showing: any time." in without
    assert "99 times to choose from" in without
    check = words(browser.get(holds(browser, ticket, slots_of(spoken)[0])))
    assert "Interpreter Urdu. They will be there with you." in check


def test_needs_and_the_phone_number_come_from_the_record(
    browser, amina_yusuf, ticket, slots, hospital
):
    amina = hospital.read("Patient", amina_yusuf).json
    numbers = [("old", "01632 960 001"), ("home", "01632 960 002"), ("mobile", "07700 900 003")]
    amina["telecom"] = [{"system": "phone", "use": use, "value": said} for use, said in numbers]
    hospital.update(amina, None)
    flag = hospital.create(a_need(amina_yusuf, "Face me when you speak"))

    address = holds(browser, ticket, slots[1])
    page = browser.get(address)

    assert "What you need from us Face me when you speak" in words(page)
    assert 'value="07700 900 003"' in page.content.decode()
    browser.post(address, {"reason": "", "phone": "07700 900 004"})
    (one,) = appointments_of(amina_yusuf)
    assert one.json["supportingInformation"] == [{"reference": f"Flag/{flag.id}"}]


def test_the_letter_is_there_at_once_with_what_was_said_and_what_is_needed(
    browser, amina_yusuf, hospital, ticket, slots
):
    hospital.create(a_need(amina_yusuf, "Speak slowly"))
    there = books(browser, ticket, slots[1], "My chest is tight").headers["Location"]
    address = there.replace("booked/?new", "letter/")
    assert f'href="{address}"' in browser.get(there).content.decode()

    said = words(browser.get(address))

    assert "Dear Amina Yusuf" in said
    assert "Your video visit is booked When Tuesday 24 March 2026" in said
    assert "When Tuesday 24 March 2026, 9:20am UK time, for 20 minutes" in said
    assert "Who with Dr Priya Nair, Breathing clinic" in said
    assert "What you want to talk about My chest is tight" in said
    assert f"Phone number for this visit {PHONE} What you need from us Speak slowly" in said
    assert "Have your inhalers with you." in said
    assert "until 9:20am on Monday 23 March 2026. After that, call 01632 960 100" in said
    assert "999 100 0003" in words(browser.get(f"{address}?print"))


def test_the_letter_of_a_visit_that_is_off_is_no_more(browser, amina_yusuf, ticket, slots):
    booking = booked(amina_yusuf, ticket, slots[1])
    assert browser.get(f"/appointments/{booking.key}/letter/").status_code == 200
    browser.post(f"/appointments/{booking.key}/cancel/", {"why": "OTHER", "sure": "yes"})

    answer = browser.get(f"/appointments/{booking.key}/letter/")

    assert answer.headers["Location"] == "/appointments/"
