"""Every row of the bench can be run and says its limit; how fast it is, no test asks."""

import inspect
from importlib import import_module

import pytest

from portal.management.commands.bench import ROWS


@pytest.mark.parametrize("row", ROWS)
def test_a_row_can_be_run_and_has_a_limit(row):
    module = import_module(f"portal.bench.{row}")

    assert callable(module.run)
    assert not inspect.signature(module.run).parameters
    assert "limit" in inspect.getsource(module)
