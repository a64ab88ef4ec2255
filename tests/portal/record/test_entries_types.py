"""What each type says: names, states, doses and the like, each in a person's words."""

import pytest

from fhir.labels import Label
from fhir.validation import check
from portal.identity import grants
from portal.record import statuses
from portal.record.allergyintolerance import NONE_KNOWN, UNASKED
from portal.record.entry import entry_of as type_of
from portal.record.patient import HIDDEN
from tests.portal.record.entries import EXAMPLES, entry_of, example, faults_of

TRACING = "A tracing, which cannot be shown here"
SCT = "http://snomed.info/sct"


def test_every_type_that_a_patient_may_see_has_an_entry_and_an_example():
    assert all(type_of(name) for name in grants.PATIENT_TYPES)
    assert grants.PATIENT_TYPES - {path.stem for path in EXAMPLES} == set()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_right_and_all_of_it_is_said(path):
    checked = check(path.read_text("utf-8"))

    assert faults_of(checked.resource) == []
    entry = entry_of(example(path.stem))
    assert list(entry.rows())
    assert entry.narrative() == ""


def said_of_medicine(**more):
    entry = entry_of(example("MedicationRequest", **more))
    return entry.status().word, entry.group()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"status": "active"}, ("Taking now", "Taking now")),
        ({"status": "on-hold"}, ("Paused", "Paused")),
        ({"status": "stopped"}, ("Stopped", "Stopped")),
        ({"status": "completed"}, ("Finished", "Stopped")),
        ({"status": "cancelled"}, ("Cancelled", "Stopped")),
        ({"status": "draft"}, ("Not started yet", "Planned")),
        ({"status": "active", "intent": "plan"}, ("Planned", "Planned")),
        ({"status": "active", "intent": "proposal"}, ("Not started yet", "Planned")),
        ({"status": "stopped", "intent": "plan"}, ("Stopped", "Stopped")),
        ({"status": "unknown"}, ("Not known", "We are not sure about")),
        ({"status": "active", "doNotPerform": True}, ("Do not take", "Do not take")),
    ],
)
def test_a_prescription_says_whether_it_is_to_be_taken(more, said):
    assert said_of_medicine(**more) == said


def test_each_of_the_ten_states_of_a_medicine_says_what_it_means_and_what_to_do():
    assert len(statuses.MEDICINES) == 10
    assert all(one.meaning.endswith(".") and one.group for one in statuses.MEDICINES.values())


def test_what_the_patient_told_of_a_medicine_stands_apart_until_it_is_checked():
    told = entry_of(example("MedicationStatement"))
    written = entry_of(
        example("MedicationStatement", informationSource={"display": "Mill Lane Surgery"})
    )
    stopped = entry_of(example("MedicationStatement", status="not-taken"))

    assert (told.group(), "has not checked it yet" in told.note()) == (statuses.TOLD, True)
    assert "has not checked it yet" in told.status().meaning
    assert "Keep taking it" not in told.status().meaning
    assert (written.group(), "checked" in written.note()) == (statuses.TAKING, False)
    assert (stopped.group(), stopped.status().word) == (statuses.STOPPED, "Not taken")


def dose_of(**dosage):
    return entry_of(example("MedicationRequest", dosageInstruction=[dosage])).doses()


