"""How things stand, in a word for people, with one sentence of what it means and what to do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Status:
    """A word and its tone ("", "quiet" or "warn"); `group` is its heading in a list."""

    word: str
    tone: str = ""
    meaning: str = ""
    group: str = ""
