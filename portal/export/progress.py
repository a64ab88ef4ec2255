"""How far a copy is, part by part, kept in its row: the page, the manifest and a retry read it."""

import enum
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from portal.export.parts import WHOLE, Part, counted


class Step(enum.StrEnum):
    """How far one part is. NONE is that there is nothing; MISSING, that nobody can say."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    NONE = "none"
    MISSING = "missing"


ENDED = frozenset({Step.DONE, Step.NONE, Step.MISSING})


@dataclass(frozen=True, slots=True)
class Progress:
    """One part of a copy."""

    key: str
    title: str
    step: Step = Step.WAITING
    count: int = 0
    types: dict[str, int] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)
    prints: list[str] = field(default_factory=list)
    is_printed_whole: bool = True
    why: str = ""

    @property
    def counted(self) -> str:
        return counted(self.key, self.count)

    @property
    def is_whole(self) -> bool:
        return self.key in WHOLE

    @property
    def is_missing(self) -> bool:
        return self.step is Step.MISSING


def waiting(parts: Sequence[Part]) -> list[Progress]:
    return [Progress(part.key, part.title) for part in parts]


def read(rows: Sequence[dict[str, Any]]) -> list[Progress]:
    return [Progress(**(row | {"step": Step(row["step"])})) for row in rows]


def kept(parts: Sequence[Progress]) -> list[dict[str, Any]]:
    return [asdict(part) for part in parts]


def with_part(parts: Sequence[Progress], key: str, **changed: Any) -> list[Progress]:
    return [replace(part, **changed) if part.key == key else part for part in parts]
