"""What is written here and a hospital system may take over, found by the number we gave it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from fhir.origins import Address
from fhir.paths import Json
from fhir.search.values import token_hash
from fhir.writing import Draft, Written

# Types, each with the system of our numbers.
NUMBERS: Final[Mapping[str, str]] = {"Appointment": "urn:daybook:booking"}
# Who gave a number, as hospital systems name us in HL7 v2.
AUTHORITY: Final = "DAYBOOK"
# Written by whoever was signed in, and sent by no feed.
OURS: Final = ""

# Of a series, the one that stands; of several that do not, the last.
_BEARING: Final = """
SELECT r.logical_id, r.patient FROM portal_fhir_token i
JOIN portal_fhir_resource r ON r.patient = i.patient AND r.number = i.number
WHERE i.resource_type = %s AND i.name = 'identifier' AND i.hash = %s
ORDER BY r.status IN ('cancelled', 'noshow', 'entered-in-error'), r.updated_at DESC LIMIT 1
"""


def bearing(resource: Json) -> Address | None:
    """Return where what bears the same number of ours stands, if the resource bears one."""
    kind = str(resource["resourceType"])
    if kind not in NUMBERS:
        return None
    found = (one for one in resource.get("identifier", ()) if one.get("system") == NUMBERS[kind])
    value = next((str(one.get("value", "")) for one in found), "")
    if not value:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_BEARING, [kind, token_hash(NUMBERS[kind], value)])
        row = cursor.fetchone()
    return Address(kind, *row) if row else None


def unnumbered(resource: Json) -> Json:
    """Return a resource without a number of ours, where something bears it: a series', not its own.

    A feed that once spoke of a visit that has moved since would else be heard to speak of that one.
    """
    if bearing(resource) is None:
        return resource
    ours = NUMBERS[str(resource["resourceType"])]
    return resource | {
        "identifier": [one for one in resource["identifier"] if one.get("system") != ours]
    }


Follow = Callable[[Sequence[Written]], None]


@contextmanager
def followed(drafts: Iterable[Draft]) -> Iterator[Follow]:
    """Let what stands beside the record follow it in its transaction (settings.FHIR_FOLLOWING).

    It takes its own locks before the record's are taken, as it does when it writes itself.
    """
    ids: dict[str, list[str]] = {}
    for draft in drafts:
        ids.setdefault(str(draft.resource["resourceType"]), []).append(draft.logical_id)
    followers: Mapping[str, str] = settings.FHIR_FOLLOWING
    with ExitStack() as stack:
        each: dict[str, Follow] = {
            kind: stack.enter_context(import_string(name)(ids[kind]))
            for kind, name in followers.items()
            if kind in ids
        }
        yield lambda written: _tell(each, written)


def _tell(each: Mapping[str, Follow], written: Sequence[Written]) -> None:
    for kind, follow in each.items():
        new = [one for one in written if one.resource_type == kind and one.change]
        if new:
            follow(new)
