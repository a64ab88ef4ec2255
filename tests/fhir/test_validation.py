"""What the write door takes and refuses, one mutation of a valid resource at a time."""

import copy
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir import engine, validation
from fhir.validation import Malformed, check

PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "name": [{"family": "Khan", "given": ["Amina"]}],
    "gender": "female",
    "birthDate": "1984-02-29",
}
OBSERVATION = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]},
    "subject": {"reference": "Patient/p1"},
    "effectiveDateTime": "2026-03-01T09:30:00Z",
    "valueQuantity": {
        "value": 7.2,
        "unit": "g/L",
        "system": "http://unitsofmeasure.org",
        "code": "g/L",
    },
}
XHTML = "http://www.w3.org/1999/xhtml"


def patient(**changes):
    return PATIENT | changes


def observation(**changes):
    return OBSERVATION | changes


def narrative(body, root=f'<div xmlns="{XHTML}">'):
    return patient(text={"status": "generated", "div": f"{root}{body}</div>"})


def bundle(*entries, kind="transaction"):
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def post(resource, url="urn:uuid:1", **request):
    return {
        "fullUrl": url,
        "resource": resource,
        "request": {"method": "POST", "url": resource["resourceType"]} | request,
    }


INSURANCE = {"resourceType": "Organization", "id": "org", "name": "A"}

