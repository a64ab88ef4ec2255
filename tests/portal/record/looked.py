"""Those who look into Amina's record, as the audit knows them."""

from fhir.access import EVERYONE, Grant, Kind, Viewer

EVERYTHING = (Grant(EVERYONE, EVERYONE, sees=31),)
DR_NAIR = Viewer(
    Kind.STAFF,
    "Practitioner/nair",
    "Dr Priya Nair",
    role="Consultant",
    organisation="breathing clinic",
    grants=EVERYTHING,
)
WINPATH = Viewer(Kind.SERVICE, "Device/winpath", "winpath", grants=EVERYTHING)
STEPWELL = Viewer(
    Kind.SERVICE, "Device/stepwell", "StepWell", grants=EVERYTHING, on_behalf_of="Patient/amina"
)
A_LINK = Viewer(
    Kind.PROXY,
    "ShareLink/1",
    "Whoever has your link “Pharmacy”",
    role="Through a link that you made",
    grants=EVERYTHING,
    on_behalf_of="Patient/amina",
)
