"""A withheld report changes nothing that anybody but staff receives, byte for byte (decisions 25).

Every page that Amina, Ben and a visitor can reach is fetched before and after, in a transaction
that is rolled back, so that looking leaves no trace; the clock stands at the same moment each time.
"""

import base64
import html
import re
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import transaction
from django.test import Client

from fhir import audit
from fhir.access import SYSTEM
from fhir.hl7 import inbox
from fhir.store import Criteria, NotFound, Repository
from portal import clock
from portal.results.actions import hold
from tests.builders import a_patient, a_report
from tests.fhir.hl7.hospital import a_feed
from tests.fhir.hl7.reading import OBR
from tests.fhir.hl7.test_inbox import arrives
from tests.portal.results.laboratory import a_count, a_name, a_value, received, sent, told
from tests.portal.results.pieces import TUESDAY
from tests.portal.results.staff import dr_amina, dr_lund, dr_nair, dr_yusuf
from tests.portal.results.test_release import an_act, as_staff
from tests.portal.results.test_release_page import at, stamp_on
from tests.signing_in import a_login, linked, signed_in
from tests.undoing import undoing

pytestmark = pytest.mark.journey

__all__ = ["dr_amina", "dr_lund", "dr_nair", "dr_yusuf"]

# What is different each time by design, and says nothing: the token of a form, in the page and in
# its cookie, that under which what is typed is kept, which holds the moment, and the header that
# says when a page that may not be kept was made.
FORM_TOKEN = re.compile(rb'((?:name="csrfmiddlewaretoken" value|data-draft)=")[^"]+')
OF_THE_MOMENT = frozenset({"Date", "Expires", "Last-Modified"})

LINK = re.compile(rb'(?:href|data-live-src|action|src)="([^"#]+)')
METHODS = ("get", "head", "post", "put", "delete", "options")
BEGIN = (
    "/",
    "/record/",
    "/record/?part=sections&section=home",
    "/record/?part=doors",
    "/record/results/",
    "/record/results/?part=status",
    "/record/results/?part=results",
    "/record/results/?print=1",
    "/record/access-log/?who=staff",
    "/record/access-log/?who=systems",
    "/record/access-log/?who=me",
    "/live/head",
    "/account/",
)
# What ends a session, or is a file that is the same for everybody.
PASSED_OVER = ("/account/logout", "/account/stay", "/static/", "/media/")
PID = "PID|1||9991000003^^^NHS^NH~M1000003^^^RMB^MR||Yusuf^Amina^^^Mrs^^L||19680314|F"
CRITICAL = "OBX|1|NM|718-7^Haemoglobin^LN||41|g/L|130 - 180|LL|||F\rNTE|1||Telephoned to the ward"
# What others than Amina receive is fetched when most has been done to it, and in the end: what one
# of the stages before had left with them would still be there.
SEEN_BY_ALL = {"it has been corrected", "it has been taken back"}
LETTER = base64.b64encode(b"%PDF-1.4 a biopsy").decode()
DOCUMENT = f"OBX|2|ED|PDF^Letter^WINPATH||^application^pdf^Base64^{LETTER}||||||F"


@pytest.fixture
def tuesday(moved_clock):
    moved_clock.move_to(TUESDAY)
    return moved_clock


@pytest.fixture
def amina_yusuf(db):
    return Repository(SYSTEM).create(a_patient("9991000003")).id


@pytest.fixture
def people(tuesday, amina_yusuf):
    """Give the browsers of all who are not staff; Amina and Ben have results to look at."""
    a_feed("winpath")
    ben = Repository(SYSTEM).create(a_patient("9991013172", family="Carter")).id
    found = {"visitor": Client()}
    for name, patient in (("Amina", amina_yusuf), ("Ben", ben)):
        sent(*a_count(patient))
        user = a_login(name)
        linked(user, patient)
        found[name] = signed_in(user)
        found[name].get("/record/")  # whoever comes for the first time has nothing that is new
        found[f"{name} without the second step"] = signed_in(user, second_factor=False)
    return found


