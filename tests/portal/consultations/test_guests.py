"""An interpreter comes by a link: once, in one browser, to one visit, and to nothing else."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from fhir import changes
from fhir.access import SYSTEM
from fhir.labels import Label
from fhir.r4 import typed
from fhir.scope import scoped
from fhir.store import Criteria, Repository
from portal import clock
from portal.appointments.models import ClinicSlot
from portal.consultations import guests
from portal.consultations.models import Guest as Link
from portal.consultations.seeing import Clinician
from portal.record.entry import present
from tests.portal.appointments import clinic as making
from tests.portal.appointments.diary import put
from tests.portal.clinics.test_days import INTERPRETER, URDU
from tests.portal.consultations.visits import START, party_of
from tests.portal.pages import words
from tests.portal.test_doors import ROUTES, example_of

CODE = re.compile(r">#([0-9A-Z-]{14})<")
TOKEN = re.compile(r'name="token" value="([0-9a-f]{64})"')


@dataclass
class Interpreter:
    """Somebody with a link, in a browser that is signed in to nothing."""

    code: str
    name: str = "Sana Malik"
    browser: Any = field(default_factory=Client)

    def opens(self):
        return self.browser.post("/guest/", {"code": self.code, "name": self.name})

    def posts(self, page, **said):
        return self.browser.post(f"/guest/{page}/", said)

    def reads(self, page="visit"):
        return words(self.browser.get(f"/guest/{page}/", follow=True))

    def token(self):
        found = TOKEN.search(self.browser.get("/guest/visit/").content.decode())
        return found[1] if found else ""


def invited(doctor, key):
    """Make a link on the clinician's page; return its code."""
    return CODE.search(doctor.posts(key, "interpreter").content.decode())[1]


@pytest.fixture
def sana(booking, dr_nair):
    return Interpreter(invited(dr_nair, booking.key))


def amina_of(key):
    with scoped(SYSTEM):
        return Link.objects.filter(consultation=key).first().patient


def links():
    with scoped(SYSTEM):
        return list(Link.objects.order_by("made_at"))


def audited(who):
    """Return what stands in the audit of viewers who are named so."""
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT who, name, resource_type FROM portal_fhir_auditentry WHERE who LIKE %s", [who]
        )
        return cursor.fetchall()


def test_she_waits_under_her_name_is_let_in_by_name_and_asked_out_again(sana, amina, dr_nair):
    key = amina.key
    amina.posts("wait/")
    assert sana.opens().headers["Location"] == "/guest/visit/"
    assert "Consultation with Dr Priya Nair Tuesday 31 March 2026, 9:20am" in sana.reads()

    sana.posts("wait")

    assert "You are in the waiting room" in sana.reads()
    assert "Sana Malik (interpreter) is waiting too" in words(dr_nair.browser.get("/staff/visits/"))
    assert "Sana Malik (interpreter)" in amina.reads("wait/")
    assert not sana.token()
    dr_nair.admits(key)
    assert not sana.token()
    assert sana.posts("join", token=amina.token()).status_code == 410
    dr_nair.admits(key, party_of(key, "interpreter"))
    token = sana.token()
    assert token not in {"", amina.token()}
    assert sana.posts("join", token=token).headers["Location"] == "/guest/call/"
    assert sana.posts("join", token=token).status_code == 410
    page = sana.browser.get("/guest/call/")
    assert page.status_code == 200
    assert 'data-call="/live/guest/"' in page.content.decode()
    dr_nair.posts(key, f"out/{party_of(key, 'interpreter').key}")
    assert sana.browser.get("/guest/call/").headers["Location"] == "/guest/visit/"
    amina.goes_in()
    assert amina.opens("call/").status_code == 200


