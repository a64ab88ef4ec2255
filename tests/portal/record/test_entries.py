"""Resources in words: what is absent is left out, and nothing is said that was not sent."""

import json
from datetime import UTC, datetime

import pytest

from fhir.store import Stored
from portal.record.entry import NoEntry, present
from tests.builders import a_report, an_observation
from tests.portal.record.things import a_condition, a_medicine


def entry_of(resource):
    at = datetime(2026, 3, 10, tzinfo=UTC)
    return present(Stored(resource["resourceType"], "x", 1, "p", 0, at, json.dumps(resource)))


def test_a_report_says_where_it_comes_from():
    report = a_report(
        "p",
        performer=[{"reference": "Organization/1"}, {"display": "Millbrook blood laboratory"}],
        basedOn=[{"display": "Dr Priya Nair"}],
        specimen=[{"display": "Venous blood"}],
        contained=[{"resourceType": "Specimen", "receivedTime": "2026-03-10T11:02:00Z"}],
    )

    entry = entry_of(report)

    assert (entry.heading(), entry.sender()) == ("Full blood count", "Millbrook blood laboratory")
    assert list(entry.rows()) == [
        ("Blood taken", "10 March 2026, 8:10am"),
        ("Reached the laboratory", "10 March 2026, 11:02am"),
        ("Results sent", "10 March 2026, 2pm"),
        ("Asked for by", "Dr Priya Nair"),
    ]
    assert list(entry.code_rows()) == [("Code of this test", "58410-2")]


def test_a_report_with_nothing_but_what_it_must_have_says_nothing_of_the_rest():
    bare = {"resourceType": "DiagnosticReport", "status": "final", "code": {}}

    entry = entry_of(bare)

    assert (entry.heading(), entry.when(), entry.sender()) == (
        "Test result",
        "Day not recorded",
        "",
    )
    assert (list(entry.rows()), entry.conclusion(), entry.result_ids()) == ([], [], [])


@pytest.mark.parametrize(
    ("specimen", "word"),
    [("Serum", "Blood taken"), ("Mid-stream urine", "Sample taken"), ("", "Taken")],
)
def test_what_was_taken_is_named_where_that_is_known(specimen, word):
    assert entry_of(a_report("p", specimen=[{"display": specimen}])).taken() == word


@pytest.mark.parametrize(
    ("effective", "said"),
    [
        ({"effectiveDateTime": "2026-03-10T08:10:00Z"}, "Tuesday 10 March 2026, 8:10am"),
        ({"effectiveDateTime": "2026-03"}, "March 2026"),
        ({"effectivePeriod": {"start": "2026-03-09"}}, "9 March 2026"),
    ],
)
def test_the_day_is_that_of_the_sample_as_exactly_as_it_was_sent(effective, said):
    report = a_report("p")
    del report["effectiveDateTime"]

    assert entry_of(report | effective).when_in_full() == said


def test_coded_conclusions_are_said_where_none_is_written():
    coded = a_report("p", conclusionCode=[{"text": "Normal ECG"}, {"coding": [{"code": "1"}]}])

    assert entry_of(coded).conclusion() == ["Normal ECG"]


def test_a_value_says_how_and_by_whom_it_was_measured():
    value = an_observation(
        "p",
        method={"text": "Automated count"},
        bodySite={"coding": [{"code": "1", "display": "Left arm"}]},
        performer=[{"display": "Ward 6"}],
        issued="2026-03-10T14:00:00Z",
    )

    entry = entry_of(value)
    assert list(entry.rows()) == [
        ("Taken", "10 March 2026, 8:10am"),
        ("Result sent", "10 March 2026, 2pm"),
        ("How it was measured", "Automated count"),
        ("Measured at", "Left arm"),
        ("Measured by", "Ward 6"),
    ]
    assert list(entry.code_rows()) == [("Code of this test", "718-7")]


def test_a_day_is_told_with_what_happened_on_it_and_not_told_again():
    entry = entry_of(a_medicine("p", on="2024-06-04"))

    assert entry.told() == "Prescribed 4 June 2024"
    assert "Prescribed" in dict(entry.rows())
    assert "Prescribed" not in dict(entry.rest())