@pytest.fixture
def received_by(people, tuesday):
    """Give a function that fetches all that these can reach, or everybody."""

    def everything(names=()):
        found = {}
        for who in names or people:
            with transaction.atomic():
                fetched = crawled(people[who], tuesday)
                found |= {(who, path): answer for path, answer in fetched}
                transaction.set_rollback(True)
        return found

    return everything


def crawled(browser, tuesday):
    """Yield every address that is led to, with what is answered there."""
    due, seen, undo = list(BEGIN), set(BEGIN), undoing()
    while due:
        path = due.pop(0)
        answer = asked(browser, path, tuesday, undo)
        yield path, answer
        if tag := answer[1].get("ETag"):
            same = {"If-None-Match": tag}
            yield f"{path} again", asked(browser, path, tuesday, undo, headers=same)
        for found in LINK.findall(answer[-1]):
            led_to = urljoin(path, html.unescape(found.decode()))
            local = not urlsplit(led_to).netloc and led_to.startswith("/")
            if local and not led_to.startswith(PASSED_OVER) and led_to not in seen:
                seen.add(led_to)
                due.append(led_to)


def asked(browser, path, tuesday, undo, method="get", **more):
    tuesday.move_to(TUESDAY)
    answer = getattr(browser, method)(path, **more)
    undo()
    clock.forget()  # its move has been rolled back too
    headers = {name: value for name, value in answer.headers.items() if name not in OF_THE_MOMENT}
    cookies = sorted((name, one["path"], one["max-age"]) for name, one in answer.cookies.items())
    said = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, headers, cookies, FORM_TOKEN.sub(rb"\1", said)


def differing(before, after):
    """Return which answers are not the same, of those that are in either."""
    return [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]


def by_message():
    """Have a biopsy with a critical value, a comment and a document come in over HL7."""
    order = OBR.replace("FBC^Full blood count^WINPATH", "11526-1^Biopsy^LN")
    arrives(PID, order, CRITICAL, DOCUMENT)
    assert sum(iter(inbox.process_next, 0)) == 1


def biopsy(patient):
    """Make a report with a document and a value, as it comes in over FHIR."""
    report = a_report(patient, "Biopsy", "11526-1", conclusion="Seen", status="preliminary")
    report["presentedForm"] = [{"contentType": "application/pdf", "data": LETTER}]
    value = a_value(patient, "61", "LL") | {"fullUrl": a_name()}
    return report | {"result": [{"reference": value["fullUrl"]}]}, value


def life_of(patient, doctor, stranger):
    """Yield what happens to a report that is never released."""
    by_message()
    yield "one has come in as a message"
    report, value = biopsy(patient)
    report_id, *_ = received(report, value)
    yield "one has come in as a bundle"
    told()
    yield "the relay has been told"
    assert report_id in signed_in(doctor).get("/staff/results/").content.decode()
    stamp = stamp_on(signed_in(doctor).get(at(report_id)))
    assert signed_in(stranger).get(at(report_id)).status_code == 404
    yield "staff have looked"
    tried = {"act": "preview", "seen": stamp, "comment": "Please ring me"}
    assert signed_in(doctor).post(at(report_id), tried).status_code == 200
    yield "a comment has been tried"
    hold(as_staff(doctor), an_act(patient, report_id, words="Not before Friday."))
    yield "it is held"
    sent(report | {"status": "amended"}, value | {"status": "corrected"})
    yield "it has been corrected"
    sent(report | {"status": "entered-in-error"}, value | {"status": "entered-in-error"})
    yield "it has been taken back"


