"""HL7 v2 code tables → FHIR codes. Checked by test against HL7's own maps."""

from typing import Final

# Table 0123, OBR-25. Y and Z answer queries and are refused.
REPORT_STATUS: Final = {
    "O": "registered",
    "I": "registered",
    "S": "registered",
    "N": "registered",
    "A": "partial",
    "R": "partial",
    "P": "preliminary",
    "M": "preliminary",
    "F": "final",
    "C": "corrected",
    "X": "cancelled",
}

# Table 0085, OBX-11.
RESULT_STATUS: Final = {
    "I": "registered",
    "O": "registered",
    "S": "registered",
    "B": "preliminary",
    "P": "preliminary",
    "R": "preliminary",
    "F": "final",
    "N": "final",
    "U": "final",
    "V": "final",
    "A": "amended",
    "C": "corrected",
    "D": "entered-in-error",
    "W": "entered-in-error",
    "X": "cancelled",
}

# Table 0119, ORC-1, where the report itself does not say.
ORDER_STATUS: Final = {
    "CR": "revoked",
    "DC": "revoked",
    "DR": "revoked",
    "OC": "revoked",
    "OD": "revoked",
    "CA": "revoked",
    "HR": "on-hold",
    "OH": "on-hold",
}

# Table 0278, SCH-25.
APPOINTMENT_STATUS: Final = {
    "PENDING": "pending",
    "WAITLIST": "waitlist",
    "BOOKED": "booked",
    "STARTED": "checked-in",
    "COMPLETE": "fulfilled",
    "CANCELLED": "cancelled",
    "DC": "cancelled",
    "DISCONTINUED": "cancelled",
    "DELETED": "entered-in-error",
    "NOSHOW": "noshow",
}

# Trigger event → Encounter.status; A08 keeps what was known.
ENCOUNTER_STATUS: Final = {"A01": "in-progress", "A04": "arrived", "A05": "planned"}

# Table 0004, PV1-2 → Encounter.status where the event does not say.
CLASS_STATUS: Final = {
    **dict.fromkeys(["E", "I", "O", "R", "B", "C", "N"], "in-progress"),
    "P": "planned",
    "U": "unknown",
}

# Table 0078, OBX-8: those that FHIR has too.
INTERPRETATION: Final = {
    "<": "Off scale low",
    ">": "Off scale high",
    "A": "Abnormal",
    "AA": "Critical abnormal",
    "B": "Better",
    "CAR": "Carrier",
    "D": "Significant change down",
    "DET": "Detected",
    "E": "Equivocal",
    "EX": "outside threshold",
    "EXP": "Expected",
    "H": "High",
    "HH": "Critical high",
    "HU": "Significantly high",
    "I": "Intermediate",
    "IE": "Insufficient evidence",
    "IND": "Indeterminate",
    "L": "Low",
    "LL": "Critical low",
    "LU": "Significantly low",
    "MS": "moderately susceptible",
    "N": "Normal",
    "NCL": "No CLSI defined breakpoint",
    "ND": "Not detected",
    "NEG": "Negative",
    "NR": "Non-reactive",
    "NS": "Non-susceptible",
    "POS": "Positive",
    "R": "Resistant",
    "RR": "Reactive",
    "S": "Susceptible",
    "SDD": "Susceptible-dose dependent",
    "SYN-R": "Synergy - resistant",
    "SYN-S": "Synergy - susceptible",
    "U": "Significant change up",
    "UNE": "Unexpected",
    "VS": "very susceptible",
    "W": "Worse",
    "WR": "Weakly reactive",
}

# Older forms of the same table, and those that ask for a doctor first: kept as the sender's own.
HELD_FLAGS: Final = {
    "H*": "Critical high",
    "L*": "Critical low",
    "HM": "Hold for medical review",
}

# Table 0001, PID-8.
GENDER: Final = {
    "F": "female",
    "M": "male",
    "O": "other",
    "U": "unknown",
    "A": "other",
    "N": "other",
    # NHS Data Dictionary, PERSON STATED GENDER CODE.
    "1": "male",
    "2": "female",
    "9": "other",
    "0": "unknown",
    "X": "unknown",
}

