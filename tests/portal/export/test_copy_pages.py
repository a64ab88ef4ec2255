"""Choosing, waiting and downloading, and who may."""

from datetime import date

import pytest

from portal import clock, relaying
from portal.carers import actions
from portal.export import making, progress, tasks
from portal.export.models import Export
from portal.identity.models import Role
from tests.builders import a_patient
from tests.portal.carers.helping import acting, invited, just_proved
from tests.portal.export.copies import CHOOSE, EVERYTHING, address, asked_for, made, opened
from tests.portal.pages import words
from tests.signing_in import a_login, linked, signed_in


def test_sizes_and_counts_are_said_before_anything_is_chosen(her_browser, her_record):
    said = words(her_browser.get(CHOOSE))

    assert "Everything we hold About " in said
    assert "Letters and documents 2 letters" in said
    assert "Medicines None in your record" in said


def test_the_number_of_queries_does_not_grow_with_the_record(
    her_browser, hospital, amina_yusuf, her_record, django_assert_max_num_queries
):
    her_browser.get(CHOOSE)

    with django_assert_max_num_queries(MOST_QUERIES):
        her_browser.get(CHOOSE)


MOST_QUERIES = 40


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("", "", ""), "Enter the first day"),
        (("31", "2", "2021"), "The first day must be a real date"),
        (("31", "", "2021"), "The first day must include a day, month and year"),
        (("13", "3", "2026"), "The first day must not be in the future"),
    ],
)
def test_a_first_day_that_cannot_be_is_said_where_it_stands(her_browser, her_record, typed, said):
    first = {f"start_{n}": part for n, part in enumerate(typed)}

    response = her_browser.post(CHOOSE, {"span": "from", "parts": EVERYTHING, **first})

    assert f"There is a problem {said} Download" in words(response)
    body = response.content.decode()
    assert 'href="#id_start_0"' in body
    assert 'id="id_start_0"' in body


def test_no_part_chosen_is_said_where_it_is_missing(her_browser, her_record):
    response = her_browser.post(CHOOSE, {"span": "all"})

    assert "There is a problem Choose at least one part of your record" in words(response)


def test_who_one_is_is_asked_again_before_a_copy_is_made(her_browser, her_record):
    her_browser.post(CHOOSE, {"span": "all", "parts": EVERYTHING})

    asked = her_browser.get(f"{CHOOSE}begin/")

    assert asked["Location"].startswith(
        "/account/reauthenticate/?next=%2Frecord%2Fdownload%2Fbegin%2F"
    )
    assert not Export.objects.exists()
    assert just_proved(her_browser).get(f"{CHOOSE}begin/").status_code == 302
    assert Export.objects.count() == 1


def test_begin_without_a_choice_leads_back(her_proved_browser, her_record):
    assert her_proved_browser.get(f"{CHOOSE}begin/")["Location"] == CHOOSE


def forget_proof(browser):
    session = browser.session
    del session["account_authentication_methods"]
    session.save()


def test_a_download_asks_again_too(her_proved_browser, her_record):
    export = made(asked_for(her_proved_browser))
    forget_proof(her_proved_browser)

    asked = her_proved_browser.get(address(export, "file"))

    assert asked["Location"].startswith("/account/reauthenticate/")


def test_a_page_of_a_copy_on_its_way_says_how_far_it_is(her_proved_browser, her_record):
    export = asked_for(her_proved_browser, "letters", "allergies")
    assert "We are about to start" in words(her_proved_browser.get(address(export)))
    run = making._Run(making._claimed(export, clock.now()))
    parts = [
        progress.Progress("letters", "Letters and documents", progress.Step.DONE, 9),
        progress.Progress("allergies", "Allergies", progress.Step.WORKING),
        progress.Progress("plans", "Care plans and goals"),
    ]
    run._update(parts=progress.kept(parts))

    response = her_proved_browser.get(address(export), {"part": "progress"})

    assert "1 of 3 parts done" in words(response)
    assert "Letters and documents Done, 9 letters Allergies Working on it" in words(response)
    assert '<progress class="db-progress" max="3" value="1"' in response.content.decode()


@pytest.fixture
def others(hospital, amina_yusuf, her_login):
    """Give browsers of everybody else, each with who they are proved."""
    ben = a_login("Ben Carter")
    linked(ben, hospital.create(a_patient("9991013172", family="Carter")).id)
    zara = a_login("Zara Yusuf")
    linked(zara, hospital.create(a_patient("9991013016", given="Zara", born="1990-01-02")).id)
    roles = [role for role in Role if role != Role.NONE]
    staff = {role: signed_in(a_login(role.title(), role)) for role in roles}
    code = invited(her_login, "letters").code
    helping = actions.accept(user=zara, typed=code, born=date(1968, 3, 14), now=clock.now())
    found = {"Ben": signed_in(ben), "a helper": acting(zara, helping), **staff}
    return {who: just_proved(browser) for who, browser in found.items()}


def test_nobody_else_sees_stops_remakes_or_downloads_a_copy(
    her_proved_browser, her_record, others, client
):
    export = made(asked_for(her_proved_browser))
    others["a visitor"] = client
    assert opened(her_proved_browser.get(address(export, "file")))

    answers = {
        (who, rest): (browser.post if rest in {"stop", "again"} else browser.get)(
            address(export, rest) if rest else address(export)
        )
        for who, browser in others.items()
        for rest in ("", "file", "stop", "again")
    }

    assert {
        key for key, answer in answers.items() if answer.status_code not in {302, 403, 404}
    } == set()
    export.refresh_from_db()
    assert export.state == Export.State.READY


def test_who_helps_somebody_takes_nothing_with_them(others):
    assert others["a helper"].get(CHOOSE).status_code in {403, 404}
    assert others["a helper"].get("/record/share/").status_code in {403, 404}


def test_another_patient_finds_nothing_at_the_address(her_proved_browser, her_record, others):
    export = made(asked_for(her_proved_browser))

    assert others["Ben"].get(address(export)).status_code == 404
    assert others["Ben"].get(address(export, "file")).status_code == 404


def test_a_download_is_accounted_for_and_shown_to_its_owner(her_proved_browser, her_record):
    export = made(asked_for(her_proved_browser))
    opened(her_proved_browser.get(address(export, "file")))

    said = words(her_proved_browser.get("/record/access-log/", {"who": "me"}))

    assert "Downloaded a copy of your record" in said


def test_what_takes_minutes_has_a_worker_of_its_own():
    assert relaying.SLOW_QUEUE == tasks.QUEUE == tasks.make_copies.queue


def test_the_task_makes_what_waits_in_a_process_of_its_own(her_proved_browser, her_record):
    assert not making.is_due(clock.now())
    asked_for(her_proved_browser)

    assert making.is_due(clock.now())
