"""What a sample explainer holds.

Samples are in sentences that a child of ten can read. No clinician has approved their words, and
the pages say so until one does.
"""

from __future__ import annotations

from dataclasses import dataclass

from cms.codes import System

OWNER = "Sample wording, for a clinician to approve"
NEXT = """
One result does not tell the whole story. Your team looks at it with your other tests and how you
feel. They will tell you if you need to do anything.
"""
WHO = """
Ask the team who asked for your test. Their phone number is on your letter.
"""


@dataclass(frozen=True)
class Sample:
    """One explainer. Codes are LOINC, SNOMED CT and a laboratory's own, each parted by blanks."""

    title: str
    slug: str
    name: str
    what: str
    why: str
    low: str = ""
    high: str = ""
    next: str = NEXT
    urgent: str = ""
    emergency: str = ""
    who: str = WHO
    loinc: str = ""
    snomed_ct: str = ""
    local: str = ""
    general: bool = False

    def codes(self) -> list[tuple[str, str]]:
        return [
            (system, code)
            for system, written in (
                (System.LOINC, self.loinc),
                (System.SNOMED_CT, self.snomed_ct),
                (System.LOCAL, self.local),
            )
            for code in written.split()
        ]
