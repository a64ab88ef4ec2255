"""How things stand, in a word for people, with one sentence of what it means and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Status:
    """A word and its tone ("", "quiet" or "warn"); `group` is its heading in a list."""

    word: str
    tone: str = ""
    meaning: str = ""
    group: str = ""


Statuses = Mapping[str, Status]
_QUIET: Final = "quiet"
_WARN: Final = "warn"

TAKING: Final = "Taking now"
TOLD: Final = "Told to us"
PAUSED: Final = "Paused"
PLANNED: Final = "Planned"
STOPPED: Final = "Stopped"
FORBIDDEN: Final = "Do not take"
UNSURE: Final = "We are not sure about"
ACTIVE: Final = "Active"
RESOLVED: Final = "Resolved"
RULED_OUT: Final = "Ruled out"
ENDED: Final = "Ended"

# The ten ways in which a medicine can stand.
MEDICINES: Final[Statuses] = MappingProxyType(
    {
        "active": Status(
            "Taking now", "", "Keep taking it as it says here. Ask the care team if that is wrong.",
            TAKING,
        ),
        "on-hold": Status(
            "Paused", _WARN,
            "It is not to be taken for a while. Ask the care team when to start again.",
            PAUSED,
        ),
        "stopped": Status(
            "Stopped", _QUIET,
            "The care team has stopped it. Ask them before taking any that is left.", STOPPED,
        ),
        "completed": Status(
            "Finished", _QUIET,
            "The course has come to its end. Ask the care team if it still seems needed.",
            STOPPED,
        ),
        "cancelled": Status(
            "Cancelled", _QUIET,
            "It was cancelled before it was started. You do not need to do anything.",
            STOPPED,
        ),
        "draft": Status(
            "Not started yet", _QUIET,
            "It has been written down and not prescribed. The care team says when to start.",
            PLANNED,
        ),
        "intended": Status(
            "Planned", _QUIET,
            "It is to be taken later. The care team says when to start.", PLANNED,
        ),
        "not-taken": Status(
            "Not taken", _QUIET,
            "The record says that it is not taken. Tell the care team if that is wrong.", STOPPED,
        ),
        "forbidden": Status(
            "Do not take", _WARN,
            "The care team has said that it must not be given. Tell anyone who offers it.",
            FORBIDDEN,
        ),
        "unknown": Status(
            "Not known", _WARN, "We do not know if it is taken. Tell the care team if it is.",
            UNSURE,
        ),
    }
)  # fmt: skip

DISPENSED: Final[Statuses] = MappingProxyType(
    {
        "preparation": Status("Being made ready", "", "The pharmacy is working on it."),
        "in-progress": Status("Under way", "", "The pharmacy is working on it."),
        "on-hold": Status("On hold", _WARN, "The pharmacy is waiting. Ring them to ask why."),
        "completed": Status("Handed out", "", "The pharmacy has given it out."),
        "cancelled": Status("Cancelled", _QUIET, "It was not handed out."),
        "declined": Status("Not handed out", _WARN, "The pharmacy did not give it out. Ask why."),
        "stopped": Status("Stopped", _QUIET, "The pharmacy stopped giving it out."),
        "unknown": Status("Not known", _QUIET, "We do not know if it was handed out."),
    }
)

# What is done to a person: an operation, a dose given by a nurse, a vaccine.
DONE: Final[Statuses] = MappingProxyType(
    {
        "preparation": Status("Being prepared", "", "It has not been done yet.", PLANNED),
        "in-progress": Status("Going on now", "", "It has begun and is not over.", "Going on now"),
        "not-done": Status("Not done", _WARN, "It was planned and did not happen.", "Not done"),
        "on-hold": Status("Paused", _WARN, "It has been put off. Ask the care team.", PAUSED),
        "stopped": Status("Stopped early", _WARN, "It was begun and not finished.", "Done"),
        "completed": Status("Done", _QUIET, "", "Done"),
        "unknown": Status("Not known", _QUIET, "We do not know if it was done.", UNSURE),
    }
)

# What somebody has asked for or planned.
ASKED: Final[Statuses] = MappingProxyType(
    {
        "draft": Status("Being written", _QUIET, "It does not count yet.", PLANNED),
        "active": Status("Active", "", "It is under way. You do not need to do anything.", ACTIVE),
        "on-hold": Status("On hold", _WARN, "It waits for something. Ask the care team.", ACTIVE),
        "revoked": Status("Cancelled", _QUIET, "It will not go ahead.", ENDED),
        "completed": Status("Finished", _QUIET, "All of it has been done.", ENDED),
        "unknown": Status("Not known", _QUIET, "We do not know how far it has come.", UNSURE),
    }
)

CONDITIONS: Final[Statuses] = MappingProxyType(
    {
        "active": Status("Active", "", "It is there now.", ACTIVE),
        "recurrence": Status("Come back", "", "It was there before and has come back.", ACTIVE),
        "relapse": Status("Come back", "", "It had got better and has come back.", ACTIVE),
        "inactive": Status("Not active", _QUIET, "There are no signs of it now.", RESOLVED),
        "remission": Status("In remission", _QUIET, "Its signs are less or gone.", RESOLVED),
        "resolved": Status("Resolved", _QUIET, "It is not there any more.", RESOLVED),
    }
)

CERTAINTY: Final[Statuses] = MappingProxyType(
    {
        "unconfirmed": Status("Not confirmed", _WARN, "The care team is not sure yet.", ACTIVE),
        "provisional": Status("Not confirmed", _WARN, "The care team thinks it likely.", ACTIVE),
        "differential": Status(
            "One possibility", _WARN, "It is one of several things it could be.", ACTIVE
        ),
        "refuted": Status("Ruled out", _QUIET, "It was looked for and is not there.", RULED_OUT),
    }
)

ALLERGIES: Final[Statuses] = MappingProxyType(
    {
        "active": Status("Active", "", "Tell every doctor, nurse and pharmacist.", ACTIVE),
        "inactive": Status(
            "Not active", _QUIET, "It is not thought to be a risk now. Ask before relying on it.",
            RESOLVED,
        ),
        "resolved": Status("Resolved", _QUIET, "No longer allergic to it.", RESOLVED),
    }
)  # fmt: skip

VISITS: Final[Statuses] = MappingProxyType(
    {
        "planned": Status("Planned", "", "It has not begun.", PLANNED),
        "arrived": Status("Arrived", "", "Waiting to be seen.", "Now"),
        "triaged": Status("Arrived", "", "Somebody has seen how urgent it is.", "Now"),
        "in-progress": Status("Going on now", "", "", "Now"),
        "onleave": Status("On leave", "", "Away from the ward for a while.", "Now"),
        "finished": Status("Over", _QUIET, "", "Past"),
        "cancelled": Status("Cancelled", _QUIET, "It did not happen.", "Past"),
        "unknown": Status("Not known", _QUIET, "", "Past"),
    }
)

EPISODES: Final[Statuses] = MappingProxyType(
    {
        "planned": Status("Planned", "", "It has not begun.", PLANNED),
        "waitlist": Status("Waiting", "", "On a waiting list.", PLANNED),
        "active": Status("Active", "", "This care is going on now.", ACTIVE),
        "onhold": Status("Paused", _WARN, "It has been put off for now.", ACTIVE),
        "finished": Status("Finished", _QUIET, "This care has ended.", ENDED),
        "cancelled": Status("Cancelled", _QUIET, "It did not begin.", ENDED),
    }
)

APPOINTMENTS: Final[Statuses] = MappingProxyType(
    {
        "proposed": Status("Suggested", "", "No time has been agreed yet.", PLANNED),
        "pending": Status("Waiting", "", "Not everyone has said yes yet.", PLANNED),
        "booked": Status("Booked", "", "This appointment is to go ahead.", "Booked"),
        "arrived": Status("Arrived", "", "Waiting to be seen.", "Booked"),
        "checked-in": Status("Arrived", "", "The clinic has been told.", "Booked"),
        "fulfilled": Status("Over", _QUIET, "It took place.", "Past"),
        "cancelled": Status(
            "Cancelled", _WARN, "It was called off. Ask the clinic if a new time is needed.", "Past"
        ),
        "noshow": Status(
            "Did not attend", _QUIET, "The clinic has no note that anybody came. You can ask for"
            " a new time.", "Past",
        ),
        "waitlist": Status("Waiting", "", "On a waiting list.", PLANNED),
    }
)  # fmt: skip

GOALS: Final[Statuses] = MappingProxyType(
    {
        "proposed": Status("Suggested", "", "It is not agreed yet.", PLANNED),
        "planned": Status("Planned", "", "", PLANNED),
        "accepted": Status("Agreed", "", "", ACTIVE),
        "active": Status("Working on it", "", "", ACTIVE),
        "on-hold": Status("Paused", _QUIET, "", ACTIVE),
        "completed": Status("Finished", _QUIET, "", ENDED),
        "cancelled": Status("Given up", _QUIET, "", ENDED),
        "rejected": Status("Not agreed", _QUIET, "", ENDED),
    }
)

DOCUMENTS: Final[Statuses] = MappingProxyType(
    {
        "preliminary": Status("First version", _WARN, "It may still change."),
        "amended": Status("Changed", "", "It was changed after it was first sent."),
        "superseded": Status("Replaced", _WARN, "There is a newer one. Do not rely on this one."),
    }
)

REPORTS: Final[Statuses] = MappingProxyType(
    {
        "registered": Status("To come", "", "The results are still to come."),
        "partial": Status("Not complete", "", "Some results are still to come."),
        "preliminary": Status("First results", _WARN, "They may change."),
        "amended": Status("Changed", "", "It was changed after it was first sent."),
        "corrected": Status("Corrected", "", "It was corrected after it was first sent."),
        "appended": Status("Added to", "", "Something was added after it was first sent."),
        "cancelled": Status("Not done", _QUIET, "This test was not done."),
    }
)

# Whatever is either in use or not: a device, a care team, an alert.
IN_USE: Final[Statuses] = MappingProxyType(
    {
        "active": Status("Active", "", "", ACTIVE),
        "proposed": Status("Planned", "", "", PLANNED),
        "suspended": Status("Paused", _QUIET, "", ACTIVE),
        "inactive": Status("Not active", _QUIET, "", ENDED),
        "completed": Status("Finished", _QUIET, "", ENDED),
        "intended": Status("Planned", "", "", PLANNED),
        "stopped": Status("Stopped", _QUIET, "", ENDED),
        "on-hold": Status("Paused", _QUIET, "", ACTIVE),
    }
)
