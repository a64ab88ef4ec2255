"""What the made-up laboratory can measure: codes, units, usual ranges and alarm values.

The ranges are of the kind that laboratories in England print; they are not advice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from portal.simulator.ranges import CALM, Alarm, Usual, read_alarm, read_usual

# key | LOINC | name | UCUM unit | unit as printed | decimal places | what cannot be measured
_TESTS: Final = """
HB    | 718-7   | Haemoglobin                        | g/L                | g/L      | 0 |
HBGDL | 718-7   | Haemoglobin                        | g/dL               | g/dL     | 1 |
WBC   | 6690-2  | White blood cells                  | 10*9/L             | ×10⁹/L   | 1 |
PLT   | 777-3   | Platelets                          | 10*9/L             | ×10⁹/L   | 0 |
RBC   | 789-8   | Red blood cells                    | 10*12/L            | ×10¹²/L  | 2 |
HCT   | 4544-3  | Haematocrit                        | L/L                | L/L      | 3 |
MCV   | 787-2   | Mean cell volume (MCV)             | fL                 | fL       | 0 |
NEUT  | 751-8   | Neutrophils                        | 10*9/L             | ×10⁹/L   | 1 |
LYMPH | 731-0   | Lymphocytes                        | 10*9/L             | ×10⁹/L   | 1 |
EOS   | 711-2   | Eosinophils                        | 10*9/L             | ×10⁹/L   | 2 |
BASO  | 704-7   | Basophils                          | 10*9/L             | ×10⁹/L   | 1 | <0.1
NA    | 2951-2  | Sodium                             | mmol/L             | mmol/L   | 0 |
K     | 2823-3  | Potassium                          | mmol/L             | mmol/L   | 1 |
UREA  | 22664-7 | Urea                               | mmol/L             | mmol/L   | 1 |
CREAT | 14682-9 | Creatinine                         | umol/L             | µmol/L   | 0 |
EGFR  | 62238-1 | Kidney function (eGFR)             | mL/min/{1.73_m2}   | mL/min   | 0 | >90
BILI  | 14631-6 | Bilirubin                          | umol/L             | µmol/L   | 0 | <3
ALT   | 1742-6  | Alanine transaminase (ALT)         | [IU]/L             | IU/L     | 0 |
ALP   | 6768-6  | Alkaline phosphatase (ALP)         | [IU]/L             | IU/L     | 0 |
GGT   | 2324-2  | Gamma-glutamyl transferase (GGT)   | [IU]/L             | IU/L     | 0 |
ALB   | 1751-7  | Albumin                            | g/L                | g/L      | 0 |
CA    | 29265-6 | Adjusted calcium                   | mmol/L             | mmol/L   | 2 |
PHOS  | 14879-1 | Phosphate                          | mmol/L             | mmol/L   | 2 |
CRP   | 1988-5  | C-reactive protein (CRP)           | mg/L               | mg/L     | 0 | <5
HBA1C | 59261-8 | Long-term blood sugar (HbA1c)      | mmol/mol           | mmol/mol | 0 |
CHOL  | 14647-2 | Total cholesterol                  | mmol/L             | mmol/L   | 1 |
HDL   | 14646-4 | HDL cholesterol                    | mmol/L             | mmol/L   | 1 |
LDL   | 22748-8 | LDL cholesterol                    | mmol/L             | mmol/L   | 1 |
TRIG  | 14927-8 | Triglycerides                      | mmol/L             | mmol/L   | 1 |
TSH   | 3016-3  | Thyroid stimulating hormone (TSH)  | m[IU]/L            | mIU/L    | 2 | <0.01
FT4   | 14920-3 | Free thyroxine (T4)                | pmol/L             | pmol/L   | 1 |
FERR  | 2276-4  | Ferritin                           | ug/L               | µg/L     | 0 | >1650
B12   | 2132-9  | Vitamin B12                        | ng/L               | ng/L     | 0 | >2000
FOL   | 2284-8  | Folate                             | ug/L               | µg/L     | 1 | >20.0
VITD  | 14635-7 | Vitamin D                          | nmol/L             | nmol/L   | 0 |
PSA   | 2857-1  | Prostate specific antigen (PSA)    | ug/L               | µg/L     | 1 |
INR   | 6301-6  | INR                                | {INR}              | ratio    | 1 |
BNP   | 33762-6 | NT-proBNP                          | ng/L               | ng/L     | 0 | <35
TROP  | 67151-1 | Troponin T                         | ng/L               | ng/L     | 0 | <3
URATE | 14933-6 | Urate                              | umol/L             | µmol/L   | 0 |
VIRAL | 20447-9 | HIV-1 viral load                   | {copies}/mL        | copies/mL| 0 | <20
"""

# key | usual ranges, sex and lowest age first | rung through at once
_RANGES: Final = """
HB    | 95-140, 1+ 110-140, 6+ 115-155, F12+ 115-165, M12+ 130-180 | 70 below
HBGDL | F 11.5-16.5, M 13.0-18.0                           | 7.0 below
WBC   | 5.0-15.0, 12+ 4.0-11.0                             | 1.0 below 50.0 above
PLT   | 150-400                                            | 30 below 1000 above
RBC   | 3.90-5.30, F12+ 3.80-5.80, M12+ 4.50-6.50          |
HCT   | 0.310-0.440, F12+ 0.360-0.460, M12+ 0.400-0.540    |
MCV   | 70-86, 2+ 75-95, 12+ 80-100                        |
NEUT  | 1.5-8.0, 12+ 2.0-7.5                               | 0.5 below 40.0 above
LYMPH | 3.0-9.5, 2+ 1.5-7.0, 12+ 1.0-4.0                   |
EOS   | <0.41                                              |
NA    | 133-146                                            | 120 below 155 above
K     | 3.5-5.3                                            | 2.5 below 6.5 above
UREA  | 0.8-5.5, 1+ 2.5-7.8                                | 30.0 above
CREAT | 15-50, 5+ 25-70, F16+ 45-84, M16+ 59-104           | 354 above
EGFR  | 16+ >60                                            | no flag
BILI  | <21                                                |
ALT   | F <33, M <41                                       | 510 above
ALP   | 60-425, 18+ 30-130                                 |
GGT   | F <40, M <60                                       |
ALB   | 35-50                                              |
CA    | 2.20-2.60                                          | 1.80 below 3.50 above
PHOS  | 1.10-2.00, 16+ 0.80-1.50                           |
CRP   | <5                                                 | 300 above
HBA1C | 20-41                                              | 140 above
CHOL  | <5.0                                               | no flag
HDL   | >1.0                                               | no flag
LDL   | <3.0                                               | no flag
TRIG  | <1.7                                               | no flag
TSH   | 0.27-4.20                                          |
FT4   | 11.0-25.0                                          |
FERR  | F 15-200, M 15-300                                 |
B12   | 197-771                                            |
FOL   | 3.9-26.8                                           |
VITD  | >50                                                | no flag
PSA   | M <2.5, M50+ <3.5, M60+ <4.5, M70+ <6.5            |
INR   | 0.8-1.2                                            | 8.0 above
BNP   | <400                                               |
TROP  | <14                                                | 52 above
URATE | F 140-360, M 200-430                               |
VIRAL | <20                                                | no flag
"""

# key | LOINC | name | department | its tests, in the order they are printed; _ begins a variant
_PANELS: Final = """
FBC   | 58410-2 | Full blood count       | HM | HB WBC PLT RBC MCV NEUT EOS BASO
FBC_H | 58410-2 | Full blood count       | HM | HB WBC PLT RBC HCT MCV NEUT BASO
FBC_O | 58410-2 | Full blood count       | HM | HBGDL
UE    | 24362-6 | Kidney function        | CH | EGFR CREAT UREA NA K
LFT   | 24325-3 | Liver function         | CH | BILI ALT ALP GGT ALB
BONE  |         | Bone profile           | CH | CA PHOS ALP ALB
CRP   | 1988-5  | C-reactive protein     | CH | CRP
HBA1C | 59261-8 | HbA1c                  | CH | HBA1C
LIPID | 24331-1 | Cholesterol            | CH | CHOL HDL LDL TRIG
TFT   | 24348-5 | Thyroid function       | CH | TSH FT4
FERR  | 2276-4  | Ferritin               | CH | FERR
B12   |         | Vitamin B12 and folate | CH | B12 FOL
VITD  | 14635-7 | Vitamin D              | CH | VITD
PSA   | 2857-1  | PSA                    | CH | PSA
INR   | 6301-6  | INR                    | HM | INR
BNP   | 33762-6 | NT-proBNP              | CH | BNP
TROP  | 67151-1 | Troponin               | CH | TROP
URATE | 14933-6 | Urate                  | CH | URATE
VIRAL | 20447-9 | HIV viral load         | VR | VIRAL
"""


@dataclass(frozen=True)
class Test:
    """One thing that is measured."""

    key: str
    loinc: str
    name: str
    ucum: str
    unit: str
    places: int
    least: str
    most: str
    ranges: tuple[Usual, ...] = ()
    alarm: Alarm = CALM
    flagged: bool = True


@dataclass(frozen=True)
class Panel:
    """Tests that are asked for under one name; the key before ``_`` is what the report says."""

    key: str
    loinc: str
    name: str
    department: str
    tests: tuple[str, ...]


def _rows(table: str) -> Iterator[list[str]]:
    for line in table.strip().splitlines():
        yield [cell.strip() for cell in line.split("|")]


def _ranges() -> Iterator[tuple[str, tuple[tuple[Usual, ...], Alarm, bool]]]:
    for key, ranges, alarm in _rows(_RANGES):
        flagged = alarm != "no flag"
        usual = tuple(read_usual(text) for text in ranges.split(","))
        yield key, (usual, read_alarm(alarm) if flagged else CALM, flagged)


def _tests() -> Iterator[tuple[str, Test]]:
    known = dict(_ranges())
    for key, loinc, name, ucum, unit, places, limit in _rows(_TESTS):
        least, most = limit.removeprefix("<"), limit.removeprefix(">")
        ranges, alarm, flagged = known.get(key, ((), CALM, True))
        yield (
            key,
            Test(
                key,
                loinc,
                name,
                ucum,
                unit,
                int(places),
                least if limit.startswith("<") else "",
                most if limit.startswith(">") else "",
                ranges,
                alarm,
                flagged,
            ),
        )


TESTS: Final = dict(_tests())
PANELS: Final = {
    key: Panel(key, loinc, name, department, tuple(tests.split()))
    for key, loinc, name, department, tests in _rows(_PANELS)
}
