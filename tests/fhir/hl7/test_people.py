"""ADT: what a person and their stay become."""

from dataclasses import replace

import pytest

from fhir.hl7.messages import introduces
from tests.fhir.hl7.reading import PAS, PID, made, mapping


def pid(**fields: str) -> str:
    """Return a PID with some fields set, given as f13="…"."""
    return with_fields(PID, fields)


def pv1(**fields: str) -> str:
    usual = {
        "f2": "I",
        "f3": "W7^Bay 2^4^MILLBROOK",
        "f19": "V123^^^RMB^VN",
        "f44": "202603100900",
    }
    return with_fields("PV1|1", usual | fields)


def with_fields(segment: str, fields: dict[str, str]) -> str:
    parts = segment.split("|") + [""] * 50
    for name, value in fields.items():
        parts[int(name[1:])] = value
    return "|".join(parts)


def patient(*given: str, kind: str = "ADT^A28") -> dict:
    return made("Patient", *given, kind=kind)[0]


def encounter(*given: str, kind: str = "ADT^A01") -> dict:
    return made("Encounter", *given, kind=kind)[0]


@pytest.mark.parametrize(
    ("kind", "first"),
    [("A01", True), ("A04", True), ("A05", True), ("A28", True), ("A08", False), ("A31", False)],
)
def test_only_some_events_may_be_the_first_to_name_a_person(kind, first):
    assert introduces(("ADT", kind)) is first


def test_results_never_introduce_a_person():
    assert not introduces(("ORU", "R01"))


def test_a_person_has_their_numbers_the_nhs_number_first():
    numbers = patient(pid(f2="M1000003^^^RMB^MR"))["identifier"]

    assert [(number["system"], number["value"]) for number in numbers] == [
        ("https://fhir.nhs.uk/Id/nhs-number", "9991000003"),
        ("urn:daybook:RMB:mrn", "M1000003"),
    ]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([pid(f32="NSTS01")], "01"),
        ([pid(f32="01")], "01"),
        ([pid(f32="3")], "03"),
        ([pid(), "ZU1" + "|" * 27 + "NSTS02"], "02"),
        ([pid(f32="AL")], None),
        ([pid()], None),
    ],
)
def test_how_far_an_nhs_number_was_verified_is_kept(given, code):
    number = patient(*given)["identifier"][0]
    found = [
        extension["valueCodeableConcept"]["coding"][0]["code"]
        for extension in number.get("extension", [])
    ]

    assert found == ([code] if code else [])


@pytest.mark.parametrize(
    ("feed", "said", "needs"),
    [
        (replace(PAS, interpreter="ZPI-2"), "Y", [True]),
        (replace(PAS, interpreter="ZPI-2"), "N", [False]),
        (replace(PAS, interpreter="ZPI-2"), "", []),
        (PAS, "Y", []),
    ],
)
def test_who_needs_an_interpreter_is_read_where_the_sender_says_it(feed, said, needs):
    found = mapping(pid(f22="A"), f"ZPI|1|{said}", kind="ADT^A28", feed=feed).bundle
    extensions = found["entry"][0]["resource"]["extension"]

    assert [one["valueBoolean"] for one in extensions if "valueBoolean" in one] == needs
    assert len(extensions) == len(needs) + 1


@pytest.mark.parametrize(
    ("born", "date", "time"),
    [
        ("19670908", "1967-09-08", None),
        ("19670908000000", "1967-09-08", None),
        ("1967-09-08", "1967-09-08", None),
        ("1967-09-08 00:00:00", "1967-09-08", None),
        ("196709080310", "1967-09-08", "1967-09-08T03:10:00+01:00"),
        ("1967", "1967", None),
    ],
)
def test_a_birth_date_has_a_time_only_where_one_is_known(born, date, time):
    found = patient(pid(f7=born))

    assert found["birthDate"] == date
    assert ("_birthDate" in found) == bool(time)
    if time:
        assert found["_birthDate"]["extension"][0]["valueDateTime"] == time


@pytest.mark.parametrize(
    ("fields", "read"),
    [
        ({"f29": "20260301"}, {"deceasedDateTime": "2026-03-01"}),
        ({"f29": "20260301", "f30": "Y"}, {"deceasedDateTime": "2026-03-01"}),
        ({"f30": "Y"}, {"deceasedBoolean": True}),
        ({"f30": "N"}, {"deceasedBoolean": False}),
        ({}, {}),
    ],
)
def test_a_death(fields, read):
    found = patient(pid(**fields))

    assert {name: found[name] for name in found if name.startswith("deceased")} == read


@pytest.mark.parametrize("code", ["1", "2", "F", "M", "X", "?"])
def test_a_gender_is_always_one_of_fhirs_own(code):
    assert patient(pid(f8=code))["gender"] in {"male", "female", "other", "unknown"}


@pytest.mark.parametrize(
    ("fields", "code"), [({"f22": "J"}, "J"), ({"f10": "A"}, "A"), ({"f22": "?"}, None), ({}, None)]
)
def test_an_ethnic_category(fields, code):
    found = patient(pid(**fields)).get("extension", [])

    assert [one["valueCodeableConcept"]["coding"][0]["code"] for one in found] == (
        [code] if code else []
    )


def test_languages():
    assert patient(pid(f15="ur^Urdu"))["communication"] == [
        {
            "language": {
                "coding": [{"system": "urn:ietf:bcp:47", "code": "ur", "display": "Urdu"}]
            },
            "preferred": True,
        }
    ]
    assert patient(pid(f15="q0^Romani"))["communication"][0]["language"] == {"text": "Romani"}


