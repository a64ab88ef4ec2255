"""The sign-in accounts of the demo. Everybody's password and second factor are public."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.hashers import make_password
from django.db import transaction

from fhir.access import SYSTEM, Viewer
from fhir.search.values import token_hash
from fhir.store import Criteria, Repository
from portal.identity import actions, people
from portal.identity.models import ActivationCode, Capacity, Link, Role, SessionLimit, User
from portal.identity.sessions import Standing
from portal.identity.viewers import viewer_in
from portal.simulator import cast, hospital
from portal.simulator.hospital import Professional
from portal.simulator.people import Person
from portal.simulator.resources import council

PASSWORD: Final = "millbrook-demo-2026"  # noqa: S105 (a demonstration's, printed on its first page)
PERIOD: Final = 30


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in, and what they are there to show."""

    key: str
    name: str
    shows: str
    role: Role = Role.NONE
    person: Person | None = None
    professional: Professional | None = None
    job_title: str = ""

    @property
    def email(self) -> str:
        if self.person:
            return self.person.email
        return f"{self.key}@millbrook.example"

    @property
    def secret(self) -> str:
        """Of the authenticator app: made from the name, so that it is the same in every demo."""
        digest = hashlib.sha256(f"daybook demonstration {self.key}".encode()).digest()
        return base64.b32encode(digest[:20]).decode()

    def code(self, seconds: float) -> str:
        return str(format_hotp_value(hotp_value(self.secret, int(seconds) // PERIOD)))


def _patient(person: Person, shows: str) -> Account:
    return Account(person.key, person.name, shows, person=person)


def _clinician(one: Professional, shows: str) -> Account:
    return Account(one.key, one.name, shows, Role.CLINICIAN, professional=one, job_title=one.role)


ACCOUNTS: Final = (
    _patient(cast.AMINA, "Her results arrive while she looks"),
    _patient(cast.BEN, "Asthma; a biopsy waits for review, so he sees nothing of it"),
    _patient(cast.GRACE, "Kidney disease, and a blood thinner"),
    _patient(cast.STRANGER, "Somebody else, who must see none of theirs"),
    _patient(cast.TOM, "Has no record here"),
    _clinician(hospital.NAIR, "Releases results, with a comment"),
    _clinician(hospital.LUND, "Treats none of them: sees nothing of theirs"),
    _clinician(hospital.HALL, "The nurse of the breathing clinic"),
    Account("sam", "Sam Reed", "Runs the clinics", Role.BOOKING, job_title="Booking office"),
    Account("robin", "Robin Vale", "Gives activation codes", Role.RECORDS, job_title="Records"),
    Account("jo", "Jo Marsh", "Writes pages about tests", Role.EDITOR, job_title="Communications"),
    Account("kim", "Kim Ford", "Publishes them", Role.APPROVER, job_title="Communications"),
    Account("alex", "Alex Byrne", "Watches the feeds", Role.ADMIN, job_title="Systems"),
)
BOOKING: Final = "sam"
OFFICE: Final = "robin"


def open_accounts() -> None:
    """Make the accounts that are missing, each with its second factor."""
    known = set(User.objects.values_list("email", flat=True))
    missing = [account for account in ACCOUNTS if account.email not in known]
    if missing:
        # To hash a password takes its time; this one is everybody's.
        hashed = make_password(PASSWORD)
        for account in missing:
            _open(account, hashed)


@transaction.atomic
def _open(account: Account, hashed: str) -> None:
    user = actions.open_account(
        email=account.email,
        password=None,
        name=account.name,
        role=account.role,
        job_title=account.job_title,
        organisation=hospital.NAME if account.role else "",
    )
    User.objects.filter(pk=user.pk).update(password=hashed)
    TOTP.activate(user, account.secret)


def name_professionals() -> None:
    """Tell each clinician's account who they are in the record."""
    for account in ACCOUNTS:
        if one := account.professional:
            found = found_by("Practitioner", council(one), one.code)
            User.objects.filter(email=account.email).update(practitioners=found)


def hand_over(person: Person, now: datetime) -> None:
    """Link an account as the office does: a code for the person, who types it with their birthday.

    The account that has its record already keeps it.
    """
    user = User.objects.get(email=person.email)
    if Link.objects.filter(user=user, ended_at=None).exists():
        return
    office = User.objects.get(email=f"{OFFICE}@millbrook.example")
    records = Repository(at_work(office, now))
    found = people.find_people(records, person.born, nhs_number=person.nhs_number)
    if not found:
        raise LookupError(f"{person.name} has not arrived in the record")
    evidence = ActivationCode.Evidence.PASSPORT
    code = actions.give_code(patient=found[0].key, evidence=evidence, by=office, now=now)
    given = actions.try_code(typed=code, born=person.born, now=now)
    actions.activate(user=user, code=given.pk, now=now)


def at_work(user: User, now: datetime) -> Viewer:
    """A member of staff as they are when signed in with a second factor."""
    session = SessionLimit(user=user, capacity=Capacity.STAFF, second_factor_at=now)
    return viewer_in(Standing(user, session))


def as_patient(user: User, now: datetime) -> Viewer:
    """A patient as they are when signed in with a second factor."""
    person = Link.objects.get(user=user, ended_at=None).patient
    session = SessionLimit(
        user=user, capacity=Capacity.PATIENT, person=person, second_factor_at=now
    )
    return viewer_in(Standing(user, session))


def found_by(kind: str, system: str, value: str) -> list[str]:
    wanted = [("identifier", [token_hash(system, value)])]
    found, _ = Repository(SYSTEM).search(Criteria(kind, tokens=wanted, count=2))
    return [stored.id for stored in found]
