"""THE table of what people can tell us that they need: their words, those for staff, a category.

Categories are those of the national reasonable adjustment flag. What exactly is needed stands in
words: a code of our own would mean nothing to any other system.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

FORMATS, CONTACT, VISITS = "formats", "contact", "visits"
INTERPRETER, WORDS = "interpreter", "words"
LONGER: Final = "longer"

_FORMAT: Final = "requires-specific-information-format"
_CONTACT: Final = "requires-specific-contact-method"
_PROFESSIONAL: Final = "requires-communication-professional"
_LANGUAGE: Final = "community-language-support"
_SUPPORT: Final = "adjustments-for-providing-additional-support-to-patients"
_CARE: Final = "adjustments-for-individual-care-requirements"
_PLACE: Final = "adjustments-in-relation-to-the-environment-of-care"
_BESPOKE: Final = "bespoke-reasonable-adjustments"
SIGNED: Final = "bfi"  # British Sign Language, in BCP 47

DISPLAYS: Final = {
    _FORMAT: "Requires specific information format",
    _CONTACT: "Requires specific contact method",
    _PROFESSIONAL: "Requires communication professional",
    _LANGUAGE: "Community Language Support",
    _SUPPORT: "Adjustments for providing Additional Support to patients",
    _CARE: "Adjustments for Individual Care Requirements",
    _PLACE: "Adjustments in relation to the environment of care",
    _BESPOKE: "Bespoke Reasonable adjustments",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing to tick: `asked` on the form, `said` wherever it is read."""

    key: str
    group: str
    asked: str
    said: str
    category: str
    hint: str = ""


KINDS: Final = (
    Kind("large-print", FORMATS, "Large print", "Large print", _FORMAT),
    Kind("easy-read", FORMATS, "Easy read", "Easy read", _FORMAT, "Short sentences, with pictures"),
    Kind("braille", FORMATS, "Braille", "Braille", _FORMAT),
    Kind("audio", FORMATS, "Audio", "Audio instead of print", _FORMAT, "To listen to"),
    Kind("email", FORMATS, "Email instead of letters", "Email instead of letters", _FORMAT),
    Kind("text-only", CONTACT, "Only text messages", "Contact by text message only", _CONTACT),
    Kind("no-phone", CONTACT, "No phone calls", "No phone calls", _CONTACT),
    Kind(
        LONGER, VISITS, "A longer visit", "Longer appointment", _CARE, "About twice the usual time"
    ),
    Kind(
        *("carer", VISITS, "Somebody comes along to help", "Comes with somebody who helps"),
        *(_SUPPORT, "A carer, a friend or someone of the family"),
    ),
    Kind("quiet", VISITS, "A quiet place to wait", "Quiet place to wait", _PLACE),
    Kind("step-free", VISITS, "A way in without steps", "Step-free way in", _PLACE),
    Kind("wheelchair", VISITS, "Space for a wheelchair", "Space for a wheelchair", _PLACE),
)
BY_KEY: Final[Mapping[str, Kind]] = {kind.key: kind for kind in KINDS}
KEYS: Final = (INTERPRETER, *BY_KEY, WORDS)
# Of what lists say; a need without a key is the hospital's own.
ORDER: Final = (INTERPRETER, "", *BY_KEY, WORDS)


def category_of(key: str, language: str) -> str:
    """Return the category of a need; `language` is the code of an interpreter's."""
    if key == INTERPRETER:
        return _PROFESSIONAL if language == SIGNED else _LANGUAGE
    return _BESPOKE if key == WORDS else BY_KEY[key].category