def test_telephones_and_addresses():
    found = patient(
        pid(f11="14 Canal Street^^Millbrook^^MB1 4QA^^H", f13="01632 960111", f14="01632 960222")
    )

    assert [(one["use"], one["value"]) for one in found["telecom"]] == [
        ("home", "01632 960111"),
        ("work", "01632 960222"),
    ]
    assert found["address"][0]["city"] == "Millbrook"


def test_next_of_kin_are_contacts_and_no_proxies():
    kin = "NK1|1|Yusuf^Zara|CHD^Child^HL70063||07700 900113^PRS^CP"

    assert patient(PID, kin)["contact"] == [
        {
            "relationship": [
                {
                    "coding": [
                        {
                            "system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode",
                            "code": "CHILD",
                            "display": "child",
                        }
                    ],
                    "text": "Child",
                }
            ],
            "name": {"family": "Yusuf", "given": ["Zara"]},
            "telecom": [{"system": "phone", "value": "07700 900113", "use": "mobile"}],
        }
    ]
    assert not made("RelatedPerson", PID, kin, kind="ADT^A28")


def test_the_practice_is_named_and_not_held():
    assert patient(PID, "PD1|||Canal Street Surgery^^Z90001")["generalPractitioner"] == [
        {
            "type": "Organization",
            "identifier": {
                "system": "https://fhir.nhs.uk/Id/ods-organization-code",
                "value": "Z90001",
            },
            "display": "Canal Street Surgery",
        }
    ]


@pytest.mark.parametrize(
    ("segment", "hidden"),
    [
        ("ZU8||||Y", True),
        ("ZU8||||S", True),
        ("ZU8||||N", False),
        ("ZU8||||", False),
        ("PD1" + "|" * 12 + "Y", True),
        ("PD1" + "|" * 12 + "N", False),
    ],
)
def test_whereabouts_that_are_hidden_are_labelled(segment, hidden):
    found = patient(PID, segment).get("meta", {}).get("security", [])

    assert [one["code"] for one in found] == (["R"] if hidden else [])


def test_what_is_to_be_deleted_is_listed_apart_and_what_is_empty_is_not():
    found = mapping(pid(f13='""', f11='""', f16=""), kind="ADT^A31", feed=PAS)

    assert found.removed == {found.known_as: ("telecom/home", "address")}
    assert "telecom" not in found.bundle["entry"][0]["resource"]


def test_a_number_that_is_deleted_is_told_from_one_that_is_new():
    found = mapping(pid(f13='""', f14="01632 960222"), kind="ADT^A31", feed=PAS)

    assert found.removed == {found.known_as: ("telecom/home",)}
    assert [one["use"] for one in found.bundle["entry"][0]["resource"]["telecom"]] == ["work"]


@pytest.mark.parametrize(("said", "removed"), [("N", ("meta",)), ("", ()), ("Y", ())])
def test_only_who_says_so_takes_the_label_off(said, removed):
    found = mapping(PID, f"ZU8||||{said}", kind="ADT^A31", feed=PAS)

    assert found.removed.get(found.known_as, ()) == removed


@pytest.mark.parametrize(
    ("kind", "class_", "status"),
    [
        ("ADT^A01", "I", "in-progress"),
        ("ADT^A04", "O", "arrived"),
        ("ADT^A04", "E", "in-progress"),
        ("ADT^A05", "P", "planned"),
        ("ADT^A08", "I", "in-progress"),
        ("ADT^A08", "P", "planned"),
        ("ADT^A08", "", "unknown"),
    ],
)
def test_where_a_visit_stands(kind, class_, status):
    assert encounter(PID, pv1(f2=class_), kind=kind)["status"] == status


def test_a_visit_that_has_ended_is_finished():
    assert encounter(PID, pv1(f45="202603121200"), kind="ADT^A08")["status"] == "finished"


def test_a_visit_says_where_when_and_by_whom():
    found = encounter(PID, pv1(f7="C7000001^Osei^Kofi^^^Dr^^^GMC"))

    assert found["identifier"][0]["value"] == "V123"
    assert found["location"] == [
        {"location": {"display": "W7, Bay 2, 4, MILLBROOK"}, "status": "active"}
    ]
    assert found["period"] == {"start": "2026-03-10T09:00:00+00:00"}
    assert found["participant"][0]["individual"]["display"] == "Dr Kofi Osei"
    assert found["participant"][0]["type"][0]["coding"][0]["code"] == "ATND"


def test_a_place_is_named_as_people_call_it_where_the_sender_says_so():
    found = encounter(PID, pv1(f3="W7^^^RMB^^^^^Ward 7"))

    assert found["location"][0]["location"]["display"] == "Ward 7"


def test_a_visit_without_a_number_is_known_by_its_start_or_not_at_all():
    assert "identifier" not in encounter(PID, pv1(f19=""))
    assert not made("Encounter", PID, pv1(f19="", f44=""), kind="ADT^A01")


@pytest.mark.parametrize("kind", ["ADT^A28", "ADT^A31"])
def test_news_of_the_person_alone_makes_no_visit(kind):
    assert not made("Encounter", PID, pv1(), kind=kind)
    assert made("Patient", PID, pv1(), kind=kind)


def test_a_visit_under_confidence_is_labelled():
    assert encounter(PID, pv1(f16="V"))["meta"]["security"][0]["code"] == "V"