def test_nothing_that_is_received_tells_of_a_withheld_report(
    received_by, tuesday, amina_yusuf, dr_nair, dr_lund
):
    before = received_by()
    of_amina = {key: answer for key, answer in before.items() if key[0] == "Amina"}
    assert len(of_amina) > 20
    stages = []
    tuesday.move_to(TUESDAY)

    for what in life_of(amina_yusuf, dr_nair, dr_lund):
        assert withheld(amina_yusuf)
        audit.chain()  # as the relay does, so that pages do not say that it has stopped
        if what in SEEN_BY_ALL:
            assert differing(before, received_by()) == [], what
        else:
            assert differing(of_amina, received_by(["Amina"])) == [], what
        stages.append(what)
        # All of it within the minute to which pages say when a feed was last heard.
        tuesday.move_to(TUESDAY + timedelta(seconds=5 * len(stages)))
    assert set(stages) >= SEEN_BY_ALL
    print(f"\n{len(stages)} stages, {len(before)} answers each")  # noqa: T201 (what was tried)

    # Had anything been let out, it would have been seen: one that is released is.
    sent(*a_count(amina_yusuf, a_value(amina_yusuf, "133")))
    changed = differing(before, received_by())
    assert {who for who, _ in changed} == {"Amina"}
    assert ("Amina", "/live/head") in changed


def withheld(patient):
    records = Repository(SYSTEM)
    found = []
    for kind in ("DiagnosticReport", "Observation", "DocumentReference"):
        page, _ = records.search(Criteria(kind, [patient], withheld=True))
        found += [(kind, one.id) for one in page]
    return found


def probes(kind, one, own_report):
    """Return every address that takes an id, with this one in it."""
    parts = ("", "?part=status", "?part=result", "?part=results", "?part=none", "?print=1")
    pages = [
        f"/record/results/{one}/",
        f"/record/results/alone/{one}/",
        f"/record/results/{one}/{one}/",
        f"/record/results/{own_report}/{one}/",
        f"/record/results/{one}/document/0/",
        f"/record/results/{one}/document/99/",
        f"/staff/results/{one}/",
        f"/fhir/R4/{kind}/{one}",
        f"/fhir/R4/{kind}/{one}/_history",
        f"/fhir/R4/{kind}/{one}/_history/1",
        f"/fhir/R4/{kind}?_id={one}",
    ]
    return [page + part for page in pages for part in parts if "?" not in page or not part]


def test_asking_for_a_withheld_report_is_answered_as_for_one_that_never_was(
    people, amina_yusuf, tuesday
):
    own_report = sent(*a_count(amina_yusuf, a_value(amina_yusuf, "133")))[0]
    report, value = a_count(amina_yusuf, a_value(amina_yusuf, "61", "LL"))
    report["presentedForm"] = [{"contentType": "application/pdf", "data": LETTER}]
    sent(report, value)
    never = "7d5b43c2-0000-4000-8000-0123456789ab"
    tried, undo = 0, undoing()

    hidden = withheld(amina_yusuf)
    assert {kind for kind, _ in hidden} >= {"DiagnosticReport", "Observation"}
    for kind, one in hidden:
        for who, browser in people.items():
            pairs = zip(probes(kind, one, own_report), probes(kind, never, own_report), strict=True)
            for there, nowhere in pairs:
                for method in ("get",) if "?" in there else METHODS:
                    answers = [
                        without(asked(browser, path, tuesday, undo, method), name)
                        for path, name in ((there, one), (nowhere, never))
                    ]
                    assert answers[0] == answers[1], (who, method, there)
                    assert answers[0][0] != 200 or method == "options", (who, method, there)
                    tried += 1
    with pytest.raises(NotFound):
        Repository(SYSTEM).read("DiagnosticReport", never)
    print(f"\n{tried} answers compared")  # noqa: T201 (what was tried)


def without(answer, name):
    """Return an answer without the id that was asked for, and what names the request."""
    status, headers, cookies, said = answer
    kept = {
        key: value.replace(name, "ID") for key, value in headers.items() if key != "X-Request-Id"
    }
    return status, kept, cookies, said.replace(name.encode(), b"ID")
