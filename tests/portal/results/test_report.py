"""The page of one report, and of one value with its course."""

import base64
import json

import pytest

from fhir.intake import accept
from fhir.labels import Label
from fhir.validation import check
from tests.builders import LOINC, a_bundle, a_report, an_observation, labelled
from tests.fhir.test_intake import WINPATH
from tests.portal.amina import a_count, a_pressure, a_scan, a_value, flagged
from tests.portal.pages import main, words

LIST = "/record/results/"


def page(browser, *path, **asked):
    response = browser.get(LIST + "".join(f"{part}/" for part in path), asked)
    assert response.status_code == 200
    return words(response)


def test_a_report_shows_its_values_in_its_own_order(her_browser, hospital, amina_yusuf):
    report, _ = a_count(hospital, amina_yusuf, plt="286", eos="0.38", baso="<0.1", hb="112")

    said = page(her_browser, report)

    assert (
        "Platelets 286 ×10⁹/L In range Usual 150 to 400"
        " Eosinophils 0.38 ×10⁹/L In range Usual less than 0.41"
        " Basophils <0.1 ×10⁹/L – No flag – Not drawn No usual range given"
        " Haemoglobin 112 g/L Below range Usual 115 to 165"
    ) in said.replace(" First time measured", "")


def test_the_heading_says_when_the_sample_was_taken_not_when_it_was_sent(
    her_browser, hospital, amina_yusuf
):
    report, _ = a_count(hospital, amina_yusuf)

    assert "Full blood count Taken Tuesday 10 March 2026, 9:15am" in page(her_browser, report)


def test_what_is_prose_stands_below_the_table_as_paragraphs(her_browser, hospital, amina_yusuf):
    count, ids = a_count(hospital, amina_yusuf, hb="112")
    prose = an_observation(amina_yusuf, "22634-0", "Microscopy")
    del prose["valueQuantity"]
    prose["valueString"] = (
        "Skin with a mole in it, which is harmless.\nThe edges are clear by 2 mm."
    )
    short = an_observation(amina_yusuf, "5802-4", "Nitrite")
    del short["valueQuantity"]
    short["valueString"] = "Not detected"
    made = [hospital.create(one).id for one in (prose, short)]
    report = hospital.read("DiagnosticReport", count).json
    report["result"] = [
        {"reference": f"Observation/{one}"} for one in (made[0], ids["hb"], made[1])
    ]
    hospital.update(report, None)

    shown = her_browser.get(f"{LIST}{count}/").content.decode()

    assert '<p dir="auto">Skin with a mole in it, which is harmless.</p>' in shown
    assert '<p dir="auto">The edges are clear by 2 mm.</p>' in shown
    table = shown.partition("<tbody")[2].partition("</tbody>")[0]
    assert ["Haemoglobin" in table, "Not detected" in table, "Microscopy" in table] == [
        True, True, False,
    ]  # fmt: skip
    assert '<h2 class="nhsuk-heading-s">Microscopy</h2>' in shown


def test_changes_share_a_heading_where_they_share_a_day(her_browser, hospital, amina_yusuf):
    a_count(hospital, amina_yusuf, "2025-12-09", hb="118", plt="286")
    report, _ = a_count(hospital, amina_yusuf, hb="112", plt="286", eos="0.38")

    said = page(her_browser, report)

    assert "Since 9 December 2025 Haemoglobin" in said
    assert "Down 6 since 9 December 2025" in said
    assert "No change since 9 December 2025" in said
    assert "First time measured" in said


def test_changes_name_their_days_where_these_differ(her_browser, hospital, amina_yusuf):
    a_count(hospital, amina_yusuf, "2025-12-09", hb="118")
    a_count(hospital, amina_yusuf, "2025-11-02", plt="280")
    report, _ = a_count(hospital, amina_yusuf, hb="112", plt="286")

    said = page(her_browser, report)

    assert "Down 6 since 9 December 2025" in said
    assert "Up 6 since 2 November 2025" in said
    assert "Usual range Change Haemoglobin" in said


def test_a_written_report_is_shown_as_it_was_written(her_browser, hospital, amina_yusuf):
    said = page(her_browser, a_scan(hospital, amina_yusuf))

    assert "What the report says The lungs are clear. No change since last year." in said


def test_what_the_team_wrote_comes_first(her_browser, hospital, amina_yusuf):
    report, _ = a_count(hospital, amina_yusuf)
    hospital.create(
        {
            "resourceType": "Communication",
            "status": "completed",
            "subject": {"reference": f"Patient/{amina_yusuf}"},
            "recipient": [{"reference": f"Patient/{amina_yusuf}"}],
            "basedOn": [{"reference": f"DiagnosticReport/{report}"}],
            "sent": "2026-03-11T15:20:00Z",
            "sender": {"display": "Dr Priya Nair"},
            "payload": [{"contentString": "Please keep taking your iron."}],
        }
    )

    said = page(her_browser, report)

    comment = (
        "What your team says Please keep taking your iron. Dr Priya Nair. 11 March 2026, 3:20pm"
    )
    assert said.index(comment) < said.index("Haemoglobin")


