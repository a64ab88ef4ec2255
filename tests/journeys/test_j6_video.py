"""J6: a consultation by video, in two browsers: frames and sound go both ways, and to nobody else.

Cameras and microphones are drawn ones. Each step waits for what a page says, however long the
machine takes for it.
"""

import re
from datetime import date, datetime, time, timedelta

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Locator, Page, expect

from fhir.access import SYSTEM
from fhir.store import Criteria, Repository
from portal import clock
from portal.appointments import clinics
from portal.identity.models import Role, User
from portal.record.dates import LONDON
from portal.results.hours import is_working_day
from tests.builders import a_patient as a_person
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.visitor import Visitor, forgive, with_session
from tests.journeys.waiting import until
from tests.portal.appointments.clinic import (
    a_clinic,
    a_need,
    appointment,
    booked,
    ordered,
    slots_of,
)
from tests.portal.carers.helping import acting, helps
from tests.signing_in import a_login, linked

SLOWLY = 60_000
# What is small is quick, and quick enough for any machine.
SMALL = """
const asked = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
const Way = window.RTCPeerConnection;
window.ways = [];
window.RTCPeerConnection = class extends Way {
  constructor(...given) { super(...given); window.ways.push(this); }
};
if (asked) navigator.mediaDevices.getUserMedia = (wanted) => {
  if (window.refuses) return Promise.reject(new DOMException("no", "NotAllowedError"));
  const video = wanted.video && { width: 320, height: 240, frameRate: 10 };
  return asked({ ...wanted, video: video ?? false });
};
"""
FLOWING = """async () => {
  const found = { frames: 0, sound: 0 };
  for (const way of window.ways) {
    if (way.connectionState !== "connected") continue;
    for (const one of (await way.getStats()).values()) {
      if (one.type !== "inbound-rtp") continue;
      if (one.kind === "video") found.frames += one.framesDecoded ?? 0;
      if (one.kind === "audio") found.sound += one.bytesReceived ?? 0;
    }
  }
  const before = window.flowed ?? { frames: 0, sound: 0 };
  window.flowed = found;
  return found.frames > before.frames && found.sound > before.sound && before.frames > 0;
}"""
OPEN = "() => window.ways.filter((way) => way.connectionState === 'connected').length"
START = time(10, 40)


@pytest.fixture
def visit(live_site, moved_clock):
    """Give the booking of Amina's visit with Dr Nair today at 10:40am; it is 31 minutes before."""
    day = clock.now().astimezone(LONDON).date() + timedelta(days=2)
    while not is_working_day(day):
        day += timedelta(days=1)
    made = a_clinic(first_day=day, last_day=day, weekdays=[day.isoweekday()])
    clinics.change(made, clock.now(), SYSTEM)
    required = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
    urdu = {"coding": [{"system": "urn:ietf:bcp:47", "code": "ur"}]}
    her = a_person("9991000003", "Yusuf", "Amina", "1968-03-14") | {
        "extension": [{"url": required, "valueBoolean": True}],
        "communication": [{"language": urdu, "preferred": True}],
    }
    amina = Repository(SYSTEM).create(her).id
    Repository(SYSTEM).create(a_need(amina, "Large print"))
    at = datetime.combine(day, START, LONDON)
    slot = next(one for one in slots_of(made) if one.starts_at == at)
    found = booked(amina, ordered(amina), slot)
    live_site.move_clock(seconds=(at - timedelta(minutes=31) - clock.now()).total_seconds())
    clock.forget()
    return found


def with_camera(context: BrowserContext) -> BrowserContext:
    context.add_init_script(SMALL)
    context.grant_permissions(["camera", "microphone"])
    return context


@pytest.fixture
def her_login(visit):
    login = a_login("Amina Yusuf")
    linked(login, visit.patient)
    return login


@pytest.fixture
def amina(her_login, a_browser, live_site) -> Visitor:
    context = with_session(with_camera(a_browser(PHONE)), her_login, live_site.base_url)
    return Visitor(context, context.new_page())


@pytest.fixture
def dr_nair(visit, a_browser, live_site) -> Visitor:
    user = a_login("Dr Priya Nair", Role.CLINICIAN, practitioners=["nair"])
    context = with_session(with_camera(a_browser(DESK)), user, live_site.base_url)
    return Visitor(context, context.new_page())


def flows(page: Page) -> bool:
    """Whether more frames are decoded and more sound has come in than when it was last asked."""
    return page.evaluate(FLOWING)


