"""Code tables of people: what HL7 v2 and the NHS say of somebody → FHIR codes and words."""

from typing import Final

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
