"""Medicines, allergies and vaccines: what is given for what. None of it is advice."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from portal.simulator.events import Allergy

# problem | medicine | dose
_MEDICINES: Final = """
copd                 | Tiotropium 18 microgram inhaler        | Breathe in 1 capsule, once a day
copd                 | Salbutamol 100 microgram inhaler       | 2 puffs when short of breath
asthma               | Beclometasone 100 microgram inhaler    | 2 puffs, twice a day
asthma               | Salbutamol 100 microgram inhaler       | 2 puffs when short of breath
iron_deficiency      | Ferrous fumarate 210mg tablets         | Take 1 tablet, once a day
vitamin_d_deficiency | Colecalciferol 800 unit capsules       | Take 1 capsule, once a day
kidney_3b            | Alfacalcidol 250 nanogram capsules     | Take 1 capsule, once a day
atrial_fibrillation  | Apixaban 2.5mg tablets                 | Take 1 tablet, twice a day
atrial_fibrillation  | Bisoprolol 2.5mg tablets               | Take 1 tablet, once a day
hypertension         | Amlodipine 5mg tablets                 | Take 1 tablet, once a day
type_1_diabetes      | Insulin aspart 100 units/ml cartridges | With meals, as in your plan
type_1_diabetes      | Insulin degludec 100 units/ml pens     | Once a day, as in your plan
type_2_diabetes      | Metformin 500mg tablets                | 1 tablet, twice a day with food
hypothyroidism       | Levothyroxine 75 microgram tablets     | Take 1 tablet in the morning
crohns               | Azathioprine 50mg tablets              | Take 2 tablets, once a day
gout                 | Allopurinol 100mg tablets              | Take 2 tablets, once a day
ischaemic_heart      | Aspirin 75mg tablets                   | Take 1 tablet, once a day
ischaemic_heart      | Atorvastatin 80mg tablets              | Take 1 tablet at night
heart_failure        | Furosemide 40mg tablets                | Take 1 tablet in the morning
heart_failure        | Ramipril 5mg capsules                  | Take 1 capsule, once a day
rheumatoid           | Methotrexate 2.5mg tablets             | 6 tablets once a WEEK, on Mondays
rheumatoid           | Folic acid 5mg tablets                 | 1 tablet once a WEEK, on Fridays
osteoporosis         | Alendronic acid 70mg tablets           | Take 1 tablet once a WEEK
sickle_cell          | Phenoxymethylpenicillin 250mg tablets  | Take 1 tablet, twice a day
sickle_cell          | Hydroxycarbamide 500mg capsules        | Take 1 capsule, once a day
epilepsy             | Levetiracetam 500mg tablets            | Take 1 tablet, twice a day
eczema               | Emollient cream                        | Use as often as needed
pregnancy            | Folic acid 400 microgram tablets       | Take 1 tablet, once a day
prostate             | Tamsulosin 400 microgram capsules      | Take 1 capsule, once a day
breast_cancer        | Letrozole 2.5mg tablets                | Take 1 tablet, once a day
hiv                  | Bictegravir combination tablets        | Take 1 tablet, once a day
sarcoidosis          | Prednisolone 5mg tablets               | Take 2 tablets in the morning
parkinsons           | Co-careldopa 25mg/100mg tablets        | Take 1 tablet, 3 times a day
dementia             | Donepezil 10mg tablets                 | Take 1 tablet at night
"""

MEDICINES: Final = tuple(
    (problem, name, dose)
    for problem, name, dose in (
        tuple(cell.strip() for cell in line.split("|")) for line in _MEDICINES.strip().splitlines()
    )
)

RASH: Final = ("271807003", "Rash")
SWELLING: Final = ("41291007", "Swelling of the face")
ANAPHYLAXIS: Final = ("39579001", "Severe allergic reaction")
SICKNESS: Final = ("422587007", "Feeling sick")

ALLERGIES: Final = (
    Allergy("764146007", "Penicillin", "medication", RASH, "moderate"),
    Allergy("387207008", "Ibuprofen", "medication", RASH),
    Allergy("387494007", "Codeine", "medication", SICKNESS, "mild"),
    Allergy("387170002", "Trimethoprim", "medication", RASH, "mild"),
    Allergy("256349002", "Peanut", "food", ANAPHYLAXIS, "severe"),
    Allergy("102263004", "Egg", "food", RASH, "mild"),
    Allergy("260152009", "Cat hair", "environment"),
    Allergy("111088007", "Latex", "environment", RASH, "moderate"),
)

# vaccine | SNOMED CT procedure | product | youngest age | oldest age | every so many days, or once
_VACCINES: Final = """
Flu                 | 822851000000102  | Influenza vaccine, inactivated  | 65 | 120 | 365
COVID-19            |                  | COVID-19 mRNA vaccine           | 75 | 120 | 400
MMR                 | 38598009         | MMR vaccine                     | 1  | 17  | 0
Pneumococcal        | 12866006         | Pneumococcal vaccine            | 65 | 120 | 0
"""


@dataclass(frozen=True)
class Vaccine:
    """Given once at an age, or every so many days from it."""

    name: str
    snomed: str
    product: str
    youngest: int
    oldest: int
    every: int


def _vaccines() -> Iterator[Vaccine]:
    for line in _VACCINES.strip().splitlines():
        name, snomed, product, *numbers = (cell.strip() for cell in line.split("|"))
        yield Vaccine(name, snomed, product, *map(int, numbers))


VACCINES: Final = tuple(_vaccines())
