"""A scan or an X-ray: what was pictured and why. The pictures themselves are not here."""

from fhir.paths import find
from portal.record import words
from portal.record.entry import Entry, row
from portal.record.statuses import REPORTS

# How DICOM calls each kind of machine.
KINDS = {
    "AR": "Eye test", "BMD": "Bone density scan", "CR": "X-ray", "CT": "CT scan", "DX": "X-ray",
    "ECG": "Heart tracing", "EPS": "Heart tracing", "ES": "Camera examination",
    "GM": "Microscope picture", "IO": "Dental X-ray", "IVUS": "Ultrasound scan",
    "MG": "Breast X-ray", "MR": "MRI scan", "NM": "Nuclear medicine scan", "OCT": "Eye scan",
    "OP": "Eye picture", "PT": "PET scan", "PX": "Dental X-ray", "RF": "Moving X-ray",
    "RG": "X-ray", "SM": "Microscope picture", "US": "Ultrasound scan", "XA": "Blood vessel X-ray",
    "XC": "Photograph",
}  # fmt: skip


class ImagingStudy(Entry):
    """Pictures that were taken at one time."""

    untitled = "Scan without a name"
    coded = "Code of this scan"
    named = ("procedureCode", "description", "modality", "series.modality")
    dated = ("started",)
    statuses = REPORTS
    table = (
        row("What was done", "description"),
        row("Part of the body", "series.bodySite"),
        row("Pictures taken", "started series.started"),
        row("Why", "reasonCode reasonReference"),
        row("Asked for by", "referrer"),
        row("Read by", "interpreter"),
        row("Where", "location"),
        row("Number of pictures", "numberOfInstances"),
    )
    passages = (row("Notes", "note"),)

    def heading(self) -> str:
        said = super().heading()
        kind = next(iter(self.kinds()), "")
        return kind if kind and said == self.untitled else said

    def kinds(self) -> list[str]:
        """Return what kinds of pictures they are."""
        paths = ("modality.code", "series.modality.code")
        codes = [code for path in paths for code in find(self.resource, path)]
        known = (KINDS.get(code, "") for code in codes if isinstance(code, str))
        return list(dict.fromkeys(filter(None, known)))

    def note(self) -> str:
        return words.sentences(words.listed(self.kinds()), self.say("series.bodySite"))
