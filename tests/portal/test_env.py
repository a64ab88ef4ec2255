import pytest

from portal import env


def test_what_is_unset_or_blank_is_the_default(monkeypatch):
    monkeypatch.setenv("BLANK", "  ")

    assert env.text("ABSENT", "Ashdown") == "Ashdown"
    assert env.text("BLANK", "Ashdown") == "Ashdown"
    assert env.number("BLANK", 8000) == 8000
    assert env.flag("BLANK", default=True) is True
    assert env.words("BLANK") == []
    assert env.secret("BLANK", "none") == "none"
    assert env.address("BLANK") == ""


@pytest.mark.parametrize(("given", "means"), [("yes", True), ("1", True), ("off", False)])
def test_a_flag_is_said_in_words(monkeypatch, given, means):
    monkeypatch.setenv("FLAG", given)

    assert env.flag("FLAG", default=not means) is means


@pytest.mark.parametrize(
    ("read", "given"),
    [(env.flag, "perhaps"), (lambda name: env.number(name, 1), "8o"), (env.address, "daybook")],
)
def test_a_value_that_cannot_be_used_is_named(monkeypatch, read, given):
    monkeypatch.setenv("WRONG", given)

    with pytest.raises(env.BadSetting, match=f"WRONG.*{given}"):
        read("WRONG")


def test_words_may_be_parted_by_commas_or_spaces(monkeypatch):
    monkeypatch.setenv("HOSTS", "one.example, two.example three.example")

    assert env.words("HOSTS") == ["one.example", "two.example", "three.example"]


def test_a_secret_may_be_kept_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("not for the environment\n")
    monkeypatch.setenv("KEY", "in the environment")
    monkeypatch.setenv("KEY_FILE", str(tmp_path / "key"))

    assert env.secret("KEY") == "not for the environment"


def test_a_secret_whose_file_is_missing_is_not_silently_empty(monkeypatch, tmp_path):
    monkeypatch.setenv("KEY_FILE", str(tmp_path / "absent"))

    with pytest.raises(env.BadSetting, match="KEY_FILE: cannot read"):
        env.secret("KEY")


def test_an_address_ends_without_a_slash(monkeypatch):
    monkeypatch.setenv("BASE", "https://daybook.example/")

    assert env.address("BASE") == "https://daybook.example"
