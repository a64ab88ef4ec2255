"""What changed in somebody's medicines when they last left hospital."""

import json

import pytest

from fhir.intake import accept
from fhir.labels import Label
from fhir.validation import check
from tests import samples
from tests.builders import NHS, a_bundle, a_patient, labelled
from tests.fhir.test_intake import PAS
from tests.portal.pages import main
from tests.portal.record.test_sections import queries
from tests.portal.record.things import a_medicine, an_example_of

MEDICINES = "/record/medicines/"
HEADING = "When you last left hospital"
DISCHARGE = [{"coding": [{"code": "discharge"}]}]
DAY = "2025-12-11"


@pytest.fixture
def prescribed(hospital, amina_yusuf):
    def prescribe(title, how, *, instead_of=None, status="active", on=DAY, **more):
        if instead_of:
            more["priorPrescription"] = {"reference": f"MedicationRequest/{instead_of}"}
        made = a_medicine(amina_yusuf, title, status, on, how, category=DISCHARGE, **more)
        return hospital.create(made).id

    return prescribe


def of_discharge(browser):
    return main(browser.get(MEDICINES)).partition(HEADING)[2].partition("Do not stop")[0]


def test_nothing_stands_there_where_nothing_says_so(her_browser, hospital, amina_yusuf):
    hospital.create(a_medicine(amina_yusuf))

    assert HEADING not in main(her_browser.get(MEDICINES))


def test_what_was_changed_says_how_it_was_and_why(her_browser, hospital, amina_yusuf, prescribed):
    old = hospital.create(a_medicine(amina_yusuf, "Carbocisteine", how="1 capsule a day")).id
    why = {"text": "More mucus this winter"}
    prescribed("Carbocisteine", "2 capsules a day", instead_of=old, statusReason=why)

    assert of_discharge(her_browser) == (
        " Written down 11 December 2025. Something may have changed since then."
        " Carbocisteine Changed. 2 capsules a day. It was: 1 capsule a day."
        " Reason: More mucus this winter "
    )


def test_what_was_stopped_left_or_given_says_so_and_no_more(
    her_browser, hospital, amina_yusuf, prescribed
):
    old = hospital.create(a_medicine(amina_yusuf, "Tiotropium", how="1 a day")).id
    prescribed("Tiotropium", "1 a day", instead_of=old)
    prescribed("Ramipril", "1 a day", status="stopped", statusReason={"text": "A dry cough"})
    prescribed("Paracetamol", "2 when needed")

    said = of_discharge(her_browser)

    assert "Ramipril Stopped. Reason: A dry cough" in said
    assert "Paracetamol Given to take home. 2 when needed." in said
    assert "Tiotropium No change. 1 a day." in said
    assert "It was" not in said


def test_an_earlier_discharge_is_no_part_of_the_last(her_browser, prescribed):
    prescribed("Amoxicillin", "3 a day", on="2019-01-01")
    prescribed("Paracetamol", "2 when needed")

    assert "Amoxicillin" not in of_discharge(her_browser)


def test_a_prescription_that_may_not_be_seen_tells_nothing_of_what_was(
    her_browser, hospital, amina_yusuf, prescribed
):
    old = hospital.create(a_medicine(amina_yusuf, "Tiotropium", how="1 a day")).id
    prescribed("Tiotropium", "2 a day", instead_of=old)
    hospital.relabel("MedicationRequest", old, add=Label.UNKNOWN)

    assert "It was" not in of_discharge(her_browser)


HEADINGS = {
    "code": {"coding": [{"system": "http://loinc.org", "code": "10183-2"}]},
    "title": "Medicines",
}
SUMMARY = {"coding": [{"system": "http://snomed.info/sct", "code": "373942005"}]}
CHANGE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-MedicationChangeSummary"


@pytest.fixture
def taken(hospital, amina_yusuf):
    """Give a function that writes down what she takes, and returns its "Type/id"."""

    def take(title, status="active", how="1 a day", **more):
        made = an_example_of("MedicationStatement", amina_yusuf) | {
            "status": status,
            "medicationCodeableConcept": {"text": title},
            "dosage": [{"text": how}],
        }
        return f"MedicationStatement/{hospital.create(made | more).id}"

    return take


