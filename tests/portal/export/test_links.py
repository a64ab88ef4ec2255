"""A link shows the parts that were chosen, to whoever has it and its passcode, while it stands."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from fhir.labels import Label
from portal import clock
from portal.export import links
from portal.export.models import ShareLink
from tests.builders import a_patient, labelled
from tests.portal.carers.helping import just_proved
from tests.portal.letters.pieces import a_letter
from tests.portal.pages import words
from tests.signing_in import a_login, linked, signed_in

LINKS = "/record/share/"
WISH = {"label": "Boots pharmacy", "parts": ["allergies", "letters"], "lasts": "30m"}


@pytest.fixture
def made(her_login, amina_yusuf, her_record, thursday):
    """Give a link to Amina's allergies and letters for half an hour."""
    wish = links.Wish("Boots pharmacy", ["allergies", "letters"], timedelta(minutes=30))
    found = links.make(wish, user=her_login, patient=amina_yusuf, now=clock.now())
    mail.outbox.clear()
    return found


def opened(made, passcode=None, browser=None):
    """Return a browser, that of somebody else, in which a link was opened."""
    browser = browser or Client()
    sent = {"code": made.code, "passcode": passcode or made.passcode}
    browser.answer = browser.post("/shared/", sent)
    return browser


def shown(browser, key="allergies"):
    return browser.get(f"/shared/record/{key}/")


def wrong(passcode):
    return f"{(int(passcode) + 1) % 1_000_000:06}"


def test_a_link_is_made_on_the_page_and_shown_once(her_proved_browser, her_record):
    begun = her_proved_browser.post(LINKS, WISH)
    page = her_proved_browser.get(begun["Location"])
    again = her_proved_browser.get(begun["Location"])

    said = words(page)
    assert "Your link for Boots pharmacy" in said
    assert re.search(
        r"Passcode \d{3} \d{3} Link http://localhost:\d+/shared/#[2-9A-Z-]{14} Or", said
    )
    assert 'src="data:image/svg+xml,' in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    assert again["Location"] == LINKS
    assert "Boots pharmacy Allergies, Letters and documents Works until 12 March 2026, 9:32am" in (
        words(her_proved_browser.get(LINKS))
    )


def test_who_one_is_is_asked_again_before_a_link_is_made(her_browser, her_record):
    begun = her_browser.post(LINKS, WISH)

    assert her_browser.get(begun["Location"])["Location"].startswith("/account/reauthenticate/")
    assert not ShareLink.objects.exists()


@pytest.mark.parametrize("lack", ["label", "parts", "lasts"])
def test_what_is_not_said_of_a_link_is_asked_for(her_browser, her_record, lack):
    given = {name: value for name, value in WISH.items() if name != lack}

    assert "There is a problem" in words(her_browser.post(LINKS, given))


def test_nothing_that_opens_a_link_is_kept(made):
    row = ShareLink.objects.values().get()

    kept = " ".join(str(value) for value in row.values())
    assert made.code not in kept
    assert made.passcode not in kept


def test_the_address_tells_no_server_its_code(made):
    assert made.address.partition("#")[2] == made.code
    assert made.code not in made.address.partition("#")[0]


def test_link_and_passcode_open_what_was_chosen_and_no_more(made):
    browser = opened(made)

    assert browser.answer["Location"] == "/shared/record/"
    assert browser.get("/shared/record/")["Location"] == "/shared/record/allergies/"
    said = words(shown(browser))
    assert "Amina Yusuf Born 14 March 1968. NHS number 999 100 0003 ." in said
    assert "This link works until 12 March 2026, 9:32am." in said
    assert "Penicillin" in said
    letters = words(shown(browser, "letters"))
    assert "Your breathing test is the same as last year." in letters
    assert "This file is not in the link. Ask the patient for it." in letters
    assert shown(browser, "results").status_code == 404
    assert shown(browser, "about").status_code == 404


def test_a_shared_page_is_kept_nowhere_and_leads_nowhere_else(made):
    page = shown(opened(made))
    links_on_it = set(re.findall(r'<a [^>]*href="([^"#]+)"', page.content.decode()))

    assert page["Cache-Control"] == "no-store"
    assert page["X-Robots-Tag"].startswith("noindex")
    assert links_on_it == {"/shared/record/allergies/", "/shared/record/letters/"}


def test_a_link_opens_no_page_of_the_patients_own(made):
    browser = opened(made)

    for path in ("/record/", "/record/results/", "/record/download/", "/record/access-log/"):
        assert browser.get(path)["Location"].startswith("/account/login/"), path


@pytest.mark.parametrize("path", ["record/", "record/allergies/", "alive/"])
def test_without_an_opened_link_there_is_nothing(client, made, path):
    assert client.get(f"/shared/{path}").status_code == 410


