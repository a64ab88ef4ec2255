"""Who looked at a record, as its patient reads it: lines, filters, pages, and the file."""

import csv
import io
import re
from dataclasses import replace
from datetime import datetime

import pytest

from fhir.access import SYSTEM, Interaction, Kind, Viewer
from fhir.audit import Call, Seen, entries_for, write
from fhir.labels import Label
from fhir.store import Criteria, Repository
from portal.record.log_file import safe
from tests.builders import labelled
from tests.portal.amina import a_count, a_scan, a_value
from tests.portal.pages import words
from tests.portal.record.looked import A_LINK, DR_NAIR, STEPWELL, WINPATH
from tests.signing_in import signed_in

LOG = "/record/access-log/"
FILE = "/record/access-log/list.csv"


def rows_of(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_who_looked_is_said_by_day_with_name_and_role(her_browser, hospital, amina_yusuf):
    report, ids = a_count(hospital, amina_yusuf)
    reading = Repository(DR_NAIR)
    reading.read("DiagnosticReport", report)
    reading.read("Observation", ids["hb"])

    said = words(her_browser.get(LOG))

    assert (
        "Thursday 12 March 2026 9:02am Dr Priya Nair Consultant, breathing clinic"
        " Looked at your full blood count"
    ) in said
    assert said.count("Dr Priya Nair Consultant") == 1, "one visit is one line"


def test_several_reports_are_named_in_one_line(her_browser, hospital, amina_yusuf):
    report, _ = a_count(hospital, amina_yusuf)
    scan = a_scan(hospital, amina_yusuf)
    for one in (report, scan):
        Repository(DR_NAIR).read("DiagnosticReport", one)

    assert "Looked at your chest x-ray and your full blood count" in words(
        her_browser.get(LOG)
    ).replace("X-ray", "x-ray")


def test_a_look_at_what_is_withheld_shows_only_once_it_is_released(
    her_browser, hospital, amina_yusuf
):
    secret = hospital.create(labelled(a_value(amina_yusuf, "hb", "60"), "NOPAT")).id
    empty = words(her_browser.get(LOG))
    Repository(DR_NAIR).read("Observation", secret)
    assert words(her_browser.get(LOG)) == empty

    hospital.relabel("Observation", secret, remove=Label.NOPAT)

    assert "Dr Priya Nair" in words(her_browser.get(LOG))


def test_the_list_can_be_narrowed(her_browser, hospital, amina_yusuf):
    report, _ = a_count(hospital, amina_yusuf)
    for viewer in (DR_NAIR, WINPATH):
        Repository(viewer).read("DiagnosticReport", report)
    her_browser.get("/record/results/")

    staff, systems, me = (
        words(her_browser.get(LOG, {"who": who})) for who in ("staff", "systems", "me")
    )

    names = ["Dr Priya Nair", "Winpath", "Amina Yusuf"]
    assert [name for name in names if name in staff] == ["Dr Priya Nair"]
    assert "Winpath Hospital system Read your full blood count" in systems
    assert "Amina Yusuf You Looked at your full blood count" in me


@pytest.mark.parametrize("asked", [{"who": "nobody"}, {"who": "staff "}])
def test_lookers_whom_nobody_knows_are_not_found(her_browser, asked):
    assert her_browser.get(LOG, asked).status_code == 404
    assert her_browser.get(FILE, asked).status_code == 404


def test_a_link_an_app_and_a_copy_each_have_their_filter(her_browser, hospital, amina_yusuf):
    _, ids = a_count(hospital, amina_yusuf)
    for viewer in (A_LINK, STEPWELL, WINPATH):
        Repository(viewer).read("Observation", ids["hb"])
    write(her_viewer(amina_yusuf), Call(Interaction.READ, [Seen(amina_yusuf, "Bundle", [])]))

    helpers, apps, systems, copies = (
        words(her_browser.get(LOG, {"who": who}))
        for who in ("helpers", "apps", "systems", "copies")
    )

    assert "“Pharmacy” Through a link that you made Looked at your test results" in helpers
    assert "StepWell App you allowed Read your test results" in apps
    assert "Winpath" not in apps
    assert "Winpath Hospital system Read your test results" in systems
    assert "StepWell" not in systems
    assert "Amina Yusuf You Downloaded a copy of your record" in copies


def her_viewer(patient):
    return Viewer(Kind.PATIENT, f"Patient/{patient}", "Amina Yusuf")


def test_what_a_system_takes_at_once_is_one_line_with_its_size(her_browser, hospital, amina_yusuf):
    a_count(hospital, amina_yusuf, hb="112", plt="286", wbc="9.8")
    for _ in range(3):
        Repository(STEPWELL).search(Criteria("Observation", [amina_yusuf]))

    said = words(her_browser.get(LOG))

    assert said.count("StepWell") == 1
    assert "Read your test results, 3 items at once" in said


def test_parts_of_the_record_are_named_and_many_are_summed_up(her_browser, hospital, amina_yusuf):
    reading = Repository(DR_NAIR)
    reading.search(Criteria("MedicationRequest", [amina_yusuf]))
    reading.search(Criteria("AllergyIntolerance", [amina_yusuf]))
    assert "Looked at your allergies and medicines" in words(her_browser.get(LOG))

    for name in ("Condition", "Encounter", "Immunization", "Procedure", "CarePlan", "Basic"):
        reading.search(Criteria(name, [amina_yusuf]))

    assert "and other parts of your record" in words(her_browser.get(LOG))


def test_days_can_be_chosen_and_both_count(thursday, her_login, hospital, amina_yusuf, moved_clock):
    _, ids = a_count(hospital, amina_yusuf)
    for days in range(3):
        Repository(DR_NAIR).read("Observation", ids["hb"])
        if days < 2:
            moved_clock.move(days=1)
    her_browser = signed_in(her_login)

    def days_of(**asked):
        return re.findall(r"(\d+) March 2026 9:02am", words(her_browser.get(LOG, asked)))

    assert days_of() == ["14", "13", "12"]
    assert days_of(since="2026-03-13") == ["14", "13"]
    assert days_of(until="2026-03-13") == ["13", "12"]
    assert days_of(since="2026-03-13", until="13/3/2026") == ["13"]
    assert days_of(since="2026-03-15") == []


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"since": "yesterday"}, "Enter a date, like 1 3 2026"),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "The last day must be the first day"),
    ],
)
def test_days_that_are_none_are_said_and_nothing_is_shown(her_browser, asked, told):
    page = her_browser.get(LOG, asked)

    assert page.status_code == 400
    assert told in words(page)
    assert her_browser.get(FILE, asked).status_code == 404