INVALID = {
    # Names, types, cardinality
    "an unknown element": (patient(hat="blue"), "Patient.hat"),
    "an unknown type": ({"resourceType": "Hat"}, "Hat"),
    "no type": ({"id": "1"}, "Resource"),
    "an object for an array": (patient(name={"family": "Khan"}), "Patient.name"),
    "an array for a value": (patient(birthDate=["1984-02-29"]), "Patient.birthDate"),
    "a missing element": (
        {k: v for k, v in OBSERVATION.items() if k != "code"},
        "Observation.code",
    ),
    "text for a boolean": (patient(active="true"), "Patient.active"),
    "a number for a boolean": (patient(active=1), "Patient.active"),
    "text for a decimal": (
        observation(valueQuantity={"value": "7.2"}),
        "Observation.valueQuantity.value",
    ),
    "a fraction for an integer": (
        patient(multipleBirthInteger=1.5),
        "Patient.multipleBirthInteger",
    ),
    "two values of one choice": (observation(valueString="x"), "Observation.value[x]"),
    "comments": (patient(fhir_comments=["x"]), "Patient.fhir_comments[0]"),
    # Formats
    "an epoch for a date": (patient(birthDate=446860800), "Patient.birthDate"),
    "a month that is not": (patient(birthDate="1984-13-01"), "Patient.birthDate"),
    "a day that is not": (patient(birthDate="2023-02-29"), "Patient.birthDate"),
    "a day that is not, in a dateTime": (
        observation(effectiveDateTime="2024-04-31T10:00:00Z"),
        "Observation.effectiveDateTime",
    ),
    "a day that is not, in a period": (
        observation(effectiveDateTime=None, effectivePeriod={"start": "2024-02-30"}),
        "Observation.effectivePeriod.start",
    ),
    "a time without a zone": (
        observation(effectiveDateTime="2024-04-30T10:00:00"),
        "Observation.effectiveDateTime",
    ),
    "a date for an instant": (observation(issued="2024-04-30"), "Observation.issued"),
    "an id too long": (patient(id="a" * 65), "Patient.id"),
    "an id with a space": (patient(id="a b"), "Patient.id"),
    "an empty id": (patient(id=""), "Patient.id"),
    "bad base64": (
        patient(photo=[{"contentType": "image/png", "data": "%%%"}]),
        "Patient.photo[0].data",
    ),
    "a control character": (patient(name=[{"family": "Kh\x00an"}]), "Patient.name[0].family"),
    "a value beyond all measure": (
        observation(valueQuantity={"value": 1e301}),
        "Observation.valueQuantity.value",
    ),
    "a positive number that is not": (
        patient(telecom=[{"system": "phone", "value": "1", "rank": 0}]),
        "Patient.telecom[0].rank",
    ),
    # Emptiness
    "an empty object": (patient(name=[{}]), "Patient.name[0]"),
    "an empty object far below": (observation(code={"coding": [{}]}), "Observation.code.coding[0]"),
    "an empty array": (patient(name=[]), "Patient.name"),
    "an empty string": (patient(name=[{"family": ""}]), "Patient.name[0].family"),
    "null": (patient(gender=None), "Patient.gender"),
    "null in an array": (patient(name=[{"given": [None]}]), "Patient.name[0].given[0]"),
    # Codes of closed lists
    "a gender that is none": (patient(gender="f"), "Patient.gender"),
    "a status that is none": (observation(status="done"), "Observation.status"),
    "a use that is none": (patient(name=[{"use": "pet", "family": "x"}]), "Patient.name[0].use"),
    # References
    "a reference to a wrong type": (
        observation(subject={"reference": "Medication/1"}),
        "Observation.subject",
    ),
    "a reference abroad to a wrong type": (
        observation(subject={"reference": "https://example.org/fhir/Medication/1/_history/2"}),
        "Observation.subject",
    ),
    "a conditional reference to a wrong type": (
        observation(subject={"reference": "Medication?identifier=x|1"}),
        "Observation.subject",
    ),
    "a reference to nothing contained": (
        observation(subject={"reference": "#p"}),
        "Observation.subject",
    ),
    "a reference to what is contained, of a wrong type": (
        observation(
            subject={"reference": "#m"},
            contained=[{"resourceType": "Medication", "id": "m", "status": "active"}],
        ),
        "Observation.subject",
    ),
    # Invariants
    "ext-1: value and extensions": (
        patient(
            extension=[
                {"url": "u:x", "valueString": "x", "extension": [{"url": "y", "valueCode": "z"}]}
            ]
        ),
        "Patient.extension[0]",
    ),
    "ext-1: neither": (patient(extension=[{"url": "u:x"}]), "Patient.extension[0]"),
    "ext-1: beside a primitive": (
        patient(_birthDate={"extension": [{"url": "u:x"}]}),
        "Patient._birthDate.extension[0]",
    ),
    "obs-6": (observation(dataAbsentReason={"text": "lost"}), "Observation"),
    "obs-7": (
        observation(component=[{"code": OBSERVATION["code"], "valueString": "x"}]),
        "Observation",
    ),
    "obs-3": (
        observation(referenceRange=[{"age": {"low": {"value": 1}}}]),
        "Observation.referenceRange[0]",
    ),
    "per-1": (
        patient(name=[{"family": "x", "period": {"start": "2024-01-02", "end": "2024-01-01"}}]),
        "Patient.name[0].period",
    ),
    "per-1 across offsets": (
        observation(
            effectiveDateTime=None,
            effectivePeriod={"start": "2024-01-01T10:00:00Z", "end": "2024-01-01T10:30:00+01:00"},
        ),
        "Observation.effectivePeriod",
    ),
    "qty-3": (
        observation(valueQuantity={"value": 1, "code": "g/L"}),
        "Observation.valueQuantity",
    ),
    "rng-2": (
        observation(valueQuantity=None, valueRange={"low": {"value": 2}, "high": {"value": 1}}),
        "Observation.valueRange",
    ),
    "att-1": (patient(photo=[{"data": "YQ=="}]), "Patient.photo[0]"),
    "cpt-2": (patient(telecom=[{"value": "1"}]), "Patient.telecom[0]"),
    "pat-1": (patient(contact=[{"gender": "male"}]), "Patient.contact[0]"),
    "dom-2": (
        patient(
            contained=[INSURANCE | {"contained": [INSURANCE | {"id": "b"}]}],
            managingOrganization={"reference": "#org"},
        ),
        "Patient.contained[0]",
    ),
    "dom-3": (patient(contained=[INSURANCE]), "Patient.contained[0]"),
    "dom-4": (
        patient(
            contained=[INSURANCE | {"meta": {"versionId": "1"}}],
            managingOrganization={"reference": "#org"},
        ),
        "Patient.contained[0]",
    ),
    "dom-5": (
        patient(
            contained=[INSURANCE | {"meta": {"security": [{"system": "u:x", "code": "R"}]}}],
            managingOrganization={"reference": "#org"},
        ),
        "Patient.contained[0]",
    ),
    # Narrative
    "a script": (narrative("<script>alert(1)</script>"), "Patient.text.div"),
    "a handler": (narrative('<p onclick="x()">x</p>'), "Patient.text.div"),
    "a style sheet": (narrative("<style>p {}</style>"), "Patient.text.div"),
    "a link that runs": (narrative('<a href=" java\nscript:x()">x</a>'), "Patient.text.div"),
    "an image that runs": (narrative('<img src="data:text/html,x"/>'), "Patient.text.div"),
    "a style that fetches": (
        narrative('<p style="background: url(https://x.test/)">x</p>'),
        "Patient.text.div",
    ),
    "a form": (narrative('<form action="https://x.test/"><p>x</p></form>'), "Patient.text.div"),
    "markup that is not XML": (narrative("<p>x<br></p>"), "Patient.text.div"),
    "an entity of HTML": (narrative("x&nbsp;y"), "Patient.text.div"),
    "a document type": (
        narrative("&x;", f'<!DOCTYPE div [<!ENTITY x "x">]><div xmlns="{XHTML}">'),
        "Patient.text.div",
    ),
    "a root that is no div": (
        patient(text={"status": "generated", "div": f'<p xmlns="{XHTML}">x</p>'}),
        "Patient.text.div",
    ),
    "a div of no namespace": (narrative("x", "<div>"), "Patient.text.div"),
    # Bundles
    "bdl-3": (bundle({"resource": PATIENT}), "Bundle"),
    "bdl-5": (bundle({"fullUrl": "urn:uuid:1", "request": None}), "Bundle.entry[0].request"),
    "bdl-7": (bundle(post(PATIENT), post(PATIENT)), "Bundle"),
    "bdl-8": (bundle(post(PATIENT, "https://x.test/Patient/1/_history/1")), "Bundle.entry[0]"),
    "a method that is none": (
        bundle(post(PATIENT, method="STEAL")),
        "Bundle.entry[0].request.method",
    ),
    "an entry's resource": (
        bundle(post(PATIENT), post(patient(birthDate="2024-02-30"), "urn:uuid:2")),
        "Bundle.entry[1].resource.birthDate",
    ),
    "a reference within a bundle to a wrong type": (
        bundle(
            post({"resourceType": "Medication", "status": "active"}),
            post(observation(subject={"reference": "urn:uuid:1"}), "urn:uuid:2"),
        ),
        "Bundle.entry[1].resource.subject",
    ),
}


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_resource_is_refused_with_its_place(name):
    resource, path = copy.deepcopy(INVALID[name])
    # A choice that another takes the place of is left out, except where null is the point.
    for choice in ("valueQuantity", "effectiveDateTime"):
        if resource.get(choice, 1) is None:
            del resource[choice]

    with pytest.raises(Malformed) as refused:
        check(json.dumps(resource))

    assert path in {issue.path for issue in refused.value.issues}


