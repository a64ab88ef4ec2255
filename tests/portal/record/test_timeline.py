"""The front of a record: its doors, and everything in it on one line of time."""

import re

import pytest

from fhir.access import READING, Grant
from fhir.labels import Label
from portal.identity import grants
from tests.builders import a_patient, labelled
from tests.portal.amina import a_count, a_pressure, a_scan, a_value, flagged
from tests.portal.pages import main, words
from tests.portal.record.test_sections import next_of, queries
from tests.portal.record.things import a_condition, a_medicine, an_example_of

FRONT = "/record/"


@pytest.fixture
def everything(hospital, amina_yusuf):
    """Fill the record with one thing of each kind that the target shows."""
    encounter = an_example_of("Encounter", amina_yusuf)
    hospital.create(an_example_of("Appointment", amina_yusuf))
    hospital.create(an_example_of("DocumentReference", amina_yusuf))
    a_count(hospital, amina_yusuf, "2026-03-10", hb="112")
    a_scan(hospital, amina_yusuf, "2025-12-11")
    a_pressure(hospital, amina_yusuf, "2026-02-02")
    hospital.create(a_medicine(amina_yusuf, "Carbocisteine", on="2026-03-02", how="2 a day"))
    hospital.create(encounter | {"type": [{"text": "Stay on Ward 7"}]})
    vaccine = an_example_of("Immunization", amina_yusuf) | {"occurrenceDateTime": "2025"}
    hospital.create(vaccine | {"vaccineCode": {"text": "Flu vaccine"}})
    undated = {"occurrenceString": "as a child", "vaccineCode": {"text": "Polio vaccine"}}
    del vaccine["occurrenceDateTime"]
    hospital.create(vaccine | undated)


def test_everything_stands_under_its_month_the_newest_first(her_browser, everything):
    said = main(her_browser.get(FRONT)).partition(" Show March 2026 ")[2]

    assert said.startswith(
        "To come: 20 March Said Appointment 10 March Said Letter 10 March Full blood count"
        " Test result Below range 2 March Carbocisteine Medicine. 2 a day."
        " February 2026 2 February Measurements Blood pressure"
        " December 2025 11 December Chest X-ray Scan report 9 to 11 December Stay on Ward 7 Visit"
    )
    assert "2025, month unknown 2025 Flu vaccine Vaccination" in said
    assert "Day not recorded Day not recorded Polio vaccine Vaccination" in said


def test_a_report_says_what_is_flagged_in_it_and_its_values_stand_nowhere_else(
    her_browser, hospital, amina_yusuf
):
    report, ids = a_count(hospital, amina_yusuf, hb="112", plt="286")
    low = flagged(a_value(amina_yusuf, "hb", "112"), "LL") | {"id": ids["hb"]}
    hospital.update(low | {"effectiveDateTime": "2024-01-01"}, None)

    said = main(her_browser.get(FRONT))

    assert "Full blood count Test result Very low" in said
    assert ("Haemoglobin" in said, "2024" in said.partition("Everything, newest")[2]) == (
        False,
        True,
    ), "the year can be chosen, the value stands with its report"
    assert f'href="/record/results/{report}/"' in her_browser.get(FRONT).content.decode()


def test_todays_things_stand_under_today_by_their_time(her_browser, hospital, amina_yusuf):
    video = an_example_of("Appointment", amina_yusuf) | {
        "start": "2026-03-12T09:20:00Z",
        "end": "2026-03-12T09:40:00Z",
    }
    hospital.create(video)

    assert "Today To come: 9:20am Said Appointment" in main(her_browser.get(FRONT))


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"kind": "results"}, {"Full blood count", "Chest X-ray", "Blood pressure"}),
        ({"kind": "medicines"}, {"Carbocisteine"}),
        ({"kind": "visits"}, {"Stay on Ward 7"}),
        ({"year": "2025"}, {"Chest X-ray", "Stay on Ward 7", "Flu vaccine"}),
        ({"year": "2025", "kind": "results"}, {"Chest X-ray"}),
        ({"year": "1999"}, set()),
    ],
)
def test_kind_and_year_can_be_picked(her_browser, everything, asked, shown):
    titles = {"Full blood count", "Chest X-ray", "Blood pressure", "Carbocisteine"}
    titles |= {"Stay on Ward 7", "Flu vaccine", "Polio vaccine"}

    said = main(her_browser.get(FRONT, asked))

    assert {title for title in titles if title in said} == shown
    assert ("Nothing to show" in said) == (not shown)


@pytest.mark.parametrize(
    "asked",
    [{"kind": "x"}, {"year": "9"}, {"year": "²²²²"}, {"year": "0001"}, {"before": "2026"}],
)
def test_what_cannot_be_picked_is_not_found(her_browser, asked):
    assert her_browser.get(FRONT, asked).status_code == 404


def test_the_years_to_pick_go_back_to_the_oldest_thing(her_browser, everything, hospital):
    body = her_browser.get(FRONT).content.decode()

    assert re.findall(r'<option value="(\d{4})"', body) == ["2026", "2025"]


