"""May this viewer see or change this resource? One rule, in two forms that must agree.

`decide` answers for one resource, `visible` as a condition over the table. Nothing here reads the
database: what a viewer holds was worked out before, by whoever made the viewer.
"""

import enum
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Everyone = Literal["*"]
EVERYONE: Final[Everyone] = "*"

# Label bits that hide a resource; the same number stands in fhir.labels.HIDING (tested).
_HIDING = 31


class Kind(enum.StrEnum):
    """In which capacity somebody asks (decisions 18)."""

    PUBLIC = "public"
    PATIENT = "patient"
    PROXY = "proxy"
    STAFF = "staff"
    SERVICE = "service"


class Interaction(enum.StrEnum):
    """FHIR's interactions, and LABEL: to put a security label on or take it off."""

    READ = "read"
    SEARCH = "search"
    HISTORY = "history"
    CREATE = "create"
    UPDATE = "update"
    LABEL = "label"


READING: Final = frozenset({Interaction.READ, Interaction.SEARCH, Interaction.HISTORY})
WRITING: Final = frozenset({Interaction.CREATE, Interaction.UPDATE})
ANYTHING: Final = READING | WRITING | {Interaction.LABEL}


class Verdict(enum.StrEnum):
    """The true answer: it stands in the audit; the viewer is told NotFound either way."""

    ALLOWED = "allowed"
    NOT_GRANTED = "not granted"
    LABELLED = "labelled"
    BARRED = "barred"
    UNREADABLE = "unreadable"  # what is kept of it is no JSON


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rule needs to know of a resource; `patient` is "" for a type shared by all."""

    resource_type: str
    patient: str
    labels: int


@dataclass(frozen=True, slots=True)
class Grant:
    """A right over some patients' resources; `sees` are the label bits it reads through."""

    patients: frozenset[str] | Everyone
    types: frozenset[str] | Everyone
    interactions: frozenset[Interaction] = READING
    sees: int = 0

    def covers(self, interaction: Interaction, resource_type: str) -> bool:
        """Whether the grant speaks of this interaction with this type at all."""
        return interaction in self.interactions and (
            self.types == EVERYONE or resource_type in self.types
        )

    def reaches(self, patient: str) -> bool:
        """Whether the patient, or "" for what is shared, is among the grant's."""
        return self.patients == EVERYONE or patient in self.patients


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever asks the store. `who` is a reference such as "Practitioner/x" or "Device/winpath"."""

    kind: Kind
    who: str
    name: str
    role: str = ""
    organisation: str = ""
    grants: tuple[Grant, ...] = ()
    on_behalf_of: str = ""
    # Records closed to this viewer whatever the grants say: to staff, their own and a relation's.
    barred: frozenset[str] = frozenset()
    session: str = ""
    request: str = field(default="", compare=False)

    @property
    def scope(self) -> str:
        """The patients for the database's own policies: "*", or keys with a comma after each."""
        if any(grant.patients == EVERYONE for grant in self.grants):
            return EVERYONE
        keys = sorted({key for grant in self.grants for key in grant.patients})
        return "".join(f"{key}," for key in keys) or ","

    @property
    def sees(self) -> int:
        """The labels for the database's own policies: all that any grant reads through."""
        total = 0
        for grant in self.grants:
            total |= grant.sees
        return total

    @property
    def sees_all(self) -> bool:
        """Whether the database's own policies hide nothing."""
        return self.scope == EVERYONE and self.sees & _HIDING == _HIDING


# Relay and intake: they carry out rules and so stand above them.
SYSTEM: Final = Viewer(
    Kind.SERVICE,
    "Device/daybook",
    "Daybook",
    grants=(Grant(EVERYONE, EVERYONE, ANYTHING, _HIDING),),
)
NOBODY: Final = Viewer(Kind.PUBLIC, "", "")


def decide(viewer: Viewer, interaction: Interaction, facts: Facts) -> Verdict:
    """Return the verdict on one resource."""
    if facts.patient in viewer.barred:
        return Verdict.BARRED
    held = [
        grant
        for grant in viewer.grants
        if grant.covers(interaction, facts.resource_type) and grant.reaches(facts.patient)
    ]
    if not held:
        return Verdict.NOT_GRANTED
    if all(facts.labels & _HIDING & ~grant.sees for grant in held):
        return Verdict.LABELLED
    return Verdict.ALLOWED


def visible(viewer: Viewer, interaction: Interaction, resource_type: str) -> tuple[str, list[Any]]:
    """Return the rule as an SQL condition on `r.patient` and `r.labels`, with its parameters.

    `< 1` says the same of bits as `= 0`, of which the planner would believe that it is rare, and
    an array of one patient would hide from it that rows come in order.
    """
    conditions: list[str] = []
    parameters: list[Any] = []
    for grant in viewer.grants:
        if not grant.covers(interaction, resource_type):
            continue
        hidden = _HIDING & ~grant.sees
        if grant.patients == EVERYONE:
            conditions.append("(r.labels & %s < 1)")
            parameters.append(hidden)
        elif len(grant.patients) == 1:
            conditions.append("(r.patient = %s AND r.labels & %s < 1)")
            parameters += [*grant.patients, hidden]
        else:
            conditions.append("(r.patient = ANY(%s) AND r.labels & %s < 1)")
            parameters += [sorted(grant.patients), hidden]
    if not conditions:
        return "FALSE", []
    rule = f"({' OR '.join(conditions)})"
    if viewer.barred:
        rule = f"({rule} AND r.patient <> ALL(%s))"
        parameters.append(sorted(viewer.barred))
    return rule, parameters