def connected(*pages: Page) -> None:
    for page in pages:
        expect(page.locator("[data-call]")).to_have_attribute(
            "data-connected", re.compile("[12]"), timeout=SLOWLY
        )
    for page in pages:
        until(lambda page=page: flows(page), f"Nothing comes in at {page.url}.")


def test_amina_is_seen_by_video_and_by_nobody_else(
    visit, amina, dr_nair, a_browser, live_site, complaints
):
    address = f"/appointments/{visit.key}/visit/"
    room = f"{address}wait/"

    # 1. Too early: the button does nothing and says why.
    amina.opens(address).reads("You can join from 10:10am")
    expect(amina.page.get_by_role("button", name="Join your visit")).to_be_disabled()

    # 2. Open. A camera that is refused leads to plain steps and the phone; then it works.
    live_site.move_clock(minutes=1, seconds=5)
    amina.opens(address).reads("You can join now").presses("Check your camera and sound")
    refused = amina.in_another_tab("/")
    refused.page.add_init_script("window.refuses = true")
    refused.opens(f"{address}check/")
    expect(refused.page.get_by_role("heading", level=1)).to_have_text(
        re.compile("We cannot see or hear you yet"), timeout=SLOWLY
    )
    refused.looks().presses("Call me instead").reads("would like a phone call")
    refused.page.close()
    expect(amina.page.get_by_text("Camera works")).to_be_visible(timeout=SLOWLY)
    expect(amina.page.get_by_text("Microphone works")).to_be_visible(timeout=SLOWLY)
    expect(amina.page.get_by_text(re.compile("Internet is"))).to_be_visible(timeout=SLOWLY)

    # 3. She waits; the open list of her doctor says so by itself.
    dr_nair.opens("/staff/visits/").reads("Amina Yusuf").reads("Urdu interpreter")
    assert not dr_nair.page.get_by_role("button", name="Admit Amina Yusuf").count()
    amina.presses("Go to the waiting room").reads("You are next")
    admit = dr_nair.page.get_by_role("button", name="Admit Amina Yusuf").first
    expect(admit).to_be_visible(timeout=SLOWLY)
    moves_by_keys(dr_nair.page, admit)
    row = dr_nair.page.get_by_role("row").filter(has_text="Amina Yusuf")
    for said in (re.compile(r"\d min"), "Large print", "Camera", "Asked for a phone call"):
        expect(row).to_contain_text(said)
    dr_nair.looks()

    # 4. A note, which is announced and has no answer.
    dr_nair.page.get_by_label("that you are").select_option("late-10")
    dr_nair.presses("Send").reads("1 person was told")
    note = amina.page.get_by_role("status").filter(has_text="Dr Nair is running 10 minutes late")
    expect(note).to_be_visible(timeout=SLOWLY)
    expect(note).to_contain_text("10:50am")
    assert not note.locator("form, input, textarea").count()

    # 5. The place stays.
    amina.reloads().reads("You are next").reads("Dr Nair is running 10 minutes late")

    # 6. Ben, signed in, finds nothing there.
    ben = a_stranger(a_browser, live_site)
    for page in (address, room, f"{address}check/", f"{address}call/"):
        ben.opens(page, 404)
    assert socket_code(ben, visit) == 4404

    # 7. Only now is there a way in; it works once.
    assert not amina.page.locator("input[name=token]").count()
    lets_in(dr_nair, "Amina Yusuf")
    token = amina.page.locator("input[name=token]")
    expect(token).to_have_count(1, timeout=SLOWLY)
    expect(amina.page).to_have_title(re.compile("Dr Nair is ready"))
    way_in = token.input_value()
    assert posted(ben, f"{address}join/", way_in) == 404
    amina.presses("Join now")
    connected(amina.page, dr_nair.page)
    assert posted(amina, f"{address}join/", way_in) == 410
    for one in (amina, dr_nair):
        one.looks()
        expect(one.page.get_by_role("button", name="Mute")).to_be_visible()

    # 8. Dr Nair drops and comes back as who she was; Amina was alone meanwhile.
    dr_nair.page.goto("about:blank")
    expect(amina.page.locator("[data-wait-words]")).to_have_text(
        "Getting Dr Priya Nair back", timeout=SLOWLY
    )
    dr_nair.page.goto(f"/staff/visits/{visit.key}/call/")
    expect(dr_nair.page.locator("[data-call]")).to_have_attribute("data-role", "moderator")
    connected(amina.page, dr_nair.page)
    muted = amina.page.get_by_role("button", name="Mute")
    muted.click()
    expect(amina.page.get_by_role("button", name="Unmute")).to_have_attribute(
        "aria-pressed", "true"
    )

    # A third, who has no sign-in: an interpreter, by a link from the doctor that opens once.
    sana = an_interpreter(dr_nair, visit, a_browser)
    assert "Amina" not in sana.page.content()
    let_in = dr_nair.page.get_by_role("button", name="Let in Sana Malik (interpreter)")
    expect(let_in).to_be_visible(timeout=SLOWLY)
    dr_nair.presses("Let in Sana Malik (interpreter)")
    expect(sana.page.locator("input[name=token]")).to_have_count(1, timeout=SLOWLY)
    sana.presses("Join now")
    all_three = (amina.page, sana.page, dr_nair.page)
    for page in all_three:
        expect(page.locator("[data-call]")).to_have_attribute("data-connected", "2", timeout=SLOWLY)
    for page in all_three:
        until(lambda page=page: flows(page), f"Nothing comes in at {page.url}.")
    assert sana.page.get_by_text("The patient").count()
    assert "Amina" not in sana.looks().page.content()

    # 9. The end, which all are told.
    dr_nair.follows("End for all").page.get_by_label("See them when they ask").check()
    dr_nair.says("What the next visit is for, as the patient will read it", "Your new inhaler")
    dr_nair.says("They should ask us to see them if", "Your inhaler helps less")
    dr_nair.says("They must call 999 if", "you are too breathless to speak")
    dr_nair.presses("End the visit").reads("Finished")
    expect(amina.page.get_by_role("heading", level=1)).to_have_text(
        "Your video visit has finished", timeout=SLOWLY
    )
    expect(sana.page.get_by_role("main")).to_contain_text("It is over", timeout=SLOWLY)
    amina.looks().reads("will see you when you ask").presses("When to ask to be seen")
    for words in ("Call 999 now if:", "you are too breathless to speak", "You can ask until"):
        amina.reads(words)
    amina.looks()
    dr_nair.follows("Asked to be seen").reads("Nobody waits for an answer.")
    amina.presses("Ask to be seen").page.get_by_label("None of these").check()
    amina.says("How are things?", "I use it twice a night.")
    amina.page.get_by_label("Write to me here").check()
    amina.presses("Send this to my team").looks().reads("We have it")
    expect(dr_nair.page.get_by_text("1 new has come in.")).to_be_visible(timeout=SLOWLY)
    dr_nair.follows("Show them").reads("I use it twice a night.")
    assert appointment(visit)["status"] == "fulfilled"
    [encounter] = Repository(SYSTEM).search(Criteria("Encounter", [visit.patient], count=5))[0]
    assert encounter.json["status"] == "finished"

    forgive(complaints, r"status of (404|410)")


