"""Which forms keep what is typed into them, and for how long: no clock, no database, no request."""

from datetime import timedelta

KEPT = timedelta(days=30)
# More than any of these fields takes; what is longer is refused there too.
MOST = 5000

# By the name of a form: its fields of free text.
FORMS = {
    "ask": ("words", "phone"),
    "ask-answer": ("words",),
    "before": ("phone", "needs", "medicines"),
    "booking": ("reason", "phone"),
    "hold": ("reason",),
    "needs": ("other", "words"),
    "privacy-answer": ("answer",),
    "release": ("comment",),
    "why": ("words",),
}
