"""What a clinic can be made of: the services, places and clinicians that somebody may choose."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from fhir.store import Criteria, Repository
from portal.appointments.models import Clinic
from portal.appointments.rules import Mode
from portal.clinics.reach import REMOTE, clinics_of
from portal.identity.models import Role, User

_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Choices:
    """Names by id."""

    services: Mapping[str, str]
    places: Mapping[str, str]
    clinicians: Mapping[str, str]
    modes: tuple[Mode, ...]

    @classmethod
    def of(cls, user: User, records: Repository) -> Self:
        """Return what a member of staff may choose: a clinician makes their own, seen from afar."""
        is_clinician = user.role == Role.CLINICIAN
        services = _named(records, "HealthcareService")
        if is_clinician:
            used = Clinic.objects.exclude(location="")
            places = dict(used.values_list("location", "location_name").distinct())
            clinicians = {user.practitioners[0]: user.name} if user.practitioners else {}
            return cls(services, places, clinicians, tuple(one for one in Mode if one in REMOTE))
        places = _named(records, "Location", user.sites)
        return cls(services, places, _clinicians(user), tuple(Mode))


def _named(records: Repository, kind: str, ids: list[str] | None = None) -> dict[str, str]:
    if ids is not None and not ids:
        return {}
    wanted = Criteria(kind, ids=ids, count=_MOST)
    found = {one.id: str(one.json.get("name") or "") for one in records.search(wanted)[0]}
    return dict(sorted(found.items(), key=lambda one: one[1].casefold()))


def _clinicians(user: User) -> dict[str, str]:
    """Return clinicians who sign in here, and whoever holds a clinic already."""
    known = dict(clinics_of(user).values_list("clinician", "clinician_name").distinct())
    signing_in = User.objects.filter(role=Role.CLINICIAN, is_active=True)
    if user.organisation:
        signing_in = signing_in.filter(organisation=user.organisation)
    known |= {one.practitioners[0]: one.name for one in signing_in if one.practitioners}
    return dict(sorted(known.items(), key=lambda one: one[1].casefold()))
