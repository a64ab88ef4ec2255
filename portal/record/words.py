"""Names, codes and numbers in plain words; never a raw code, never "None"."""

import re
from collections.abc import Iterable

from fhir.paths import Json

MEGABYTE = 1_000_000
# What is longer is cut, and says so: a page must not drown in what somebody pasted.
LONGEST_TITLE = 200
LONGEST_LINE = 2_000
LONGEST_TEXT = 50_000
MOST_LISTED = 30
CUT = "… (cut short here)"

# Marks that do not print, among them those that turn the direction of what follows.
_UNPRINTED = dict.fromkeys(
    [
        *range(9),
        *range(0x0E, 0x20),
        *range(0x7F, 0xA0),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    ]
)
# What machines call things: addresses and long keys.
_OF_MACHINES = re.compile(
    r"(?:urn|https?|ftp|cid|oid):\S*|[0-9A-Fa-f-]{32,}"
    r"|(?:Patient|Practitioner|Organization|Location|Encounter|Medication)/\S+"
    r"|\{.*|\[\s*[\[{\"].*",
    re.DOTALL,
)
_NO_LETTER = re.compile(r"[\W\d_]*")
_TAG = re.compile(
    r" \((?:attribute|body structure|cell structure|clinical drug|disorder|dose form|environment"
    r"|event|finding|medicinal product|medicinal product form|morphologic abnormality"
    r"|navigational concept|observable entity|occupation|organism|person|physical force"
    r"|physical object|procedure|product|qualifier value|real clinical drug|record artifact"
    r"|regime/therapy|situation|specimen|staging scale|substance|tumor staging)\)$"
)


def nhs_number(digits: str) -> str:
    """Return an NHS number as it is printed, in three groups.

    >>> nhs_number("9990000018")
    '999 000 0018'
    """
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}"


def telephone(number: str) -> str:
    """Return a telephone number as a link's address.

    >>> telephone("01632 960 100")
    'tel:01632960100'
    """
    return "tel:" + "".join(mark for mark in number if mark.isdigit() or mark == "+")


def plain(text: object, longest: int = LONGEST_LINE) -> str:
    r"""Return a text in one line, without what does not print, and cut where it is too long.

    >>> plain("Take \n one\u202e.")
    'Take one.'
    """
    start = str(text)[: 4 * longest].translate(_UNPRINTED)
    line = " ".join(start.split())
    return line if len(line) <= longest else line[:longest].rstrip() + CUT


def title(text: str, kind: str) -> str:
    """Return a name fit for a heading, or nothing: never a code, an address or the bare type.

    >>> title("Flu vaccine", "Immunization"), title("Immunization", "Immunization"), title("7", "")
    ('Flu vaccine', '', '')
    """
    line = plain(text, LONGEST_TITLE)
    return line if is_word(line) and line.casefold() != kind.casefold() else ""


def is_word(text: str) -> bool:
    """Whether it says something to a person.

    >>> is_word("Dr Nair"), is_word("urn:oid:1.2"), is_word("718-7"), is_word("")
    (True, False, False, False)
    """
    return not (_NO_LETTER.fullmatch(text) or is_of_machines(text))


def is_of_machines(text: str) -> bool:
    """Whether it is a key or an address that one machine gives another.

    >>> is_of_machines("https://millbrook.example/1"), is_of_machines("01632 960 100")
    (True, False)
    """
    return bool(_OF_MACHINES.fullmatch(text))


def concept(value: Json | None, untitled: str = "") -> str:
    """Return what a CodeableConcept says: its text, else a code's name, else nothing of it.

    >>> concept({"coding": [{"code": "718-7", "display": "Haemoglobin"}]})
    'Haemoglobin'
    """
    if not value:
        return untitled
    codings = value.get("coding")
    known = [one for one in codings if isinstance(one, dict)] if isinstance(codings, list) else []
    names = [_untagged(plain(one.get("display") or "")) for one in known]
    bare = {str(one.get("code")) for one in known}
    said = _untagged(plain(value.get("text") or ""))
    return next(
        (name for name in (said, *names) if name and (name not in bare or " " in name)), untitled
    )


def person(name: Json | None) -> str:
    """Return a HumanName as it is spoken.

    >>> person({"prefix": ["Dr"], "given": ["Priya"], "family": "Nair"})
    'Dr Priya Nair'
    """
    if not name:
        return ""
    if text := plain(name.get("text") or ""):
        return text
    parts = [*_several(name.get("prefix")), *_several(name.get("given")), name.get("family")]
    return plain(" ".join(str(part) for part in parts if part))


def referred(reference: Json | None) -> str:
    """Return the name that a reference carries of what it points to, or nothing."""
    return plain((reference or {}).get("display") or "")


def listed(words: Iterable[str], last: str = "and") -> str:
    """Return words as a list is spoken.

    >>> listed(["weight", "height", "pulse"])
    'weight, height and pulse'
    """
    *heads, tail = list(words) or [""]
    return f"{', '.join(heads)} {last} {tail}" if heads else tail


def enumerated(words: Iterable[str]) -> str:
    """Return words as a list, each once; a very long list ends with how many more there are."""
    once = list(dict.fromkeys(filter(None, words)))
    if any("," in one for one in once):
        return "; ".join(_short(once))
    return listed(_short(once))


def sentences(*parts: str) -> str:
    """Return parts as sentences of one line.

    >>> sentences("rash", "", "Severe."), sentences("")
    ('Rash. Severe.', '')
    """
    said = dict.fromkeys(capital(part.rstrip(". ")) for part in parts if part.strip(". "))
    return " ".join(f"{part}." for part in said)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def small(text: str) -> str:
    """Return a name as it stands within a sentence; an abbreviation stays.

    >>> small("Low iron"), small("COPD"), small("Vitamin D")
    ('low iron', 'COPD', 'vitamin D')
    """
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def bounded(lines: list[str]) -> list[str]:
    """Return paragraphs up to where a text gets too long; the last then says that it was cut."""
    kept: list[str] = []
    left = LONGEST_TEXT
    for line in lines:
        if len(line) > left:
            return [*kept, line[:left].rstrip() + CUT]
        kept.append(line)
        left -= len(line)
    return kept


def paragraphs(text: str) -> list[str]:
    """Return a text as it was broken, without empty lines."""
    lines = text.translate(_UNPRINTED).splitlines()
    return [line.strip() for line in lines if line.strip()]


def size(octets: int) -> str:
    """Return the size of a file.

    >>> size(900), size(120_400), size(2_400_000)
    ('1 KB', '120 KB', '2.4 MB')
    """
    if octets >= MEGABYTE:
        return f"{octets / MEGABYTE:.1f} MB"
    return f"{max(1, round(octets / 1000))} KB"


def _untagged(name: str) -> str:
    """Return a name of SNOMED CT without the mark of its hierarchy.

    >>> _untagged("Asthma (disorder)"), _untagged("Iron (II)")
    ('Asthma', 'Iron (II)')
    """
    return _TAG.sub("", name) or name


def _short(words: list[str]) -> list[str]:
    rest = len(words) - MOST_LISTED
    return [*words[:MOST_LISTED], f"{rest} more"] if rest > 0 else words


def _several(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
