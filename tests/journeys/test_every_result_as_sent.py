"""People of hospitals of others see every result, as it was sent, each in their own browser."""

from dataclasses import replace
from datetime import date

import pytest

from portal.identity.models import Role
from tests import samples
from tests.journeys import as_sent, simulated
from tests.journeys.clinic import releases_all, releases_many
from tests.journeys.desk import a_code_for, a_device_with_passkeys, makes_a_login
from tests.journeys.epr import care_team
from tests.journeys.reader import reads_all
from tests.journeys.visitor import Visitor, with_session
from tests.journeys.waiting import settled
from tests.signing_in import a_login

EMAIL = "somebody@example.org"


@pytest.fixture
def sam(a_browser, live_site, tuesday):
    """Give Sam of the booking office, at work; what J1 has examined is not examined again."""
    desk = a_browser()
    with_session(desk, a_login("Sam Reed", Role.RECORDS), live_site.base_url)
    return Visitor(desk, desk.new_page(), runs_script=False)


@pytest.fixture
def owner(a_browser):
    """Give whose record it is; once they read, each kind of page is examined."""
    own = a_browser()
    return Visitor(own, own.new_page(), runs_script=False)


@pytest.fixture
def treated(epr, a_browser, live_site):
    """Let Dr Nair treat somebody, and return her at her desk."""

    def treat(patient):
        team = epr.posts(care_team(patient, "Dr Priya Nair"))
        settled()
        (_, doctor, _), _ = epr.ids(team)
        login = a_login("Priya Nair", Role.CLINICIAN, practitioners=[doctor.partition("/")[2]])
        room = with_session(a_browser(), login, live_site.base_url)
        return Visitor(room, room.new_page())

    return treat


@pytest.mark.parametrize(
    ("mrn", "which"),
    [
        pytest.param("568646068", "NHS number", id="a blood count"),
        pytest.param("3983290503", "Hospital number", id="vital signs, known by no NHS number"),
    ],
)
@samples.needs(simulated.FOLDER)
def test_somebody_whose_results_came_by_hl7_sees_each_as_it_was_sent(
    live_site, epr, sam, owner, treated, record_property, mrn, which
):
    live_site.command(
        *("feed", "add", "simhosp", "--ods", "RSH", "--sender", simulated.SENDER),
        *("--processing", "T", "--charset", "ASCII"),
    )
    sent = [one for one in simulated.messages() if one.mrn == mrn]
    simulated.send(live_site.mllp_port, sent)
    settled()

    number = sent[0].nhs_number if which == "NHS number" else mrn
    born = date.fromisoformat(sent[0].first("PID")[7][:8])
    comes_in(owner, sam, live_site, number, born, which)
    decisions = releases_all(treated(epr.finds_person(mrn)))
    settled()
    read = reads_all(replace(owner, runs_script=True))

    assert list(read.reports.values()) == as_sent.of_messages(sent)
    assert read.alone == {}
    assert read.disagree == []
    tell(record_property, decisions, read)


@samples.needs("patients-synthea-r4")
def test_somebody_whose_results_came_by_fhir_sees_each_as_it_was_sent(
    live_site, epr, sam, owner, treated, record_property
):
    (path,) = samples.paths("patients-synthea-r4/Chrissy_Weimann*.gz")
    text = samples.content(path)
    bundle = as_sent.Bundle(text)
    ((at, person),) = bundle.all("Patient")
    places = [place for _, place, _ in epr.ids(epr.posts_text(text))]
    settled()

    mrn = next(one["value"] for one in person["identifier"] if "MR" in str(one.get("type")))
    comes_in(owner, sam, live_site, mrn, date.fromisoformat(person["birthDate"]), "Hospital number")
    decisions = releases_many(treated(places[at].partition("/")[2]))
    settled()
    read = reads_all(replace(owner, runs_script=True))

    def address(at, inside=""):
        return f"/record/results/{inside}{places[at].partition('/')[2]}/"

    assert read.reports == {address(at): one for at, one in bundle.reports().items()}
    assert read.alone == {address(at, "alone/"): one for at, one in bundle.alone().items()}
    assert read.disagree == []
    tell(record_property, decisions, read)


def comes_in(owner, sam, site, number, born, which):
    """Get a code at the desk, make a login of it with a passkey, and come to one's record."""
    a_device_with_passkeys(owner.page)
    code = a_code_for(sam, number, born, which)
    makes_a_login(owner, site, code, born, EMAIL)
    owner.presses("Add a passkey").says("Name for this passkey", "My phone").presses("Continue")
    assert owner.heading == "Your recovery codes"


def tell(record_property, decisions, read):
    lines = [line for one in read.reports.values() for line in one.lines]
    lines += [line for one in read.alone.values() for line in one]
    figures = {
        "decisions": decisions, "pages": read.pages, "reports": len(read.reports),
        "alone": len(read.alone), "compared": len(lines),
        "ranges": sum(line[2] != as_sent.NO_RANGE for line in lines),
    }  # fmt: skip
    assert read.values == len(lines) > 0
    for name, number in figures.items():
        record_property(name, number)
    print(f"\n{figures}")  # noqa: T201 (what the run has shown)