# Table 0200, XPN-7, with the types that United Kingdom senders add.
NAME_USE: Final = {
    "BAD": "old",
    "D": "usual",
    "L": "official",
    "M": "maiden",
    "MSK": "anonymous",
    "N": "nickname",
    "NAV": "temp",
    "R": "official",
    "TEMP": "temp",
    "CURRENT": "official",
    "PREFERRED": "usual",
    "PREVIOUS": "old",
    "PREVIOUS-BACHELOR": "old",
    "PREVIOUS-BIRTH": "old",
    "PREVIOUS-MAIDEN": "maiden",
    "ALIAS": "nickname",
}

# Table 0190, XAD-7.
ADDRESS_USE: Final = {
    "BA": "old",
    "BI": "billing",
    "C": "temp",
    "B": "work",
    "H": "home",
    "O": "work",
    "HOME": "home",
    "TEMP": "temp",
    "WORK": "work",
}
ADDRESS_TYPE: Final = {"M": "postal", "SH": "postal"}

# Table 0201, XTN-2.
TELECOM_USE: Final = {
    "PRN": "home",
    "WPN": "work",
    "PRS": "mobile",
    "HOME": "home",
    "WORK": "work",
    "MOBILE": "mobile",
}

# Table 0202, XTN-3; CP also says that the use is "mobile".
TELECOM_SYSTEM: Final = {
    "PH": "phone",
    "CP": "phone",
    "FX": "fax",
    "BP": "pager",
    "INTERNET": "email",
    "X.400": "email",
    "MD": "other",
    "SAT": "other",
    "TDD": "other",
    "TTY": "other",
}

# Table 0004, PV1-2.
ENCOUNTER_CLASS: Final = {
    "E": ("EMER", "emergency"),
    "I": ("IMP", "inpatient encounter"),
    "O": ("AMB", "ambulatory"),
    "P": ("PRENC", "pre-admission"),
}
OTHER_CLASS: Final = {
    "R": "Recurring patient",
    "B": "Obstetrics",
    "C": "Commercial Account",
    "N": "Not Applicable",
    "U": "Unknown",
}

# Table 0002, PID-16.
MARITAL_STATUS: Final = {
    "A": ("L", "Legally Separated"),
    "E": ("L", "Legally Separated"),
    "D": ("D", "Divorced"),
    "M": ("M", "Married"),
    "S": ("S", "Never Married"),
    "W": ("W", "Widowed"),
    "C": ("C", "Common Law"),
    "G": ("T", "Domestic partner"),
    "P": ("T", "Domestic partner"),
    "R": ("T", "Domestic partner"),
    "N": ("A", "Annulled"),
    "I": ("I", "Interlocutory"),
    "B": ("U", "unmarried"),
}

# Table 0063, NK1-3: relations that v3 has a code for.
RELATIONSHIP: Final = {
    "SEL": ("ONESELF", "self"),
    "SPO": ("SPS", "spouse"),
    "DOM": ("SIGOTHR", "significant other"),
    "CHD": ("CHILD", "child"),
    "GCH": ("GRNDCHILD", "grandchild"),
    "NCH": ("NCHILD", "natural child"),
    "SCH": ("STPCHLD", "step child"),
    "FCH": ("CHLDFOST", "foster child"),
    "PAR": ("PRN", "parent"),
    "MTH": ("MTH", "mother"),
    "FTH": ("FTH", "father"),
    "GRP": ("GRPRN", "grandparent"),
    "EXF": ("EXT", "extended family member"),
    "SIB": ("SIB", "sibling"),
    "BRO": ("BRO", "brother"),
    "SIS": ("SIS", "sister"),
    "FND": ("FRND", "unrelated friend"),
}

# Table 0485, OBR-5.
PRIORITY: Final = {"S": "stat", "A": "asap", "R": "routine"}

