"""The histories of the cast, told day by day; what is not told, their bodies make up."""

from collections.abc import Iterator
from typing import Final

from portal.simulator.plans import Plan, Sample, Sign, Stay, Writing

# days ago | time | panel | clinic | values
_AMINA: Final = """
2    | 9:15  | FBC   | respiratory | HB 112, WBC 9.8, PLT 286, RBC 4.21, MCV 38, NEUT 8.1, EOS 0.38
2    | 9:14  | UE    | respiratory | NA 139, K 4.2, UREA 5.1, CREAT 73, EGFR 78
2    | 9:04  | VITD  | respiratory | VITD 41
93   | 18:40 | FBC_H | respiratory | HB 118, WBC 8.9, PLT 274, RBC 4.21, HCT 0.362, MCV 85, NEUT 6.7
93   | 18:40 | UE    | respiratory | NA 138, K 4.0, UREA 5.4, CREAT 71, EGFR 81
93   | 18:40 | CRP   | respiratory | CRP 38
91   | 7:30  | CRP   | respiratory | CRP 9
177  | 10:05 | FBC_H | respiratory | HB 120, WBC 7.4, PLT 281, RBC 4.30, HCT 0.362, MCV 84, NEUT 4.6
177  | 10:05 | FERR  | respiratory | FERR 9
177  | 10:05 | CRP   | respiratory | CRP <5
247  | 11:20 | FBC_H | respiratory | HB 113, WBC 7.9, PLT 302, RBC 4.12, HCT 0.345, MCV 84, NEUT 4.9
247  | 11:20 | FERR  | respiratory | FERR 11
247  | 11:20 | B12   | respiratory | B12 412, FOL 8.4
300  | 9:40  | VITD  | respiratory | VITD 33
331  | 9:50  | FBC_H | respiratory | HB 119, WBC 7.2, PLT 268, RBC 4.28, HCT 0.360, MCV 84, NEUT 4.4
331  | 9:50  | UE    | respiratory | NA 140, K 4.3, UREA 4.9, CREAT 70, EGFR 82
331  | 9:50  | CRP   | respiratory | CRP <5
464  | 10:15 | FBC_H | respiratory | HB 121, WBC 7.6, PLT 259, RBC 4.33, HCT 0.368, MCV 85, NEUT 4.7
464  | 10:15 | UE    | respiratory | NA 139, K 4.4, UREA 5.0, CREAT 69, EGFR 84
639  | 14:30 | FBC_H | respiratory | HB 126, WBC 7.0, PLT 251, RBC 4.41, HCT 0.379, MCV 86, NEUT 4.2
639  | 14:30 | TFT   | respiratory |
780  | 9:30  | FBC_H | respiratory | HB 124, WBC 8.1, PLT 262, RBC 4.38, HCT 0.377, MCV 86, NEUT 5.1
780  | 9:30  | CRP   | respiratory | CRP 12
981  | 11:00 | FBC_H | respiratory | HB 128, WBC 6.9, PLT 244, RBC 4.45, HCT 0.387, MCV 87, NEUT 4.1
981  | 11:00 | UE    | respiratory | NA 141, K 4.1, UREA 4.7, CREAT 67, EGFR 87
981  | 11:00 | LIPID | respiratory |
1150 | 10:40 | FBC_H | respiratory | HB 127, WBC 7.3, PLT 249, RBC 4.46, HCT 0.388, MCV 87, NEUT 4.4
1361 | 9:20  | FBC_H | respiratory | HB 133, WBC 6.8, PLT 240, RBC 4.55, HCT 0.400, MCV 88, NEUT 4.0
1361 | 9:20  | HBA1C | respiratory | HBA1C 38
1561 | 13:10 | FBC_H | respiratory | HB 129, WBC 7.1, PLT 247, RBC 4.49, HCT 0.391, MCV 87, NEUT 4.3
1732 | 9:00  | FBC_H | respiratory | HB 131, WBC 6.7, PLT 238, RBC 4.52, HCT 0.398, MCV 88, NEUT 3.9
1732 | 9:00  | UE    | respiratory | NA 140, K 4.2, UREA 4.6, CREAT 66, EGFR 90
2390 | 10:00 | FBC_O | respiratory | HBGDL 13.4
2610 | 10:00 | FBC_O | respiratory | HBGDL 13.6
"""

_BEN: Final = """
5    | 10:20 | FBC   | respiratory | HB 149, WBC 7.2, PLT 231, NEUT 4.0, EOS 0.52
5    | 10:20 | CRP   | respiratory | CRP <5
190  | 9:45  | FBC   | respiratory | HB 151, WBC 7.6, PLT 240, NEUT 4.3, EOS 0.61
410  | 22:15 | FBC   | acute       | HB 147, WBC 12.4, PLT 255, NEUT 9.0, EOS 0.47
410  | 22:15 | UE    | acute       | NA 140, K 3.3, UREA 4.4, CREAT 81, EGFR >90
410  | 22:15 | CRP   | acute       | CRP 22
640  | 9:10  | FBC   | respiratory | EOS 0.44
640  | 9:10  | LIPID | respiratory |
1010 | 10:30 | FBC   | respiratory | EOS 0.39
1460 | 11:10 | HBA1C | acute       | HBA1C 34
1460 | 11:10 | LFT   | acute       |
"""

