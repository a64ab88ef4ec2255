from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nhs_number import is_valid

from fhir.hl7 import datatypes, parties
from fhir.hl7.datatypes import Coded, cwe, cx, nhs_digits
from fhir.hl7.feeds import FeedSettings
from fhir.hl7.message import Unreadable
from fhir.hl7.times import HERE, moment
from tests.fhir.hl7.reading import WINPATH, one


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026", "2026"),
        ("202603", "2026-03"),
        ("20260310", "2026-03-10"),
        ("2026031008", "2026-03-10T08:00:00+00:00"),
        ("202603100810", "2026-03-10T08:10:00+00:00"),
        ("20260710081005", "2026-07-10T08:10:05+01:00"),
        ("20260710081005.25", "2026-07-10T08:10:05.25+01:00"),
        ("20260710081005-0500", "2026-07-10T08:10:05-05:00"),
        ("20260710081005.2500+1400", "2026-07-10T08:10:05.2500+14:00"),
        ("20260710081005Z", "2026-07-10T08:10:05+00:00"),
        ("2026-07-10 08:10:05", "2026-07-10T08:10:05+01:00"),
        ("2026-07-10T08:10:05+01:00", "2026-07-10T08:10:05+01:00"),
        ("2026-07-10", "2026-07-10"),
        ("2026-07", "2026-07"),
        ("202610250130", "2026-10-25T01:30:00+01:00"),
        ("19710101", "1971-01-01"),
        ("09990101", "0999-01-01"),
    ],
)
def test_a_time_is_as_precise_as_it_came_and_london_where_it_does_not_say(written, meant):
    assert moment(written, "OBR-7").date_time() == meant


@pytest.mark.parametrize("written", ["", "0000", "00000000", "00000000000000", "  "])
def test_zeros_alone_are_no_date(written):
    assert moment(written, "PID-7") is None


@pytest.mark.parametrize(
    "written",
    ["20260230", "202613", "2026031024", "yesterday", "20260310+1500", "2026031", "1/3/26"],
)
def test_what_is_no_date_is_refused_with_its_place(written):
    with pytest.raises(Unreadable) as refused:
        moment(written, "OBX[3]-14")

    assert refused.value.place == "OBX[3]-14"
    assert written not in str(refused.value)


def test_an_instant_is_never_made_of_a_mere_day():
    assert moment("20260310", "OBR-22").instant() is None
    assert moment("202603101400", "OBR-22").instant() == "2026-03-10T14:00:00+00:00"


@given(st.datetimes(timezones=st.just(HERE)).filter(lambda at: at.year > 1900))
def test_local_times_are_read_as_london_shows_them(at):
    read = moment(f"{at:%Y%m%d%H%M%S}", "OBR-7").at

    assert read.replace(tzinfo=None) == at.replace(tzinfo=None, microsecond=0, fold=0)
    assert read.utcoffset() in {timedelta(0), timedelta(hours=1), timedelta(hours=2)}


def test_a_code_keeps_its_system_its_alternative_and_its_text():
    read = cwe(one("1^Haemoglobin^WINPATH^718-7^Hb^LN^7^2.7^Hb (blood)"), WINPATH)

    assert read == {
        "coding": [
            {
                "system": "urn:daybook:RMB:codes:WINPATH",
                "version": "7",
                "code": "1",
                "display": "Haemoglobin",
            },
            {"system": "http://loinc.org", "version": "2.7", "code": "718-7", "display": "Hb"},
        ],
        "text": "Hb (blood)",
    }