VALID = {
    "a patient": PATIENT,
    "an observation": OBSERVATION,
    "a year": patient(birthDate="1984"),
    "a leap day": patient(birthDate="2024-02-29"),
    "a leap second": observation(effectiveDateTime="2016-12-31T23:59:60Z"),
    "a text that looks like a bad date": patient(name=[{"text": "2024-02-30"}]),
    "a value of a primitive that is absent": patient(
        extension=[
            {
                "url": "u:x",
                "_valueString": {"extension": [{"url": "u:absent", "valueCode": "unknown"}]},
            }
        ]
    ),
    "null beside an extension": patient(
        name=[
            {
                "given": [None, "A"],
                "_given": [{"extension": [{"url": "u:x", "valueCode": "unknown"}]}, None],
            }
        ]
    ),
    "an empty meta": patient(meta={}),
    "base64 in lines": patient(photo=[{"contentType": "image/png", "data": "YWJj\nYWJj"}]),
    "contained and referred to": patient(
        contained=[INSURANCE], managingOrganization={"reference": "#org"}
    ),
    "contained and referring out": patient(
        contained=[
            {
                "resourceType": "Provenance",
                "target": [{"reference": "#"}],
                "recorded": "2024-01-01T10:00:00Z",
                "agent": [{"who": {"display": "x"}}],
            }
        ]
    ),
    "a narrative": narrative('<p style="color: red">x &amp; <a href="https://x.test/">y</a></p>'),
    "an image of its own": narrative('<img src="data:image/png;base64,YQ==" alt="x"/>'),
    "a period within a day": patient(
        name=[{"family": "x", "period": {"start": "2024-01-01T10:00:00Z", "end": "2024-01-01"}}]
    ),
    "a device's reference by its identifier": observation(
        subject={"identifier": {"system": "u:x", "value": "1"}, "type": "Patient"}
    ),
    "a bundle": bundle(
        post(PATIENT), post(observation(subject={"reference": "urn:uuid:1"}), "urn:uuid:2")
    ),
    "a deletion": bundle({"request": {"method": "DELETE", "url": "Patient/1"}}),
}


@pytest.mark.parametrize("name", VALID)
def test_a_valid_resource_is_taken_as_it_is(name):
    text = json.dumps(VALID[name])

    checked = check(text)

    assert checked.resource == json.loads(text, parse_float=Decimal)
    assert checked.text == text


