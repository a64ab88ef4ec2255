"""Timed work of notices: what is due is sent, and looked at once more before that."""

from procrastinate.contrib.django import app

from portal import clock
from portal.notices.sending import send_due


@app.periodic(cron="* * * * * */10")
@app.task(queueing_lock="send_notices")
def send_notices(timestamp: int) -> None:  # noqa: ARG001 (procrastinate tells when it should have run)
    """Run often: what one run has missed the next one sends."""
    send_due(clock.now())
