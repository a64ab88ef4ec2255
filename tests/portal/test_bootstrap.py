import ast
import sys

import pytest

from portal import bootstrap


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """Give a checkout without an environment."""
    monkeypatch.delenv("BOOTSTRAP", raising=False)
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    for name in ("SERVICE", "TESTS"):
        lock = tmp_path / f"{name.lower()}.lock"
        lock.write_text(f"{name.lower()}==1\n")
        monkeypatch.setattr(bootstrap, name, lock)
    return tmp_path


@pytest.fixture
def made(checkout):
    """Give a checkout whose environment holds what the service needs."""
    bootstrap.PYTHON.parent.mkdir(parents=True)
    bootstrap.PYTHON.touch()
    bootstrap._stamp(bootstrap.SERVICE).touch()
    return checkout


def test_an_old_python_is_told_which_it_takes_to_be_new(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))

    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer; this is 3\.9"):
        bootstrap.enter(["manage.py", "check"])


@pytest.mark.parametrize("name", ["manage.py", "portal/bootstrap.py", "portal/__init__.py"])
def test_an_old_python_can_read_what_tells_it_so(name):
    source = (bootstrap.ROOT / name).read_text("utf-8")

    assert ast.parse(source, feature_version=(3, 7))


def test_nothing_is_made_where_the_deployer_says_so(checkout, monkeypatch):
    monkeypatch.setenv("BOOTSTRAP", "no")

    bootstrap.enter(["manage.py", "migrate"])

    assert not bootstrap.VENV.exists()


def test_a_python_that_cannot_make_environments_is_mended_with_one_line(monkeypatch):
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda _name: None)

    with pytest.raises(SystemExit, match=r"\n  apt-get install python3\.\d+-venv$"):
        bootstrap._command_to_make(uv=None)


def test_an_environment_is_new_until_all_of_its_list_is_installed(checkout):
    assert not bootstrap._is_installed(bootstrap.SERVICE)


def test_an_environment_serves_until_its_list_changes(made):
    assert bootstrap._is_installed(bootstrap.SERVICE)

    bootstrap.SERVICE.write_text("service==2\n")

    assert not bootstrap._is_installed(bootstrap.SERVICE)


def test_tests_need_more_than_the_service_does(made):
    assert not bootstrap._is_installed(bootstrap.TESTS)

    bootstrap._stamp(bootstrap.TESTS).touch()

    assert bootstrap._is_installed(bootstrap.TESTS)


def test_what_tests_need_holds_all_that_the_service_needs(made):
    bootstrap._stamp(bootstrap.SERVICE).unlink()
    bootstrap._stamp(bootstrap.TESTS).touch()

    assert bootstrap._is_installed(bootstrap.SERVICE)


def test_an_installation_that_fails_is_begun_again_the_next_time(made, monkeypatch, capfd):
    bootstrap.SERVICE.write_text("service==2\n")
    failing = [sys.executable, "-c", "raise SystemExit('no network')"]
    monkeypatch.setattr(bootstrap, "_command_to_install", lambda _uv, _lock: failing)

    with pytest.raises(SystemExit, match="Run the same command again"):
        bootstrap.enter(["manage.py", "check"])

    assert not bootstrap._is_installed(bootstrap.SERVICE)
    assert "no network" in capfd.readouterr().err


@pytest.mark.parametrize("uv", ["/usr/bin/uv", None])
def test_only_what_is_locked_is_installed(uv):
    command = bootstrap._command_to_install(uv, bootstrap.SERVICE)

    assert {"--require-hashes", "--no-deps", str(bootstrap.SERVICE)} < set(command)