_GRACE: Final = """
4    | 11:35 | UE    | renal       | NA 138, K 5.5, UREA 12.4, CREAT 131, EGFR 33
4    | 11:35 | FBC   | renal       | HB 113, WBC 6.4, PLT 214, MCV 91
4    | 11:35 | BONE  | renal       | CA 2.31, PHOS 1.38
124  | 10:50 | UE    | renal       | NA 139, K 5.1, UREA 11.8, CREAT 127, EGFR 34
201  | 15:05 | UE    | acute       | NA 132, K 4.8, UREA 14.9, CREAT 142, EGFR 30
201  | 15:05 | FBC   | acute       | HB 116, WBC 12.8, PLT 232, NEUT 10.1
201  | 15:05 | CRP   | acute       | CRP 64
201  | 15:05 | TROP  | acute       | TROP 11
199  | 7:00  | UE    | acute       | NA 136, K 4.6, UREA 12.6, CREAT 133, EGFR 33
199  | 7:00  | CRP   | acute       | CRP 21
330  | 10:15 | UE    | renal       | NA 140, K 4.9, UREA 10.9, CREAT 122, EGFR 36
330  | 10:15 | FBC   | renal       | HB 118
330  | 10:15 | BNP   | cardiology  | BNP 640
470  | 10:00 | UE    | renal       | CREAT 119, EGFR 37
470  | 10:00 | TFT   | cardiology  |
650  | 9:30  | UE    | renal       | CREAT 116, EGFR 39
650  | 9:30  | FBC   | renal       | HB 120
830  | 9:15  | UE    | renal       | CREAT 113, EGFR 40
1040 | 10:25 | UE    | renal       | CREAT 110, EGFR 42
1040 | 10:25 | LIPID | cardiology  |
1290 | 9:55  | UE    | renal       | CREAT 108, EGFR 43
1290 | 9:55  | FBC   | renal       | HB 124
1600 | 10:45 | UE    | renal       | CREAT 104, EGFR 46
"""


def _samples(table: str) -> Iterator[Sample]:
    for line in table.strip().splitlines():
        ago, clock, panel, clinic, values = (cell.strip() for cell in line.split("|"))
        pairs = (value.split() for value in values.split(",") if value.strip())
        yield Sample(int(ago), panel, clinic, clock, dict(pairs))


def _home_oxygen() -> Iterator[Sign]:
    """Once a fortnight, with a gap around the stay in hospital."""
    readings = {10: 93, 24: 94, 38: 93, 52: 91, 66: 92, 115: 93, 129: 95, 143: 93, 157: 94}
    for ago, value in readings.items():
        yield Sign(ago, "oxygen", str(value), at_home=True, usual_from="92")


def _hospital_signs(
    oxygen: dict[int, int], upper: int, lower: int, usual_from: str = ""
) -> Iterator[Sign]:
    for turn, (ago, value) in enumerate(oxygen.items()):
        yield Sign(ago, "oxygen", str(value), usual_from=usual_from)
        yield Sign(ago, "pulse", str(74 + 3 * turn))
        yield Sign(ago, "blood_pressure", str(upper + 2 * turn), str(lower + turn))


AMINA: Final = Plan(
    samples=tuple(_samples(_AMINA)),
    writings=(
        Writing(91, "chest_xray_copd", "respiratory"),
        Writing(92, "sputum", "respiratory"),
        Writing(780, "chest_xray_copd", "respiratory"),
    ),
    stays=(
        Stay(
            93,
            2,
            "respiratory",
            "Flare-up of COPD",
            (
                "You came in because you were more short of breath and coughed up more mucus.",
                "We gave you nebulisers, steroids for five days and an antibiotic.",
                "Your chest X-ray showed nothing new.",
                "Your oxygen level was 93% when you went home, which is usual for you.",
                "Please finish the steroid tablets and keep taking your iron tablets.",
                "Dr Nair will see you in the breathing clinic.",
            ),
        ),
    ),
    signs=(
        *_home_oxygen(),
        *_hospital_signs({2: 92, 93: 93, 177: 94, 464: 94, 780: 95}, 128, 76, "92"),
        Sign(2, "weight", "61.4"),
        Sign(464, "weight", "63.0"),
    ),
    since={"copd": 2360, "iron_deficiency": 177, "vitamin_d_deficiency": 300},
)

BEN: Final = Plan(
    samples=tuple(_samples(_BEN)),
    writings=(
        Writing(6, "mole", "respiratory"),
        Writing(700, "chest_xray_clear", "respiratory"),
    ),
    stays=(
        Stay(
            410,
            1,
            "respiratory",
            "Asthma attack",
            (
                "You came in at night with an asthma attack that your inhaler did not settle.",
                "You got better with nebulisers and steroid tablets, and slept well.",
                "Your preventer inhaler is now twice a day, every day.",
            ),
        ),
    ),
    signs=(
        *_hospital_signs({5: 98, 190: 98, 410: 94, 640: 98}, 122, 74),
        Sign(5, "weight", "78.2"),
    ),
    since={"asthma": 5200},
)

GRACE: Final = Plan(
    samples=tuple(_samples(_GRACE)),
    writings=(
        Writing(200, "chest_xray_failure", "acute"),
        Writing(201, "urine", "acute"),
        Writing(1040, "kidney_ultrasound", "renal"),
    ),
    stays=(
        Stay(
            201,
            4,
            "acute",
            "Fall with a urine infection",
            (
                "You fell at home and felt weak. A urine infection was found and treated.",
                "Your heart was beating irregularly, as before. Nothing was broken.",
                "Please go on with your blood thinner. Drink about 1.5 litres a day.",
            ),
        ),
    ),
    signs=(
        *_hospital_signs({4: 96, 124: 96, 201: 93, 330: 96, 650: 97}, 136, 72),
        Sign(4, "weight", "57.9"),
        Sign(330, "weight", "59.6"),
    ),
    since={"kidney_3b": 1610, "atrial_fibrillation": 1460, "hypertension": 4300},
)

STORIES: Final = {"amina": AMINA, "ben": BEN, "grace": GRACE}