@pytest.mark.parametrize(
    ("name", "code", "system"),
    [
        ("LN", "718-7", "http://loinc.org"),
        ("LN", "FBC", "urn:daybook:RMB:codes:LN"),
        ("SCT", "1022431000000105", "http://snomed.info/sct"),
        ("SCT", "HB", "urn:daybook:RMB:codes:SCT"),
        ("HL70078", "H", "http://terminology.hl7.org/CodeSystem/v2-0078"),
        ("", "FBC", "urn:daybook:RMB:codes:winpath"),
        ("Win Path", "FBC", "urn:daybook:RMB:codes:Win%20Path"),
    ],
)
def test_a_system_is_believed_only_where_the_code_looks_like_its_own(name, code, system):
    assert datatypes.code_system(name, code, WINPATH) == system


def test_a_name_without_a_code_is_text():
    assert cwe(one("^Ankle, left"), WINPATH) == {"text": "Ankle, left"}
    assert cwe(one(""), WINPATH) is None


def test_an_ampersand_that_was_not_escaped_does_not_cut_a_name():
    assert cwe(one("CP^Calcium & phosphate"), WINPATH)["coding"][0]["display"] == (
        "Calcium & phosphate"
    )


def test_a_code_that_the_table_lacks_stays_the_senders():
    read = Coded("urn:x", {"M": ("M", "Married")})

    assert read(one("M"), WINPATH)["coding"][0]["system"] == "urn:x"
    assert read(one("Q"), WINPATH)["coding"][0]["system"] == "urn:daybook:RMB:codes:winpath"


@pytest.mark.parametrize("written", ["9991000003^^^NHS^NH", "999 100 0003^^^NHSNBR^NHSNMBR"])
def test_an_nhs_number_is_known_by_its_authority_or_type(written):
    assert cx(one(written), WINPATH) == {
        "system": "https://fhir.nhs.uk/Id/nhs-number",
        "value": "9991000003",
    }


@pytest.mark.parametrize("written", ["9991000004^^^NHS^NH", "0000000000^^^NHS", "999100000^^^NHS"])
def test_what_cannot_be_an_nhs_number_is_left_out(written):
    assert cx(one(written), WINPATH) is None


def test_a_hospital_number_has_its_type_and_who_assigned_it():
    assert cx(one("M1000003^^^RMB^MR^^20200101"), WINPATH) == {
        "type": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/v2-0203",
                    "code": "MR",
                    "display": "Medical record number",
                }
            ]
        },
        "system": "urn:daybook:RMB:mrn",
        "value": "M1000003",
        "period": {"start": "2020-01-01"},
        "assigner": {
            "identifier": {
                "system": "https://fhir.nhs.uk/Id/ods-organization-code",
                "value": "RMB",
            }
        },
    }


def test_two_sites_that_number_for_themselves_never_share_a_number():
    north, south = (cx(one(f"7^^^{site} SITE^MR"), WINPATH) for site in ("NORTH", "SOUTH"))

    assert north["system"] != south["system"]


def test_a_number_that_says_nothing_of_itself_is_left_out():
    assert cx(one("10006579"), WINPATH) is None


