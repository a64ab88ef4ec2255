"""J11: Amina takes her record with her, lends a part of it, and sees who looked."""

import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from zipfile import ZipFile

import pytest
from django.conf import global_settings
from playwright.sync_api import expect

from fhir.access import SYSTEM
from fhir.r4 import typed
from fhir.store import Criteria, Repository
from portal.identity.models import User
from tests.journeys.conftest import AMINA, HAEMOGLOBIN_BEFORE, PHONE
from tests.journeys.desk import PASSWORD
from tests.journeys.epr import BLOOD_COUNT, a_person, blood_count, transaction
from tests.journeys.visitor import Visitor, a_patient, forgive, grave_faults
from tests.journeys.waiting import settled, until
from tests.portal.letters.pieces import a_letter

A_WHILE = 120_000  # milliseconds: a copy is made by a process of its own
BEN = "9991013172"
PENICILLIN = {
    "resourceType": "AllergyIntolerance",
    "clinicalStatus": {"coding": [{"code": "active"}]},
    "code": {"text": "Penicillin"},
}


@pytest.fixture
def amina(amina_yusuf, epr, tuesday, a_browser, live_site, settings):
    """Give Amina, with an allergy, a letter, and a result that waits for somebody to check it."""
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    grave = [replace(BLOOD_COUNT[0], value="41", flag="LL"), *BLOOD_COUNT[1:]]
    epr.posts(blood_count(amina_yusuf, "HELD", tuesday - timedelta(hours=1), grave))
    epr.posts(transaction(a_person(BEN, "Carter", "Ben", "1992-05-02")))
    settled()
    amina = a_patient(a_browser(), "Amina Yusuf", AMINA, live_site.base_url)
    patient = key_of_amina()
    Repository(SYSTEM).create(PENICILLIN | {"patient": {"reference": f"Patient/{patient}"}})
    Repository(SYSTEM).create(a_letter(patient))
    return amina


def key_of_amina():
    return User.objects.get(name="Amina Yusuf").links.get().patient


def results_of(withheld):
    wanted = Criteria("DiagnosticReport", [key_of_amina()], withheld=withheld, count=50)
    return [one.id for one in Repository(SYSTEM).summaries(wanted)[0]]


@pytest.fixture
def stored_result(amina, as_superuser):
    """Give what damages a stored result, or mends it again."""
    report = results_of(withheld=False)[0]
    text = Repository(SYSTEM).read("DiagnosticReport", report).text

    def be(state):
        change = "UPDATE portal_fhir_resource SET text = %s WHERE logical_id = %s"
        as_superuser.execute(change, ["{" if state == "damaged" else text, report])

    return be


def proves_it_is_her(visitor):
    visitor.reads("Is it still you?")
    return visitor.says("Password", PASSWORD).presses("Continue")


def is_ready(visitor, heading):
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(heading, timeout=A_WHILE)
    return visitor.examines()


def saved(visitor):
    with visitor.page.expect_download() as begun:
        visitor.page.get_by_role("button", name=re.compile("Download my copy")).click()
    with ZipFile(io.BytesIO(begun.value.path().read_bytes())) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_copy_says_what_is_missing_and_is_whole_once_that_is_mended(
    amina, stored_result, a_browser, live_site, tmp_path
):
    amina.opens("/record/").follows("Download my record").reads("Letters and documents")
    amina.page.get_by_label("The last 2 years").check()
    stored_result("damaged")
    amina.presses("Make my copy")
    proves_it_is_her(amina)
    is_ready(amina, "Your copy is ready, but something is missing")
    amina.reads("We could not get all of “Test results”. This does not mean you have none.")
    amina.reads(re.compile(r"Medicines\s*None\. We checked, and there is nothing here\."))
    first = saved(amina)
    assert json.loads(first["manifest.json"])["whole"] is False
    assert b"Something is missing." in first["index.html"]

    stored_result("mended")
    amina.presses("Try again to get what is missing")
    is_ready(amina, "Your copy is ready")
    address = amina.page.url
    files = saved(amina)

    manifest = json.loads(files["manifest.json"])
    bundle = json.loads(files["fhir/record.json"])
    assert manifest["whole"] is True
    assert len(typed(bundle).entry) == sum(part["count"] for part in manifest["parts"])
    recent = sum(days <= 730 for days, _ in HAEMOGLOBIN_BEFORE)
    ids = {one["resource"]["id"] for one in bundle["entry"]}
    assert len(ids & set(results_of(withheld=False))) == recent
    assert results_of(withheld=True)
    assert not ids & set(results_of(withheld=True))
    can_be_read_anywhere(files, a_browser, tmp_path)
    the_address_is_hers_alone(address, a_browser, live_site)
    amina.opens("/record/access-log/?who=me").reads("Downloaded a copy of your record")
    assert [said for said in live_site.mails if "Your copy is ready" in said]
    assert not [said for said in live_site.mails if "Penicillin" in said or "blood" in said]


