"""Timed work of patient-initiated follow-up: a plan ends when its last day is over."""

from procrastinate.contrib.django import app

from portal import clock
from portal.pifu.plans import end_those_over


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="end_plans")
def end_plans(timestamp: int) -> None:  # noqa: ARG001 (procrastinate tells when it should have run)
    """Run often: what one run has missed the next one does."""
    end_those_over(clock.now())
