"""How what was asked stands, in words for patients and for staff."""

from typing import Final

from portal.pifu.rules import Act, State

# A word with its tone, for a patient.
STATES: Final = {
    State.SENT: ("We have it", "blue"),
    State.CALLING: ("We will ring you", "green"),
    State.BOOKABLE: ("You can book a visit", "green"),
    State.ADVISED: ("We have answered", "green"),
    State.SPOKEN: ("We have spoken", "grey"),
    State.WITHDRAWN: ("You took it back", "grey"),
}
ACTS: Final = {
    Act.BOOK: "Let them book a visit",
    Act.CALL: "Promise a phone call",
    Act.ADVISE: "Answer with advice",
    Act.SPOKEN: "We have spoken, and nothing more is needed",
}
DONE: Final = {
    Act.BOOK: "can book a visit now, and is told.",
    Act.CALL: "is told that you will ring. It stays in this list until you have.",
    Act.ADVISE: "is told that there is an answer.",
    Act.SPOKEN: "is off this list.",
}


def days(count: int) -> str:
    """Return how many days are left.

    >>> days(1), days(30)
    ('Today is the last day', '30 days left')
    """
    return f"{count} days left" if count > 1 else "Today is the last day"
