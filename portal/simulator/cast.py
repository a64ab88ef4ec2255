"""The people of the journeys, who have accounts in the demo."""

from datetime import date
from typing import Final

from portal.simulator.hospital import PRACTICES
from portal.simulator.people import Contact, Person

AMINA: Final = Person(
    key="amina",
    nhs_number="9991000003",
    mrn="M1000003",
    family="Yusuf",
    given="Amina",
    prefix="Mrs",
    born=date(1967, 9, 8),
    sex="F",
    street="14 Canal Street",
    postcode="MB1 4QA",
    home="01632 960111",
    mobile="07700 900112",
    practice=PRACTICES[0],
    ethnic=("J", "Asian - Pakistani"),
    language="ur",
    interpreter=True,
    email="amina.yusuf@example.org",
    kin=Contact("Yusuf", "Zara", ("CHD", "Child"), "07700 900113"),
    problems=("copd", "iron_deficiency", "vitamin_d_deficiency"),
)

BEN: Final = Person(
    key="ben",
    nhs_number="9991013172",
    mrn="M1013172",
    family="Carter",
    given="Ben",
    prefix="Mr",
    born=date(1991, 6, 19),
    sex="M",
    street="Flat 3, 88 Foundry Way",
    postcode="MB2 7DW",
    home="01632 960455",
    mobile="07700 900456",
    practice=PRACTICES[1],
    email="ben.carter@example.org",
    kin=Contact("Carter", "Grace", ("PAR", "Parent"), "01632 960634"),
    problems=("asthma",),
)

GRACE: Final = Person(
    key="grace",
    nhs_number="9991026347",
    mrn="M1026347",
    family="Carter",
    given="Grace",
    prefix="Mrs",
    born=date(1944, 5, 2),
    sex="F",
    street="2 Lock Keepers Row",
    postcode="MB2 1HN",
    home="01632 960634",
    mobile="",
    practice=PRACTICES[1],
    email="grace.carter@example.org",
    kin=Contact("Carter", "Ben", ("CHD", "Child"), "07700 900456"),
    problems=("kidney_3b", "atrial_fibrillation", "hypertension"),
)

STRANGER: Final = Person(
    key="stranger",
    nhs_number="9991044108",
    mrn="M1044108",
    family="Vance",
    given="Harriet",
    prefix="Ms",
    born=date(1983, 11, 27),
    sex="F",
    street="61 Harbour Road",
    postcode="MB5 2RT",
    home="01632 960810",
    mobile="07700 900811",
    practice=PRACTICES[3],
    email="harriet.vance@example.org",
    kin=Contact("Vance", "Peter", ("SPO", "Spouse"), "07700 900812"),
    problems=("hypothyroidism",),
)

TOM: Final = Person(
    key="tom",
    nhs_number="9991039511",
    mrn="",
    family="Okafor",
    given="Tom",
    prefix="Mr",
    born=date(1979, 2, 14),
    sex="M",
    street="9 Weavers Lane",
    postcode="MB3 3LS",
    home="01632 960395",
    mobile="07700 900395",
    practice=PRACTICES[2],
    email="tom.okafor@example.org",
)
"""Has an account and no record here: never sent by any system."""

PATIENTS: Final = (AMINA, BEN, GRACE, STRANGER)