def test_her_pages_say_with_whom_and_when_and_nothing_else_of_anybody(sana, amina, dr_nair):
    amina.posts("wait/")
    sana.opens()
    sana.posts("wait")
    dr_nair.admits(amina.key)
    dr_nair.admits(amina.key, party_of(amina.key, "interpreter"))
    sana.posts("join", token=sana.token())

    for page in ("/guest/", "/guest/visit/", "/guest/visit/?part=state", "/guest/call/"):
        answer = sana.browser.get(page)
        told = answer.content.decode()
        assert answer.status_code == 200
        for hers in ("Amina", "Yusuf", "999 100", "out of breath", "07700", str(amina.key)):
            assert hers not in told, (page, hers)
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_link_opens_once_in_one_browser_and_anything_else_gets_one_answer(sana, booking):
    assert sana.opens().status_code == 302
    other = Interpreter(sana.code)

    answers = [other.opens(), Interpreter("AAAA-BBBB-CCCC").opens(), sana.opens()]

    assert [one.status_code for one in answers] == [400, 400, 400]
    assert all("This link opens nothing" in words(one) for one in answers)
    assert other.browser.get("/guest/visit/").status_code == 410
    assert sana.browser.get("/guest/visit/").status_code == 200
    [link] = links()
    assert sana.code not in repr(vars(link))
    assert (link.name, link.made_by) == ("Sana Malik", "Practitioner/nair")
    assert audited("Guest/%") == [(f"Guest/{link.key}", "Sana Malik", "Appointment")]


def test_a_new_link_ends_one_that_nobody_opened_and_leaves_who_has_come(sana, booking, dr_nair):
    second = Interpreter(invited(dr_nair, booking.key), "Omar Aziz")
    assert sana.opens().status_code == 400
    assert second.opens().status_code == 302

    third = Interpreter(invited(dr_nair, booking.key), "Lin Chen")

    assert third.opens().status_code == 302
    assert second.browser.get("/guest/visit/").status_code == 200
    page = words(dr_nair.browser.get(f"/staff/visits/{booking.key}/interpreter/"))
    assert "Opened by Omar Aziz" in page
    assert third.code not in page


def test_who_made_a_link_ends_it_and_whoever_came_by_it_is_out(sana, amina, dr_nair):
    amina.posts("wait/")
    sana.opens()
    sana.posts("wait")
    dr_nair.admits(amina.key, party_of(amina.key, "interpreter"))
    sana.posts("join", token=sana.token())
    assert sana.browser.get("/guest/call/").status_code == 200

    dr_nair.posts(amina.key, f"interpreter/{links()[0].key}/end")

    for page in ("visit", "call"):
        assert sana.browser.get(f"/guest/{page}/").status_code == 410
    for act in ("wait", "leave", "join"):
        assert sana.posts(act, token="0" * 64).status_code == 410
    party = party_of(amina.key, "interpreter")
    assert (party.admitted_at, party.session) == (None, "")
    assert "Sana Malik" not in words(dr_nair.browser.get("/staff/visits/?part=list"))


@pytest.mark.parametrize(
    ("at", "says"),
    [
        (START - timedelta(minutes=31), "You can come in from 8:50am"),
        (START - timedelta(minutes=30), "You can come in now"),
        (START + timedelta(hours=4, minutes=-1), "You can come in now"),
        (START + timedelta(hours=4, minutes=1), "It is over"),
    ],
)
def test_the_link_goes_by_the_window_of_the_visit(slots, amina_yusuf, moved_clock, at, says):
    booking = making.booked(amina_yusuf, making.ordered(amina_yusuf), slots[0])
    sana = Interpreter(a_link(booking))
    sana.opens()
    moved_clock.move_to(at)

    assert says in sana.reads()
    sana.posts("wait")
    assert ("You are in the waiting room" in sana.reads()) is ("now" in says)


def a_link(booking):
    return guests.invite(Clinician(Repository(SYSTEM), ["nair"]), booking.key, clock.now())


def test_no_link_is_made_or_opened_for_what_is_over_or_called_off(sana, booking, dr_nair):
    put(booking.key, status="cancelled")

    assert dr_nair.posts(booking.key, "interpreter").headers["Location"] == "/staff/visits/"
    assert sana.opens().status_code == 400


def test_the_waiting_room_names_the_interpreter_who_is_booked(sana, booking, amina, hospital):
    said = hospital.read("Patient", booking.patient).json
    her = {"extension": [INTERPRETER], "communication": [URDU]}
    hospital.update({**said, **her}, None)
    ClinicSlot.objects.filter(slot=booking.slot).update(languages=["ur"])
    amina.posts("wait/")

    assert "Also joining An Urdu interpreter" in words(amina.opens("wait/"))
    sana.opens()
    assert "Also joining Sana Malik (interpreter)" in words(amina.opens("wait/"))
    sana.posts("wait")
    page = words(amina.opens("wait/"))
    assert "Also here Sana Malik (interpreter)" in page
    assert "Also joining" not in page


