import subprocess
import sys

import pytest

from fhir import r4
from fhir.elements import RESOURCE_TYPES, has_element
from fhir.paths import find, first


def test_the_library_and_our_package_live_under_one_name():
    patient = r4.typed({"resourceType": "Patient", "birthDate": "1984-02-29"})

    assert isinstance(patient, r4.Patient)
    assert patient.birthDate.year == 1984


def test_no_class_is_imported_before_it_is_asked_for():
    check = "import sys, fhir.r4; assert not any('R4B' in name for name in sys.modules)"

    subprocess.run([sys.executable, "-c", check], check=True)


def test_an_extension_without_a_value_but_a_reason_is_no_obstacle():
    absent = {"extension": [{"url": "u:absent", "valueCode": "unknown"}]}

    patient = r4.typed(
        {"resourceType": "Patient", "extension": [{"url": "u:x", "_valueString": absent}]}
    )

    assert patient.extension[0].url == "u:x"


@pytest.mark.parametrize("name", ["Hat", "os", "MedicinalProduct"])
def test_a_type_that_the_library_lacks_is_said_so(name):
    with pytest.raises(r4.UnknownType):
        r4.typed({"resourceType": name})


def test_the_table_of_elements_is_that_of_r4():
    assert len(RESOURCE_TYPES) == 148
    assert "MedicinalProduct" in RESOURCE_TYPES
    assert "SubscriptionTopic" not in RESOURCE_TYPES
    assert has_element("Observation", "subject")
    assert not has_element("Patient", "subject")


def test_a_path_opens_arrays():
    patient = {"name": [{"given": ["A", None, "B"]}, {"family": "Khan"}], "active": False}

    assert find(patient, "name.given") == ["A", "B"]
    assert find(patient, "name.family.x") == []
    assert first(patient, "active") is False
    assert first(patient, "photo") is None
