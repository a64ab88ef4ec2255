"""The hourly look at sharings: a day is never more than an hour old before it counts."""

from procrastinate.contrib.django import app

from portal import clock
from portal.carers import milestones


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="look_after_sharings")
def look_after_sharings(timestamp: int) -> None:  # noqa: ARG001 (procrastinate tells when it should have run)
    """Run often: a moment that was missed is made up for by the next."""
    milestones.look_after_all(clock.now())
