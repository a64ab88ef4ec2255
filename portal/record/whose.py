"""How a page speaks of whose record it shows: to its patient, or by name to whoever helps them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Whose:
    """The words that differ; without a name the reader is the patient."""

    name: str = ""

    @property
    def you(self) -> str:
        return self.name or "you"

    @property
    def your(self) -> str:
        return f"{self.name}’s" if self.name else "your"

    @property
    def you_have(self) -> str:
        return f"{self.name} has" if self.name else "you have"

    @property
    def team(self) -> str:
        return "their team" if self.name else "your team"

    def said(self, text: str) -> str:
        """Return a text with its gaps filled, such as "{you_have} none"; a sentence stays one.

        >>> Whose().said("{you_have} no letters."), Whose("Sam").said("{you_have} no letters.")
        ('You have no letters.', 'Sam has no letters.')
        """
        filled = text.format(you=self.you, your=self.your, you_have=self.you_have, team=self.team)
        return filled[:1].upper() + filled[1:]
