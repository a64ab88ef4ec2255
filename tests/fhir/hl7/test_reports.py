"""ORU: what a report and its results become."""

import pytest

from fhir.hl7.feeds import FeedSettings
from fhir.hl7.mapping import NotMapped
from fhir.hl7.message import Unreadable
from tests.fhir.hl7.reading import OBR, PID, made, mapping, report, result

HB = "OBX|1|NM|HB^Haemoglobin^WINPATH||112|g/L|130 - 180|L|||F"


def obr(**fields: str) -> str:
    """Return an OBR with some fields set, given as f25="P"."""
    parts = OBR.split("|") + [""] * 30
    for name, value in fields.items():
        parts[int(name[1:])] = value
    return "|".join(parts)


def codes(resource: dict) -> list[str]:
    return [coding["code"] for coding in resource.get("meta", {}).get("security", [])]


def test_a_report_names_its_results_its_order_and_its_person():
    bundle = mapping(PID, OBR, HB, HB.replace("HB^", "WBC^")).bundle
    urls = {entry["resource"]["resourceType"]: entry["fullUrl"] for entry in bundle["entry"]}
    made_report = report(HB, HB.replace("HB^", "WBC^"))

    assert made_report["basedOn"] == [{"reference": urls["ServiceRequest"]}]
    assert len(made_report["result"]) == 2
    assert made_report["result"][1] == {"reference": urls["Observation"]}
    assert made_report["subject"]["reference"] == mapping(PID, OBR, HB).known_as
    assert "Patient" not in urls


def test_the_same_report_sent_again_has_the_same_names():
    first, again = (mapping(PID, OBR, HB.replace("112", hb)) for hb in ("112", "121"))

    assert [one["fullUrl"] for one in first.bundle["entry"]] == [
        one["fullUrl"] for one in again.bundle["entry"]
    ]
    assert first.known_as == again.known_as


def test_another_feed_has_names_of_its_own():
    ours = mapping(PID, OBR, HB)
    theirs = mapping(PID, OBR, HB, feed=FeedSettings("other", "RMB"))

    assert ours.bundle["entry"][0]["fullUrl"] != theirs.bundle["entry"][0]["fullUrl"]


def test_business_identifiers_are_those_of_the_sender():
    assert report(HB)["identifier"][0]["value"] == "L1"
    assert report(HB)["identifier"][0]["system"] == "urn:daybook:RMB:report:WINPATH"
    assert result(HB)["identifier"][0]["value"] == "L1/HB"
    assert result(HB.replace("WINPATH||", "WINPATH|a|"))["identifier"][0]["value"] == "L1/HB/a"


def test_results_with_the_same_code_are_told_apart():
    twice = made("Observation", PID, OBR, HB, HB.replace("112", "113"))

    assert [one["identifier"][0]["value"] for one in twice] == ["L1/HB", "L1/HB#2"]


def test_who_the_message_is_about_is_given_to_be_matched():
    person = mapping(PID, OBR, HB).person

    assert (person.nhs_number, person.birth_date) == ("9991000003", "1967-09-08")
    assert person.family_names == ("Yusuf",)
    assert person.identifiers == (("urn:daybook:RMB:mrn", "M1000003"),)


