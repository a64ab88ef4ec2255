"""Amina, who has just proved who she is, and where her copies are kept."""

import pytest

from tests.builders import CATEGORY, a_report, an_observation
from tests.portal.carers.helping import just_proved
from tests.portal.letters.pieces import a_letter, attached


@pytest.fixture(autouse=True)
def exports(settings, tmp_path):
    """Give the folder in which copies are kept."""
    settings.EXPORTS_FOLDER = str(tmp_path / "exports")
    return tmp_path / "exports"


@pytest.fixture
def her_record(hospital, amina_yusuf):
    """Fill Amina's record with a little of several kinds; return ids by type."""
    value = an_observation(amina_yusuf, "8867-4", "Pulse") | {
        "category": [{"coding": [{"system": CATEGORY, "code": "vital-signs"}]}]
    }
    pdf = attached(b"%PDF-1.7 scan", "application/pdf", title="Scan of the letter")
    made = [
        value,
        a_report(amina_yusuf, conclusion="The lungs are clear."),
        a_letter(amina_yusuf),
        a_letter(amina_yusuf, pdf, description="Letter on paper", date="2019-05-01T09:00:00Z"),
        {
            "resourceType": "AllergyIntolerance",
            "patient": {"reference": f"Patient/{amina_yusuf}"},
            "clinicalStatus": {"coding": [{"code": "active"}]},
            "code": {"text": "Penicillin"},
        },
    ]
    return [hospital.create(one) for one in made]


@pytest.fixture
def her_proved_browser(her_browser):
    return just_proved(her_browser)
