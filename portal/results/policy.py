"""THE release policy: which results a patient sees, and when. To be read in a clinical review.

A row names what it is about by code (LOINC, or a laboratory's own) or by department, says when
such a result opens, and names the hazard of docs/clinical-safety/hazards.md that it answers. The
strictest row that touches a report decides; what no row names waits for a clinician.
"""

import enum
from dataclasses import dataclass
from typing import Final

LOINC: Final = "http://loinc.org"
# What the laboratory of the made-up trust calls its own panels.
WINPATH: Final = "urn:daybook:RMB:codes:WINPATH"

Code = tuple[str, str]


class Mode(enum.IntEnum):
    """When a result may open, the strictest last."""

    NOW = 0
    AFTER_DAYS = 1
    AFTER_REVIEW = 2
    IN_PERSON = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of result. `says` completes the sentence "This result …" for a clinician."""

    name: str
    mode: Mode
    hazard: str
    says: str
    codes: frozenset[Code] = frozenset()
    departments: frozenset[str] = frozenset()
    days: int = 0
    # A written result may open too; otherwise words wait for a clinician whatever the mode.
    words: bool = False
    # Whether its coming may be told beforehand; nothing tells yet.
    announce: bool = False


def loinc(codes: str) -> frozenset[Code]:
    return frozenset((LOINC, code) for code in codes.split())


def local(codes: str) -> frozenset[Code]:
    return frozenset((WINPATH, code) for code in codes.split())


_BLOOD_COUNT = loinc("""
    58410-2 57021-8 57782-5 718-7 6690-2 26464-8 777-3 26515-7 789-8 26453-1 4544-3 20570-8 787-2
    30428-7 785-6 28539-5 786-4 28540-3 788-0 21000-5 30385-9 751-8 26499-4 731-0 26474-7 742-7
    26484-6 711-2 26449-9 704-7 26444-0 770-8 736-9 5905-5 713-8 706-2 32207-3 32623-1 30341-2
    4537-7
""") | local("FBC")
_KIDNEY = loinc("""
    24362-6 51990-0 24323-8 24320-4 2951-2 2947-0 2823-3 6298-4 22664-7 6299-2 3094-0 14682-9
    2160-0 38483-4 62238-1 33914-3 98979-8 48642-3 2075-0 2069-3 2028-9 20565-8 1963-8 2339-0
    2345-7 14749-6 3084-1 14933-6
""") | local("UE URATE")
_LIVER = loinc("""
    24325-3 1975-2 14631-6 1968-7 1742-6 1920-8 6768-6 2324-2 1751-7 2885-2 10834-0 2336-6
""") | local("LFT")
_BONE = loinc("29265-6 2000-8 17861-6 49765-1 14879-1 2777-1") | local("BONE")
_THYROID = loinc("24348-5 3016-3 14920-3 3024-7 14928-6 3051-0") | local("TFT")
_LIPIDS = loinc("""
    24331-1 57698-3 14647-2 2093-3 14646-4 2085-9 22748-8 13457-7 18262-6 14927-8 2571-8 43396-1
