"""Long-standing problems, and what each does to the blood, the diary and the medicine cupboard."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# key | SNOMED CT | term | clinic | confidentiality
_CONDITIONS: Final = """
copd                 | 13645005  | Chronic obstructive lung disease       | respiratory      |
asthma               | 195967001 | Asthma                                 | respiratory      |
iron_deficiency      | 87522002  | Iron deficiency anaemia                | gastroenterology |
vitamin_d_deficiency | 34713006  | Vitamin D deficiency                   | acute            |
kidney_3a            | 700378005 | Chronic kidney disease stage 3A        | renal            |
kidney_3b            | 700379002 | Chronic kidney disease stage 3B        | renal            |
atrial_fibrillation  | 49436004  | Atrial fibrillation                    | cardiology       |
hypertension         | 38341003  | High blood pressure                    | cardiology       |
type_1_diabetes      | 46635009  | Type 1 diabetes                        | diabetes         |
type_2_diabetes      | 44054006  | Type 2 diabetes                        | diabetes         |
hypothyroidism       | 40930008  | Underactive thyroid                    | diabetes         |
coeliac              | 396331005 | Coeliac disease                        | gastroenterology |
crohns               | 34000006  | Crohn’s disease                        | gastroenterology |
gallstones           | 235919008 | Gallstones                             | gastroenterology |
gout                 | 90560007  | Gout                                   | acute            |
ischaemic_heart      | 414545008 | Coronary heart disease                 | cardiology       |
heart_failure        | 84114007  | Heart failure                          | cardiology       |
rheumatoid           | 69896004  | Rheumatoid arthritis                   | orthopaedics     |
osteoporosis         | 64859006  | Osteoporosis                           | orthopaedics     |
sickle_cell          | 127040003 | Sickle cell disease                    | paediatrics      |
epilepsy             | 84757009  | Epilepsy                               | paediatrics      |
bronchiolitis        | 4120002   | Bronchiolitis                          | paediatrics      |
eczema               | 43116000  | Eczema                                 | paediatrics      |
fracture             | 125605004 | Broken bone                            | orthopaedics     |
pregnancy            | 77386006  | Pregnancy                              | maternity        |
prostate             | 266569009 | Enlarged prostate                      | acute            |
breast_cancer        | 254837009 | Breast cancer                          | acute            |
hiv                  | 86406008  | Human immunodeficiency virus infection | acute            | HIV
sarcoidosis          | 31541009  | Sarcoidosis                            | respiratory      |
parkinsons           | 49049000  | Parkinson’s disease                    | acute            |
dementia             | 26929004  | Alzheimer’s disease                    | acute            |
"""

# key | panels, and the days between them | effects
# An effect is KEY=level, or KEY+shift in widths of the usual range; /a is the drift in a year.
_COURSES: Final = """
copd                 | FBC:210 UE:365                   | WBC+0.1 HCT+0.1
asthma               | FBC:420                          | EOS=0.42
iron_deficiency      | FBC:150 FERR:240                 | HB-0.5/-0.03 MCV-0.4 FERR=14
vitamin_d_deficiency | VITD:300 BONE:400                | VITD=34/2
kidney_3a            | UE:180 FBC:300                   | CREAT=104/2 UREA=8.2
kidney_3b            | UE:120 FBC:210 BONE:300          | CREAT=128/4 UREA=11.5 HB-0.25/-0.02 K+0.3
atrial_fibrillation  | UE:180 FBC:365 TFT:700           | BNP=620
hypertension         | UE:365 LIPID:400                 | CHOL=5.4
type_1_diabetes      | HBA1C:100 TFT:365                | HBA1C=63
type_2_diabetes      | HBA1C:170 UE:365 LIPID:365       | HBA1C=58/1 TRIG=2.1 CHOL=4.6
hypothyroidism       | TFT:280                          | TSH=3.6 FT4-0.1
coeliac              | FBC:365 FERR:365 B12:365         | FERR=22
crohns               | FBC:120 CRP:120 LFT:180          | CRP=14 ALB-0.3 PLT+0.4
gallstones           | LFT:300                          | ALP=138 GGT=72 ALT=48
gout                 | URATE:240 UE:365                 | URATE=455
ischaemic_heart      | LIPID:300 FBC:400 UE:365         | CHOL=3.8
heart_failure        | UE:120 BNP:240 FBC:300           | BNP=1850 NA-0.3 UREA+0.4
rheumatoid           | FBC:90 LFT:90 CRP:90 UE:180      | CRP=11 PLT+0.3
osteoporosis         | BONE:365 VITD:400                | VITD=61
sickle_cell          | FBC:110 LFT:365                  | HB=82 BILI=38 WBC+0.4
epilepsy             | LFT:365 FBC:365                  |
pregnancy            | FBC:84                           | HB-0.3 ALB-0.4
prostate             | PSA:270 UE:365                   | PSA=3.1/0.2
breast_cancer        | FBC:60 LFT:60 UE:120             | WBC=4.4
hiv                  | VIRAL:180 FBC:180 UE:180 LFT:365 |
sarcoidosis          | FBC:180 BONE:180 LFT:365         | CA+0.3
parkinsons           | FBC:500                          |
dementia             | FBC:400 UE:400 B12:500           | NA-0.2
"""

_EFFECT: Final = re.compile(
    r"(?P<test>\w+?)(?:=(?P<level>[\d.]+)|(?P<shift>[+-][\d.]+))(?:/(?P<drift>-?[\d.]+))?"
)


@dataclass(frozen=True)
class Effect:
    """Where a test settles: at a level, or shifted by widths of the usual range."""

    level: float | None
    shift: float
    drift: float


@dataclass(frozen=True)
class Condition:
    key: str
    snomed: str
    term: str
    clinic: str
    confidential: str
    monitoring: dict[str, int]
    effects: dict[str, Effect]


def _effects(text: str) -> Iterator[tuple[str, Effect]]:
    for word in text.split():
        found = _EFFECT.fullmatch(word)
        if found is None:
            raise ValueError(f"not an effect: {word!r}")
        level = found["level"] and float(found["level"])
        yield (
            found["test"],
            Effect(level or None, float(found["shift"] or 0), float(found["drift"] or 0)),
        )


def _rows(table: str) -> Iterator[list[str]]:
    for line in table.strip().splitlines():
        yield [cell.strip() for cell in line.split("|")]


def _monitoring(text: str) -> dict[str, int]:
    pairs = (word.split(":") for word in text.split())
    return {panel: int(days) for panel, days in pairs}


def _conditions() -> Iterator[tuple[str, Condition]]:
    courses = {
        key: (_monitoring(panels), dict(_effects(effects)))
        for key, panels, effects in _rows(_COURSES)
    }
    for key, snomed, term, clinic, label in _rows(_CONDITIONS):
        monitoring, effects = courses.get(key, ({}, {}))
        yield key, Condition(key, snomed, term, clinic, label, monitoring, effects)


CONDITIONS: Final = dict(_conditions())