def test_an_open_waiting_room_is_told_of_each_step_of_the_interpreter(sana, amina):
    amina.posts("wait/")

    def told(act):
        """Return the part that a hint asks for, if the act gives one."""
        viewer = making.records_of(amina_of(amina.key)).viewer
        before = changes.head(viewer, amina_of(amina.key))
        act()
        assert changes.head(viewer, amina_of(amina.key)).seq > before.seq
        return words(amina.opens("wait/?part=company"))

    assert told(sana.opens) == "Also joining Sana Malik (interpreter)"
    assert told(lambda: sana.posts("wait")) == "Also here Sana Malik (interpreter)"
    assert told(lambda: sana.posts("leave")) == "Also joining Sana Malik (interpreter)"
    assert "Sana" not in words(amina.opens("wait/?part=room"))


def test_whoever_may_not_see_the_visit_hears_nothing_of_the_interpreter(sana, amina, hospital):
    amina.posts("wait/")
    hospital.relabel("Appointment", str(amina.key), add=Label.SENSITIVE)
    patient = amina_of(amina.key)
    helper = making.carer_of(patient, "Appointment").viewer
    before = changes.head(helper, patient)

    sana.opens()
    sana.posts("wait")

    assert changes.head(helper, patient) == before


def test_the_visit_that_is_written_names_who_interpreted_and_nobody_who_only_waited(
    sana, amina, dr_nair, hospital
):
    amina.posts("wait/")
    dr_nair.admits(amina.key)
    sana.opens()
    sana.posts("wait")
    dr_nair.admits(amina.key, party_of(amina.key, "interpreter"))
    sana.posts("join", token=sana.token())
    sana.posts("leave")
    late = Interpreter(invited(dr_nair, amina.key), "Omar Aziz")
    late.opens()
    late.posts("wait")

    dr_nair.posts(amina.key, "end", outcome="discharged")

    patient = amina_of(amina.key)
    [stored] = hospital.search(Criteria("Encounter", [patient]))[0]
    seen_by, interpreter = stored.json["participant"]
    assert seen_by["individual"]["display"] == "Dr Priya Nair"
    assert interpreter == {
        "type": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/participant-type",
                        "code": "translator",
                        "display": "Translator",
                    }
                ]
            }
        ],
        "individual": {"display": "Sana Malik"},
    }
    assert typed(stored.json).participant[1].individual.display == "Sana Malik"
    rows = dict(present(stored).rows())
    assert (rows["Seen by"], rows["Interpreter"]) == ("Dr Priya Nair", "Sana Malik")


def test_every_other_page_answers_a_guest_as_a_visitor(sana):
    sana.opens()
    visitor = Client()
    told, tried = [], 0
    for browser in (sana.browser, visitor):
        browser.raise_request_exception = False
    for route in ROUTES:
        path = example_of(route)
        if path.startswith("/guest/"):
            continue
        guest, stranger = sana.browser.get(path), visitor.get(path)
        tried += 1
        answers = [(one.status_code, one.headers.get("Location")) for one in (guest, stranger)]
        if answers[0] != answers[1]:
            told.append((path, answers))

    assert told == []
    print(f"\n{tried} addresses tried as a guest")  # noqa: T201 (what was tried)


def test_a_link_is_made_by_the_clinician_of_the_visit_alone(booking, amina, dr_nair, dr_lund, ben):
    address = f"/staff/visits/{booking.key}/interpreter/"
    key = "7d5b43c2-0000-4000-8000-0123456789ab"

    assert dr_nair.browser.get(address).status_code == 200
    for browser in (dr_lund.browser, amina.browser, ben.browser, Client()):
        for answer in (browser.get(address), browser.post(address)):
            assert answer.status_code in {302, 403, 404}
        other = browser.post(f"{address}{key}/end/")
        assert other.status_code in {302, 403, 404}
    assert links() == []