@pytest.fixture
def goes_home(hospital, amina_yusuf):
    """Give a function that writes a discharge summary which names these."""

    def write(*named, on=DAY, heading=HEADINGS, codes=(), **more):
        section = {**heading, "entry": [{"reference": one} for one in named]}
        letter = an_example_of("Composition", amina_yusuf) | {
            "type": SUMMARY,
            "date": on,
            "section": [{"title": "All", "section": [section]}],
        }
        letter |= more
        return hospital.create(labelled(letter, *codes) if codes else letter).id

    return write


def a_list(*entries, **more):
    items = [
        {"item": {"reference": name}} | ({"flag": {"text": flag}} if flag else {})
        for name, flag in entries
    ]
    return {"resourceType": "List", "status": "current", "mode": "snapshot", "entry": items} | more


def of_amina(key, found):
    return found | {"subject": {"reference": f"Patient/{key}"}}


def test_what_a_list_in_the_letter_flags_is_said_in_its_words(
    her_browser, hospital, amina_yusuf, taken, goes_home
):
    flagged = [
        (taken("Ramipril", how="2 a day"), "Started"),
        (taken("Tiotropium"), "amended"),
        (taken("Aspirin", "stopped"), "Ceased"),
        (taken("Metformin", "on-hold"), "Suspended"),
        (taken("Salbutamol"), "Continued"),
        (taken("Codeine"), ""),
        (taken("Iron"), "a word of our own"),
    ]
    made = hospital.create(of_amina(amina_yusuf, a_list(*flagged))).id
    letter = goes_home(f"List/{made}")

    said = of_discharge(her_browser)

    assert " Written down 11 December 2025." in said
    for one in (
        "Ramipril Started. 2 a day.",
        "Tiotropium Changed. 1 a day.",
        "Aspirin Stopped. ",
        "Metformin Paused. ",
        "Codeine Named in the letter. 1 a day.",
        "Iron Named in the letter. 1 a day.",
        "Salbutamol No change. 1 a day.",
    ):
        assert one in said
    assert f'/record/letters/composition/{letter}/"' in her_browser.get(MEDICINES).content.decode()


def test_a_list_inside_the_letter_and_an_entry_struck_off_it_are_read(
    her_browser, taken, goes_home
):
    inside = a_list((taken("Ramipril"), "Started"), (taken("Aspirin", "completed"), ""), id="l")
    inside["entry"][1]["deleted"] = True
    goes_home("#l", contained=[inside])

    said = of_discharge(her_browser)

    assert "Ramipril Started. 1 a day." in said
    assert "Aspirin Stopped." in said


def test_what_a_medicine_says_of_its_own_change_is_believed(her_browser, taken, goes_home):
    change = [
        {"url": "status", "valueCoding": {"code": "amended"}},
        {"url": "indicationForChange", "valueCodeableConcept": {"text": "Too large to swallow"}},
    ]
    goes_home(taken("Aspirin", extension=[{"url": CHANGE, "extension": change}]))

    assert "Aspirin Changed. 1 a day. Reason: Too large to swallow" in of_discharge(her_browser)


def test_what_does_not_fit_how_a_medicine_stands_now_says_so(
    her_browser, hospital, amina_yusuf, taken, goes_home
):
    flagged = [(taken("Ramipril", "stopped"), "started"), (taken("Aspirin"), "stopped")]
    goes_home(f"List/{hospital.create(of_amina(amina_yusuf, a_list(*flagged))).id}")

    said = of_discharge(her_browser)

    assert "Ramipril Started. Your record now says “Stopped”. " in said
    assert "Aspirin Stopped. Your record now says “Taking now”. Ask your team which is" in said
    assert "1 a day" not in said


def test_what_was_taken_on_arrival_is_not_what_changed(her_browser, taken, goes_home):
    on_admission = {"code": {"coding": [{"system": "http://loinc.org", "code": "42346-7"}]}}
    goes_home(taken("Ramipril"), heading=on_admission)

    assert HEADING not in main(her_browser.get(MEDICINES))


def test_a_letter_that_may_not_be_seen_tells_nothing(her_browser, taken, goes_home):
    goes_home(taken("Ramipril"), codes=["NOPAT"])

    assert HEADING not in main(her_browser.get(MEDICINES))


def test_a_list_or_a_medicine_that_may_not_be_seen_is_left_out(
    her_browser, hospital, amina_yusuf, taken, goes_home
):
    hidden = taken("Methadone")
    hospital.relabel(*hidden.split("/"), add=Label.UNKNOWN)
    withheld = labelled(of_amina(amina_yusuf, a_list((taken("Aspirin"), "stopped"))), "NOPAT")
    goes_home(hidden, f"List/{hospital.create(withheld).id}", taken("Ramipril"))

    said = of_discharge(her_browser)

    assert "Ramipril Named in the letter." in said
    assert "Methadone" not in said
    assert "Aspirin" not in said