def test_a_corrected_value_shows_the_old_one_struck_out(her_browser, hospital, amina_yusuf):
    report, ids = a_count(hospital, amina_yusuf, hb="38")
    now = hospital.read("Observation", ids["hb"]).json
    corrected = a_value(amina_yusuf, "hb", "83") | {"id": ids["hb"], "status": "corrected"}
    hospital.update(corrected, None)
    assert now["valueQuantity"]["value"] == 38

    response = her_browser.get(f"{LIST}{report}/")

    assert "<del>38</del>" in response.content.decode()
    assert "Old value, wrong: Correct value: 83 g/L Corrected 12 March 2026, 9:02am" in words(
        response
    )


def test_an_old_value_that_was_never_shown_is_not_shown_now(her_browser, hospital, amina_yusuf):
    first = hospital.create(labelled(a_value(amina_yusuf, "hb", "38"), "NOPAT")).id
    hospital.update(a_value(amina_yusuf, "hb", "83") | {"id": first, "status": "corrected"}, None)
    hospital.relabel("Observation", first, remove=Label.NOPAT)

    response = her_browser.get(f"{LIST}alone/{first}/")

    assert "83" in words(response)
    assert "38" not in main(response)


def test_an_older_saying_that_came_late_is_no_part_of_a_correction(her_browser, amina_yusuf):
    one = a_value(amina_yusuf, "hb", "38") | {
        "identifier": [{"system": "urn:x", "value": "1"}],
        "category": [{"coding": [{"code": "vital-signs"}]}],
    }

    def said(at, value):
        told = {"valueQuantity": one["valueQuantity"] | {"value": value}, "status": "corrected"}
        bundle = a_bundle(one | told | {"meta": {"lastUpdated": f"2026-03-{at:02}T10:00:00Z"}})
        return accept(check(json.dumps(bundle)).entries(), WINPATH)[0]

    said(9, 38)
    made = said(11, 83).draft
    assert said(10, 61).outcome == "late"

    body = her_browser.get(f"{LIST}alone/{made.logical_id}/").content.decode()

    assert '<del class="db-quiet">38 g/L</del>' in body
    assert "61" not in main(her_browser.get(f"{LIST}alone/{made.logical_id}/"))


def test_a_report_that_is_being_corrected_shows_no_value(her_browser, hospital, amina_yusuf):
    report, ids = a_count(hospital, amina_yusuf, hb="38")
    hospital.relabel("Observation", ids["hb"], add=Label.NOPAT)
    hospital.relabel("DiagnosticReport", report, add=Label.NOPAT)

    said = page(her_browser, report)
    value = page(her_browser, "alone", ids["hb"])

    assert "This result is being corrected" in said
    assert "Full blood count" in said
    assert "Haemoglobin" in value
    assert "38" not in said.partition("being corrected")[2]
    assert "38 g/L" not in said + value
    assert "Full blood count This result is being corrected" in page(her_browser)


def test_a_removed_result_has_no_name_any_more(her_browser, hospital, amina_yusuf):
    report, ids = a_count(hospital, amina_yusuf, hb="38")
    for of_type, one in (("Observation", ids["hb"]), ("DiagnosticReport", report)):
        wrong = hospital.read(of_type, one).json
        hospital.update(wrong | {"status": "entered-in-error"}, None)

    opened, listed = page(her_browser, report), page(her_browser)

    assert "A result was removed from your record on 12 March 2026" in opened
    assert "A result was removed from the record on 12 March 2026" in listed
    said = opened + listed
    assert "Haemoglobin" not in said
    assert "Full blood count" not in said


def test_one_value_is_shown_with_its_course(her_browser, hospital, amina_yusuf):
    for day, value in (("2025-06-10", "120"), ("2025-09-16", "119"), ("2025-12-09", "118")):
        a_count(hospital, amina_yusuf, day, hb=value)
    report, ids = a_count(hospital, amina_yusuf, hb="112")

    said = page(her_browser, report, ids["hb"])

    assert "Haemoglobin Taken 10 March 2026, 9:15am 112 g/L Below range" in said
    assert "Just below the usual range of 115 to 165. Down 6 since 9 December 2025." in said
    assert "The same results as a table" in said
    assert "10 March 2026 112 115 to 165 Below range 9 December 2025 118 115 to 165" in said
    assert "About this result" in said


def test_the_chosen_span_is_marked_and_stays_in_the_address(her_browser, hospital, amina_yusuf):
    a_count(hospital, amina_yusuf, "2025-12-09", hb="118")
    report, ids = a_count(hospital, amina_yusuf, hb="112")

    body = her_browser.get(f"{LIST}{report}/{ids['hb']}/?range=5y").content.decode()

    chosen = '<a href="?range=5y#chart" id="chart" aria-current="true">5 years</a>'
    assert chosen in body, "the browser puts the focus back on it"
    assert "Haemoglobin, grams per litre (g/L), last 5 years" in body


