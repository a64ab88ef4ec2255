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
