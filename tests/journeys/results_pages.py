"""What somebody reads on the pages of their results."""

from fhir.access import SYSTEM
from fhir.store import Criteria, Repository


def column(visitor, name):
    """Return what the cells of a column of the report say, from top to bottom."""
    kind = "th" if name == "name" else f"td.db-panel__{name}"
    cells = visitor.page.locator(f".db-panel tbody {kind}")
    return [" ".join(cell.split()) for cell in cells.all_inner_texts()]


def drawn(visitor):
    """Return how many bands and how many points the chart has."""
    chart = visitor.page.locator("svg.db-trend")
    return chart.locator("> rect").count(), chart.locator("> circle").count()


def course(visitor):
    """Return the values of the table below the chart."""
    table = visitor.page.get_by_role("table", name="The same results as a table")
    return table.locator("tbody td:nth-of-type(1)").all_inner_texts()


def address_of_newest():
    found, _ = Repository(SYSTEM).summaries(Criteria("DiagnosticReport", count=1))
    return f"/record/results/{found[0].id}/"
