"""Where we part from HL7's own maps, each with its reason. A row that no longer holds fails."""

UK = "what United Kingdom senders write"
TIMED = "a visit is when SCH or TQ1 says, else from when the first of what it needs is wanted"
NOT_ACTIVE = "the report that comes with the order says how far it has got"

# Table, code → why ours is another, or why we have it at all.
CODES: dict[tuple[str, str], str] = {
    ("ResultStatus[Non-Queries]", "A"): "some results are there: partial",
    ("ResultStatus[Non-Queries]", "M"): "corrected, but not final: shown to nobody as final",
    ("ResultStatus[Non-Queries]", "N"): "nothing to read yet: registered",
    ("ObservationResultStatusCodesInterpretation", "B"): "a report is still being added to",
    ("ObservationResultStatusCodesInterpretation", "I"): "nothing to read yet: registered",
    ("ObservationResultStatusCodesInterpretation", "N"): "final, with the reason it has no value",
    ("ObservationResultStatusCodesInterpretation", "O"): "nothing to read yet: registered",
    ("ObservationResultStatusCodesInterpretation", "R"): "not verified: preliminary",
    ("ObservationResultStatusCodesInterpretation", "S"): "nothing to read yet: registered",
    ("ObservationResultStatusCodesInterpretation", "U"): "it says that the result is now final",
    ("ObservationResultStatusCodesInterpretation", "V"): "reviewed and confirmed: final",
    **{("AdministrativeSex", code): UK for code in "0129X"},
    **{
        ("NameType", code): UK
        for code in (
            "ALIAS",
            "CURRENT",
            "PREFERRED",
            "PREVIOUS",
            "PREVIOUS-BACHELOR",
            "PREVIOUS-BIRTH",
            "PREVIOUS-MAIDEN",
        )
    },
    **{("AddressType[Use]", code): UK for code in ("HOME", "TEMP", "WORK")},
    **{("TelecommunicationUseCode", code): UK for code in ("HOME", "MOBILE", "WORK")},
    ("TelecommunicationEquipmentType", "CP"): "phone is the system; mobile is its use",
    ("Event[EncounterStatus]", "A02"): "not read yet",
    ("Event[EncounterStatus]", "A03"): "not read yet",
    ("Event[EncounterStatus]", "A04"): "an outpatient who is registered has arrived",
    ("Event[EncounterStatus]", "A08"): "the visit stays where it was",
    ("Event[EncounterStatus]", "A11"): "not read yet",
    ("Event[EncounterStatus]", "A13"): "not read yet",
    **{("MaritalStatus", code): "says nothing; the sender's code is kept" for code in "OTU"},
    **{
        ("Relationship", code): "v3 has no code for it; the sender's is kept"
        for code in ("ASC", "CGV", "DEP", "EMC", "EME", "EMR", "GRD", "MGR", "NON", "OAD")
    },
    **{
        ("Relationship", code): "v3 has no code for it; the sender's is kept"
        for code in ("OTH", "OWN", "TRA", "UNK", "WRD")
    },
    ("FillerStatusCodes[Appointment]", "DC"): "what samples write for discontinued",
    ("FillerStatusCodes[Appointment]", "DISCONTINUED"): "it does not take place: cancelled",
    ("ConfidentialityCode", "EMP"): "the rule of access knows restricted, not employees",
    ("ConfidentialityCode", "ETH"): "the label that the rule of access knows",
    ("ConfidentialityCode", "U"): "usual control needs no label",
    ("ConfidentialityCode", "UWM"): "the rule of access knows restricted, not unwed mothers",
    ("ConfidentialityCode", "VIP"): "the rule of access knows restricted, not celebrity",
    ("OrderControlCode[ServiceRequest.status]", "CA"): "a cancelled order is no longer active",
    **{
        ("OrderControlCode[ServiceRequest.status]", code): NOT_ACTIVE
        for code in ("AF", "DF", "FU", "HD", "NW", "OK", "PR", "PY", "RL", "RO", "RQ")
    },
}