def test_a_long_log_goes_on_with_whole_days(
    thursday, her_login, hospital, amina_yusuf, moved_clock
):
    _, ids = a_count(hospital, amina_yusuf)
    for _ in range(45):
        Repository(DR_NAIR).read("Observation", ids["hb"])
        moved_clock.move(hours=12)
    her_browser = signed_in(her_login)

    first = her_browser.get(LOG).content.decode()
    until = re.search(r"until=([0-9-]+)", first)[1]
    second = her_browser.get(LOG, {"until": until}).content.decode()

    assert first.count("Ask why") + second.count("Ask why") == 45
    assert "Next" not in second


def test_a_day_of_very_many_ends_with_the_file(her_browser, hospital, amina_yusuf, monkeypatch):
    monkeypatch.setattr("portal.record.access_log.MOST_LINES", 1)
    a_count(hospital, amina_yusuf)
    for viewer in (DR_NAIR, A_LINK):
        Repository(viewer).search(Criteria("Observation", [amina_yusuf]))

    said = words(her_browser.get(LOG))

    assert "There is more on this day than fits on a page." in said


def test_everybody_is_told_that_some_entries_come_later(her_browser):
    assert "Some entries show here later, once a result has been shared with you." in words(
        her_browser.get(LOG)
    )


def test_the_file_has_what_the_choice_shows(her_browser, hospital, amina_yusuf):
    report, _ = a_count(hospital, amina_yusuf)
    for viewer in (DR_NAIR, WINPATH):
        Repository(viewer).read("DiagnosticReport", report)

    heads, *rows = rows_of(her_browser.get(FILE, {"who": "staff"}))

    assert heads[:3] == ["Date", "Time", "Who"]
    assert rows == [
        [
            *("2026-03-12", "9:02am", "Dr Priya Nair", "Consultant, breathing clinic"),
            *("Looked at your full blood count", "", ""),
        ]
    ]


