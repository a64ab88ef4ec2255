"""Who runs which clinics: booking staff those of their sites, clinicians their own.

What is not theirs is not there for them (decisions 26).
"""

import uuid

from django.db.models import QuerySet
from django.http import Http404

from fhir.access import Interaction, Viewer
from portal.appointments.models import Clinic
from portal.appointments.rules import Mode
from portal.identity.models import Role, User

# A clinician sets the hours in which they are seen from afar; rooms belong to the booking staff.
REMOTE = frozenset({Mode.VIDEO, Mode.PHONE})


def clinics_of(user: User) -> QuerySet[Clinic]:
    if user.role == Role.BOOKING:
        return Clinic.objects.filter(location__in=user.sites)
    if user.role == Role.CLINICIAN:
        return Clinic.objects.filter(clinician__in=user.practitioners)
    return Clinic.objects.none()


def clinic_of(user: User, key: uuid.UUID) -> Clinic:
    """Return a clinic that this member of staff runs.

    :raises Http404: they run none of that key.
    """
    found = clinics_of(user).filter(key=key).first()
    if found is None:
        raise Http404
    return found


def may_change(user: User, clinic: Clinic) -> bool:
    return user.role == Role.BOOKING or set(clinic.modes) <= REMOTE


def bookable() -> dict[str, str]:
    """Return the services that can be booked, by their names."""
    held = Clinic.objects.filter(stage=Clinic.Stage.PUBLISHED)
    return dict(held.order_by("service_name").values_list("service", "service_name"))


def treats(viewer: Viewer, patient: str) -> bool:
    """Whether somebody treats this patient, and does not see them today or in an emergency alone.

    What they order would make them treat the patient from then on.
    """
    return any(
        grant.covers(Interaction.LABEL, "ServiceRequest") and grant.reaches(patient)
        for grant in viewer.grants
    )
