"""Which part of the service is for whom: decided by the address and the account alone.

No id is read here, so an answer is the same for every id (decisions 26). What is not below any of
these addresses is for everybody, and its viewer holds nothing.
"""

import enum
from collections.abc import Container
from dataclasses import dataclass

from portal.identity.models import Capacity, Role

STAFF_ROLES = frozenset(Role) - {Role.NONE}


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the service; `roles` are the members of staff it is for."""

    path: str
    capacity: Capacity
    roles: frozenset[Role] = frozenset()
    whole: bool = False  # this address alone, not what is below it
    own: bool = False  # not while acting for somebody else
    public: bool = False  # those who are not signed in see something else there

    def holds(self, path: str) -> bool:
        return path == self.path if self.whole else path.startswith(self.path)


# The first that holds an address decides. Below /live/ is no area: a visitor’s page listens too;
# who may hear of a record is asked there of the session itself, again and again.
AREAS = (
    Area("/", Capacity.PATIENT, whole=True, public=True),
    Area("/staff/", Capacity.STAFF, STAFF_ROLES, whole=True),
    Area("/staff/activation/", Capacity.STAFF, frozenset({Role.RECORDS})),
    Area("/staff/parents/", Capacity.STAFF, frozenset({Role.RECORDS})),
    Area("/staff/asks/", Capacity.STAFF, frozenset({Role.BOOKING, Role.CLINICIAN})),
    Area("/staff/clinics/", Capacity.STAFF, frozenset({Role.BOOKING, Role.CLINICIAN})),
    Area("/staff/privacy/", Capacity.STAFF, frozenset({Role.RECORDS, Role.ADMIN})),
    Area("/staff/", Capacity.STAFF, frozenset({Role.CLINICIAN})),
    Area("/ops/emergencies/", Capacity.STAFF, frozenset({Role.ADMIN})),
    Area("/ops/", Capacity.STAFF, frozenset({Role.OPERATIONS, Role.ADMIN})),
    Area("/cms/", Capacity.STAFF, frozenset({Role.EDITOR, Role.APPROVER, Role.ADMIN})),
    Area("/record/", Capacity.PATIENT),
    Area("/appointments/together/", Capacity.PATIENT, own=True),
    Area("/appointments/", Capacity.PATIENT),
    Area("/account/calendar/", Capacity.PATIENT),
    Area("/account/needs/", Capacity.PATIENT),
    Area("/account/notices/", Capacity.PATIENT, own=True),
    Area("/account/people/", Capacity.PATIENT, own=True),
)

# What somebody acting for another may open, and the scopes of which one must be shared for it; of
# an address without any, whatever is shared opens it. What none fits is not there for them.
CARERS_PAGES: dict[str, tuple[str, ...]] = {
    "/": (),
    "/account/calendar/": ("appointments",),
    "/account/needs/": ("appointments",),  # and, as the page asks, with needs among the rest
    "/appointments/": ("appointments",),
    "/record/": (),
    "/record/search/": (),
    "/record/seen/": (),
    "/record/allergies/": ("medicines",),
    "/record/appointments/": ("appointments",),
    "/record/conditions/": ("rest",),
    "/record/immunisations/": ("rest",),
    "/record/letters/": ("letters",),
    "/record/medicines/": ("medicines",),
    "/record/more/": ("messages", "rest", "results"),
    "/record/plans/": ("rest",),
    "/record/procedures/": ("rest",),
    "/record/referrals/": ("rest",),
    "/record/results/": ("results",),
    "/record/visits/": ("rest",),
}
# Of these the address alone is meant, not what is below it.
CARERS_WHOLE = frozenset({"/", "/record/"})

# Where a member of staff begins.
HOMES = {
    Role.CLINICIAN: "/staff/results/",
    Role.RECORDS: "/staff/activation/",
    Role.BOOKING: "/staff/clinics/",
    Role.EDITOR: "/cms/",
    Role.APPROVER: "/cms/",
    Role.OPERATIONS: "/ops/",
    Role.ADMIN: "/ops/",
}


class Answer(enum.Enum):
    """What somebody at a door is told."""

    COME_IN = enum.auto()
    SIGN_IN = enum.auto()
    ADD_SECOND_FACTOR = enum.auto()
    CHANGE_CAPACITY = enum.auto()
    NO_RECORD = enum.auto()
    NOT_FOR_YOU = enum.auto()


@dataclass(frozen=True, slots=True)
class Caller:
    """What a door may know of whoever stands before it."""

    role: Role
    capacity: Capacity
    second_factor: bool
    has_record: bool


def area_of(path: str) -> Area | None:
    return next((area for area in AREAS if area.holds(path)), None)


def is_shared(path: str, scopes: Container[str]) -> bool:
    """Whether this address is there for somebody with whom these scopes are shared."""
    needed = [
        scopes_of
        for begins, scopes_of in CARERS_PAGES.items()
        if path == begins or (begins not in CARERS_WHOLE and path.startswith(begins))
    ]
    return any(not one or any(scope in scopes for scope in one) for one in needed)


def answer(area: Area, caller: Caller | None) -> Answer:
    if caller is None:
        return Answer.COME_IN if area.public else Answer.SIGN_IN
    if refusal := _refusal(area, caller):
        return refusal
    if not caller.second_factor:
        return Answer.ADD_SECOND_FACTOR
    if not _fits(area, caller.capacity):
        return Answer.CHANGE_CAPACITY
    return Answer.COME_IN


def _refusal(area: Area, caller: Caller) -> Answer | None:
    if area.capacity == Capacity.STAFF and caller.role not in area.roles:
        return Answer.NOT_FOR_YOU
    if area.capacity == Capacity.PATIENT and not caller.has_record:
        return Answer.NO_RECORD
    return None


def _fits(area: Area, capacity: Capacity) -> bool:
    if capacity == Capacity.PROXY:
        return area.capacity == Capacity.PATIENT and not area.own
    return area.capacity == capacity
