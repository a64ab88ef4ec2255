"""Timed work of offers: what has come free is offered, and what has run out goes to the next."""

from procrastinate.contrib.django import app

from portal import clock
from portal.offers.actions import go_on_with_all


@app.periodic(cron="* * * * * */10")
@app.task(queueing_lock="offer_earlier_times")
def offer_earlier_times(timestamp: int) -> None:  # noqa: ARG001 (procrastinate tells when it should have run)
    """Run often: what one run has missed the next one does."""
    go_on_with_all(clock.now())