""") | local("LIPID")
_VITAMINS = loinc("2276-4 2132-9 2284-8 14635-7 1989-3") | local("FERR B12 VITD")
_CLOTTING = loinc("6301-6 34714-6") | local("INR")

POLICY: Final = (
    # Routine blood tests: no harm was found in seeing them at once, and much in waiting.
    Row("blood-count", Mode.NOW, "H-09", "is a routine blood count", _BLOOD_COUNT),
    Row("kidney", Mode.NOW, "H-09", "is a routine kidney and salts test", _KIDNEY),
    Row("liver", Mode.NOW, "H-09", "is a routine liver test", _LIVER),
    Row("bone", Mode.NOW, "H-09", "is a routine bone test", _BONE),
    Row("thyroid", Mode.NOW, "H-09", "is a routine thyroid test", _THYROID),
    Row("lipids", Mode.NOW, "H-09", "is a routine cholesterol test", _LIPIDS),
    Row("vitamins", Mode.NOW, "H-09", "is a routine vitamin or iron test", _VITAMINS),
    Row("clotting", Mode.NOW, "H-09", "is a routine clotting test", _CLOTTING),
    Row(
        "inflammation",
        Mode.NOW,
        "H-09",
        "is a routine inflammation test",
        loinc("1988-5") | local("CRP"),
    ),
    # Time for the team to ring first: these may be the first sign of a lasting illness.
    Row(
        "long-term-sugar",
        Mode.AFTER_DAYS,
        "H-15",
        "may be the first sign of diabetes",
        loinc("59261-8 4548-4") | local("HBA1C"),
        days=2,
    ),
    Row(
        "heart-markers",
        Mode.AFTER_DAYS,
        "H-15",
        "may be the first sign of heart failure or a heart attack",
        loinc("33762-6 30934-4 67151-1 10839-9") | local("BNP TROP"),
        days=2,
    ),
    Row(
        "culture",
        Mode.AFTER_DAYS,
        "H-15",
        "is a culture, which the team may want to treat first",
        loinc("630-4 624-7 626-2"),
        days=3,
        words=True,
    ),
    # Somebody reads these first.
    Row(
        "histology-cytology",
        Mode.AFTER_REVIEW,
        "H-11",
        "is tissue or cells under the microscope, and may be first news of cancer",
        loinc("11526-1 11529-5 22634-0 22635-7 22636-5 22637-3 47526-9"),
        frozenset({"SP", "CP"}),
    ),
    Row(
        "imaging",
        Mode.AFTER_REVIEW,
        "H-11",
        "is imaging, and may be first news of cancer",
        departments=frozenset(
            {"RAD", "RX", "RUS", "OUS", "VUS", "CUS", "CT", "NMR", "NMS", "XRC", "EC"}
        ),
    ),
    Row(
        "cancer-markers",
        Mode.AFTER_REVIEW,
        "H-11",
        "is a cancer marker",
        loinc("2857-1 2039-6 10334-1 24108-3 6875-9 1834-1") | local("PSA"),
    ),
    Row(
        "sexual-health",
        Mode.AFTER_REVIEW,
        "H-12",
        "is about HIV or a sexually transmitted infection",
        loinc("20447-9 55277-8 21613-5 24111-7 20507-0 24110-9 5196-1 16128-1 11259-9")
        | local("VIRAL"),
        frozenset({"VR", "SR"}),
    ),
    Row(
        "toxicology",
        Mode.AFTER_REVIEW,
        "H-14",
        "is about alcohol, drugs or poisons",
        loinc("5640-8 5643-2"),
        frozenset({"TX"}),
    ),
    Row(
        "told-in-confidence",
        Mode.AFTER_REVIEW,
        "H-14",
        "is about abuse or something told in confidence",
        loinc("28245-9 76690-7"),
    ),
    # Only in person, with time for questions.
    Row(
        "hiv-diagnosis",
        Mode.IN_PERSON,
        "H-12",
        "can be first news of HIV",
        loinc("56888-1 75622-1 7917-8 29893-5 31201-7"),
    ),
    Row(
        "genetics",
        Mode.IN_PERSON,
        "H-13",
        "is genetic, and may concern relatives",
        loinc("51969-4 81247-9"),
        frozenset({"GE"}),
    ),
    Row(
        "post-mortem",
        Mode.IN_PERSON,
        "H-11",
        "is about a death",
        loinc("18743-5 69409-1 69453-9"),
    ),
)

# A flag that asks for a doctor before anybody else: critical, or held by the laboratory.
CRITICAL: Final = frozenset({"HH", "LL", "AA", "H*", "L*", "HM", "HU", "LU"})
# Flags that say no more than the range does. Any other is a word nobody here has read yet.
ORDINARY: Final = frozenset({"N", "H", "L", "A", "<", ">", "U", "D", "B", "W", "NEG", "ND", "NR"})

# Notes that a laboratory prints by itself, without case, end stop or double spaces.
CANNED_NOTES: Final = frozenset(
    {
        "fasting sample",
        "non-fasting sample",
        "random sample",
        "sample haemolysed",
        "sample slightly haemolysed",
        "sample lipaemic",
        "sample icteric",
        "result checked",
        "result confirmed on repeat",
        "insufficient sample",
        "reference range adjusted for age and sex",
        "egfr is not adjusted for ethnicity",
    }
)
# Values that are words and yet no free text.
CANNED_VALUES: Final = frozenset(
    {
        "negative",
        "not detected",
        "not seen",
        "nil",
        "none seen",
        "normal",
        "no growth",
        "no significant growth",
        "not tested",
    }
)
