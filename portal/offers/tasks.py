"""Timed work of offers: those that have run out end, and whoever is next is asked."""

from procrastinate.contrib.django import app

from portal import clock
from portal.offers.actions import go_on_with_all


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="offer_earlier_times")
def offer_earlier_times(timestamp: int) -> None:  # noqa: ARG001 (procrastinate tells when it should have run)
    """Run often: what one run has missed the next one does."""
    go_on_with_all(clock.now())