def test_a_feed_may_say_whose_numbers_it_sends():
    feed = FeedSettings("pas", "RMB", identifiers={"PIMS": "https://millbrook.example/pims"})

    assert cx(one("7^^^PIMS"), feed)["system"] == "https://millbrook.example/pims"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (
            "Yusuf^Amina^Noor Bibi^^Mrs^^L",
            {
                "use": "official",
                "family": "Yusuf",
                "given": ["Amina", "Noor", "Bibi"],
                "prefix": ["Mrs"],
            },
        ),
        ("Ali^Mina^^^^^PREVIOUS-MAIDEN", {"use": "maiden", "family": "Ali", "given": ["Mina"]}),
        ("Okafor&van&Okafor^Tom^^Jr", {"family": "Okafor", "given": ["Tom"], "suffix": ["Jr"]}),
        ("^^^^", None),
    ],
)
def test_a_name(written, read):
    assert parties.xpn(one(written), WINPATH) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (
            "14 Canal Street^Flat 2^Millbrook^^MB1 4QA^GBR^H",
            {
                "use": "home",
                "line": ["14 Canal Street", "Flat 2"],
                "city": "Millbrook",
                "postalCode": "MB1 4QA",
                "country": "GBR",
            },
        ),
        (
            "14&Canal Street&14^^Millbrook^Millshire^MB1 4QA^^M",
            {
                "type": "postal",
                "line": ["14"],
                "city": "Millbrook",
                "state": "Millshire",
                "postalCode": "MB1 4QA",
            },
        ),
        ("^^^^^^H", None),
    ],
)
def test_an_address(written, read):
    assert parties.xad(one(written), WINPATH) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("01632 960111^PRN^PH", {"system": "phone", "value": "01632 960111", "use": "home"}),
        ("07700 900112^PRS^CP", {"system": "phone", "value": "07700 900112", "use": "mobile"}),
        ("01632 960111^HOME", {"system": "phone", "value": "01632 960111", "use": "home"}),
        ("01632 960111", {"system": "phone", "value": "01632 960111", "use": "work"}),
        (
            "^NET^Internet^a@example.org",
            {"system": "email", "value": "a@example.org", "use": "work"},
        ),
        ("a@example.org", {"system": "email", "value": "a@example.org", "use": "work"}),
        (
            "^WPN^PH^^44^1632^960111^9",
            {"system": "phone", "value": "+44 1632 960111 x9", "use": "work"},
        ),
        ("^PRN^PH", None),
    ],
)
def test_a_telephone_or_address_on_the_net(written, read):
    assert parties.Telecom("work")(one(written), WINPATH) == read


@pytest.mark.parametrize(
    ("written", "system"),
    [
        ("C7000001^Osei^Kofi^^^Dr^^^GMC", "https://fhir.hl7.org.uk/Id/gmc-number"),
        ("C7000001^Osei^Kofi^^^Dr^^^^^^^GMC", "https://fhir.hl7.org.uk/Id/gmc-number"),
        ("C001^Osei^Kofi^^^Dr^^^DRNBR", "urn:daybook:RMB:staff:DRNBR"),
        ("C001^Osei^Kofi^^^Dr", "urn:daybook:RMB:staff"),
    ],
)
def test_a_practitioner_is_known_by_a_number_and_who_gave_it(written, system):
    read = parties.xcn(one(written), WINPATH)

    assert read["identifier"][0]["system"] == system
    assert parties.spoken(read["name"][0]) == "Dr Kofi Osei"


def test_somebody_without_a_number_is_only_named():
    assert parties.xcn(one("^Osei^Kofi^^^Dr"), WINPATH) is None
    assert parties.named(one("^Osei^Kofi^^^Dr"), WINPATH) == "Dr Kofi Osei"


@pytest.mark.parametrize(
    ("written", "identifier"),
    [
        ("Canal Street Surgery^^Z90001", "https://fhir.nhs.uk/Id/ods-organization-code"),
        ("Canal Street Surgery^^12345", "urn:daybook:RMB:organisations"),
        ("Canal Street Surgery^^^^^^^^^Z90001", "https://fhir.nhs.uk/Id/ods-organization-code"),
    ],
)
def test_a_practice_is_named_by_its_ods_code(written, identifier):
    read = parties.xon(one(written), WINPATH)

    assert (read["display"], read["identifier"]["system"]) == ("Canal Street Surgery", identifier)


def test_control_characters_do_not_reach_the_record():
    assert datatypes.st(one("a\\X00\\b\\X07\\c\\.br\\d"), WINPATH) == "abc\nd"


@given(st.integers(0, 9_999_999_999).map("{:010}".format))
@example("0000000000")
@example("3212121234")
def test_digits_are_an_nhs_number_exactly_if_the_nhs_number_package_says_so(digits):
    last = [digits[:-1] + str(n) for n in range(10)]

    assert [bool(nhs_digits(one)) for one in last] == [
        is_valid(one) and one != "0000000000" for one in last
    ]