def test_no_cell_of_the_file_is_a_formula(her_browser, hospital, amina_yusuf):
    _, ids = a_count(hospital, amina_yusuf)
    for number, name in enumerate(["=HYPERLINK(1)", "+44", "-1", "@SUM(A1)", "\t=1", " =1"]):
        Repository(replace(DR_NAIR, who=f"Practitioner/{number}", name=name)).read(
            "Observation", ids["hb"]
        )

    cells = {row[2] for row in rows_of(her_browser.get(FILE, {"who": "staff"}))[1:]}

    assert cells == {"'=HYPERLINK(1)", "'+44", "'-1", "'@SUM(A1)", "'\t=1", "' =1"}
    assert safe("Dr Priya Nair") == "Dr Priya Nair"


def test_the_file_holds_nothing_that_the_page_holds_back(her_browser, hospital, amina_yusuf):
    secret = hospital.create(labelled(a_value(amina_yusuf, "hb", "60"), "NOPAT")).id
    Repository(DR_NAIR).read("Observation", secret)

    assert rows_of(her_browser.get(FILE))[1:] == []


@pytest.mark.usefixtures("thursday")
def test_a_file_of_very_many_is_read_piece_by_piece_as_one_reading(
    her_login, hospital, amina_yusuf, moved_clock, monkeypatch
):
    monkeypatch.setattr("portal.record.log_reading.AT_ONCE", 7)
    _, ids = a_count(hospital, amina_yusuf)
    for _ in range(30):
        Repository(DR_NAIR).read("Observation", ids["hb"])
        moved_clock.move(minutes=30)

    rows = rows_of(signed_in(her_login).get(FILE, {"who": "staff"}))[1:]

    assert len(rows) == 30
    assert rows == sorted(rows, key=moment_in, reverse=True)
    assert len(readings_of_the_log(amina_yusuf)) == 1


def moment_in(row):
    return datetime.strptime(" ".join(row[:2]), "%Y-%m-%d %I:%M%p")  # noqa: DTZ007 (only their order)


def readings_of_the_log(patient):
    found = entries_for(SYSTEM, patient)
    return [one for one in found if one.resource_type == "AuditEvent"]


@pytest.mark.parametrize("path", [LOG, FILE])
def test_reading_the_log_is_in_the_log(her_browser, amina_yusuf, path):
    answer = her_browser.get(path)
    list(answer)

    assert len(readings_of_the_log(amina_yusuf)) == 1
    assert "Amina Yusuf You Looked at this list" in words(her_browser.get(LOG, {"who": "me"}))


def test_names_in_any_script_set_their_own_direction(her_browser, hospital, amina_yusuf):
    _, ids = a_count(hospital, amina_yusuf)
    Repository(replace(DR_NAIR, name="ڈاکٹر امینہ")).read("Observation", ids["hb"])

    assert "<bdi>ڈاکٹر امینہ</bdi>" in her_browser.get(LOG).content.decode()


def test_a_hundred_lines_ask_as_much_of_the_database_as_one(
    her_browser, hospital, amina_yusuf, moved_clock, django_assert_max_num_queries
):
    report, _ = a_count(hospital, amina_yusuf)
    Repository(DR_NAIR).read("DiagnosticReport", report)
    her_browser.get(LOG)
    with django_assert_max_num_queries(60) as one:
        her_browser.get(LOG)
    for number in range(100):
        viewer = replace(DR_NAIR, who=f"Practitioner/{number}")
        Repository(viewer).read("DiagnosticReport", report)

    with django_assert_max_num_queries(len(one)) as many:
        said = her_browser.get(LOG).content.decode()

    assert said.count("Ask why") == 101
    print(f"\n{len(many)} queries")  # noqa: T201 (what was measured)