def test_another_persons_list_is_not_read(her_browser, hospital, taken, goes_home):
    ben = hospital.create(a_patient("9991000011", given="Ben")).id
    theirs = hospital.create(of_amina(ben, a_list((taken("Ramipril"), "stopped")))).id
    goes_home(f"List/{theirs}")

    assert HEADING not in main(her_browser.get(MEDICINES))


def test_of_two_discharges_the_later_one_is_told(her_browser, prescribed, taken, goes_home):
    goes_home(taken("Ramipril"), on="2024-01-01")
    prescribed("Paracetamol", "2 when needed")
    assert "Ramipril" not in of_discharge(her_browser)

    goes_home(taken("Tiotropium"), on="2026-01-05")

    said = of_discharge(her_browser)
    assert "Tiotropium" in said
    assert "Paracetamol" not in said


def test_what_was_given_at_that_discharge_stands_beside_what_the_letter_names_once(
    her_browser, prescribed, taken, goes_home
):
    goes_home(taken("Tiotropium"))
    prescribed("Tiotropium", "1 a day")
    prescribed("Paracetamol", "2 when needed")

    said = of_discharge(her_browser)

    assert "Paracetamol Given to take home." in said
    assert said.count("Tiotropium") == 1


def test_a_long_letter_asks_the_database_no_more_than_a_short_one(
    her_browser, hospital, amina_yusuf, taken, goes_home
):
    def asked(count, on):
        flagged = [(taken(f"Medicine {one}"), "started") for one in range(count)]
        made = hospital.create(of_amina(amina_yusuf, a_list(*flagged))).id
        goes_home(f"List/{made}", on=on)
        her_browser.post("/record/seen/")
        return queries(her_browser, MEDICINES)

    assert asked(2, "2026-01-05") == asked(40, "2026-01-06")


def filed(hospital, amina_yusuf, entries):
    """File published resources as Amina's, released."""
    patient = hospital.read("Patient", amina_yusuf).json
    number = {"system": NHS, "value": "9991000003"}
    bundle = a_bundle()
    for url, sent in entries:
        is_hers = sent["resourceType"] == "Patient"
        hers = patient | {"identifier": [number], "id": sent.get("id")}
        resource = hers if is_hers else sent
        bundle["entry"].append(
            {
                "fullUrl": url,
                "resource": resource,
                "request": {"method": "POST", "url": resource["resourceType"]},
            }
        )
    for one in accept(check(json.dumps(bundle)).entries(), PAS):
        hospital.relabel(one.resource_type, one.draft.logical_id, remove=Label.NOPAT)


@samples.needs("hl7-r4-examples")
def test_a_published_discharge_document_names_its_medicines_and_claims_no_more(
    her_browser, hospital, amina_yusuf
):
    document = json.loads(samples.content(samples.FOLDER / "hl7-r4-examples/Bundle-father.json"))
    filed(
        hospital,
        amina_yusuf,
        [(one["fullUrl"], one["resource"]) for one in document["entry"]],
    )

    said = of_discharge(her_browser)

    assert "Theophylline 200mg Named in the letter. " in said
    # It is "active", and its own text says that it was discontinued: nothing is claimed of it.
    assert "Ventolin Inhaler Named in the letter. " in said


@samples.needs("uk-core-examples-r4")
def test_a_published_discharge_summary_of_uk_core_names_its_medicine(
    her_browser, hospital, amina_yusuf
):
    def example(name):
        path = samples.FOLDER / f"uk-core-examples-r4/json/UKCore-{name}-Example.json"
        return json.loads(samples.content(path))

    letter = example("Composition-Discharge")
    medicine = example("MedicationStatement-Amoxicillin")
    person = letter["subject"]["reference"]
    medicine["subject"] = {"reference": person}
    name = "medications-and-medical-devices"
    (named,) = [
        one["entry"][0]["reference"]
        for one in letter["section"]
        if one["code"]["coding"][0]["code"] == name
    ]
    filed(
        hospital,
        amina_yusuf,
        [
            (person, {"resourceType": "Patient", "id": "p"}),
            (named, medicine),
            (letter["id"], letter),
        ],
    )

    assert "Amoxicillin 250mg capsules Named in the letter. 2 capsules 4 times a day" in (
        of_discharge(her_browser)
    )