def moves_by_keys(page: Page, admit: Locator) -> None:
    """Single keys move the focus and do nothing else; they can be turned off."""
    late, off = page.get_by_label("that you are"), page.get_by_role("button", name="Turn keys off")
    page.keyboard.press("l")
    expect(late).to_be_focused()
    page.keyboard.press("a")  # dead in a field
    expect(late).to_be_focused()
    page.get_by_role("heading", level=1).click()
    for key, to in (("a", admit), ("j", page.locator("tbody button").first), ("?", off)):
        page.keyboard.press(key)
        expect(to).to_be_focused()
    off.click()
    page.keyboard.press("a")
    on = page.get_by_role("button", name="Turn keys on")
    expect(on).to_be_focused()
    on.click()


def lets_in(doctor: Visitor, name: str) -> None:
    """Press the button beside whoever is next, which is in their row too."""
    next_one = doctor.page.locator(".db-who--next")
    expect(next_one).to_contain_text(name, timeout=SLOWLY)
    doctor.presses(f"Admit {name}", inside=next_one)


def an_interpreter(dr_nair: Visitor, visit, a_browser) -> Visitor:
    """Return an interpreter in the waiting room, by a link that the doctor has made in a tab."""
    tab = dr_nair.in_another_tab(f"/staff/visits/{visit.key}/interpreter/").presses("Make a link")
    code = tab.page.get_by_text(re.compile(r"^#[0-9A-Z-]{14}$")).inner_text()
    tab.page.close()
    context = with_camera(a_browser(DESK))
    sana = Visitor(context, context.new_page())
    sana.opens(f"/guest/{code}").says("Your name", "Sana Malik").presses("Open")
    return sana.presses("Go to the waiting room").reads("You are in the waiting room")


def a_stranger(a_browser, live_site) -> Visitor:
    ben = Repository(SYSTEM).create(a_person("9991013172", "Carter", "Ben", "1991-07-02")).id
    login = a_login("Ben Carter")
    linked(login, ben)
    context = with_session(a_browser(DESK), login, live_site.base_url)
    return Visitor(context, context.new_page())