def test_a_wrong_code_and_a_wrong_passcode_are_told_apart_by_nobody(made, client):
    wrong_code = client.post("/shared/", {"code": "2222-2222-2222", "passcode": made.passcode})
    wrong_passcode = client.post("/shared/", {"code": made.code, "passcode": wrong(made.passcode)})

    for answer in (wrong_code, wrong_passcode):
        assert "The link and the passcode do not belong together" in words(answer)


def test_five_wrong_passcodes_close_the_link_and_its_owner_is_told(made):
    answers = [opened(made, wrong(made.passcode)).answer for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200] * 4 + [410]
    assert opened(made).answer.status_code == 410
    (sent,) = mail.outbox
    assert sent.subject == "A link of yours has been closed"
    assert "Boots" not in sent.body


def test_right_after_four_wrong_ones_begins_to_count_anew(made):
    for _ in range(4):
        opened(made, wrong(made.passcode))
    opened(made)

    assert ShareLink.objects.get().tries == 0


def test_small_letters_and_gaps_are_as_good(made):
    code = made.code.lower().replace("-", " ")
    sent = {"code": code, "passcode": f"{made.passcode[:3]} {made.passcode[3:]}"}

    assert Client().post("/shared/", sent).status_code == 302


def test_ending_a_link_closes_what_is_open_at_once(made, her_browser):
    reader = opened(made)
    assert reader.get("/shared/alive/").status_code == 204

    her_browser.post(f"{LINKS}{made.link.pk}/end/")

    assert reader.get("/shared/alive/").status_code == 410
    assert shown(reader).status_code == 410
    assert "Penicillin" not in words(shown(reader))
    assert opened(made).answer.status_code == 410
    assert "Boots pharmacy: ended by you on 12 March 2026" in words(her_browser.get(LINKS))


def test_a_link_runs_out_by_itself(made, moved_clock):
    reader = opened(made)
    moved_clock.move(minutes=30)

    assert shown(reader).status_code == 410
    assert opened(made).answer.status_code == 410


def test_no_link_works_for_longer_than_a_week(her_login, amina_yusuf, her_record, thursday):
    wish = links.Wish("Me", ["letters"], timedelta(days=400))

    found = links.make(wish, user=her_login, patient=amina_yusuf, now=thursday)

    assert found.link.expires_at == thursday + timedelta(days=7)


def test_a_link_ends_with_the_right_of_whoever_made_it(made, her_login):
    reader = opened(made)
    her_login.links.update(ended_at=clock.now())

    assert shown(reader).status_code == 410


@pytest.mark.parametrize("label", ["NOPAT", "HIV", "V"])
def test_what_is_withheld_or_private_is_never_in_a_link(made, hospital, amina_yusuf, label):
    nasty = labelled(a_letter(amina_yusuf, description="Marker"), label)
    hospital.create(nasty)
    plain = hospital.create(a_letter(amina_yusuf, description="Ordinary"))
    assert plain.labels & Label.NOPAT == 0

    said = words(shown(opened(made), "letters"))

    assert "Letter from the breathing clinic" in said
    assert "Marker" not in said


def test_a_link_sees_the_record_as_it_is_now(made, hospital, her_record):
    reader = opened(made)
    hospital.relabel("DocumentReference", her_record[2].id, add=Label.NOPAT)

    assert "breathing test" not in words(shown(reader, "letters"))


def test_each_look_through_a_link_is_shown_to_the_patient(made, her_browser):
    shown(opened(made))

    said = words(her_browser.get("/record/access-log/"))

    assert "Whoever has your link “Boots pharmacy” Through a link that you made" in said


def test_another_patient_ends_no_link(made, hospital, others_browser):
    assert others_browser.post(f"{LINKS}{made.link.pk}/end/").status_code == 404
    assert ShareLink.objects.get().revoked_at is None


@pytest.fixture
def others_browser(hospital):
    ben = a_login("Ben Carter")
    linked(ben, hospital.create(a_patient("9991013172", family="Carter")).id)
    return just_proved(signed_in(ben))


def test_who_signs_in_elsewhere_in_the_same_browser_still_sees_only_the_link(made, others_browser):
    reader = opened(made, browser=others_browser)

    assert "Amina Yusuf" in words(shown(reader))
    assert "Amina Yusuf" not in words(reader.get("/record/"))


def test_closing_forgets_the_link_in_this_browser(made):
    reader = opened(made)
    reader.post("/shared/leave/")

    assert shown(reader).status_code == 410


def test_too_many_tries_from_one_place_are_slowed(made, client, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"open_link": "2/10m/ip"}
    sent = {"code": "2222-2222-2222", "passcode": "123456"}

    assert [client.post("/shared/", sent).status_code for _ in range(3)] == [200, 200, 429]