@pytest.mark.parametrize(
    ("dosage", "said"),
    [
        ({"text": "Take 2, 3 times a day", "asNeededBoolean": True}, "Take 2, 3 times a day"),
        (
            {
                "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "TAB"}}],
                "timing": {"repeat": {"frequency": 1, "period": 8, "periodUnit": "h"}},
                "asNeededCodeableConcept": {"text": "Pain"},
                "maxDosePerPeriod": {
                    "numerator": {"value": 3, "unit": "TAB"},
                    "denominator": {"value": 1, "unit": "day"},
                },
            },
            "1 tablet, every 8 hours, when needed for pain, no more than 3 tablets in each day",
        ),
        (
            {
                "doseAndRate": [
                    {"doseRange": {"low": {"value": 1}, "high": {"value": 2, "unit": "puffs"}}}
                ],
                "timing": {
                    "repeat": {"when": ["MORN", "HS"], "boundsDuration": {"value": 7, "unit": "d"}}
                },
                "route": {"text": "Inhalation route"},
            },
            "1 to 2 puffs, in the morning and at bedtime, for 7 days, breathed in",
        ),
        (
            {
                "timing": {
                    "repeat": {"dayOfWeek": ["mon", "thu"], "timeOfDay": ["08:00:00", "20:30:00"]}
                }
            },
            "On Mondays and Thursdays, at 8am and 8:30pm",
        ),
        ({"timing": {"code": {"coding": [{"code": "BID"}]}}}, "Twice a day"),
        (
            {
                "timing": {
                    "repeat": {"frequency": 2, "frequencyMax": 4, "period": 1, "periodUnit": "d"}
                }
            },
            "2 to 4 times a day",
        ),
        (
            {"doseAndRate": [{"rateRatio": {
                "numerator": {"value": 50, "unit": "mL"},
                "denominator": {"value": 1, "unit": "h"},
            }}]},
            "50 mL in each hour",
        ),
        (
            {"doseAndRate": [{"doseQuantity": {"value": 5, "unit": "mg"}},
                             {"doseQuantity": {"value": 4.8, "unit": "mg"}}]},
            "5 mg",
        ),
    ],
)  # fmt: skip
def test_a_dose_is_said_as_it_was_written_or_made_of_its_parts(dosage, said):
    assert dose_of(**dosage) == [said]


def test_steps_of_a_dose_are_said_in_their_order():
    steps = [{"sequence": 2, "text": "Then 1 a day"}, {"sequence": 1, "text": "Take 2 today"}]

    entry = entry_of(example("MedicationRequest", dosageInstruction=steps))

    assert dict(entry.rows())["How to take it"] == "Take 2 today. Then 1 a day."


def allergy(code="", text="", **more):
    concept = {"text": text} if text else {"coding": [{"system": SCT, "code": code}]}
    return entry_of(
        {
            "resourceType": "AllergyIntolerance",
            "patient": {"reference": "Patient/amina"},
            "code": concept,
        }
        | more
    )


@pytest.mark.parametrize("code", NONE_KNOWN)
def test_that_there_is_no_allergy_is_told_by_its_code(code):
    none = allergy(code)

    assert none.asserts_none()
    assert none.heading().startswith("No known")
    assert (none.status(), none.asserts_unknown()) == (None, False)


@pytest.mark.parametrize(
    ("text", "heading", "is_none"),
    [
        ("NKDA", "No known allergies to medicines", True),
        ("No known drug allergy", "No known allergies to medicines", True),
        ("no known allergy", "No known allergies", True),
        ("nka", "No known allergies", True),
        ("No known allergies but penicillin", "No known allergies but penicillin", False),
        ("Penicillin", "Penicillin", False),
    ],
)
def test_that_there_is_no_allergy_is_told_by_words_where_they_say_nothing_else(
    text, heading, is_none
):
    one = allergy(text=text)

    assert (one.heading(), one.asserts_none()) == (heading, is_none)


def test_that_nobody_has_asked_is_not_taken_for_no_allergy():
    unasked = allergy("no-allergy-info")

    assert (unasked.heading(), unasked.asserts_none()) == (UNASKED, False)


def test_an_allergy_says_what_happened_how_bad_and_who_told_it():
    known = allergy(
        text="Ibuprofen",
        asserter={"reference": "Patient/amina"},
        recorder={"display": "Nurse Lee Hall"},
        reaction=[{"manifestation": [{"text": "Rash"}]}],
    )
    refuted = allergy(text="Latex", verificationStatus={"coding": [{"code": "refuted"}]})

    assert known.note() == (
        "Rash. How bad it was is not recorded. We were told about this."
        " Written down by Nurse Lee Hall."
    )
    assert (refuted.status().word, refuted.group()) == ("Ruled out", "Ruled out")


