"""Sample pages of a hospital that does not exist, in sentences that a child of ten can read."""

from __future__ import annotations

from cms.samples.about import ABOUT
from cms.samples.coming import COMING
from cms.samples.help import HELP
from cms.samples.page import KEPT_BY, PHONE, Block, Sample

HOME = {
    "introduction": "See your test results, what they mean, and who has looked at your record.",
    "emergency_heading": "When to call 999 or come to Entrance C",
    "emergency": """
        Someone has chest pain, cannot breathe or is badly hurt.

        Our emergency department never closes. If you are not sure, call 111.
    """,
    "closing": f"Main switchboard: **{PHONE}**, day and night.",
}

# On the home page: words, the page or address they lead to, and what is there.
TASKS = [
    ("Understand a test", "/tests/", "What it is for and what happens next"),
    ("Get here and park", "getting-here", "Buses, drop-off, step-free ways in"),
    ("Visit someone", "visiting", "Wards are open 11am to 8pm"),
    ("Ask us for support", "support", "Interpreters, easy read, hearing and sight"),
    ("Get help to sign in", "signing-in", "Codes, passwords and a new phone"),
    ("Call us", "contact", "Phone numbers and opening hours"),
]
FIRST_TIME = "set-up"

PAGES = [*COMING, *HELP, *ABOUT]

__all__ = ["FIRST_TIME", "HOME", "KEPT_BY", "PAGES", "TASKS", "Block", "Sample"]
