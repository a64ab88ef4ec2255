import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from portal import checking


@pytest.fixture
def ran(monkeypatch):
    """Have no tests run; give the arguments that pytest would have had."""
    given = []

    def run_tests(arguments, *, quick, settings):
        given.append((arguments, quick))
        return 0

    monkeypatch.setattr(checking, "run_tests", run_tests)
    monkeypatch.setattr(checking, "BEFORE_TESTS", [])
    monkeypatch.setattr(checking, "_audit_dependencies", lambda: None)
    monkeypatch.setattr(checking, "ROOM", float("inf"))
    return given


def check(code):
    said = f"print('said with {code}'); raise SystemExit({code})"
    return checking.Check(f"ends with {code}", [sys.executable, "-c", said])


def test_a_failed_check_fails_the_run_though_every_test_passes(monkeypatch, ran, capfd):
    monkeypatch.setattr(checking, "CHECKS", [check(0), check(3)])

    assert checking.run(quick=True) == 1

    said = capfd.readouterr().out
    assert "failed before the tests: ends with 3\n" in said
    assert "said with 3\n" in said
    assert "said with 0\n" not in said
    assert ran == [(["tests"], True)]


def test_a_run_in_which_all_passes_is_a_success(monkeypatch, ran, capfd):
    monkeypatch.setattr(checking, "CHECKS", [check(0)])

    assert checking.run(quick=False) == 0
    assert "failed" not in capfd.readouterr().out


def test_where_there_is_room_databases_are_in_memory_and_leave_nothing_there(
    monkeypatch, ran, capfd
):
    seen = "import os; print(os.listdir(os.environ['DATA_FOLDER'])); raise SystemExit(1)"
    monkeypatch.setattr(checking, "CHECKS", [checking.Check("sees", [sys.executable, "-c", seen])])
    monkeypatch.setattr(checking, "ROOM", 0)
    with TemporaryDirectory() as folder:  # one that the server's account can enter, too
        Path(folder).chmod(0o711)
        monkeypatch.setattr(checking, "MEMORY", Path(folder))

        checking.run(quick=True)

        assert "'users.lock'" in capfd.readouterr().out
        assert list(Path(folder).iterdir()) == []


def test_checks_do_not_see_a_service_of_the_persons_own(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://daybook_app@live.example/daybook")
    seen = "import os; raise SystemExit('live' in os.environ.get('DATABASE_URL', ''))"

    assert checking.Check("sees", [sys.executable, "-c", seen]).passes({})


def test_checks_keep_what_they_compile(monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    seen = "import sys; raise SystemExit(sys.dont_write_bytecode)"

    assert checking.Check("sees", [sys.executable, "-c", seen]).passes({})


def test_ci_runs_the_same_command():
    run = checking.ROOT / ".ci" / "run"

    assert os.access(run, os.X_OK)
    assert run.read_text("utf-8").splitlines()[-1] == 'exec python3 manage.py test "$@"'
