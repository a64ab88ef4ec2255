"""What the booking office types, and what a hospital says of its places and services."""

import re

from fhir.access import SYSTEM
from fhir.store import Criteria, Repository

NORTH = {"resourceType": "Location", "status": "active", "name": "North Site"}
SOUTH = {"resourceType": "Location", "status": "active", "name": "South Site"}
BREATHING = {"resourceType": "HealthcareService", "active": True, "name": "Breathing clinic"}


def service():
    return Repository(SYSTEM).search(Criteria("HealthcareService", count=1))[0][0].id


def typed(place, **more):
    """Give what Sam types for a clinic on Tuesdays from 24 March to 28 April 2026."""
    usual = {
        "name": "Breathing by video",
        "service": service(),
        "clinician": "nair",
        "location": place,
        "modes": ["video"],
        "weekdays": ["2"],
        "opens": "9am",
        "closes": "midday",
        "minutes": "20",
        "capacity": "1",
        "first_day_0": "24", "first_day_1": "3", "first_day_2": "2026",
        "last_day_0": "28", "last_day_1": "4", "last_day_2": "2026",
        "nation": "ENG",
        "exceptions": "",
        "instruction": "Have your inhalers with you.",
        "stage": "published",
        "act": "preview",
    }  # fmt: skip
    return usual | more


def hidden(page, name):
    """Return the value of a page's hidden field."""
    found = re.search(rf'name="{name}"\s+value="([^"]*)"', page.content.decode())
    return found[1] if found else ""


def agreed(page, given, **more):
    """Give the form as it is sent by whoever has looked at what it would do."""
    seen = {name: hidden(page, name) for name in ("stamp", "numbers", "key")}
    return given | seen | {"act": "publish"} | more
