"""People, places and organisations of HL7 v2 as FHIR says them."""

import re
from typing import Final

from fhir.hl7 import people_tables
from fhir.hl7.datatypes import cleaned, period, some
from fhir.hl7.feeds import ODS_CODE, FeedSettings
from fhir.hl7.message import Repetition
from fhir.paths import Json

# An ODS code with a digit in it; names of organisations have none.
_ODS_SHAPE: Final = re.compile(r"(?=.*\d)[A-Z][A-Z0-9]{2,5}")


def xpn(said: Repetition, _: FeedSettings) -> Json | None:
    return _name(said, family=1, use=said.text(7), ended=(12, 13))


def _name(
    said: Repetition, family: int, use: str, ended: tuple[int, int] | None = None
) -> Json | None:
    given = [cleaned(said.text(family + 1)), *cleaned(said.text(family + 2)).split()]
    suffixes = [cleaned(said.text(family + 3)), cleaned(said.text(family + 5))]
    prefix = cleaned(said.text(family + 4))
    found = some(
        family=cleaned(said.within(family).text()),
        given=[name for name in given if name],
        prefix=[prefix] if prefix else None,
        suffix=[suffix for suffix in suffixes if suffix],
    )
    if not found:
        return None
    lasted = period(said.text(ended[0]), said.text(ended[1]), said.place) if ended else None
    return some(use=people_tables.NAME_USE.get(use.upper()), **found, period=lasted)


def xad(said: Repetition, _: FeedSettings) -> Json | None:
    street = said.within(1)
    first = street.text(1) or f"{street.text(3)} {street.text(2)}"
    lines = (first, said.text(2), said.text(19))
    use = said.text(7).upper()
    found = some(
        line=[line for line in map(cleaned, lines) if line],
        city=cleaned(said.text(3)),
        district=cleaned(said.text(9)),
        state=cleaned(said.text(4)),
        postalCode=cleaned(said.text(5)),
        country=cleaned(said.text(6)),
    )
    if not found:
        return None
    lasted = period(said.text(13), said.text(14), said.place)
    return some(
        use=people_tables.ADDRESS_USE.get(use),
        type=people_tables.ADDRESS_TYPE.get(use),
        **found,
        period=lasted,
    )


class Telecom:
    """XTN as a ContactPoint."""

    def __init__(self, use: str | None) -> None:
        self._use = use

    def __call__(self, said: Repetition, _: FeedSettings) -> Json | None:
        value = _dialled(said)
        if not value:
            return None
        system = people_tables.TELECOM_SYSTEM.get(said.text(3).upper())
        if not system:
            system = "email" if "@" in value or said.text(2).upper() == "NET" else "phone"
        use = people_tables.TELECOM_USE.get(said.text(2).upper())
        if said.text(3).upper() == "CP":
            use = "mobile"
        return some(
            system=system,
            value=value,
            use=use or self._use,
            period=period(said.text(13), said.text(14), said.place),
        )


def _dialled(said: Repetition) -> str:
    """Return the address or number, put together from its parts where it came in parts."""
    if said.text(3).upper() in {"INTERNET", "X.400"} and said.text(4):
        return cleaned(said.text(4))
    if said.text(7):
        country = f"+{said.text(5).lstrip('+')}" if said.text(5) else ""
        extension = f"x{said.text(8)}" if said.text(8) else ""
        return cleaned(" ".join(filter(None, (country, said.text(6), said.text(7), extension))))
    return cleaned(said.text(1)) or cleaned(said.text(12)) or cleaned(said.text(4))


def xcn(said: Repetition, feed: FeedSettings) -> Json | None:
    """XCN as a Practitioner; without a number nobody can be told from it."""
    value = cleaned(said.text(1))
    name = _name(said, family=2, use="")
    if not value:
        return None
    system = feed.of_staff(cleaned(said.within(9).text()), cleaned(said.text(13)))
    return some(
        resourceType="Practitioner",
        identifier=[some(system=system, value=value)],
        name=[name] if name else None,
    )


def spoken(name: Json | None) -> str:
    """Return a HumanName as it is said.

    >>> spoken({"family": "Osei", "given": ["Kofi"], "prefix": ["Dr"]})
    'Dr Kofi Osei'
    """
    if not name:
        return ""
    parts = [*name.get("prefix", ()), *name.get("given", ()), name.get("family", "")]
    return " ".join(part for part in parts if part)


def named(said: Repetition, _: FeedSettings) -> str:
    """Return the person of an XCN as they are said."""
    return spoken(_name(said, family=2, use=""))


def xon(said: Repetition, feed: FeedSettings) -> Json | None:
    """XON as a reference to an Organization that is named, not held."""
    code = cleaned(said.text(10)) or cleaned(said.text(3))
    is_ods = _ODS_SHAPE.fullmatch(code)
    system = ODS_CODE if is_ods else feed.local("organisations")
    return some(
        type="Organization" if code or said.text() else None,
        identifier=some(system=system, value=code) if code else None,
        display=cleaned(said.text(1)),
    )


def pl(said: Repetition, _: FeedSettings) -> str | None:
    """PL as it is described, else as it is said: point of care, room, bed, facility."""
    described = cleaned(said.within(9).text())
    parts = (cleaned(said.within(n).text()) for n in (1, 2, 3, 4))
    return described or ", ".join(part for part in parts if part) or None