def test_an_nhs_number_with_a_wrong_check_digit_is_nobodys():
    found = mapping(PID.replace("9991000003", "9991000004"), OBR, HB)

    assert found.person.nhs_number == ""
    assert found.warnings == ("PID-3: this is no NHS number; it was left out",)
    assert "9991000004" not in str(found.warnings)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("O", "registered"),
        ("I", "registered"),
        ("S", "registered"),
        ("A", "partial"),
        ("P", "preliminary"),
        ("R", "partial"),
        ("F", "final"),
        ("C", "corrected"),
        ("X", "cancelled"),
        ("M", "preliminary"),
        ("N", "registered"),
        ("", "unknown"),
    ],
)
def test_the_status_of_a_report(code, status):
    assert made("DiagnosticReport", PID, obr(f25=code), HB)[0]["status"] == status


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("A", "amended"),
        ("B", "preliminary"),
        ("C", "corrected"),
        ("D", "entered-in-error"),
        ("F", "final"),
        ("I", "registered"),
        ("N", "final"),
        ("O", "registered"),
        ("P", "preliminary"),
        ("R", "preliminary"),
        ("S", "registered"),
        ("U", "final"),
        ("V", "final"),
        ("W", "entered-in-error"),
        ("X", "cancelled"),
        ("", "unknown"),
    ],
)
def test_the_status_of_a_result(code, status):
    assert result(HB[:-1] + code)["status"] == status


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ([PID, obr(f25="Z"), HB], "OBR-25"),
        ([PID, obr(f25="Y"), HB], "OBR-25"),
        ([PID, OBR, obr(f3="L2", f25="Q"), HB], "OBR[2]-25"),
        ([PID, OBR, HB, HB[:-1] + "Q"], "OBX[2]-11"),
        ([PID, OBR, "OBX|1|NM|||112||||||F"], "OBX-3"),
        ([PID, obr(f2="", f3=""), HB], "OBR-3"),
        ([PID, HB, OBR], "OBX"),
        ([PID, "NTE|1||hello"], "OBR"),
        ([OBR, HB], "PID"),
        ([PID, OBR, HB, PID, OBR, HB], "PID[2]"),
        ([PID, OBR, HB, OBR, HB], "OBR[2]-3"),
        (["PID|1||10006579||Yusuf^Amina||19670908", OBR, HB], "PID-3"),
        ([PID.replace("19670908", "19679999"), OBR, HB], "PID-7"),
        (
            [PID.replace("||Yusuf", "~9991013172^^^NHS^NH||Yusuf"), OBR, HB],
            "PID-3",
        ),
    ],
)
def test_what_would_have_to_be_guessed_is_refused_with_its_place(given, place):
    with pytest.raises(Unreadable) as refused:
        mapping(*given)

    assert refused.value.place == place


def test_a_feed_whose_number_stands_for_several_reports_is_known_by_number_and_test():
    shared = FeedSettings("winpath", "RMB", filler_is_shared=True)
    twice = mapping(PID, OBR, HB, obr(f4="UE^Urea"), HB, feed=shared).bundle["entry"]

    assert len({entry["fullUrl"] for entry in twice}) == len(twice) == 6


@pytest.mark.parametrize("status", ["W", "D"])
def test_what_is_not_this_persons_or_was_deleted_keeps_no_value(status):
    wrong = result(HB[:-1] + status, "NTE|1||sample mislabelled")

    assert result(HB, "NTE|1||x").keys() - wrong.keys() == {
        "valueQuantity",
        "interpretation",
        "referenceRange",
        "note",
    }
    assert wrong["status"] == "entered-in-error"


def test_a_report_whose_every_result_is_somebody_elses_is_withdrawn():
    wrong, right = HB[:-1] + "W", HB

    assert report(wrong, wrong)["status"] == "entered-in-error"
    assert "conclusion" not in made("DiagnosticReport", PID, OBR, "NTE|1||secret", wrong)[0]
    assert report(wrong, right)["status"] == "final"
    assert made("ServiceRequest", PID, OBR, wrong)[0]["status"] == "entered-in-error"


def test_a_cancelled_order_cancels_its_report():
    cancelled = made("DiagnosticReport", PID, "ORC|CA|P1|L1", OBR, HB)[0]
    going_on = made("DiagnosticReport", PID, "ORC|RE|P1|L1", OBR, HB)[0]

    assert (cancelled["status"], going_on["status"]) == ("cancelled", "final")
    assert made("ServiceRequest", PID, "ORC|CA|P1|L1", OBR, HB)[0]["status"] == "revoked"


@pytest.mark.parametrize(("status", "reason"), [("N", "not-asked"), ("X", "not-performed")])
def test_a_result_that_could_not_be_had_says_so(status, reason):
    absent = result(f"OBX|1|NM|HB^Haemoglobin||||||||{status}")

    assert absent["dataAbsentReason"]["coding"][0]["code"] == reason


def test_notes_stand_with_what_they_follow():
    given = ["NTE|1||on the report", HB, "NTE|1||on the result", "NTE|2||second line"]

    assert report(*given)["conclusion"] == "on the report"
    assert made("Observation", PID, OBR, *given)[0]["note"] == [
        {"text": "on the result\nsecond line"}
    ]


def test_lines_of_one_text_are_one_result():
    lines = [f"OBX|{n}|TX|MRI^MRI ankle||line {n}||||||F" for n in (1, 2, 3)]

    assert result(*lines)["valueString"] == "line 1\nline 2\nline 3"
    assert len(made("Observation", PID, OBR, *lines)) == 1


def test_texts_with_sub_identifiers_of_their_own_stay_apart():
    lines = [f"OBX|{n}|TX|MRI^MRI ankle|{n}|line {n}||||||F" for n in (1, 2)]

    assert len(made("Observation", PID, OBR, *lines)) == 2


