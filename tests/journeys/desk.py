"""The desk in the hall: staff give out a code, and its owner makes a login of it."""

import re
from datetime import date

from playwright.sync_api import CDPSession, Page

from tests.journeys.visitor import Visitor
from tests.journeys.waiting import until
from tests.site import Site

PASSWORD = "blue kettle under stairs"


def a_code_for(sam: Visitor, number: str, born: date, which: str = "NHS number") -> str:
    """Let Sam find somebody, check who it is, and read out the code that is shown once."""
    sam.opens("/staff/activation/").says(which, number)
    of_birth(sam, born).presses("Find patient")
    for check in ("The person is here", "Passport", "Name, date of birth and address match"):
        sam.page.get_by_label(check, exact=True).check()
    sam.presses("Give a code")
    return sam.page.locator(".db-code").inner_text()


def makes_a_login(owner: Visitor, site: Site, code: str, born: date, email: str) -> Visitor:
    """Type the code, choose how to sign in, and prove the address; a second step is then asked."""
    owner.opens("/start").says("Activation code", code)
    of_birth(owner, born).presses("Continue")
    owner.says("Email address", email).says("Choose a password", PASSWORD).presses("Continue")
    owner.says("Code from the email", code_in_mail(site, email)).presses("Continue")
    assert owner.heading == "Set up a second step"
    return owner


def of_birth(visitor: Visitor, born: date) -> Visitor:
    return (
        visitor.says("Day", str(born.day))
        .says("Month", str(born.month))
        .says("Year", str(born.year))
    )


def code_in_mail(site: Site, email: str) -> str:
    def sent() -> list[str]:
        written = [text for text in site.mails if email in text]
        return [found[1] for text in written if (found := re.search(r"Your code is (\S+)", text))]

    until(sent, f"No mail has come to {email}.")
    return sent()[-1]


def a_device_with_passkeys(page: Page) -> CDPSession:
    """Give the tab's device a fingerprint reader that always knows its owner."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return device
