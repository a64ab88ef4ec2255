"""Every setting that the environment gives is described where a deployer looks for it."""

import ast
import re

from portal import database

READERS = {"text", "flag", "number", "secret", "address", "words"}
PAGE = database.ROOT / "docs" / "how-to" / "run-in-production.md"


def settings_read() -> set[str]:
    """Return the names that our own code asks ``portal.env`` for."""
    return {
        node.args[0].value
        for path in (database.ROOT / "portal").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and getattr(node.func.value, "id", "") == "env"
        and node.func.attr in READERS
        and isinstance(node.args[0], ast.Constant)
    }


def settings_described() -> set[str]:
    return set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)`", PAGE.read_text("utf-8"), re.MULTILINE))


def test_every_setting_is_described():
    assert "PUBLIC_HOST" in settings_read()

    assert settings_read() - settings_described() == set()


def test_nothing_is_described_that_is_not_read():
    by_other_means = {"BOOTSTRAP", "CHROMIUM", "SAMPLE_DATA"}

    assert settings_described() - settings_read() - by_other_means == set()