# Table 0074, OBR-24: diagnostic services whose results are images.
IMAGING: Final = frozenset(
    {"CUS", "CT", "EC", "NMR", "NMS", "OUS", "RAD", "RUS", "RX", "VUS", "XRC"}
)
SECTIONS: Final = {
    "LAB": "Laboratory",
    "HM": "Hematology",
    "CH": "Chemistry",
    "MB": "Microbiology",
    "BLB": "Blood Bank",
    "IMM": "Immunology",
    "SP": "Surgical Pathology",
    "CP": "Cytopathology",
    "GE": "Genetics",
    "TX": "Toxicology",
    "SR": "Serology",
    "VR": "Virology",
    "RAD": "Radiology",
    "RUS": "Radiology Ultrasound",
    "CT": "CAT Scan",
    "NMR": "Nuclear Magnetic Resonance",
    "NMS": "Nuclear Medicine Scan",
    "CUS": "Cardiac Ultrasound",
    "EC": "Electrocardiac (e.g., EKG,  EEC, Holter)",
}

# Table 0177 (ORC-28, and as it is used in PV1-16) → label. None: nothing to hide.
CONFIDENTIALITY: Final[dict[str, str | None]] = {
    "V": "V",
    "R": "R",
    "U": None,
    "N": None,
    "EMP": "R",
    "UWM": "R",
    "VIP": "R",
    "PSY": "PSY",
    "AID": "HIV",
    "HIV": "HIV",
    "ETH": "ETH",
}

# What senders write in CWE-3 → the code system that it names.
CODE_SYSTEMS: Final = {
    "LN": "http://loinc.org",
    "LOINC": "http://loinc.org",
    "SCT": "http://snomed.info/sct",
    "SNOMED": "http://snomed.info/sct",
    "SNOMED-CT": "http://snomed.info/sct",
    "SNOMED CT": "http://snomed.info/sct",
    "SNOMEDCT": "http://snomed.info/sct",
    "UCUM": "http://unitsofmeasure.org",
    "I10": "http://hl7.org/fhir/sid/icd-10",
    "ICD10": "http://hl7.org/fhir/sid/icd-10",
    "ICD-10": "http://hl7.org/fhir/sid/icd-10",
    "DMD": "https://dmd.nhs.uk",
    "MDC": "urn:iso:std:iso:11073:10101",
}

# How the codes of a system look: who names it and sends codes of their own is not believed.
CODE_SHAPES: Final = {
    "http://loinc.org": r"\d{1,7}-\d",
    "http://snomed.info/sct": r"[1-9]\d{5,17}",
    "https://dmd.nhs.uk": r"[1-9]\d{5,17}",
    "urn:iso:std:iso:11073:10101": r"\d{1,9}",
}

# UK Core, NHS number verification status (England); PID-32 and ZU1-27, with or without NSTS.
NHS_NUMBER_STATUS: Final = {
    "01": "Number present and verified",
    "02": "Number present but not traced",
    "03": "Trace required",
    "04": "Trace attempted - No match or multiple match found",
    "05": "Trace needs to be resolved - (NHS number or patient detail conflict)",
    "06": "Trace in progress",
    "07": "Number not present and trace not required",
    "08": "Trace postponed (baby under six weeks old)",
}

# UK Core, ethnic category (England).
ETHNIC_CATEGORY: Final = {
    "A": "White - British",
    "B": "White - Irish",
    "C": "White - Any other White background",
    "D": "Mixed - White and Black Caribbean",
    "E": "Mixed - White and Black African",
    "F": "Mixed - White and Asian",
    "G": "Mixed - Any other mixed background",
    "H": "Asian or Asian British - Indian",
    "J": "Asian or Asian British - Pakistani",
    "K": "Asian or Asian British - Bangladeshi",
    "L": "Asian or Asian British - Any other Asian background",
    "M": "Black or Black British - Caribbean",
    "N": "Black or Black British - African",
    "P": "Black or Black British - Any other Black background",
    "R": "Other Ethnic Groups - Chinese",
    "S": "Other Ethnic Groups - Any other ethnic group",
    "Z": "Not stated",
    "99": "Not known",
}
