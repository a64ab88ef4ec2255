"""Whose resource is it? Every type but the shared ones belongs to exactly one patient."""

from collections.abc import Iterator

from fhir.labels import SHARED_TYPES
from fhir.paths import Json

# Types that by their nature name more than one person (decisions 20).
_OF_SEVERAL = frozenset({"Appointment", "RelatedPerson"})
OWNERS = ("patient", "subject", "beneficiary", "for", "individual", "target", "participant")


class Unowned(Exception):
    """No patient can be told from the resource: it is quarantined, never shared."""


class OfTwo(Exception):
    """The resource names two patients: it is refused."""


def patient_of(resource: Json) -> str:
    """Return the patient's key, or "" for a shared type.

    :raises Unowned: nothing in it refers to a Patient of this store.
    :raises OfTwo: it refers to several.
    """
    resource_type = resource["resourceType"]
    if resource_type in SHARED_TYPES:
        return ""
    if resource_type == "Patient":
        return str(resource["id"])
    owners = dict.fromkeys(
        key for name in OWNERS if name in resource for key in _patients_in(resource[name])
    )
    if not owners:
        raise Unowned(resource_type)
    everyone = owners if resource_type in _OF_SEVERAL else dict.fromkeys(_patients_in(resource))
    if len(owners) > 1 or len(everyone) > 1:
        raise OfTwo(resource_type)
    return next(iter(owners))


def _patients_in(value: object) -> Iterator[str]:
    match value:
        case {"reference": str(reference)} if reference.startswith("Patient/"):
            yield reference.split("/")[1]
        case dict():
            for name, inner in value.items():
                if name != "contained":
                    yield from _patients_in(inner)
        case list():
            for inner in value:
                yield from _patients_in(inner)
