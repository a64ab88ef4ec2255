"""What templates compile to is kept for the processes that start later, and never stale."""

import pytest
from jinja2 import DictLoader, Environment

from portal.compiled import Compiled

ONE = "There is {{ count }}"


@pytest.fixture
def compiled(monkeypatch):
    """Give what has been compiled, and not read."""
    found = []
    really = Environment._compile

    def noted(environment, source, filename):
        found.append(filename)
        return really(environment, source, filename)

    monkeypatch.setattr(Environment, "_compile", noted)
    return found


def said(folder, source=ONE, **options):
    """Return what a process that has just started says."""
    kept = Compiled(folder, options)
    pages = Environment(  # noqa: S701 (what is said is no page)
        loader=DictLoader({"one.html": source}), bytecode_cache=kept, **options
    )
    return pages.get_template("one.html").render(count=1)


def test_a_process_that_starts_later_compiles_nothing(tmp_path, compiled):
    assert said(tmp_path / "kept") == "There is 1"
    assert len(compiled) == 1

    assert said(tmp_path / "kept") == "There is 1"
    assert len(compiled) == 1


def test_a_template_that_has_changed_is_compiled_anew(tmp_path, compiled):
    said(tmp_path / "kept")

    assert said(tmp_path / "kept", "There are {{ count }}") == "There are 1"
    assert len(compiled) == 2


def test_what_was_compiled_with_other_options_is_not_used(tmp_path, compiled):
    broken = "{% if count %}\nThere is{% endif %}"
    assert said(tmp_path / "kept", broken) == "\nThere is"

    assert said(tmp_path / "kept", broken, trim_blocks=True) == "There is"
    assert len(compiled) == 2


@pytest.mark.parametrize("left", [0, 30, 60, 100])
def test_what_was_cut_short_is_compiled_anew(tmp_path, compiled, left):
    said(tmp_path / "kept")
    (file,) = (tmp_path / "kept").iterdir()
    file.write_bytes(file.read_bytes()[:left])

    assert said(tmp_path / "kept") == "There is 1"
    assert len(compiled) == 2


def test_without_a_folder_each_process_compiles_for_itself(tmp_path, compiled):
    (tmp_path / "kept").write_text("not a folder", "utf-8")

    for _ in range(2):
        assert said(tmp_path / "kept") == "There is 1"
    assert len(compiled) == 2


def test_only_the_service_itself_can_write_there(tmp_path):
    said(tmp_path / "kept")

    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o700
