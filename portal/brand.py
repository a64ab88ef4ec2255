"""Whose service this is: the name, colour and telephone that every page shows.

The defaults are a hospital that does not exist. A deployer sets the names, and may put another
mark in place of ours; the NHS logo is for NHS bodies to add, never a default.
"""

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Brand:
    first: str
    rest: str
    colour: str
    mark: str
    phone: str

    @property
    def name(self) -> str:
        return f"{self.first} {self.rest}".strip()


def current() -> Brand:
    return Brand(
        first=settings.BRAND_NAME_FIRST,
        rest=settings.BRAND_NAME_REST,
        colour=settings.BRAND_COLOUR,
        mark=settings.BRAND_MARK,
        phone=settings.BRAND_PHONE,
    )
