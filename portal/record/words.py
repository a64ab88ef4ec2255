"""Names, codes and numbers in plain words; never a raw code, never "None"."""

from collections.abc import Iterable

from fhir.paths import Json

MEGABYTE = 1_000_000


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


def concept(value: Json | None, untitled: str = "") -> str:
    """Return what a CodeableConcept says: its text, else a code's name, else nothing of it.

    >>> concept({"coding": [{"code": "718-7", "display": "Haemoglobin"}]})
    'Haemoglobin'
    """
    if not value:
        return untitled
    codings = value.get("coding") or ()
    names = [coding.get("display") for coding in codings if coding.get("display")]
    bare = {coding.get("code") for coding in codings}
    said = str(value.get("text") or "").strip()
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
    if text := str(name.get("text") or "").strip():
        return text
    parts = [*(name.get("prefix") or ()), *(name.get("given") or ()), name.get("family") or ""]
    return " ".join(part for part in parts if part)


def referred(reference: Json | None) -> str:
    """Return the name that a reference carries of what it points to, or nothing."""
    return str((reference or {}).get("display") or "").strip()


def listed(words: Iterable[str], last: str = "and") -> str:
    """Return words as a list is spoken.

    >>> listed(["weight", "height", "pulse"])
    'weight, height and pulse'
    """
    *heads, tail = list(words) or [""]
    return f"{', '.join(heads)} {last} {tail}" if heads else tail


def paragraphs(text: str) -> list[str]:
    """Return a text as it was broken, without empty lines."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def size(octets: int) -> str:
    """Return the size of a file.

    >>> size(900), size(120_400), size(2_400_000)
    ('1 KB', '120 KB', '2.4 MB')
    """
    if octets >= MEGABYTE:
        return f"{octets / MEGABYTE:.1f} MB"
    return f"{max(1, round(octets / 1000))} KB"
