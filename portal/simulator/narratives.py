"""Reports in words: imaging, microbiology and pathology. All of it is made up."""

from dataclasses import dataclass
from typing import Final

from portal.simulator.hospital import IMAGING, LABORATORY, PETROV, WHITLOCK, Professional, Sender

OBSERVED: Final = ("FIND", "Report", "59776-5")
CONCLUSION: Final = ("CONC", "Conclusion", "19005-8")
CLINICAL: Final = ("CLIN", "Clinical details", "22636-5")
MICROSCOPY: Final = ("MICR", "Microscopy", "22635-7")
DIAGNOSIS: Final = ("DIAG", "Conclusion", "22637-3")


@dataclass(frozen=True)
class Narrative:
    """A written report: its name, who writes it, and its parts in order."""

    key: str
    name: str
    loinc: str
    sender: Sender
    department: str
    parts: tuple[tuple[tuple[str, str, str], str], ...]
    reporter: Professional | None = None
    specimen: tuple[str, str] = ("", "")
    hours: int = 30


def _scan(key: str, name: str, loinc: str, seen: str, conclusion: str) -> Narrative:
    parts = ((OBSERVED, seen), (CONCLUSION, conclusion))
    return Narrative(key, name, loinc, IMAGING, "RAD", parts, WHITLOCK)


def _culture(key: str, name: str, loinc: str, text: str, specimen: tuple[str, str]) -> Narrative:
    return Narrative(
        key,
        name,
        loinc,
        LABORATORY,
        "MB",
        ((("CULT", "Culture", loinc), text),),
        None,
        specimen,
        52,
    )


def _tissue(key: str, name: str, details: str, microscopy: str, diagnosis: str) -> Narrative:
    parts = ((CLINICAL, details), (MICROSCOPY, microscopy), (DIAGNOSIS, diagnosis))
    return Narrative(key, name, "11526-1", LABORATORY, "SP", parts, PETROV, ("TISS", "Tissue"), 96)


NARRATIVES: Final = {
    narrative.key: narrative
    for narrative in (
        _scan(
            "chest_xray_copd",
            "Chest X-ray",
            "36643-5",
            "The lungs are over-expanded, as before. No new shadow, no fluid, no air leak. "
            "The heart is of normal size.",
            "Long-standing changes of COPD. Nothing new since the last film.",
        ),
        _scan(
            "chest_xray_clear",
            "Chest X-ray",
            "36643-5",
            "The lungs are clear. The heart and the middle of the chest look normal.",
            "Normal chest X-ray.",
        ),
        _scan(
            "chest_xray_failure",
            "Chest X-ray",
            "36643-5",
            "The heart is enlarged. There is a little fluid at both lung bases.",
            "Signs of mild heart failure.",
        ),
        _scan(
            "kidney_ultrasound",
            "Ultrasound of the kidneys",
            "",
            "Right kidney 9.1 cm, left kidney 9.3 cm, both a little thin. No stones and no "
            "blockage. The bladder empties well.",
            "Small kidneys on both sides, in keeping with long-standing kidney disease.",
        ),
        _scan(
            "gallbladder_ultrasound",
            "Ultrasound of the abdomen",
            "24558-9",
            "Several small gallstones. The gallbladder wall is thin. The bile duct is 4 mm wide.",
            "Gallstones without inflammation.",
        ),
        _scan(
            "wrist_xray",
            "X-ray of the wrist",
            "",
            "A break of the lower end of the radius, in good position.",
            "Wrist fracture without displacement.",
        ),
        _scan(
            "head_scan",
            "MRI of the head",
            "24590-2",
            "No bleed, no swelling. Small vessel changes as expected at this age.",
            "No cause for the symptoms is seen.",
        ),
        _culture(
            "sputum",
            "Sputum culture",
            "624-7",
            "Haemophilus influenzae grown. Sensitive to doxycycline and co-amoxiclav.",
            ("SPT", "Sputum"),
        ),
        _culture(
            "urine",
            "Urine culture",
            "630-4",
            "White cells 120 ×10⁶/L. Escherichia coli, more than 10⁸ cfu/L. "
            "Sensitive to nitrofurantoin and trimethoprim.",
            ("UR", "Urine"),
        ),
        _culture(
            "urine_clear",
            "Urine culture",
            "630-4",
            "White cells below 10 ×10⁶/L. No significant growth.",
            ("UR", "Urine"),
        ),
        _culture(
            "throat", "Throat swab", "626-2", "No beta-haemolytic streptococci.", ("THRT", "Throat")
        ),
        _tissue(
            "mole",
            "Skin biopsy report",
            "Changing mole on the left upper back, 6 mm, noticed in clinic. Removed whole.",
            "Skin with a symmetrical compound melanocytic naevus. Nests at the junction and in "
            "the dermis mature with depth. No atypia, no mitoses. The edges are clear by 2 mm.",
            "Compound melanocytic naevus, completely removed. No evidence of malignancy.",
        ),
        _tissue(
            "lung_biopsy",
            "Lung biopsy report",
            "Bilateral hilar nodes, dry cough. ?sarcoid ?lymphoma.",
            "Transbronchial biopsies ×5. Well-formed non-caseating granulomas. ZN and Grocott "
            "stains negative.",
            "Granulomatous inflammation in keeping with sarcoidosis. No evidence of malignancy.",
        ),
        _tissue(
            "breast_core",
            "Breast biopsy report",
            "18 mm lump, right breast, upper outer part. Core biopsy.",
            "Invasive carcinoma of no special type, provisional grade 2. ER positive, "
            "HER2 negative.",
            "Invasive breast carcinoma, grade 2. For discussion at the breast meeting.",
        ),
        _tissue(
            "bowel",
            "Bowel biopsy report",
            "Diarrhoea and weight loss. Biopsies from the end of the small bowel.",
            "Patchy chronic inflammation with small granulomas. No dysplasia.",
            "Active Crohn’s disease.",
        ),
    )
}

# Which written reports a problem brings, and roughly how many days ago each was made.
COURSES: Final = {
    "copd": (("chest_xray_copd", 420), ("sputum", 300)),
    "asthma": (("chest_xray_clear", 700),),
    "kidney_3a": (("kidney_ultrasound", 900),),
    "kidney_3b": (("kidney_ultrasound", 1100), ("urine_clear", 250)),
    "heart_failure": (("chest_xray_failure", 380),),
    "gallstones": (("gallbladder_ultrasound", 210),),
    "fracture": (("wrist_xray", 160),),
    "epilepsy": (("head_scan", 500),),
    "parkinsons": (("head_scan", 1300),),
    "dementia": (("head_scan", 1200), ("urine", 140)),
    "sarcoidosis": (("lung_biopsy", 640), ("chest_xray_clear", 120)),
    "breast_cancer": (("breast_core", 540),),
    "crohns": (("bowel", 780),),
    "type_2_diabetes": (("urine_clear", 400),),
    "bronchiolitis": (("throat", 40), ("chest_xray_clear", 40)),
    "pregnancy": (("urine_clear", 70),),
}