def test_the_worst_of_several_reactions_says_how_bad_it_was():
    one = allergy(text="Nuts", reaction=[{"severity": "mild"}, {"severity": "severe"}, {}])

    assert one.severity() == "Severe"


@pytest.mark.parametrize(
    ("more", "word", "group"),
    [
        ({}, "Active", "Active"),
        ({"clinicalStatus": {"coding": [{"code": "resolved"}]}}, "Resolved", "Resolved"),
        ({"verificationStatus": {"coding": [{"code": "refuted"}]}}, "Ruled out", "Ruled out"),
        ({"verificationStatus": {"coding": [{"code": "provisional"}]}}, "Not confirmed", "Active"),
    ],
)
def test_a_condition_says_its_doubt_before_its_course(more, word, group):
    entry = entry_of(example("Condition", **more))

    assert (entry.status().word, entry.group()) == (word, group)


@pytest.mark.parametrize(
    ("resource_type", "label"),
    [("Immunization", "Was to be given"), ("Procedure", "Was to be done"),
     ("MedicationAdministration", "Was to be given")],
)  # fmt: skip
def test_what_was_not_done_is_never_labelled_as_done(resource_type, label):
    entry = entry_of(example(resource_type, status="not-done"))

    assert label in dict(entry.rows())
    assert {"Given", "Done"}.isdisjoint(dict(entry.rows()))
    assert entry.status().tone == "warn"


def test_a_vaccine_is_named_by_the_vaccination_where_the_product_has_no_name():
    url = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure"
    entry = entry_of(
        example(
            "Immunization",
            vaccineCode={"coding": [{"code": "UNK"}]},
            extension=[{"url": url, "valueCodeableConcept": {"text": "Flu vaccination"}}],
        )
    )

    assert (entry.heading(), entry.note()) == (
        "Flu vaccination", "Dose 1 of 2. Millbrook pharmacy.",
    )  # fmt: skip


def test_replaced_and_changed_documents_say_so():
    replaced = entry_of(example("DocumentReference", status="superseded"))
    amended = entry_of(example("DocumentReference", docStatus="amended"))
    report = entry_of(example("DiagnosticReport", status="corrected"))

    assert [one.status().word for one in (replaced, amended, report)] == [
        "Replaced", "Changed", "Corrected",
    ]  # fmt: skip
    assert "Do not rely" in replaced.status().meaning


def measured(**value):
    bare = example("Observation")
    del bare["component"]
    return entry_of(bare | value).measured()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"valueQuantity": {"value": 7.2, "unit": "g/L", "comparator": ">"}}, "more than 7.2 g/L"),
        ({"valueQuantity": {"value": 7, "unit": "{score}"}}, "7 score"),
        ({"valueQuantity": {"value": 7, "code": "415818006"}}, "7"),
        ({"valueQuantity": {"unit": "g"}}, "No value was sent"),
        ({"valueString": "No growth"}, "No growth"),
        ({"valueBoolean": False}, "No"),
        ({"valueInteger": 0}, "0"),
        ({"valueRange": {"low": {"value": 1, "unit": "m"}}}, "1 m or more"),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}}, "1:128"),
        ({"valueTime": "10:30:00"}, "10:30"),
        ({"valueDateTime": "2026-03"}, "March 2026"),
        ({"valuePeriod": {"start": "2026", "end": "2027"}}, "2026 to 2027"),
        ({"valueSampledData": {"origin": {"value": 0}, "data": "1 2"}}, TRACING),
        ({"valueCodeableConcept": {"coding": [{"code": "260385009"}]}}, "No value was sent"),
        ({"dataAbsentReason": {"text": "not performed"}}, "Not performed"),
        ({}, "No value was sent"),
    ],
)  # fmt: skip
def test_a_value_of_any_type_is_said_under_its_name(value, said):
    assert measured(**value) == [("Blood pressure", said)]


def test_the_parts_of_a_value_are_said_or_why_they_are_not_there():
    assert entry_of(example("Observation")).note() == "Systolic: 128 mmHg; Diastolic: Not measured"


