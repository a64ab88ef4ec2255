import pytest

from fhir.hl7 import overlay
from fhir.hl7.message import Unreadable

HELD = {
    "resourceType": "Patient",
    "id": "amina",
    "meta": {"versionId": "3", "security": [{"code": "R"}]},
    "extension": [{"url": "ethnic", "valueCode": "J"}, {"url": "other", "valueCode": "x"}],
    "identifier": [{"system": "nhs", "value": "1"}, {"system": "mrn", "value": "7"}],
    "telecom": [
        {"value": "01632 960111", "use": "home"},
        {"value": "07700 900112", "use": "mobile"},
    ],
    "birthDate": "1967-09-08",
    "_birthDate": {"extension": []},
    "deceasedBoolean": False,
    "address": [{"city": "Millbrook"}],
}


def said(**more):
    return {"resourceType": "Patient", **more}


def laid(said, *removed, keeps=True):
    return overlay.overlaid(said, HELD, removed, keeps=keeps)


def test_what_is_not_said_stays():
    found = laid(said(name=[{"family": "Yusuf"}]))

    assert found["address"] == HELD["address"]
    assert found["telecom"] == HELD["telecom"]
    assert found["name"] == [{"family": "Yusuf"}]
    assert "id" not in found
    assert "versionId" not in found["meta"]


def test_what_is_deleted_goes():
    assert "address" not in laid(said(), "address")
    assert "deceasedBoolean" not in laid(said(), "deceased[x]")


def test_a_feed_whose_empty_fields_delete_says_all_there_is():
    found = laid(said(name=[{"family": "Yusuf"}]), keeps=False)

    assert found.keys() == {"resourceType", "name", "meta"}


def test_a_new_number_takes_the_place_of_the_old_one_of_its_use():
    found = laid(said(telecom=[{"value": "01632 960999", "use": "home"}]))

    assert [one["value"] for one in found["telecom"]] == ["01632 960999", "07700 900112"]


def test_a_number_that_is_deleted_goes_and_the_others_stay():
    assert [one["use"] for one in laid(said(), "telecom/home")["telecom"]] == ["mobile"]
    assert "telecom" not in laid(said(), "telecom/home", "telecom/mobile")


def test_an_identifier_takes_the_place_of_the_old_one_of_its_system():
    found = laid(said(identifier=[{"system": "nhs", "value": "2"}]))

    assert [one["value"] for one in found["identifier"]] == ["2", "7"]


def test_extensions_take_the_place_of_those_of_their_kind():
    found = laid(said(extension=[{"url": "ethnic", "valueCode": "A"}]))

    assert [one["valueCode"] for one in found["extension"]] == ["A", "x"]


def test_a_death_has_one_form():
    found = laid(said(deceasedDateTime="2026-03-01"))

    assert "deceasedBoolean" not in found


def test_a_birth_time_goes_with_its_date():
    assert "_birthDate" not in laid(said(birthDate="1967-09-09"))
    assert "_birthDate" in laid(said())


def test_a_label_stays_until_the_sender_takes_it_off():
    assert laid(said())["meta"]["security"] == [{"code": "R"}]
    assert laid(said(), keeps=False)["meta"]["security"] == [{"code": "R"}]
    assert "meta" not in laid(said(), "meta")


@pytest.mark.parametrize(
    ("event", "status", "expected"),
    [
        ("A08", "in-progress", "planned"),
        ("A08", "finished", "finished"),
        ("A01", "in-progress", "in-progress"),
    ],
)
def test_an_update_of_a_visit_does_not_move_it_on(event, status, expected):
    held = {"resourceType": "Encounter", "status": "planned", "class": {"code": "PRENC"}}
    now = {"resourceType": "Encounter", "status": status}

    assert overlay.visit(now, held, (), event=event, keeps=True)["status"] == expected


def a_report(*results, status="final", code="FBC", **more):
    return {
        "resourceType": "DiagnosticReport",
        "status": status,
        "code": {"coding": [{"system": "x", "code": code}]},
        "result": [{"reference": result} for result in results],
        **more,
    }


def held_under(**addresses):
    return {f"urn:{name}": f"Observation/{address}" for name, address in addresses.items()}


def test_results_that_were_left_out_stay_as_they_were():
    held = a_report("Observation/1", "Observation/2", "Observation/3")

    found = overlay.report(a_report("urn:b", "urn:d"), held, held_under(b="2"), "OBR-4")

    assert [one["reference"] for one in found["result"]] == [
        "urn:b",
        "urn:d",
        "Observation/1",
        "Observation/3",
    ]


def test_a_report_of_which_a_part_was_somebody_elses_is_corrected():
    held = a_report("Observation/1", "Observation/2")

    part = overlay.report(
        a_report("urn:a", status="entered-in-error"), held, held_under(a="1"), "OBR-4"
    )
    whole = overlay.report(
        a_report("urn:a", "urn:b", status="entered-in-error"),
        held,
        held_under(a="1", b="2"),
        "OBR-4",
    )

    assert (part["status"], whole["status"]) == ("corrected", "entered-in-error")


@pytest.mark.parametrize(
    ("status", "stays"), [("final", True), ("corrected", False), ("entered-in-error", False)]
)
def test_a_document_stays_unless_its_report_is_corrected(status, stays):
    held = a_report("Observation/1", presentedForm=[{"data": "x"}])

    found = overlay.report(a_report("urn:a", status=status), held, held_under(a="1"), "OBR-4")

    assert ("presentedForm" in found) is stays


def test_a_number_that_was_another_tests_is_refused():
    held = a_report("Observation/1", code="UE")

    with pytest.raises(Unreadable) as refused:
        overlay.report(a_report("urn:a"), held, {}, "OBR[2]-4")

    assert refused.value.place == "OBR[2]-4"