# Resource, element, place → why we read it there.
OWN_ROWS: dict[tuple[str, str, str], str] = {
    ("Patient", "extension", "PID-10"): "ethnic category, where a sender writes it as race",
    ("Patient", "extension", "PID-22"): "ethnic category of the NHS Data Dictionary",
    ("Patient", "identifier", "PID-32"): "NHS number verification status",
    ("Patient", "identifier", "ZU1-27"): "NHS number verification status, in older messages",
    ("Patient", "meta.security", "PD1-12"): "demographics that are protected",
    ("Patient", "meta.security", "ZU8-4"): "demographics that are hidden (S-flag)",
    ("Encounter", "meta.security", "PV1-16"): "some senders mark confidence there",
    ("ServiceRequest", "meta.security", "PV1-16"): "some senders mark confidence there",
    ("ServiceRequest", "requisition", "OBR-2"): "one placer number covers several tests",
    ("ServiceRequest", "requisition", "ORC-2"): "one placer number covers several tests",
    ("ServiceRequest", "status", "OBR-25"): NOT_ACTIVE,
    ("DiagnosticReport", "conclusion", "NTE-3"): "R4 has no note on a report",
    ("DiagnosticReport", "encounter", "PV1-19"): "named, not held: another feed makes it known",
    ("DiagnosticReport", "meta.security", "OBR-49"): "a doctor is to hear of it first",
    ("DiagnosticReport", "meta.security", "OBX-13"): "a report is as confidential as its results",
    ("DiagnosticReport", "meta.security", "OBX-26"): "a report is as confidential as its results",
    ("DiagnosticReport", "meta.security", "PV1-16"): "some senders mark confidence there",
    ("DiagnosticReport", "presentedForm", "OBX-5"): "a document is withheld with its report",
    ("DiagnosticReport", "specimen", "OBR-15"): "in words; specimens are not resources here",
    ("DiagnosticReport", "specimen", "SPM-4"): "in words; specimens are not resources here",
    ("DiagnosticReport", "status", "OBX-11"): "all results of somebody else: in error",
    ("DiagnosticReport", "status", "ORC-1"): "a cancelled order has no report",
    ("Observation", "category", "OBR-24"): "UK Core asks for it",
    ("Observation", "effectiveDateTime", "OBR-7"): "a result was taken with its sample",
    ("Observation", "identifier", "OBR-3"): "the number that makes a result the same again",
    ("Observation", "identifier", "OBX-3"): "the number that makes a result the same again",
    ("Observation", "identifier", "OBX-4"): "the number that makes a result the same again",
    ("Observation", "issued", "OBR-22"): "a result is issued with its report",
    ("Observation", "meta.security", "OBX-13"): "access checks of the sender",
    ("Observation", "meta.security", "OBX-26"): "the sender's own release category",
    ("Observation", "meta.security", "ORC-28"): "a result is as confidential as its order",
    ("Observation", "meta.security", "PV1-16"): "some senders mark confidence there",
    ("Observation", "referenceRange", "OBX-6"): "bounds are in the unit of the value",
    ("Observation", "value", "OBX-2"): "it says which value[x] it is",
    ("Appointment", "cancelationReason", "SCH-6"): "why it does not take place",
    ("Appointment", "meta.security", "PV1-16"): "some senders mark confidence there",
    ("Appointment", "minutesDuration", "SCH-10"): "in what unit it is counted",
    **{
        ("Appointment", "start", place): TIMED
        for place in ("SCH-11", "TQ1-7", "AIS-4", "AIG-8", "AIL-6", "AIP-6")
    },
    **{
        ("Appointment", "end", place): TIMED
        for place in ("SCH-11", "TQ1-8", "AIS-7", "AIG-11", "AIL-9", "AIP-9")
    },
    **{
        ("Appointment", "end", place): "so long after its beginning, where no end is said"
        for place in ("SCH-9", "SCH-10")
    },
}

STAFF = "names a member of laboratory staff"
LATER = "belongs to orders, which are not read yet"
NOT_SHOWN = "nothing here shows it to anybody"

