"""A visit of a hospital's diary: where it stands, when it is, and whose number it bears."""

import pytest

from fhir.hl7.message import Unreadable
from tests.fhir.hl7.reading import PID, made, mapping


def sch(number="^PAS", timing="", status="", **more):
    """Return an SCH of a visit A1 that lasts 20 minutes."""
    reason, length, unit = more.get("reason", ""), more.get("length", "20"), more.get("unit", "MIN")
    placer = more.get("placer", "")
    return f"SCH|{placer}|A1{number}||||{reason}|||{length}|{unit}|{timing}" + "|" * 14 + status


def visit(*given, event="S12"):
    return made("Appointment", *given, kind=f"SIU^{event}")[0]


AT_NINE = "^^^202603310900"


@pytest.mark.parametrize(
    ("event", "code", "status"),
    [
        ("S12", "BOOKED", "booked"),
        ("S12", "", "booked"),
        ("S12", "CANCELLED", "booked"),
        ("S13", "BOOKED", "booked"),
        ("S13", "PENDING", "booked"),
        ("S14", "STARTED", "checked-in"),
        ("S14", "Complete", "fulfilled"),
        ("S14", "NOSHOW", "booked"),
        ("S15", "BOOKED", "cancelled"),
        ("S15", "", "cancelled"),
        ("S16", "DC", "cancelled"),
        ("S17", "BOOKED", "entered-in-error"),
        ("S26", "COMPLETE", "noshow"),
    ],
)
def test_the_event_says_where_a_visit_stands_and_the_code_how_far_it_is(event, code, status):
    assert visit(sch(timing=AT_NINE, status=code), PID, event=event)["status"] == status


def test_a_code_that_speaks_against_its_event_is_remarked():
    found = mapping(sch(timing=AT_NINE, status="CANCELLED"), PID, kind="SIU^S12")

    assert found.warnings == ("SCH-25: the event says that it is booked",)


@pytest.mark.parametrize(
    ("lines", "begins", "ends"),
    [
        ([sch(timing=f"{AT_NINE}^202603310930")], "09:00:00+01:00", "09:30:00+01:00"),
        ([sch(timing=AT_NINE)], "09:00:00+01:00", "09:20:00+01:00"),
        ([sch(timing=AT_NINE, length="2", unit="HR")], "09:00:00+01:00", "11:00:00+01:00"),
        ([sch(timing=AT_NINE, length="900", unit="S")], "09:00:00+01:00", "09:15:00+01:00"),
        (
            [sch(), "TQ1|1||||||202603310910|202603310925"],
            "09:10:00+01:00",
            "09:25:00+01:00",
        ),
        (
            [sch(length="", unit=""), "RGS|1", "AIS|1||X|202603310950|||30|MIN",
             "AIP|1||7^Osei^Kofi|||202603310940"],
            "09:40:00+01:00",
            "10:10:00+01:00",
        ),
    ],
)  # fmt: skip
def test_a_visit_is_when_the_first_place_that_says_so_says(lines, begins, ends):
    found = visit(lines[0], PID, *lines[1:])

    assert (found["start"], found["end"]) == (f"2026-03-31T{begins}", f"2026-03-31T{ends}")


@pytest.mark.parametrize(
    ("timing", "begins", "ends"),
    [
        ("^^^202603290050", "2026-03-29T00:50:00+00:00", "2026-03-29T02:10:00+01:00"),
        ("^^^202610250130", "2026-10-25T01:30:00+01:00", "2026-10-25T01:50:00+00:00"),
        ("^^^202703280050", "2027-03-28T00:50:00+00:00", "2027-03-28T02:10:00+01:00"),
        ("^^^202710310130", "2027-10-31T01:30:00+01:00", "2027-10-31T01:50:00+00:00"),
    ],
)
def test_a_visit_lasts_as_long_where_the_clocks_change_in_it(timing, begins, ends):
    length = "20" if "03" in timing[7:9] else "80"

    found = visit(sch(timing=timing, length=length), PID)

    assert (found["start"], found["end"]) == (begins, ends)


def test_a_day_without_a_time_is_no_time_and_is_remarked():
    found = mapping(sch(timing="^^^20260331"), PID, kind="SIU^S15")

    assert "start" not in found.bundle["entry"][0]["resource"]
    assert found.warnings[0] == "SCH-11: this is a day and not a time"


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ([sch(timing=AT_NINE, length="", unit=""), PID], "SCH-9"),
        ([sch(timing=AT_NINE, unit="FORTNIGHT"), PID], "SCH-9"),
        ([sch(timing="^^^2026033125"), PID], "SCH-11"),
        (["SCH||", PID], "SCH-2"),
        ([sch(timing=AT_NINE), PID, PID], "PID"),
        ([PID], "SCH"),
    ],
)
def test_what_cannot_be_understood_names_its_place(lines, place):
    with pytest.raises(Unreadable) as fault:
        visit(*lines)

    assert fault.value.place == place


def test_a_number_of_ours_comes_back_as_ours():
    found = visit(sch(timing=AT_NINE, placer="b7c1^DAYBOOK"), PID)["identifier"]

    assert [(one["system"], one["value"]) for one in found] == [
        ("urn:daybook:RMB:appointment:PAS", "A1"),
        ("urn:daybook:booking", "b7c1"),
    ]


def test_why_is_kept_of_what_does_not_take_place_alone():
    given = sch(timing=AT_NINE, reason="SICK^The clinician is not well"), PID

    assert visit(*given, event="S15")["cancelationReason"]["coding"][0]["code"] == "SICK"
    assert "cancelationReason" not in visit(*given, event="S13")


def test_whom_a_person_sees_and_where_are_named_once():
    found = visit(
        sch(timing=AT_NINE), PID, "RGS|1", "AIP|1||G7^Nair^Priya^^^Dr^^^GMC", "AIL|1||C4^^^NORTH",
        "RGS|2", "AIP|1||G7^Nair^Priya^^^Dr^^^GMC",
    )  # fmt: skip

    shown = [one["actor"].get("display") for one in found["participant"]]
    assert shown == [None, "Dr Priya Nair", "C4, NORTH"]
