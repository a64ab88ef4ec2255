"""The kinds of result a patient may pick out, by the category codes that mean them."""

from dataclasses import dataclass

from fhir.search.values import token_hash


@dataclass(frozen=True, slots=True)
class Kind:
    """A filter of the list; `reports` and `values` are the categories it takes of each type."""

    key: str
    label: str
    reports: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    none: str = ""

    @property
    def takes_all(self) -> bool:
        return not self.reports and not self.values


# HL7 v2 table 0074 (diagnostic service sections), and its FHIR and spelt-out cousins.
_LABORATORY = (
    *("LAB", "BG", "BLB", "CG", "CH", "CP", "GE", "HM", "ICU", "IMM", "MB", "MCB", "MYC"),
    *("OSL", "PAR", "SP", "SR", "TX", "URN", "VR", "laboratory"),
)
SCANS = (
    *("RAD", "CT", "CUS", "NMR", "NMS", "NRS", "OUS", "RT", "RUS", "RX", "VUS", "XRC"),
    *("IMG", "imaging", "radiology"),
)
MEASURED = ("vital-signs", "vital-sign", "activity", "exam")

ALL = Kind("", "All")
NEW = Kind("new", "New", none="No new results")
KINDS = (
    ALL,
    NEW,
    Kind("lab", "Lab tests", _LABORATORY, ("laboratory",), "No lab tests to show"),
    Kind("scans", "Scans", SCANS, ("imaging",), "No scans to show"),
    Kind("measurements", "Measurements", (), MEASURED, "No measurements to show"),
)


def kind_of(key: str) -> Kind | None:
    return next((kind for kind in KINDS if kind.key == key), None)


def hashes(codes: tuple[str, ...]) -> list[int]:
    return [token_hash(None, code) for code in codes]
