"""Every address of the service, and who may open it. An address that is not here fails a test."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver

from portal.identity.models import Role
from tests.signing_in import a_login, linked, signed_in, with_app

PUBLIC, PATIENT = "public", "patient"
STAFF = frozenset(role.value for role in Role if role != Role.NONE)
SIGNED_IN = STAFF | {PATIENT}
EVERYBODY = SIGNED_IN | {PUBLIC}
CONTENT = frozenset({Role.EDITOR, Role.APPROVER, Role.ADMIN})

NOBODY: frozenset[str] = frozenset()

# The longest beginning that fits decides. What a library brings below an address shares its row.
DOORS = {
    "": EVERYBODY,  # home: this address alone
    "_util/login/": NOBODY,  # leads to account/login/
    "account/": SIGNED_IN,
    "account/^password/reset/": EVERYBODY,
    "account/activate/": EVERYBODY,
    "account/email/": EVERYBODY,  # leads to account/
    "account/calendar/": frozenset({PATIENT}),
    "account/inactive/": EVERYBODY,
    "account/login/": EVERYBODY,
    "account/leave/": EVERYBODY,
    "account/logout/": EVERYBODY,
    "account/needs/": frozenset({PATIENT}),
    "account/notices/": frozenset({PATIENT}),
    "account/password/reset/": EVERYBODY,
    "account/people/": frozenset({PATIENT}),
    "account/signed-out/": EVERYBODY,
    "account/signup/": EVERYBODY,
    "account/stay/": EVERYBODY,
    "appointments/": frozenset({PATIENT}),
    "calendar/": EVERYBODY,  # its secret part opens it, not who is signed in
    "cms/": CONTENT,
    "fhir/": NOBODY,  # without a token, that is: being signed in to the pages opens no API
    "fhir/R4/metadata": EVERYBODY,
    "guest/": EVERYBODY,  # a link opens it, not who is signed in
    "healthz": EVERYBODY,
    "live/": EVERYBODY,  # a visitor's page hears of content alone
    "media/images/": EVERYBODY,
    "metrics": EVERYBODY,  # of a local service; a public one asks for a token
    "ops/": frozenset({Role.OPERATIONS, Role.ADMIN}),
    "ops/emergencies/": frozenset({Role.ADMIN}),
    "readyz": EVERYBODY,
    "record/": frozenset({PATIENT}),
    "shared/": EVERYBODY,  # a link and its passcode open it, not who is signed in
    "staff/": STAFF,
    "staff/activation/": frozenset({Role.RECORDS}),
    "staff/asks/": frozenset({Role.BOOKING, Role.CLINICIAN}),
    "staff/children/": frozenset({Role.CLINICIAN}),
    "staff/clinics/": frozenset({Role.BOOKING, Role.CLINICIAN}),
    "staff/emergency/": frozenset({Role.CLINICIAN}),
    "staff/follow-ups/": frozenset({Role.CLINICIAN}),
    "staff/parents/": frozenset({Role.RECORDS}),
    "staff/privacy/": frozenset({Role.ADMIN, Role.RECORDS}),
    "staff/results/": frozenset({Role.CLINICIAN}),
    "staff/visits/": frozenset({Role.CLINICIAN}),
    "start": EVERYBODY,
    "tests/": EVERYBODY,
    "^((?:": EVERYBODY,  # an editor's page
}
NOWHERE = "7d5b43c2-0000-4000-8000-0123456789ab"
# What stands for the variable part of an address.
EXAMPLES = {
    "int": "1",
    "section": "conditions",
    "slug": "none",
    "str": "1",
    "path": "none.png",
    "uuid": NOWHERE,
}
TYPE = r"fhir/^R4/(?P<resource_type>[A-Za-z]+)"
RESOURCE = TYPE + r"/(?P<logical_id>[A-Za-z0-9\-.]{1,64})"
EXAMPLES_OF_PATTERNS = {
    r"fhir/^R4/?$": "fhir/R4",
    r"fhir/^R4/(?P<address>.*)$": "fhir/R4/none/of/these",
    TYPE + "$": "fhir/R4/Patient",
    TYPE + "/_search$": "fhir/R4/Patient/_search",
    RESOURCE + "$": "fhir/R4/Patient/amina",
    RESOURCE + "/_history$": "fhir/R4/Patient/amina/_history",
    RESOURCE + "/_history/(?P<version>[0-9]{1,9})$": "fhir/R4/Patient/amina/_history/1",
    r"^((?:[\w\-]+/)*)$": "",
    r"account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": (
        "account/password/reset/key/1-none/"
    ),
    r"cms/^.*/$": "cms/none/",
    r"cms/^password_reset/": "cms/password_reset/",
    r"cms/pages/^(\d+)/revisions/compare/(live|earliest|\d+)\.\.\.(live|latest|\d+)/$": (
        "cms/pages/1/revisions/compare/live...latest/"
    ),
    r"cms/snippets/cms/explainer/history/(?P<pk>.+)/revisions/compare/"
    r"(?P<revision_id_a>live|earliest|\d+)\.\.\.(?P<revision_id_b>live|latest|\d+)/$": (
        "cms/snippets/cms/explainer/history/1/revisions/compare/live...latest/"
    ),
}


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        else:
            yield route


ROUTES = sorted(set(routes()))


def row_of(route: str) -> str | None:
    fitting = [begins for begins in DOORS if begins and route.startswith(begins)]
    return max(fitting, key=len) if fitting else route if route in DOORS else None


def who_may_open(route: str) -> frozenset[str]:
    row = row_of(route)
    return NOBODY if row is None else DOORS[row]


def example_of(route: str) -> str:
    if route in EXAMPLES_OF_PATTERNS:
        return "/" + EXAMPLES_OF_PATTERNS[route]
    filled = re.sub(r"<(?:(\w+):)?\w+>", lambda part: EXAMPLES[part[1] or "str"], route)
    return "/" + filled.replace("cms/^", "cms/")


def is_let_in(browser: Client, path: str) -> bool:
    answer = browser.get(path)
    assert answer.status_code < 500, path
    to_sign_in = answer.headers.get("Location", "").startswith("/account/login/")
    return answer.status_code not in {401, 403} and not to_sign_in


@pytest.fixture
def browsers(db) -> dict[str, Client]:
    amina = with_app(a_login("Amina"))
    linked(amina, "amina")
    staff = {name: with_app(a_login(f"The {name}", Role(name))) for name in STAFF}
    found = {name: signed_in(user) for name, user in {PATIENT: amina, **staff}.items()}
    for browser in found.values():
        browser.raise_request_exception = False  # a fault is told with its address
    return found | {PUBLIC: Client()}


def test_every_address_says_who_may_open_it():
    assert [route for route in ROUTES if row_of(route) is None] == []


def test_no_row_is_left_of_an_address_that_has_gone():
    assert set(DOORS) - {row_of(route) for route in ROUTES} == set()


@pytest.mark.parametrize("area", sorted({route.split("/")[0] for route in ROUTES}))
def test_each_address_opens_for_those_it_is_for_and_nobody_else(browsers, area):
    here = [route for route in ROUTES if route.split("/")[0] == area]

    opened = {
        route: {
            who
            for who, browser in browsers.items()
            if is_inside(route, who) or is_let_in(browser, example_of(route))
        }
        for route in here
    }

    wrong = {route: opened[route] ^ who_may_open(route) for route in here}
    assert {route: who for route, who in wrong.items() if who} == {}


def is_inside(route: str, who: str) -> bool:
    """Whether a door further out has let them in, and the rest is the library's affair."""
    return route.startswith("cms/") and route != "cms/" and who in CONTENT
