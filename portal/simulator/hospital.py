"""The made-up hospital: its people, its clinics and the systems that speak for it."""

from dataclasses import dataclass
from typing import Final

ODS: Final = "RMB"
NAME: Final = "Millbrook University Hospital"
TOWN: Final = "Millbrook"


@dataclass(frozen=True)
class Sender:
    """A hospital system, as it names itself in MSH-3 and MSH-4, and as we name its feed."""

    feed: str
    application: str
    facility: str = ODS
    silence_minutes: int = 24 * 60
    # Where it says that somebody needs an interpreter, if it does.
    interpreter: str = ""

    @property
    def header(self) -> str:
        return f"{self.application}|{self.facility}"


PAS: Final = Sender("patients-and-visits", "MILLPAS", interpreter="ZPI-2")
LABORATORY: Final = Sender("pathology", "WINPATH", silence_minutes=4 * 60)
IMAGING: Final = Sender("imaging", "MILLRIS")
SENDERS: Final = (PAS, LABORATORY, IMAGING)

RECORDS: Final = "patient-record"
"""The electronic patient record, which speaks FHIR and not HL7 v2."""


@dataclass(frozen=True)
class Practice:
    """A general practice; its ODS code is from no allocated range."""

    ods: str
    name: str


PRACTICES: Final = (
    Practice("Z90001", "Canal Street Surgery"),
    Practice("Z90002", "Millbrook Green Medical Centre"),
    Practice("Z90003", "The Old Mill Practice"),
    Practice("Z90004", "Harbour Road Health Centre"),
)


@dataclass(frozen=True)
class Professional:
    """Somebody who treats or reports; the code stands in OBR-16 and PV1-7."""

    key: str
    code: str
    prefix: str
    given: str
    family: str
    role: str
    clinic: str

    @property
    def name(self) -> str:
        return f"{self.prefix} {self.given} {self.family}"

    @property
    def council(self) -> str:
        """Who keeps the register that the code is of."""
        return "NMC" if self.code.startswith("N") else "GMC"


NAIR: Final = Professional(
    "nair", "C9000011", "Dr", "Priya", "Nair", "Consultant in breathing medicine", "respiratory"
)
LUND: Final = Professional(
    "lund", "C9000012", "Dr", "Erik", "Lund", "Consultant gastroenterologist", "gastroenterology"
)
OKORO: Final = Professional(
    "okoro", "C9000013", "Dr", "Chidi", "Okoro", "Consultant in breathing medicine", "respiratory"
)
HADDAD: Final = Professional(
    "haddad", "C9000014", "Dr", "Layla", "Haddad", "Consultant cardiologist", "cardiology"
)
BRANDT: Final = Professional(
    "brandt", "C9000015", "Dr", "Anna", "Brandt", "Consultant nephrologist", "renal"
)
CHOWDHURY: Final = Professional(
    "chowdhury", "C9000016", "Dr", "Tariq", "Chowdhury", "Consultant in diabetes", "diabetes"
)
MENON: Final = Professional(
    "menon", "C9000017", "Dr", "Asha", "Menon", "Consultant in acute medicine", "acute"
)
FRASER: Final = Professional(
    "fraser", "C9000018", "Dr", "Isla", "Fraser", "Consultant paediatrician", "paediatrics"
)
PETROV: Final = Professional(
    "petrov", "C9000019", "Dr", "Anton", "Petrov", "Consultant pathologist", "pathology"
)
WHITLOCK: Final = Professional(
    "whitlock", "C9000020", "Dr", "Owen", "Whitlock", "Consultant radiologist", "radiology"
)
ELLIS: Final = Professional(
    "ellis", "C9000021", "Mr", "Gareth", "Ellis", "Consultant orthopaedic surgeon", "orthopaedics"
)
DUNNE: Final = Professional(
    "dunne", "C9000022", "Ms", "Aoife", "Dunne", "Consultant obstetrician", "maternity"
)
HALL: Final = Professional(
    "hall", "N9000031", "Nurse", "Lee", "Hall", "Home monitoring nurse", "respiratory"
)

PROFESSIONALS: Final = (
    NAIR,
    LUND,
    OKORO,
    HADDAD,
    BRANDT,
    CHOWDHURY,
    MENON,
    FRASER,
    PETROV,
    WHITLOCK,
    ELLIS,
    DUNNE,
    HALL,
)


@dataclass(frozen=True)
class Clinic:
    """A team that patients know by its plain name."""

    key: str
    name: str
    lead: Professional
    outpatients: str
    ward: str


CLINICS: Final = {
    clinic.key: clinic
    for clinic in (
        Clinic("respiratory", "Breathing clinic", NAIR, "RESPOPD", "WARD7"),
        Clinic("gastroenterology", "Digestive clinic", LUND, "GASTOPD", "WARD4"),
        Clinic("cardiology", "Heart clinic", HADDAD, "CARDOPD", "WARD6"),
        Clinic("renal", "Kidney clinic", BRANDT, "RENOPD", "WARD5"),
        Clinic("diabetes", "Diabetes clinic", CHOWDHURY, "DIABOPD", "WARD3"),
        Clinic("acute", "Acute medical unit", MENON, "AMBCARE", "AMU"),
        Clinic("paediatrics", "Children’s clinic", FRASER, "PAEDOPD", "WARD2"),
        Clinic("orthopaedics", "Bone and joint clinic", ELLIS, "ORTHOPD", "WARD9"),
        Clinic("maternity", "Maternity clinic", DUNNE, "MATOPD", "WARD1"),
    )
}


def place(code: str) -> str:
    """Return what people call a place that systems know by a code."""
    if code.startswith("WARD"):
        return f"Ward {code.removeprefix('WARD')}"
    return "Acute medical unit" if code == "AMU" else "Outpatients"