def posted(visitor: Visitor, address: str, token: str) -> int:
    """Send the form of the page before them again, by hand."""
    cookies = {one["name"]: one["value"] for one in visitor.context.cookies()}
    form = {"token": token, "csrfmiddlewaretoken": cookies[settings.CSRF_COOKIE_NAME]}
    return visitor.page.request.post(address, form=form).status


def socket_code(visitor: Visitor, visit) -> int:
    """Return with what a socket to a room is closed that somebody opens from any page of ours."""
    visitor.page.goto("/record/")
    return visitor.page.evaluate(
        """(address) => new Promise((done) => {
          const way = new WebSocket(address);
          way.onopen = () => way.send(JSON.stringify({ t: "hello", page: "x" }));
          way.onclose = ({ code }) => done(code);
        })""",
        f"/live/visits/{visit.key}/",
    )


def test_without_script_the_waiting_room_works_and_a_visit_that_was_not_to_be_can_be_booked_again(
    visit, her_login, dr_nair, a_browser, live_site
):
    context = with_session(
        a_browser(PHONE, java_script_enabled=False), her_login, live_site.base_url
    )
    amina = Visitor(context, context.new_page(), runs_script=False)
    address = f"/appointments/{visit.key}/visit/"

    live_site.move_clock(minutes=2)
    amina.opens(address).presses("Go straight to the waiting room").reads("You are next")
    assert amina.page.locator("meta[http-equiv=refresh]").count() == 1
    assert "The call itself needs JavaScript" in amina.page.content()
    amina.presses("Call me instead")
    amina.reads("Dr Nair will call you on 07700 900123")
    dr_nair.opens("/staff/visits/").reads("Asked for a phone call").reads("07700 900123")

    # 12. Four hours and a minute after the start nobody comes in any more.
    amina.presses("Leave the waiting room").reads("You can join now")
    dr_nair.page.goto("about:blank")
    live_site.move_clock(hours=4, minutes=30)
    clock.forget()
    for context, user in ((amina.context, her_login), (dr_nair.context, dr_nair_login())):
        with_session(context, user, live_site.base_url)
    amina.opens(address).reads("This visit can no longer be joined")
    assert not amina.page.get_by_role("button", name="Go straight to the waiting room").count()

    # 11. She was not seen: that is written down without blame, and she can book again.
    dr_nair.opens("/staff/visits/").reads("Not joined").follows("Did not attend", exact=False)
    dr_nair.presses("Write down: did not attend").reads("They can choose a new time themselves")
    amina.opens(address).reads("We did not manage to see you").reads("These things happen")
    assert appointment(visit)["status"] == "noshow"
    amina.presses("Choose a new time").reads("Choose a time for your video visit")


def dr_nair_login() -> User:
    return User.objects.get(name="Dr Priya Nair")


def test_a_son_is_a_third_in_the_call_and_is_never_alone_with_his_mother_there(
    visit, amina, her_login, dr_nair, a_browser, live_site
):
    ben = a_login("Ben Carter")
    linked(ben, Repository(SYSTEM).create(a_person("9991013172", "Carter", "Ben")).id)
    sharing = helps(ben, her_login, "appointments", born=date(1968, 3, 14))
    context = with_camera(a_browser(DESK))
    cookie = acting(ben, sharing).cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_site.base_url}])
    son = Visitor(context, context.new_page())
    address = f"/appointments/{visit.key}/visit/"
    live_site.move_clock(minutes=2)
    for one in (amina, son):
        one.opens(address).presses("Go straight to the waiting room")
    dr_nair.opens("/staff/visits/").reads("Ben Carter is waiting too")

    lets_in(dr_nair, "Amina Yusuf")
    amina.presses("Join now")
    connected(amina.page, dr_nair.page)
    dr_nair.presses("Let in Ben Carter").looks()
    son.presses("Join now")
    for one in (amina, son, dr_nair):
        expect(one.page.locator("[data-call]")).to_have_attribute(
            "data-connected", "2", timeout=SLOWLY
        )
    for one in (amina, son, dr_nair):
        until(lambda page=one.page: flows(page), f"Nothing comes in at {one.page.url}.")
    son.looks()

    dr_nair.page.goto("about:blank")
    for one, other in ((amina, "Ben Carter"), (son, "Amina Yusuf")):
        expect(one.page.locator("[data-tiles] figure")).to_have_count(1, timeout=SLOWLY)
        assert not one.page.get_by_text(other).count()
        until(lambda page=one.page: not page.evaluate(OPEN), f"{other} is still heard.")