def can_be_read_anywhere(files, a_browser, folder):
    """Open every page of a copy from a disk, without script and with the eyes of axe."""
    for name, content in files.items():
        place = folder / "copy" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    start = (folder / "copy" / "index.html").as_uri()
    plain = a_browser(PHONE, java_script_enabled=False).new_page()
    plain.goto(start)
    plain.get_by_role("link", name="Allergies", exact=True).click()
    expect(plain.get_by_role("heading", level=2)).to_have_text("Penicillin")
    plain.get_by_role("link", name="What is in this copy").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Copy of Amina Yusuf’s record")
    examined = a_browser().new_page()
    for name in (one for one in files if one.endswith(".html")):
        examined.goto((folder / "copy" / name).as_uri())
        assert examined.locator("html").get_attribute("lang") == "en-GB"
        assert grave_faults(examined) == []


def the_address_is_hers_alone(address, a_browser, live_site):
    ben = a_patient(a_browser(), "Ben Carter", BEN, live_site.base_url)
    for path in ("", "file/"):
        answer = ben.context.request.get(f"{address}{path}", max_redirects=0)
        assert answer.status in {302, 404}
    ben.opens("/record/")
    assert ben.context.request.get(address).status == 404


def makes_a_link(amina, asks_again):
    amina.opens("/record/share/").says("Who is it for?", "The pharmacy")
    amina.page.get_by_label("Allergies", exact=True).check()
    amina.page.get_by_label("Medicines", exact=True).check()
    amina.page.get_by_label("30 minutes", exact=True).check()
    amina.presses("Make the link")
    if asks_again:
        proves_it_is_her(amina)
    amina.reads("You see this only once")
    expect(amina.page.get_by_role("img", name="QR code of the link")).to_be_visible()
    passcode = amina.page.locator(".db-passcode").inner_text().replace(" ", "")
    return amina.page.locator(".db-address").inner_text(), passcode


def a_pharmacist(a_browser, address, *, code_is_typed=False):
    """Open a link as somebody who was given it."""
    own = a_browser(PHONE, java_script_enabled=not code_is_typed)
    visitor = Visitor(own, own.new_page(), runs_script=not code_is_typed)
    visitor.opens(address)
    if code_is_typed:
        visitor.says("Code of the link", address.partition("#")[2])
    else:
        expect(visitor.page.get_by_label("Code of the link")).to_have_value(re.compile(r"\w{4}-"))
        assert "#" not in visitor.page.url
    return visitor


def test_a_link_is_lent_and_taken_back(amina, a_browser, live_site, complaints):
    address, passcode = makes_a_link(amina, asks_again=True)
    guesser = a_pharmacist(a_browser, address)
    wrong = f"{(int(passcode) + 1) % 1_000_000:06}"
    for _ in range(5):
        guesser.says("Passcode", wrong).presses("Open")
    guesser.reads("This link has ended")
    amina.opens("/record/share/").reads("closed on").reads("after 5 wrong passcodes")
    until(lambda: [one for one in live_site.mails if "has been closed" in one], "no mail came")

    address, passcode = makes_a_link(amina, asks_again=False)
    reader = a_pharmacist(a_browser, address)
    reader.says("Passcode", passcode).presses("Open")
    reader.reads("Amina Yusuf").reads("This link works until")
    reader.follows("Allergies").reads("Penicillin")
    typist = a_pharmacist(a_browser, address, code_is_typed=True)
    typist.says("Passcode", passcode).presses("Open").follows("Allergies").reads("Penicillin")

    amina.opens("/record/share/").presses("End now : The pharmacy")
    expect(reader.page.get_by_role("main")).to_contain_text("This link has ended")
    expect(reader.page.get_by_role("main")).not_to_contain_text("Penicillin")
    assert typist.page.reload().status == 410
    amina.opens("/record/access-log/").reads("Whoever has your link “The pharmacy”")
    amina.reads("Through a link that you made")
    forgive(complaints, "410")
