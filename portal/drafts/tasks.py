"""Once a day, what nobody came back for in thirty days is deleted."""

from procrastinate.contrib.django import app

from portal import clock
from portal.drafts import keeping


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="purge_drafts")
def purge_drafts(timestamp: int) -> None:  # noqa: ARG001 (procrastinate tells when it should have run)
    keeping.purge(clock.now())
