"""The front of a long record: its doors, and everything in it, newest first."""

from portal.bench import records


def run() -> dict[str, float]:
    """Measure the page with all kinds, and of one kind that is rare; the limit is for both."""
    client = records.long_record()
    return {
        **records.figures(client, "/record/", "everything"),
        **records.figures(client, "/record/?kind=conditions", "one kind"),
    }
