"""No file over 300 lines, no function over 40: a longer one gives its reason in exceptions.py."""

import ast
from pathlib import Path

from portal import database
from tests.house import exceptions

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
APART = {"migrations", "settings.py", "tables.py"}

FILES = sorted(
    path
    for package in ("portal", "fhir", "cms")
    for path in (database.ROOT / package).rglob("*.py")
    if not APART & set(path.relative_to(database.ROOT).parts)
)


def name_of(path: Path) -> str:
    return path.relative_to(database.ROOT).as_posix()


def functions_in(path: Path) -> dict[str, int]:
    """Return the lines of each function, its docstring apart."""
    return {
        f"{name_of(path)}:{node.name}": _lines(node)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = function.body[0]
    said = ast.get_docstring(function, clean=False)
    docstring = first.end_lineno - first.lineno + 1 if said else 0
    return function.end_lineno - function.lineno + 1 - docstring


def long_files() -> set[str]:
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in FILES}
    return {name for name, lines in lengths.items() if lines > LONGEST_FILE}


def long_functions() -> set[str]:
    lengths = {name: lines for path in FILES for name, lines in functions_in(path).items()}
    return {name for name, lines in lengths.items() if lines > LONGEST_FUNCTION}


def test_a_file_is_short_enough_to_read():
    assert long_files() - set(exceptions.LONG_FILES) == set()


def test_a_function_fits_on_a_screen():
    assert long_functions() - set(exceptions.LONG_FUNCTIONS) == set()


def test_no_exception_outlives_its_reason():
    assert set(exceptions.LONG_FILES) - long_files() == set()
    assert set(exceptions.LONG_FUNCTIONS) - long_functions() == set()


def test_the_measure_finds_a_long_function(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "ROOT", tmp_path)
    body = "\n".join(f"    step_{number} = {number}" for number in range(50))
    (tmp_path / "long.py").write_text(f'def long():\n    """Docstring."""\n{body}\n')

    assert functions_in(tmp_path / "long.py") == {"long.py:long": 51}
