"""The package and the library that share the name ``fhir`` can both be imported."""

import re
import tomllib
from importlib import import_module
from pathlib import Path

from django.apps import apps

from portal import bootstrap, database


def test_our_fhir_and_the_library_of_that_name_live_together():
    ours = import_module("fhir.apps")
    library = import_module("fhir.resources.R4B.patient")

    assert Path(ours.__file__).parent == database.ROOT / "fhir"
    assert library.Patient.__name__ == "Patient"
    assert apps.get_app_config("portal_fhir").path == str(database.ROOT / "fhir")


def test_the_project_cannot_be_built_into_a_wheel_that_would_overwrite_the_library():
    configured = tomllib.loads((database.ROOT / "pyproject.toml").read_text("utf-8"))

    assert "build-system" not in configured
    assert configured["tool"]["uv"]["package"] is False


def test_every_dependency_is_locked_with_its_hashes():
    configured = tomllib.loads((database.ROOT / "pyproject.toml").read_text("utf-8"))
    serving = {_name(wanted) for wanted in configured["project"]["dependencies"]}
    testing = {
        _name(wanted) for group in configured["dependency-groups"].values() for wanted in group
    }

    assert serving - _locked(bootstrap.SERVICE) == set()
    assert (serving | testing) - _locked(bootstrap.TESTS) == set()


def test_the_locked_lists_agree_and_name_no_place_to_fetch_from():
    service = _pins(bootstrap.SERVICE)

    assert service <= _pins(bootstrap.TESTS)
    for lock in (bootstrap.SERVICE, bootstrap.TESTS):
        assert re.findall(r"://|--(?:extra-)?index|--find-links", lock.read_text("utf-8")) == []
        assert len(re.findall(r"^[a-z].*\\$", lock.read_text("utf-8"), re.MULTILINE)) == len(
            _pins(lock)
        )


def _name(wanted: str) -> str:
    return re.match(r"[\w.-]+", wanted)[0].lower().replace(".", "-").replace("_", "-")


def _pins(lock: Path) -> set[str]:
    return set(
        re.findall(r"^([a-z][\w.-]*(?:\[[^\]]*\])?==\S+)", lock.read_text("utf-8"), re.MULTILINE)
    )


def _locked(lock: Path) -> set[str]:
    return {_name(pin) for pin in _pins(lock)}
