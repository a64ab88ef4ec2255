"""Sample pages: who we are and what we promise."""

from __future__ import annotations

from cms.samples.page import PHONE, Sample, card, heading, rows, table

ABOUT = [
    Sample(
        slug="contact",
        title="Contact us",
        introduction="You can call us day and night.",
        in_menu=True,
        in_footer=True,
        body=[
            rows(
                ("Switchboard", f"{PHONE}, day and night"),
                ("Help with Daybook", "01632 960 010, Monday to Friday, 8am to 6pm"),
                ("To tell us what went wrong", "01632 960 020, Monday to Friday, 9am to 5pm"),
                ("Text relay", "Put 18001 before the number"),
            ),
            card(
                "emergency",
                "Call 999 if",
                "Someone has chest pain, cannot breathe or is badly hurt.",
            ),
        ],
    ),
    Sample(
        slug="about",
        title="About Daybook",
        introduction="Daybook lets you see your own hospital record, as soon as it changes.",
        in_footer=True,
        body=[
            (
                "inset_text",
                {"body": "This is a sample. The hospital, the people and the results are made up."},
            ),
            heading("What you can do here"),
            """
            - see your test results, with words that explain them
            - see how a result changes over the years
            - see who has looked at your record, and why
            """,
            heading("When you see a result"),
            """
            Many results show as soon as the laboratory has finished. Some show after your team
            has looked at them or talked to you, so that you are not alone with hard news.
            """,
            heading("Who made it"),
            "Daybook is free software. Everybody may read how it works and make it better.",
        ],
    ),
    Sample(
        slug="accessibility",
        title="Accessibility statement",
        introduction="We want everybody to be able to use Daybook.",
        in_footer=True,
        body=[
            heading("What you can do"),
            """
            - make the words 4 times as big and read without moving sideways
            - use Daybook with a keyboard only, and see where you are
            - listen to it with a screen reader
            - use it on a small phone, and with scripts switched off
            - print a page in dark words on white
            - stop and come back: what you type is kept for 30 days
            """,
            heading("How good it is"),
            """
            We build Daybook to the Web Content Accessibility Guidelines version 2.2, level AA.
            As far as we know it meets them in part. What we know of is below.
            """,
            heading("How we tested it"),
            """
            A tool called axe looks at each page for patients and staff, at the width of a phone
            and of a desk, each time that we change Daybook. It must find nothing serious. We
            also check by machine that no page is too wide at 4 times the size, that the main
            things can be done by keyboard, and that words from right to left stand as they
            should. A tool finds fewer than half of all problems.
            """,
            heading("What has not been tested"),
            """
            - people with disabilities have not tried this sample
            - nobody has listened to every page with a screen reader
            - nobody has tried speech control or screen magnifiers
            - a speaker of Urdu has not read our Urdu pages
            """,
            heading("What does not work yet"),
            """
            Letters that a hospital sends as a PDF may not work with a screen reader. Words that
            a hospital sends may be hard to read: we show them as they came. Call us and we send
            what you need in another form.
            """,
            heading("Tell us about a problem"),
            """
            Call 01632 960 010. We answer within 5 working days. If you are not happy with our
            answer, contact the Equality Advisory and Support Service.
            """,
        ],
    ),
    Sample(
        slug="privacy",
        title="Privacy",
        introduction="What we keep about you, who can see it, and what you can ask of us.",
        in_footer=True,
        body=[
            (
                "inset_text",
                {"body": "Sample wording, for the hospital’s data protection officer to approve."},
            ),
            heading("What we keep"),
            """
            We keep your hospital record: your name, date of birth, NHS number, test results and
            letters. We also keep your email address and how you sign in.
            """,
            heading("Who can see it"),
            """
            You can. So can the people who care for you, and people you choose. Each time someone
            looks at your record we write down who it was. You can read that list.
            """,
            heading("What we never do"),
            """
            We do not sell your data. We do not use it for adverts. We do not count what you read
            here. Our emails and texts never say what is in your record.
            """,
            heading("What you can ask"),
            """
            You can ask for a copy, and ask us to put mistakes right. Call 01632 960 020. You can
            also complain to the Information Commissioner’s Office.
            """,
        ],
    ),
    Sample(
        slug="cookies",
        title="Cookies",
        introduction="A cookie is a small file on your phone or computer. We use only two.",
        in_footer=True,
        body=[
            table(
                "The cookies we use",
                ["Name", "What it does", "How long it stays"],
                ["session", "Keeps you signed in", "Until you sign out, 12 hours at most"],
                ["csrf", "Makes sure that a form came from you", "1 year"],
            ),
            "Daybook does not work without them, so we do not ask. We use no others.",
        ],
    ),
]
