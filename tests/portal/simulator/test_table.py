import pytest

from portal.simulator.accounts import ACCOUNTS, PASSWORD
from portal.simulator.steps import Steps
from portal.simulator.table import accounts_table, chosen, codes_line


def test_the_table_has_all_that_one_needs_to_sign_in():
    printed = "\n".join(accounts_table("http://localhost:8000", 1_773_000_000))

    assert "http://localhost:8000/account/login/" in printed
    assert PASSWORD in printed
    for account in ACCOUNTS:
        [line] = [one for one in printed.splitlines() if one.startswith(account.name)]
        for word in (account.email, account.code(1_773_000_000), account.secret, account.shows):
            assert word in line


def test_a_code_lasts_to_the_end_of_its_half_minute():
    [amina] = chosen(["amina"])

    assert codes_line(amina, 59).endswith("for another 1 s")
    assert codes_line(amina, 60).endswith("for another 30 s")
    assert amina.code(59) == amina.code(30)
    assert amina.code(60) != amina.code(59)


@pytest.mark.parametrize("word", ["amina", "AMINA", "Amina Yusuf", "amina.yusuf@example.org"])
def test_an_account_is_found_by_whatever_one_calls_it(word):
    assert [account.key for account in chosen([word])] == ["amina"]


def test_without_a_name_all_codes_are_asked_for():
    assert chosen([]) == [*ACCOUNTS]


def test_nobody_of_that_name_is_said_with_those_there_are():
    with pytest.raises(LookupError, match="no account zara; there are amina, ben"):
        chosen(["zara"])


def test_a_step_says_what_it_did_and_how_long_it_took():
    said = []

    with Steps(said.append)("Accounts are opened"):
        assert said == []

    assert said[0].startswith("Accounts are opened.....")
    assert said[0].endswith(" s")