RAW = {
    "nothing": ("", "not JSON"),
    "half a resource": ('{"resourceType": "Patient"', "not JSON"),
    "two resources": ('{"resourceType": "Patient"} {}', "not JSON"),
    "an array": ("[]", "resourceType"),
    "a number that is none": ('{"resourceType": "Patient", "x": NaN}', "not JSON"),
    "an infinity": ('{"resourceType": "Patient", "x": -Infinity}', "not JSON"),
    "bytes that are not UTF-8": (
        b'{"resourceType": "Patient", "id": "\xff"}',
        "not UTF-8 at byte",
    ),
    "half a surrogate pair": ('{"resourceType": "Patient", "id": "\ud800"}', "half a character"),
    "half a surrogate pair, escaped": (
        r'{"resourceType": "Patient", "name": [{"text": "\ud800"}]}',
        "surrogate",
    ),
    "a key twice": (
        '{"resourceType": "Patient", "active": true, "active": false}',
        "more than once",
    ),
    "a key twice, once escaped": (
        r'{"resourceType": "Patient", "active": true, "\u0061ctive": false}',
        "more than once",
    ),
    "too deep": ('{"resourceType":"Patient","extension":' + "[" * 70 + "]" * 70 + "}", "deeper"),
    "far too deep": ("[" * 100_000, "deeper"),
    "too deep, behind strings": (
        '{"resourceType":"Patient","id":"]]]}}}\\"","x":' + '{"a":[' * 40 + "]}" * 40 + "}",
        "deeper",
    ),
}


@pytest.mark.parametrize("name", RAW)
@pytest.mark.parametrize("by", [engine.chosen(), engine.library], ids=["fhirkit", "library"])
def test_what_is_not_even_json_is_refused_by_either_engine(name, by):
    text, says = RAW[name]

    with pytest.raises(Malformed) as refused:
        check(text, by)

    assert by is engine.library or any(says in issue.message for issue in refused.value.issues)


def test_a_byte_order_mark_is_let_pass():
    assert check(b"\xef\xbb\xbf" + json.dumps(PATIENT).encode()).resource == PATIENT


def test_sixty_levels_are_enough():
    assert not validation._is_too_deep(b"[" * 60 + b"]" * 60)
    assert validation._is_too_deep(b"[" * 61 + b"]" * 61)


@given(st.recursive(st.text('[]{}"\\a', max_size=5), lambda inner: st.lists(inner, max_size=3)))
def test_depth_is_that_of_the_brackets_outside_strings(value):
    def depth(item):
        return 1 + max(map(depth, item), default=0) if isinstance(item, list) else 0

    wrapped = f"{'[' * 58}{json.dumps(value)}{']' * 58}".encode()

    assert validation._is_too_deep(wrapped) is (depth(value) > 2)


def test_a_resource_too_big_is_refused(monkeypatch):
    monkeypatch.setattr(validation, "MAX_RESOURCE", 150)
    long = patient(name=[{"family": "x" * 200}])

    with pytest.raises(Malformed) as refused:
        check(json.dumps(bundle(post(PATIENT), post(long, "urn:uuid:2"))))

    assert [(issue.code, issue.path) for issue in refused.value.issues] == [
        ("too-long", "Bundle.entry[1].resource")
    ]


def test_a_bundle_too_big_is_refused_unread(monkeypatch):
    monkeypatch.setattr(validation, "MAX_BUNDLE", 20)

    with pytest.raises(Malformed) as refused:
        check(b"\xff" * 21)

    assert refused.value.issues[0].code == "too-long"


def test_remarks_do_not_refuse():
    checked = check(json.dumps(narrative("<p> </p>")))

    assert [(issue.severity, issue.path) for issue in checked.issues] == [
        ("warning", "Patient.text.div")
    ]


# What the models of the library let pass (each also costs 15 times as much to find out).
LAXER = {
    "an epoch for a date",
    "null in an array",
    "text for a decimal",
    "bad base64",
    "a number for a boolean",
    "text for a boolean",
}


@pytest.mark.parametrize("name", INVALID)
def test_the_other_engine_lets_nothing_through_but_this(name):
    resource, _ = copy.deepcopy(INVALID[name])
    for choice in ("valueQuantity", "effectiveDateTime"):
        if resource.get(choice, 1) is None:
            del resource[choice]

    try:
        check(json.dumps(resource), engine.library)
    except Malformed:
        return
    assert name in LAXER


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ["reference", "value", "start", "url", "coding", "div", "id", "resourceType"]
            ),
            inner,
            max_size=2,
        )
    ),
    max_leaves=4,
)


@given(
    st.sampled_from([PATIENT, OBSERVATION, VALID["a bundle"], VALID["contained and referred to"]]),
    st.data(),
)
def test_no_damage_to_a_resource_breaks_the_check(resource, data):
    damaged = copy.deepcopy(resource)
    target = damaged
    for _ in range(data.draw(st.integers(0, 4))):
        children = [v for v in _values(target) if isinstance(v, dict | list) and v]
        if children:
            target = data.draw(st.sampled_from(children))
    keys = list(target) if isinstance(target, dict) else list(range(len(target)))
    target[data.draw(st.sampled_from(keys))] = data.draw(JSON)

    for by in (engine.chosen(), engine.library):
        try:
            check(json.dumps(damaged), by)
        except Malformed as refused:
            said = {issue.message for issue in refused.issues}
            assert said
            assert by is engine.library or said != {validation.UNREADABLE}


def _values(value):
    return value.values() if isinstance(value, dict) else value