def test_another_unit_is_never_drawn_into_the_same_chart(her_browser, hospital, amina_yusuf):
    old = a_value(amina_yusuf, "hb", "13.1", "2018-05-01")
    old["valueQuantity"]["unit"] = "g/dL"
    del old["referenceRange"]
    hospital.create(old)
    a_count(hospital, amina_yusuf, "2025-12-09", hb="118")
    report, ids = a_count(hospital, amina_yusuf, hb="112")

    said = page(her_browser, report, ids["hb"], range="all")

    assert "Results in another unit (g/dL) are not on this chart." in said
    assert "Results in g/dL Taken Result, g/dL Flag 1 May 2018 13.1" in said


def test_a_measurement_with_parts_shows_each(her_browser, hospital, amina_yusuf):
    pressure = a_pressure(hospital, amina_yusuf)

    first, second = (page(her_browser, "alone", pressure, of=part) for part in (0, 1))

    assert "Blood pressure Taken 2 February 2026, 10am Systolic Diastolic 128 mmHg" in first
    assert "82 mmHg" in second


def test_what_one_took_oneself_is_marked_in_the_table(her_browser, hospital, amina_yusuf):
    a_pressure(hospital, amina_yusuf, "2026-01-02")
    own = a_pressure(hospital, amina_yusuf, own=True)

    said = page(her_browser, "alone", own)

    assert "Measured at home 2 February 2026, 10am" in said
    assert "2 February 2026 Taken at home 128" in said


def test_a_value_is_found_only_in_its_own_report(her_browser, hospital, amina_yusuf):
    report, _ = a_count(hospital, amina_yusuf, hb="118")
    _, others = a_count(hospital, amina_yusuf, plt="286")

    assert her_browser.get(f"{LIST}{report}/{others['plt']}/").status_code == 404


@pytest.mark.parametrize("path", ["nothing/", "nothing/nothing/", "alone/nothing/"])
def test_what_never_was_is_not_found(her_browser, path):
    assert her_browser.get(LIST + path).status_code == 404


def test_documents_are_handed_over_to_be_saved(her_browser, hospital, amina_yusuf):
    form = {"contentType": "application/pdf", "title": "Letter", "data": _encoded(b"%PDF-1.7")}
    report = hospital.create(a_report(amina_yusuf, presentedForm=[form])).id

    response = her_browser.get(f"{LIST}{report}/document/0/")

    assert "Letter (PDF, 1 KB)" in page(her_browser, report)
    assert response.content == b"%PDF-1.7"
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="report.pdf"'


@pytest.mark.parametrize(
    "form",
    [
        {"contentType": "text/html", "data": "PGI+"},
        {"contentType": "application/pdf", "url": "https://elsewhere.example/1"},
    ],
)
def test_a_document_that_may_do_harm_or_lies_elsewhere_is_not_handed_over(
    her_browser, hospital, amina_yusuf, form
):
    report = hospital.create(a_report(amina_yusuf, presentedForm=[form])).id

    assert "Full report: ask your team for a copy." in page(her_browser, report)
    assert her_browser.get(f"{LIST}{report}/document/0/").status_code == 404
    assert her_browser.get(f"{LIST}{report}/document/7/").status_code == 404


def test_markup_in_what_a_hospital_sends_is_words(her_browser, hospital, amina_yusuf):
    nasty = "<script>alert(1)</script>"
    value = an_observation(amina_yusuf, title=nasty) | {
        "valueQuantity": {"value": 1, "unit": nasty}
    }
    value["note"] = [{"text": nasty}]
    value["referenceRange"] = [{"text": nasty}]
    made = hospital.create(flagged(value, nasty)).id
    report = hospital.create(
        a_report(
            amina_yusuf,
            nasty,
            conclusion=nasty,
            performer=[{"display": nasty}],
            result=[{"reference": f"Observation/{made}"}],
        )
    ).id

    for path in ("/", LIST, f"{LIST}{report}/", f"{LIST}{report}/{made}/"):
        body = her_browser.get(path).content.decode()
        assert nasty not in body, path
        assert body.count("<script") == body.count('<script type="module" src='), path


def test_nothing_says_none_a_raw_code_or_a_type(her_browser, hospital, amina_yusuf):
    bare = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "718-7"}]},
        "subject": {"reference": f"Patient/{amina_yusuf}"},
    }
    value = hospital.create(bare).id
    report = hospital.create(
        {
            "resourceType": "DiagnosticReport",
            "status": "partial",
            "code": {"coding": [{"system": LOINC, "code": "58410-2"}]},
            "subject": {"reference": f"Patient/{amina_yusuf}"},
            "result": [{"reference": f"Observation/{value}"}],
        }
    ).id

    pages = [page(her_browser), page(her_browser, report), page(her_browser, report, value)]

    for said in pages:
        main = said.partition("Where th")[0]
        assert [word for word in ("None", "718-7", "58410-2", "Observation") if word in main] == []
        assert "Day not recorded" in main
    assert "Some results are still to come." in pages[0]
    assert "Some results are still to come." in pages[1]


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()