def test_a_result_without_a_time_of_its_own_was_taken_with_the_sample():
    assert result(HB)["effectiveDateTime"] == "2026-03-10T08:10:00+00:00"
    assert result(HB + "|||202603110900")["effectiveDateTime"] == "2026-03-11T09:00:00+00:00"


def test_a_sample_over_hours_has_a_period():
    made_report = made("DiagnosticReport", PID, obr(f8="202603110810"), HB)[0]

    assert made_report["effectivePeriod"] == {
        "start": "2026-03-10T08:10:00+00:00",
        "end": "2026-03-11T08:10:00+00:00",
    }


@pytest.mark.parametrize("place", ["f16", "orc"])
def test_who_asked_for_it_becomes_a_practitioner(place):
    who = "C7000001^Osei^Kofi^^^Dr^^^GMC"
    orc = "ORC|RE|P1|L1" + "|" * 9 + who
    given = [PID, orc, OBR, HB] if place == "orc" else [PID, obr(f16=who), HB]
    (practitioner,) = made("Practitioner", *given)
    (order,) = made("ServiceRequest", *given)

    assert practitioner["identifier"] == [
        {"system": "https://fhir.hl7.org.uk/Id/gmc-number", "value": "C7000001"}
    ]
    assert order["requester"]["display"] == "Dr Kofi Osei"
    assert order["requester"]["reference"].startswith("urn:uuid:")


@pytest.mark.parametrize("written", ["444&Hippo&Harold", "444^Hippo^Harold"])
def test_the_principal_interpreter_is_found_in_either_form(written):
    made_report = made("DiagnosticReport", PID, obr(f32=written), HB)[0]

    assert made_report["resultsInterpreter"][0]["display"] == "Harold Hippo"


@pytest.mark.parametrize(
    ("section", "category"), [("", "laboratory"), ("MB", "laboratory"), ("RAD", "imaging")]
)
def test_images_are_told_from_samples(section, category):
    found = made("Observation", PID, obr(f24=section), HB)[0]["category"]

    assert found[0]["coding"][0]["code"] == category


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("V", ["V"]),
        ("R", ["R"]),
        ("HIV", ["HIV"]),
        ("AID", ["HIV"]),
        ("PSY", ["PSY"]),
        ("ETH", ["ETH"]),
        ("VIP", ["R"]),
        ("U", []),
        ("", []),
        ("ODD", ["R"]),
    ],
)
def test_an_orders_confidentiality_labels_all_that_comes_of_it(code, label):
    given = [PID, "ORC|RE|P1|L1" + "|" * 25 + code, OBR, HB]

    for resource_type in ("ServiceRequest", "DiagnosticReport", "Observation"):
        assert codes(made(resource_type, *given)[0]) == label


def test_the_confidentiality_of_a_stay_labels_its_reports():
    given = [PID, "PV1|1|I" + "|" * 14 + "R", OBR, HB]

    assert codes(made("DiagnosticReport", *given)[0]) == ["R"]


@pytest.mark.parametrize(
    ("line", "held"),
    [
        (HB, False),
        (HB + "|||" + "|" * 12 + "SHARE", False),
        (HB + "|||" + "|" * 12 + "SHARE1DAY", False),
        (HB + "|||" + "|" * 12 + "NOSHARE", True),
        (HB + "||check", True),
    ],
)
def test_a_result_that_its_sender_holds_back_carries_the_senders_label(line, held):
    expected = ["NOPAT"] if held else []

    assert codes(result(line)) == expected
    assert codes(report(line)) == expected


@pytest.mark.parametrize(("handling", "held"), [("", []), ("F", []), ("N", ["NOPAT"])])
def test_a_report_that_a_doctor_is_to_hear_of_first_carries_the_senders_label(handling, held):
    assert codes(made("DiagnosticReport", PID, obr(f49=handling), HB)[0]) == held


def test_one_order_for_several_tests_is_a_requisition_and_no_identifier():
    order = made("ServiceRequest", PID, OBR, HB)[0]

    assert order["requisition"]["value"] == "P1"
    assert [one["value"] for one in order["identifier"]] == ["L1"]


@pytest.mark.parametrize("kind", ["MDM^T02", "ADT^A34", "ADT^A40", "ORU^W01", "SIU^S18"])
def test_other_kinds_are_not_mapped_yet(kind):
    with pytest.raises(NotMapped) as refused:
        mapping(PID, OBR, HB, kind=kind)

    assert "^".join(refused.value.kind) == kind


def test_ten_thousand_results_are_no_trouble():
    many = [HB.replace("HB^", f"C{n}^") for n in range(10_000)]

    assert len(report(*many)["result"]) == 10_000
