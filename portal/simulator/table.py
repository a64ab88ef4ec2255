"""The accounts of the demo, as its first page of print shows them."""

from collections.abc import Iterator
from typing import Final

from portal.simulator.accounts import ACCOUNTS, PASSWORD, PERIOD, Account

_KINDS: Final = {True: "Patients", False: "Staff"}


def accounts_table(base_url: str, seconds: float) -> Iterator[str]:
    yield ""
    yield f"Sign in at {base_url}/account/login/"
    yield f"Everybody's password is {PASSWORD}"
    yield f"Codes change every {PERIOD} seconds: python3 manage.py demo --code amina"
    for is_patient, heading in _KINDS.items():
        yield ""
        yield f"{heading:<14} {'e-mail':<30} {'code now':<9} {'authenticator key':<33}"
        for account in ACCOUNTS:
            if (account.person is not None) == is_patient:
                yield _row(account, seconds)
    yield ""


def codes_line(account: Account, seconds: float) -> str:
    """The code that is right now, and how long it will be."""
    left = PERIOD - int(seconds) % PERIOD
    return f"{account.name:<14} {account.code(seconds)}  for another {left} s"


def chosen(words: list[str]) -> list[Account]:
    """The accounts that words name, by key, name or e-mail address; all where there are none.

    :raises LookupError: nobody is called so.
    """
    return [_named(word) for word in words] if words else [*ACCOUNTS]


def _named(word: str) -> Account:
    for account in ACCOUNTS:
        if word.lower() in {account.key, account.name.lower(), account.email}:
            return account
    raise LookupError(f"There is no account {word}; there are {', '.join(_keys())}.")


def _keys() -> Iterator[str]:
    yield from (account.key for account in ACCOUNTS)


def _row(account: Account, seconds: float) -> str:
    code = account.code(seconds)
    return f"{account.name:<14} {account.email:<30} {code:<9} {account.secret:<33} {account.shows}"
