"""What stands at the top of the pages of members of staff: each place, and whether it is here."""

from django.urls import reverse

from portal.identity.models import Role

Menu = list[tuple[str, str, bool]]

_EMERGENCY = ("Emergency access", "staff_emergency")
_ASKS = ("Asked to be seen", "staff_asks")
_PRIVACY = ("Privacy questions", "staff_privacy")
_PLACES: dict[Role, tuple[tuple[str, str], ...]] = {
    Role.CLINICIAN: (
        ("Worklist", "staff_results"),
        ("Visits", "staff_visits"),
        ("Clinics", "staff_clinics"),
        ("Follow-ups", "staff_follow_up"),
        _ASKS,
        ("Children", "staff_children"),
        _EMERGENCY,
    ),
    Role.RECORDS: (
        ("Activation codes", "staff_activation"),
        ("Parents", "staff_parents"),
        _PRIVACY,
    ),
    Role.BOOKING: (
        ("Day list", "staff_clinic_days"),
        _ASKS,
        ("Clinics", "staff_clinics"),
    ),
    Role.OPERATIONS: (
        ("Feeds", "ops_feeds"),
        ("Messages", "ops_messages"),
        ("Identities", "ops_identities"),
    ),
}
_PLACES[Role.ADMIN] = (
    *_PLACES[Role.OPERATIONS],
    ("Emergency access", "ops_emergencies"),
    _PRIVACY,
)


def menu(role: str, here: str) -> Menu:
    """Return the places of a role; `here` is the name of the page's own address."""
    places = _PLACES[Role(role)]
    return [(label, reverse(name), name == here) for label, name in places]