def test_a_letter_in_parts_is_said_by_its_headings_and_lines():
    entry = entry_of(example("Composition"))

    assert list(entry.texts()) == [
        ("Why you were here", ["A flare-up of COPD.", "Days: 2"]),
        ("At home", ["Rest.", "Drink plenty."]),
    ]
    assert [title for title, _, _ in entry.sections()] == ["Why you were here", "At home"]


def test_a_visit_says_its_days_and_what_kind_it_was():
    stay = entry_of(example("Encounter", serviceType={"text": ""}))

    assert (stay.heading(), stay.when()) == (
        "Hospital stay", "9 December 2025 to 11 December 2025",
    )  # fmt: skip


def test_a_request_says_when_it_was_made_or_is_to_be_done_or_that_nobody_told_us():
    made = example("ServiceRequest")
    days = ("authoredOn", "occurrenceDateTime", "occurrencePeriod")
    bare = {name: value for name, value in made.items() if name not in days}

    assert entry_of(bare).told() == "We were not told when this was asked for"
    assert entry_of(bare | {"authoredOn": "2026-03-02"}).told() == "Asked for 2 March 2026"
    said = entry_of(bare | {"occurrenceDateTime": "2026-03-10"}).told()
    assert said == "To be done 10 March 2026"


def test_a_scan_without_a_name_is_named_by_its_machine():
    entry = entry_of(example("ImagingStudy", description=""))

    assert entry.heading() == "X-ray"


def test_a_persons_name_in_use_is_theirs_and_hidden_details_are_said_to_be_hidden():
    shown = dict(entry_of(example("Patient")).rows())
    bare = {name: one for name, one in example("Patient").items() if name not in _HIDDEN_PARTS}
    hidden = dict(entry_of(bare, labels=int(Label.DEMOGRAPHICS)).rows())

    assert entry_of(example("Patient")).heading() == "Ms Amina Yusuf"
    assert shown["Address"] == "4 Mill Lane, Millbrook, ZZ1 1ZZ"
    assert hidden["Address and contact details"] == HIDDEN
    assert {"Address", "Phone or email", "GP", "Next of kin or contact"}.isdisjoint(hidden)


_HIDDEN_PARTS = {"address", "telecom", "contact", "generalPractitioner"}


def test_nobody_is_told_where_somebody_close_to_them_lives():
    entry = entry_of(
        example("RelatedPerson", address=[{"city": "Millbrook"}], telecom=[{"value": "01632 1"}])
    )

    assert "Millbrook" not in str(list(entry.rows()))
    assert "01632" not in str(list(entry.rows()))


def test_answers_stand_under_their_questions_at_any_depth():
    assert list(entry_of(example("QuestionnaireResponse")).answers()) == [
        ("Do you sleep well?", ["No"]),
        ("How far can you walk?", ["To the shop"]),
    ]


def test_what_is_referred_to_is_named_by_what_was_looked_up():
    medicine = example("MedicationRequest", requester={"reference": "Practitioner/nair"})
    del medicine["medicationCodeableConcept"]
    medicine["medicationReference"] = {"reference": "Medication/m"}

    entry = entry_of(medicine, names={"Medication/m": "Aspirin", "Practitioner/nair": "Dr Nair"})

    assert entry.heading() == "Aspirin"
    assert dict(entry.rows())["Prescribed by"] == "Dr Nair"
    assert entry_of(medicine).heading() == "Medicine without a name"


@pytest.mark.parametrize(
    ("text", "said"),
    [("2026-13-45", "Day not recorded"), ("0000", "Day not recorded"), ("2026", "2026"),
     ("2026-03-10T99:00:00Z", "10 March 2026"), ("<script>", "Day not recorded"),
     ("0001-01-01T00:00:00+14:00", "1 January 1")],
)  # fmt: skip
def test_a_day_that_cannot_be_is_said_safely(text, said):
    assert entry_of(example("Procedure", performedDateTime=text)).when() == said


def test_a_file_says_its_name_kind_and_size():
    (file,) = entry_of(example("DocumentReference")).attachments()

    assert (file.title, file.content_type, file.octets) == ("Letter", "text/plain", 15)
