"""The tree that a message's flat list of segments stands for.

A family of messages says how deep its anchor segments stand; every other segment belongs to the
anchor before it. Order is all that counts, so that left-out or added segments do no harm.
"""

from collections.abc import Iterator, Mapping

from fhir.hl7.message import Message, Segment


class Group:
    """An anchor segment, those that belong to it, and the groups below it."""

    def __init__(self, parent: "Group | None" = None) -> None:
        self.parent = parent
        self.segments: list[Segment] = []
        self.groups: list[Group] = []
        # What tells it from its siblings, where a family says so.
        self.name = ""

    def own(self, name: str) -> list[Segment]:
        return [segment for segment in self.segments if segment.name == name]

    def upward(self) -> "Iterator[Group]":
        """Yield this group, and those above it from the nearest on."""
        yield self
        if self.parent:
            yield from self.parent.upward()

    def segment(self, name: str) -> Segment | None:
        """Return the group's first segment of that name, or that of the nearest group above."""
        for segment in self.segments:
            if segment.name == name:
                return segment
        return self.parent.segment(name) if self.parent else None

    def with_own(self, name: str) -> "Iterator[Group]":
        """Yield this group and those below it that have a segment of that name, in order."""
        if self.own(name):
            yield self
        for group in self.groups:
            yield from group.with_own(name)


def outlined(message: Message, depths: Mapping[str, int]) -> Group:
    """Return the tree; its root holds what comes before the first anchor.

    An ORC and the OBR after it are one group, as are a PID and what follows it.
    """
    path = [Group()]
    for segment in message.segments:
        depth = depths.get(segment.name)
        if depth is not None and not _belongs(segment, path[-1]):
            del path[depth:]
            path.append(Group(path[-1]))
            path[-2].groups.append(path[-1])
        path[-1].segments.append(segment)
    return path[0]


def _belongs(segment: Segment, group: Group) -> bool:
    return segment.name == "OBR" and [own.name for own in group.segments] == ["ORC"]
