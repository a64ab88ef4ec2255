"""Sample pages: starting with the service, and when it does not work."""

from __future__ import annotations

from cms.samples.page import PHONE, Sample, card, heading

HELP = [
    Sample(
        slug="help",
        title="Help",
        introduction="How to start with Daybook, and what to do when something does not work.",
        in_menu=True,
        in_footer=True,
    ),
    Sample(
        slug="set-up",
        below="help",
        title="Set up Daybook for the first time",
        introduction="You need a code from us. We give it to you when we have seen who you are.",
        body=[
            heading("What you need"),
            """
            - something with your photo, such as a passport or driving licence
            - an email address that only you use
            - a phone or computer
            """,
            heading("How to get your code"),
            """
            Ask at any reception desk. We check who you are and print your code on a slip. It
            works for 10 days. We never send it by text, email or post.
            """,
            heading("How to use it"),
            """
            Choose “Sign in to Daybook” and make an account. Then type your code. We also ask you
            to add a second step, such as an app on your phone. It keeps other people out.
            """,
            (
                "warning_callout",
                {
                    "heading": "Keep your code to yourself",
                    "body": "We never call and ask for it. If someone does, put the phone down.",
                },
            ),
        ],
    ),
    Sample(
        slug="signing-in",
        below="help",
        title="Get help to sign in",
        introduction="Most problems can be put right in a few minutes.",
        body=[
            (
                "details",
                {
                    "summary": "I forgot my password",
                    "body": "Choose “Forgot your password?” on the sign-in page. We email you.",
                },
            ),
            (
                "details",
                {
                    "summary": "I have a new phone",
                    "body": """
                        Use one of the recovery codes that you wrote down. Then add the new phone
                        in your account.
                    """,
                },
            ),
            (
                "details",
                {
                    "summary": "I lost my phone and my recovery codes",
                    "body": "Come to any reception desk with your photo. We give you a new code.",
                },
            ),
            (
                "details",
                {
                    "summary": "My code does not work",
                    "body": """
                        A code works for 10 days, and once only. After 5 wrong tries it is locked.
                        Ask at any reception desk for a new one.
                    """,
                },
            ),
            card("non-urgent", "Call us if you are stuck", f"Call {PHONE}, 8am to 6pm."),
        ],
    ),
]
