"""A feed as the mapping needs to know it, and the systems its identifiers belong to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from fhir.search.values import NHS_NUMBER

ODS_CODE: Final = "https://fhir.nhs.uk/Id/ods-organization-code"

_OF_STAFF: Final = {
    "GMC": "https://fhir.hl7.org.uk/Id/gmc-number",
    "GMP": "https://fhir.hl7.org.uk/Id/gmp-number",
    "GPHC": "https://fhir.hl7.org.uk/Id/gphc-number",
    "HCPC": "https://fhir.hl7.org.uk/Id/hcpc-number",
    "NMC": "https://fhir.hl7.org.uk/Id/nmc-number",
    "SDS": "https://fhir.nhs.uk/Id/sds-user-id",
}

# What senders call the NHS number, as assigning authority or as identifier type.
_NHS_NUMBER_NAMES: Final = frozenset({"NHS", "NH", "NHSNBR", "NHSNMBR", "NHS NUMBER", "NHSNUMBER"})


@lru_cache(maxsize=1024)
def _quoted(part: str) -> str:
    return quote(part, safe="")


@dataclass(frozen=True)
class FeedSettings:
    """What was agreed with one sender.

    `identifiers` gives the system of an assigning authority or identifier type, where the rules
    below would not; `section` is the diagnostic service of a report that does not name its own;
    `filler_is_shared` is for a laboratory whose number stands for a sample and not for a report;
    `interpreter` is the field of its own, such as ZPI-2, in which a system says that somebody
    needs one.
    """

    name: str
    ods: str
    charset: str = ""
    identifiers: Mapping[str, str] = field(default_factory=dict)
    section: str = "LAB"
    largest_document: int = 3_500_000
    filler_is_shared: bool = False
    interpreter: str = ""
    empty_means: str = "keep"

    def local(self, kind: str, *names: str) -> str:
        """Return the URI of a system that belongs to this trust.

        >>> FeedSettings("winpath", "RMB").local("codes", "WinPath 7")
        'urn:daybook:RMB:codes:WinPath%207'
        """
        parts = [_quoted(part) for part in (self.ods, kind, *names) if part]
        return ":".join(["urn:daybook", *parts])

    def is_nhs_number(self, authority: str, kind: str) -> bool:
        said = self.identifiers.get(authority) or self.identifiers.get(kind)
        if said:
            return said == NHS_NUMBER
        return authority.upper() in _NHS_NUMBER_NAMES or kind.upper() in _NHS_NUMBER_NAMES

    def of_patients(self, authority: str, kind: str) -> str:
        """Return the system of a number given to a patient; a trust's feeds agree on it."""
        said = self.identifiers.get(authority) or self.identifiers.get(kind)
        return said or self.local("mrn", "" if authority == self.ods else authority)

    def of_staff(self, authority: str, kind: str) -> str:
        known = (_OF_STAFF.get(name.upper()) for name in (authority, kind))
        said = self.identifiers.get(authority) or self.identifiers.get(kind)
        return said or next(filter(None, known), "") or self.local("staff", authority)