# Resource, place of HL7's map → why we leave it.
LEFT_OUT: dict[tuple[str, str], str] = {
    **{("Patient", f"NK1-{n}"): "an organisation as next of kin" for n in (13, 30, 31, 32)},
    **{("Patient", f"NK1-{n}"): "NK1-5 and NK1-6 hold telephones here" for n in (40, 41)},
    ("Patient", "PD1-6"): NOT_SHOWN,
    ("Patient", "PD1-14"): NOT_SHOWN,
    ("Patient", "PID-6"): NOT_SHOWN,
    ("Patient", "PID-12"): "a county code of the United States",
    ("Patient", "PID-17"): "special category data that nothing here needs",
    ("Patient", "PID-19"): "a social security number, which no feed of ours may send",
    ("Patient", "PID-20"): NOT_SHOWN,
    ("Patient", "PID-23"): NOT_SHOWN,
    ("Patient", "PID-24"): NOT_SHOWN,
    ("Patient", "PID-25"): NOT_SHOWN,
    ("Patient", "PID-26"): NOT_SHOWN,
    ("Patient", "PID-28"): NOT_SHOWN,
    ("Patient", "PID-35"): "not for animals",
    ("Patient", "PID-36"): "not for animals",
    ("Patient", "PID-39"): NOT_SHOWN,
    **{("Encounter", f"PV1-{n}"): NOT_SHOWN for n in (5, 13, 15, 38, 40, 52, 53, 54)},
    **{("Encounter", f"PV1-{n}"): "only where the patient is now is told" for n in (6, 11, 42)},
    ("Encounter", "PV1-16"): "a label, and no courtesy",
    ("Encounter", "PV1-37"): NOT_SHOWN,
    **{("ServiceRequest", f"OBR-{n}"): LATER for n in (11, 13, 17, 29, 46, 47, 53)},
    **{("ServiceRequest", f"ORC-{n}"): LATER for n in (4, 5, 9, 14, 16, 29, 33, 38)},
    **{("ServiceRequest", f"ORC-{n}"): "the requester alone is named" for n in (21, 22, 23, 24)},
    ("ServiceRequest", "OBR"): "always an order",
    ("ServiceRequest", "OBR-2"): "a requisition: one placer number covers several tests",
    ("ServiceRequest", "ORC-2"): "a requisition: one placer number covers several tests",
    ("DiagnosticReport", "OBR-2"): "one placer number covers several reports",
    ("DiagnosticReport", "ORC-2"): "one placer number covers several reports",
    ("DiagnosticReport", "OBR-34"): STAFF,
    ("DiagnosticReport", "OBR-35"): STAFF,
    ("DiagnosticReport", "ORC-4"): LATER,
    ("DiagnosticReport", "ORC-16"): LATER,
    ("Observation", "NTE-5"): STAFF,
    ("Observation", "NTE-6"): NOT_SHOWN,
    ("Observation", "OBX-10"): NOT_SHOWN,
    ("Observation", "OBX-15"): "the laboratory is the feed's trust",
    ("Observation", "OBX-16"): STAFF,
    ("Observation", "OBX-18"): NOT_SHOWN,
    ("Observation", "OBX-19"): NOT_SHOWN,
    ("Observation", "OBX-20"): NOT_SHOWN,
    ("Observation", "OBX-21"): "the result's number is made of its report's",
    ("Observation", "OBX-23"): "the laboratory is the feed's trust",
    ("Observation", "OBX-24"): "the laboratory is the feed's trust",
    ("Observation", "OBX-25"): STAFF,
    ("Observation", "OBX-29"): NOT_SHOWN,
    ("Observation", "OBX-30"): NOT_SHOWN,
    ("Observation", "OBX-33"): "specimens are not resources here",
}

LEFT_OUT |= {
    **{
        ("Appointment", place): TIMED
        for place in ("AIG-8", "AIG-11", "AIL-6", "AIL-9", "AIP-6", "AIP-9", "AIS-4", "AIS-7")
    },
    **{
        ("Appointment", place): "counted from a beginning that may be another system's"
        for place in ("AIG-9", "AIL-7", "AIP-7", "AIS-5")
    },
    ("Appointment", "AIG-3"): "apparatus, which nobody is shown",
    ("Appointment", "AIG-4"): "apparatus, which nobody is shown",
    ("Appointment", "AIP-4"): NOT_SHOWN,
    ("Appointment", "AIP-12"): "whoever is named is expected",
    ("Appointment", "AIS-10"): "the event says where a visit stands",
    **{
        ("Appointment", f"NTE-{n}"): "notes of the booking office, not written to be read"
        for n in (3, 4, 5, 6, 9)
    },
    ("Appointment", "SCH-7"): "a note of the booking office, not written to be read",
    **{("Appointment", f"SCH-{n}"): "names a member of the booking office" for n in (12, 16, 20)},
}

# Data type, component → why we leave it.
COMPONENTS: dict[tuple[str, int], str] = {
    ("XPN", 10): "withdrawn from the standard in favour of 12 and 13",
    ("XPN", 11): "names are shown in one order",
    ("XPN", 14): "professional suffixes are said in 6",
    ("XPN", 15): "a nickname comes as a name of its own",
    ("XAD", 10): "a census tract of the United States",
    ("XAD", 12): "withdrawn from the standard in favour of 13 and 14",
    ("XTN", 18): "the order in which numbers come is kept",
    ("CX", 2): "check digits are part of the number here",
    ("CX", 3): "check digits are part of the number here",
    ("XCN", 10): "a name at work has no use",
    ("XCN", 11): "check digits are part of the number here",
    ("XCN", 12): "check digits are part of the number here",
    ("XCN", 17): "names at work have no period",
    ("XCN", 18): "names are shown in one order",
    ("XCN", 19): "names at work have no period",
    ("XCN", 20): "names at work have no period",
    ("XCN", 21): "professional suffixes are said in 5",
}
