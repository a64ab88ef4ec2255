"""HL7 v2 data types as FHIR data types. Each reads one occurrence; None: nothing is there."""

import re
from operator import mul
from typing import Final

from nhs_number.validate import is_valid

from fhir.hl7 import tables
from fhir.hl7.feeds import ODS_CODE, FeedSettings
from fhir.hl7.message import Repetition
from fhir.hl7.times import moment
from fhir.paths import Json
from fhir.search.values import NHS_NUMBER

_V2: Final = "http://terminology.hl7.org/CodeSystem/v2-"
IDENTIFIER_TYPE: Final = f"{_V2}0203"
_KINDS: Final = {
    "MR": "Medical record number",
    "PI": "Patient internal identifier",
    "PT": "Patient external identifier",
    "VN": "Visit number",
    "AN": "Account number",
}
_OTHER_KINDS: Final = {"MRN": "MR"}
_UNWANTED: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TABLE: Final = re.compile(r"HL7(\d{4})")
_ODS_SHAPE: Final = re.compile(r"[A-Z][A-Z0-9]{2,5}")
_WEIGHTS: Final = range(10, 0, -1)  # of an NHS number's digits, the check digit included
_SCOTTISH: Final = frozenset("0123")  # begins numbers that begin with a date of birth


def cleaned(text: str) -> str:
    """Return text without control characters and outer space."""
    return _UNWANTED.sub("", text).strip() if text else text


def some(**elements: object) -> Json | None:
    """Return the elements that have a value, or None if none has.

    A trailing underscore is taken off a name that Python keeps to itself.
    """
    found = {name.rstrip("_"): value for name, value in elements.items() if value not in _NOTHING}
    return found or None


_NOTHING: Final[tuple[object, ...]] = (None, "", [], {})


def st(said: Repetition, _: FeedSettings) -> str | None:
    """ST, TX and FT: all of it, since many senders do not escape what parts components."""
    return cleaned(said.whole()) or None


def dtm(said: Repetition, _: FeedSettings) -> str | None:
    when = moment(said.text(), said.place)
    return when.date_time() if when else None


def instant(said: Repetition, _: FeedSettings) -> str | None:
    when = moment(said.text(), said.place)
    return when.instant() if when else None


def day(said: Repetition, _: FeedSettings) -> str | None:
    when = moment(said.text(), said.place)
    return when.date() if when else None


def period(start: str, end: str, place: str) -> Json | None:
    began, ended = moment(start, place), moment(end, place)
    return some(
        start=began.date_time() if began else None,
        end=ended.date_time() if ended else None,
    )


def cwe(said: Repetition, feed: FeedSettings) -> Json | None:
    """CWE, CE, CF, CNE and IS as a CodeableConcept."""
    codings = [_coding(said, feed, code, version) for code, version in ((1, 7), (4, 8), (10, 13))]
    text = cleaned(said.text(9))
    if not any(codings):
        text = text or cleaned(said.text(2)) or cleaned(said.text(5))
    return some(coding=[coding for coding in codings if coding], text=text)


def _coding(said: Repetition, feed: FeedSettings, at: int, version: int) -> Json | None:
    code = " ".join(cleaned(said.text(at)).split())
    if not code:
        return None
    return some(
        system=code_system(cleaned(said.text(at + 2)), code, feed),
        version=cleaned(said.text(version)),
        code=code,
        display=cleaned(said.text(at + 1)),
    )


def code_system(name: str, code: str, feed: FeedSettings) -> str:
    """Return the URI of a coding system, as the trust's own where it is not one we know."""
    if known := tables.CODE_SYSTEMS.get(name.upper()):
        shape = tables.CODE_SHAPES.get(known)
        return known if not shape or re.fullmatch(shape, code) else feed.local("codes", name)
    if table := _TABLE.fullmatch(name.upper()):
        return f"{_V2}{table[1]}"
    return feed.local("codes", name or feed.name)


class Coded:
    """A code through a table, as a CodeableConcept; one that the table lacks stays the sender's."""

    def __init__(self, system: str, table: dict[str, tuple[str, str]]) -> None:
        self._system = system
        self._table = table

    def __call__(self, said: Repetition, feed: FeedSettings) -> Json | None:
        known = self._table.get(said.text().upper())
        if known is None:
            return cwe(said, feed)
        code, display = known
        text = cleaned(said.text(9)) or cleaned(said.text(2))
        return some(coding=[some(system=self._system, code=code, display=display)], text=text)


def cx(said: Repetition, feed: FeedSettings) -> Json | None:
    """CX of a person. A number with neither authority nor type says nothing and is left out."""
    value = cleaned(said.text(1))
    authority, kind = cleaned(said.within(4).text()), cleaned(said.text(5)).upper()
    if not value or not (authority or kind):
        return None
    if feed.is_nhs_number(authority, kind):
        digits = nhs_digits(value)
        return some(system=NHS_NUMBER, value=digits) if digits else None
    kind = _OTHER_KINDS.get(kind, kind)
    return some(
        type=_kind(kind),
        system=feed.of_patients(authority, kind),
        value=value,
        period=period(said.text(7), said.text(8), said.place),
        assigner=_assigner(authority, feed),
    )


def nhs_digits(text: str) -> str:
    """Return an NHS number as ten digits, or "" where its check digit does not agree.

    >>> nhs_digits("999 100 0003"), nhs_digits("9991000004")
    ('9991000003', '')
    """
    digits = text.replace(" ", "").replace("-", "")
    if not (len(digits) == len(_WEIGHTS) and digits.isascii() and digits.isdigit()):
        return ""
    # Whether the digits agree is most of the question, and cheaply asked; that "0" is 48 does not
    # matter, for 48 times the weights' sum is divisible by 11.
    agree = sum(map(mul, digits.encode(), _WEIGHTS)) % 11 == 0 and digits.strip("0")
    return digits if agree and (digits[0] not in _SCOTTISH or is_valid(digits)) else ""


def _kind(code: str) -> Json | None:
    if code in _KINDS:
        coding = some(system=IDENTIFIER_TYPE, code=code, display=_KINDS[code])
        return some(coding=[coding])
    return some(text=code)


def _assigner(authority: str, feed: FeedSettings) -> Json | None:
    is_ods = authority == feed.ods or _ODS_SHAPE.fullmatch(authority)
    code = authority if is_ods else feed.ods
    return some(
        identifier=some(system=ODS_CODE, value=code),
        display="" if is_ods else authority,
    )


def typed(kind: str, display: str, system: str, value: str) -> Json | None:
    """An identifier of a type of table 0203, such as FILL."""
    if not value:
        return None
    coding = some(system=IDENTIFIER_TYPE, code=kind, display=display)
    return some(type=some(coding=[coding]), system=system, value=value)