def test_what_was_not_done_is_not_told_as_done():
    undone = entry_of(
        {"resourceType": "Procedure", "status": "not-done", "performedDateTime": "2024-06-04"}
    )

    assert undone.told() == "Was to be done 4 June 2024"


def test_nothing_is_told_of_the_day_of_a_team_that_has_none():
    assert entry_of({"resourceType": "CareTeam", "status": "active"}).told() == ""
    assert entry_of(a_condition("p", on="")).told() == "Day not recorded"


@pytest.mark.parametrize("status", ["stopped", "completed", "on-hold", "cancelled"])
def test_how_a_medicine_was_taken_does_not_read_as_what_to_do(status):
    ended = entry_of(a_medicine("p", status=status, how="Take 6 tablets in the morning"))

    assert ended.note() == "It was: take 6 tablets in the morning."
    assert ("How it was to be taken", "Take 6 tablets in the morning.") in ended.rows()


def test_an_appointment_says_its_day_of_the_week_and_when_it_ends():
    times = {"start": "2026-03-26T09:20:00Z", "end": "2026-03-26T09:40:00Z"}
    one = entry_of({"resourceType": "Appointment", "status": "booked", **times})

    assert one.told() == "Thursday 26 March 2026, 9:20am"
    assert list(one.rest()) == [("When", "Thursday 26 March 2026, 9:20am to 9:40am")]


def test_a_plan_that_asks_something_of_somebody_does_not_say_that_nothing_is_to_be_done():
    plan = {"resourceType": "CarePlan", "status": "active", "description": "If you feel worse"}
    detail = {"status": "scheduled", "description": "Call us"}
    entry = entry_of({**plan, "activity": [{"detail": detail}]})

    assert entry.status().meaning == "This is the plan for now."
    assert (entry.note(), entry.planned()) == ("If you feel worse.", ["Call us (planned)"])


@pytest.mark.parametrize(
    ("onset", "said"),
    [
        ({"onsetAge": {"value": 34, "unit": "years"}}, "Asthma, at the age of 34 years"),
        ({"onsetString": "in her thirties"}, "Asthma, in her thirties"),
        ({"onsetPeriod": {"start": "2019-05"}}, "Asthma, from May 2019"),
        ({}, "Asthma"),
    ],
)
def test_an_illness_in_the_family_says_when_it_began(onset, said):
    illness = {"code": {"text": "Asthma"}, **onset}

    assert entry_of({"resourceType": "FamilyMemberHistory", "condition": [illness]}).note() == said


@pytest.mark.parametrize(
    ("place", "said"),
    [("Ward 7", "Ward 7."), ("RESPOPD, RMB", "Millbrook Hospital."), ("", "Millbrook Hospital.")],
)
def test_a_place_is_told_in_words_and_never_by_the_codes_of_wards(place, said):
    visit = entry_of(
        {
            "resourceType": "Encounter",
            "status": "finished",
            "class": {"code": "AMB"},
            "location": [{"location": {"display": place}}],
            "serviceProvider": {"display": "Millbrook Hospital"},
        }
    )

    assert (visit.heading(), visit.note()) == ("Visit", said)
    assert [text for label, text in visit.rows() if label in {"Kind", "Place"}] == (
        ["Ward 7"] if place == "Ward 7" else []
    )


def test_a_message_without_a_title_is_named_by_who_wrote_it():
    sender = {"display": "Dr Priya Nair, Consultant in breathing medicine"}

    assert entry_of({"resourceType": "Communication", "sender": sender}).heading() == (
        "Message from Dr Priya Nair"
    )


def test_a_type_that_nobody_puts_in_words_has_no_entry():
    with pytest.raises(NoEntry):
        entry_of({"resourceType": "Task"})


def test_what_is_a_module_of_this_folder_but_no_type_has_no_entry():
    with pytest.raises(NoEntry):
        entry_of({"resourceType": "Views"})
