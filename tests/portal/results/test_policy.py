import re
from datetime import timedelta
from pathlib import Path

import pytest

from portal.results.policy import LOINC, POLICY, Mode, Row
from portal.results.release import Outcome, decide
from tests.portal.results.pieces import TUESDAY, a_result, the_report

HAZARDS = Path("docs/clinical-safety/hazards.md")
WHEN_TOLD = {
    Mode.NOW: Outcome.RELEASE,
    Mode.AFTER_DAYS: Outcome.LATER,
    Mode.AFTER_REVIEW: Outcome.REVIEW,
    Mode.IN_PERSON: Outcome.IN_PERSON,
}
BY_CODE = [(row, code) for row in POLICY for code in sorted(row.codes)]
BY_DEPARTMENT = [(row, name) for row in POLICY for name in sorted(row.departments)]


@pytest.mark.parametrize(("row", "code"), BY_CODE, ids=lambda one: getattr(one, "name", str(one)))
def test_every_code_of_every_row_opens_as_its_row_says(row: Row, code):
    of_result = decide(a_result(code), [], TUESDAY)
    of_report = decide(the_report(code, department=""), [a_result(code)], TUESDAY)

    assert (of_result.outcome, of_result.row) == (WHEN_TOLD[row.mode], row)
    assert (of_report.outcome, of_report.row) == (WHEN_TOLD[row.mode], row)


@pytest.mark.parametrize(("row", "name"), BY_DEPARTMENT, ids=lambda one: str(one)[:20])
def test_every_department_of_every_row_holds_back_a_routine_test(row: Row, name):
    routine = decide(the_report(), [a_result()], TUESDAY)
    decided = decide(the_report(department=name), [a_result()], TUESDAY)

    assert routine.outcome == Outcome.RELEASE
    assert (decided.outcome, decided.row) == (WHEN_TOLD[row.mode], row)


@pytest.mark.parametrize("row", POLICY, ids=lambda row: row.name)
def test_every_row_names_a_hazard_of_the_log(row: Row):
    assert f"### {row.hazard} " in HAZARDS.read_text()


@pytest.mark.parametrize("row", POLICY, ids=lambda row: row.name)
def test_every_row_can_be_reached_and_says_what_it_is_about(row: Row):
    assert row.codes | {(LOINC, name) for name in row.departments}
    assert re.fullmatch(r"(is|may|can) [^.]+", row.says)
    assert bool(row.days) == (row.mode == Mode.AFTER_DAYS)
    assert not row.announce


def test_no_two_rows_of_one_mode_share_a_code():
    claimed = [(row.mode, code) for row in POLICY for code in row.codes]
    assert len(claimed) == len(set(claimed))


def test_a_delayed_row_opens_by_itself_once_its_working_days_are_over():
    row = next(row for row in POLICY if row.name == "long-term-sugar")
    result = a_result((LOINC, "59261-8"))

    waiting = decide(result, [], TUESDAY)
    over = decide(result, [], waiting.at or TUESDAY)

    assert waiting.at == (TUESDAY + timedelta(days=row.days)).replace(hour=9)
    assert over.outcome == Outcome.RELEASE


def test_the_tests_that_the_hazard_log_names_exist():
    named = re.findall(r"`(tests/[^`]+)`", HAZARDS.read_text())

    assert len(named) > len(POLICY)
    assert [name for name in named if not Path(name).exists()] == []


def test_every_hazard_has_its_cause_effect_controls_tests_and_risk():
    hazards = re.split(r"^### ", HAZARDS.read_text(), flags=re.MULTILINE)[1:]

    parts = ("Cause", "Effect", "Controls", "Tests", "Risk")
    lacking = [one[:4] for one in hazards if any(f"- **{part}:**" not in one for part in parts)]
    assert lacking == []
    assert [one[:4] for one in hazards] == [f"H-{n:02}" for n in range(1, len(hazards) + 1)]