def test_pages_of_it_show_everything_once(her_browser, hospital, amina_yusuf):
    for day in range(1, 28):
        hospital.create(a_condition(amina_yusuf, f"Cold {day}.", on=f"2026-02-{day:02}"))
        hospital.create(a_value(amina_yusuf, "plt", "286", f"2026-02-{day:02}"))
        a_count(hospital, amina_yusuf, f"2026-02-{day:02}", hb="118")
    for n in range(30):
        undated = a_condition(amina_yusuf, f"Undated {n}.")
        del undated["onsetDateTime"]
        hospital.create(undated)
    address, said = FRONT, ""
    for _ in range(5):
        page = her_browser.get(address)
        said += f"{main(page)} "
        address = next_of(page)
        if not address:
            break

    assert sorted(re.findall(r"Cold (\d+)\.", said), key=int) == [str(n) for n in range(1, 28)]
    assert sorted(re.findall(r"Undated (\d+)\.", said), key=int) == [str(n) for n in range(30)]
    assert said.count("Full blood count Test result") == 27
    assert said.count("Other results Platelets") >= 27
    assert address == ""


def test_too_many_values_for_one_page_go_on_on_the_next(
    her_browser, hospital, amina_yusuf, monkeypatch
):
    monkeypatch.setattr("portal.record.timeline.MOST_VALUES", 4)
    for day in range(1, 11):
        a_pressure(hospital, amina_yusuf, f"2026-02-{day:02}")
    address, days = FRONT, []
    while address:
        page = her_browser.get(address)
        days += re.findall(r"(\d+) February Measurements", main(page))
        address = next_of(page)

    assert days == [str(day) for day in range(10, 0, -1)]


def test_what_is_withheld_leaves_nothing_behind(her_browser, hospital, amina_yusuf):
    a_count(hospital, amina_yusuf)
    before = main(her_browser.get(FRONT))
    hospital.create(labelled(a_value(amina_yusuf, "hb", "60", "1999-01-01"), "NOPAT"))
    hospital.create(labelled(a_condition(amina_yusuf, "COPD", on="1998-01-01"), "NOPAT"))
    ben = hospital.create(a_patient("9991000011", given="Ben")).id
    hospital.create(a_condition(ben, "COPD"))

    assert main(her_browser.get(FRONT)) == before


def test_what_was_taken_back_is_said_and_not_shown(her_browser, hospital, amina_yusuf):
    made = hospital.create(a_condition(amina_yusuf, "COPD"))
    report, _ = a_count(hospital, amina_yusuf)
    hospital.relabel("Condition", made.id, add=Label.NOPAT)

    assert "COPD This is being corrected. Do not rely on it." in main(her_browser.get(FRONT))
    resource = hospital.read("DiagnosticReport", report).json
    hospital.update(resource | {"status": "entered-in-error"}, None)
    assert "Full blood count" not in main(her_browser.get(FRONT))
    assert "An entry was removed from the record on 12 March 2026" in main(her_browser.get(FRONT))


def test_the_doors_are_those_of_what_is_shared(her_browser, monkeypatch, amina_yusuf, everything):
    types = frozenset({"MedicationRequest", "Patient"})
    held = (Grant(frozenset({amina_yusuf}), types, READING),)
    monkeypatch.setattr(grants, "_patient", lambda _: held)

    said = main(her_browser.get(FRONT))

    assert "Medicines" in said
    assert "Carbocisteine" in said
    for title in ("Allergies", "Letters", "Full blood count", "Measurements", "Visits"):
        assert title not in said


def test_a_door_says_how_much_is_new_behind_it(her_browser, hospital, amina_yusuf):
    her_browser.get("/")
    made = hospital.create(a_condition(amina_yusuf, "COPD"))
    a_count(hospital, amina_yusuf)

    doors = words(her_browser.get(f"{FRONT}?part=doors"))
    assert "Conditions 1 new" in doors
    assert "Test results 1 new" in doors
    assert "COPD New Condition" in main(her_browser.get(FRONT))
    assert "Conditions 1" in words(her_browser.get("/?part=new"))

    her_browser.get(f"/record/conditions/condition/{made.id}/")
    assert "Conditions Letters" in words(her_browser.get(f"{FRONT}?part=doors"))


def test_nothing_pushes_into_it_while_it_is_read(her_browser, hospital, amina_yusuf):
    hospital.create(a_condition(amina_yusuf, "COPD"))
    cursor = re.search(r'data-cursor="([^"]+)"', her_browser.get(FRONT).content.decode())[1]
    hospital.create(a_condition(amina_yusuf, "Asthma"))
    a_pressure(hospital, amina_yusuf)

    rows = words(her_browser.get(FRONT, {"part": "timeline", "cursor": cursor}))
    status = words(her_browser.get(FRONT, {"part": "status", "cursor": cursor}))

    assert ("COPD" in rows, "Asthma" in rows, "Measurements" in rows) == (True, False, False)
    assert status == "2 new or changed Show what is new or changed"


def test_a_long_record_asks_the_database_no_more_than_a_short_one(
    her_browser, hospital, amina_yusuf
):
    def fill(year):
        for month in range(1, 13):
            a_count(hospital, amina_yusuf, f"{year}-{month:02}-10", hb="118", plt="270")
            a_pressure(hospital, amina_yusuf, f"{year}-{month:02}-11")
            hospital.create(a_condition(amina_yusuf, on=f"{year}-{month:02}-12"))
            hospital.create(a_medicine(amina_yusuf, on=f"{year}-{month:02}-13"))

    fill(2025)
    her_browser.post("/record/seen/")
    few = queries(her_browser, FRONT)
    for year in (2021, 2022, 2023, 2024):
        fill(year)
    her_browser.post("/record/seen/")

    assert queries(her_browser, FRONT) == few == 19
