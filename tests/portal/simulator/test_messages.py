import json
import re

import hl7
import pytest

from fhir.hl7.feeds import FeedSettings
from fhir.hl7.message import Message
from fhir.hl7.messages import mapped
from fhir.validation import check
from portal.simulator import bundles, cast
from portal.simulator.events import Visit
from portal.simulator.hospital import NAIR
from portal.simulator.messages import (
    attended,
    first_told,
    registered,
    reported,
    told,
    updated,
)
from portal.simulator.segments import said


def read(sent):
    return hl7.parse(sent.decode())


def test_every_message_is_read_by_another_reader(histories):
    count = 0
    for history in histories.values():
        for sent in (first_told(history), *told(history)):
            message = read(sent)
            assert str(message["MSH"][0][12]) == "2.4"
            assert str(message["MSH"][0][11]) == "P"
            assert str(message["PID"][0][3][0][0]) == history.person.nhs_number
            count += 1
    assert count > 1000


def test_the_same_history_is_told_in_the_same_bytes(amina):
    assert told(amina) == told(amina)


def test_no_two_messages_share_a_control_id(histories):
    ids = [
        sent.split(b"|")[9]
        for history in histories.values()
        for sent in (first_told(history), *told(history))
    ]

    assert len(ids) == len(set(ids))


def test_messages_are_told_in_the_order_of_their_times(histories):
    for history in histories.values():
        times = [sent.split(b"|")[6] for sent in (first_told(history), *told(history))]
        assert times == sorted(times)


def test_a_person_is_registered_by_the_patient_administration_system(now):
    message = read(registered(cast.AMINA, now))

    assert str(message["MSH"][0]).startswith("MSH|^~\\&|MILLPAS|RMB|DAYBOOK|RMB|20260312084100||")
    assert str(message["MSH"][0][9]) == "ADT^A28^ADT_A05"
    pid = message["PID"][0]
    assert str(pid[3]) == "9991000003^^^NHS^NH~M1000003^^^RMB^MR"
    assert str(pid[5]) == "Yusuf^Amina^^^Mrs^^L"
    assert str(pid[32]) == "NSTS01"
    assert str(message["PD1"][0][3]) == "Canal Street Surgery^^Z90001"


def test_a_change_of_a_person_is_another_event(now):
    assert str(read(updated(cast.BEN, now))["MSH"][0][9]) == "ADT^A31^ADT_A05"


@pytest.mark.parametrize(
    ("kind", "event", "letter"),
    [("stay", "A01", "I"), ("outpatient", "A04", "O"), ("emergency", "A04", "E")],
)
def test_a_visit_is_an_admission_or_an_attendance(now, kind, event, letter):
    visit = Visit("V1", kind, "respiratory", "WARD7", NAIR, "", now, None)

    message = read(attended(cast.AMINA, visit))

    assert str(message["EVN"][0][1]) == event
    assert str(message["PV1"][0][2]) == letter
    assert str(message["PV1"][0][3]) == "WARD7^^^RMB^^^^^Ward 7"
    assert str(message["PV1"][0][7]) == "C9000011^Nair^Priya^^^Dr^^^GMC"


def test_a_report_says_who_asked_when_and_under_which_number(amina):
    report = next(one for one in reversed(amina.reports) if one.code.key == "FBC")

    obr = read(reported(amina.person, report))["OBR"][0]

    assert str(obr[3]) == f"{report.number}^WINPATH"
    assert str(obr[4]) == "58410-2^Full blood count^LN^FBC^Full blood count^WINPATH"
    assert str(obr[7]) == "20260310091500"
    assert str(obr[16]) == "C9000011^Nair^Priya^^^Dr^^^GMC"
    assert (str(obr[24]), str(obr[25])) == ("HM", "F")


def test_results_carry_range_flag_and_unit(amina):
    report = next(one for one in reversed(amina.reports) if one.code.key == "FBC")

    lines = read(reported(amina.person, report))["OBX"]

    assert str(lines[0]) == (
        "OBX|1|NM|718-7^Haemoglobin^LN^HB^Haemoglobin^WINPATH||112|g/L^g/L^UCUM|115 - 165|L"
        "|||F|||20260310091500"
    )
    assert [str(line[11]) for line in lines] == ["F"] * 8
    assert (str(lines[7][2]), str(lines[7][5])) == ("SN", "<^0.1")


def test_a_correction_is_the_whole_report_again(amina):
    [correction] = amina.corrections

    message = read(reported(amina.person, correction))

    assert str(message["OBR"][0][25]) == "C"
    assert [str(line[11]) for line in message["OBX"]] == list("FFFFCFFF")
    assert "wrong way round" in str(message["NTE"][0])


def test_what_separates_is_escaped():
    assert said("A|B^C~D&E\\F", "") == "A\\F\\B\\S\\C\\R\\D\\T\\E\\E\\F"


def read_by_us(sent):
    return mapped(Message.read(sent), FeedSettings("a feed", "RMB"))


def test_every_kind_of_message_becomes_a_valid_bundle(histories):
    for history in [*histories.values()][:12]:
        for sent in (first_told(history), *told(history)):
            found = read_by_us(sent)
            text = json.dumps(found.bundle, default=lambda number: float(number.sent))
            assert check(text).issues == []
            assert found.warnings == ()
            assert found.person.nhs_number == history.person.nhs_number


def test_every_number_arrives_as_it_was_printed(amina):
    for report in (*amina.reports, *amina.corrections):
        bundle = read_by_us(reported(amina.person, report)).bundle
        found = [
            one["resource"]["valueQuantity"]
            for one in bundle["entry"]
            if "valueQuantity" in one["resource"]
        ]
        assert [(one.get("comparator", ""), one["value"].sent, one["unit"]) for one in found] == [
            (one.comparator, one.value, one.test.unit) for one in report.results
        ]


def test_who_asked_and_who_reported_are_those_of_the_staff_bundle(histories):
    known = {
        identifier["value"]: identifier["system"]
        for entry in bundles.staff()["entry"]
        if entry["resource"]["resourceType"] == "Practitioner"
        for identifier in entry["resource"]["identifier"]
    }
    for report in histories["ben"].reports:
        for entry in read_by_us(reported(histories["ben"].person, report)).bundle["entry"]:
            if entry["resource"]["resourceType"] == "Practitioner":
                [identifier] = entry["resource"]["identifier"]
                assert known[identifier["value"]] == identifier["system"]


def test_no_identifier_could_be_a_real_persons(histories):
    for history in histories.values():
        for sent in (first_told(history), *told(history)):
            text = re.sub(r"\^Base64\^[^|\r]*", "", sent.decode())
            tens = set(re.findall(r"(?<!\d)\d{10}(?!\d)", text))
            assert tens == {history.person.nhs_number}
