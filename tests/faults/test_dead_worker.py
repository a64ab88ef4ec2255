"""A task whose worker was killed: it is done all the same, and those after it are not held up."""

import pytest

from tests.faults.waiting import until

DEAD = """
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, status, args)
VALUES ('default', 'portal.results.tasks.release_due', 'release_due', 'release_due', %s,
        '{"timestamp": 0}')
RETURNING id
"""


@pytest.fixture
def died_at_it(as_superuser):
    """Leave what a worker leaves that is killed in the middle of a task."""
    return as_superuser.execute(DEAD, ["doing"]).fetchone()[0]


def left(connected, *jobs):
    return connected.execute(
        "SELECT FROM procrastinate_jobs WHERE id = ANY(%s)", [list(jobs)]
    ).fetchall()


@pytest.mark.journey
def test_what_a_worker_that_was_killed_was_at_is_done_by_the_next(site, as_superuser, died_at_it):
    site.start("relay")

    until(as_superuser, lambda: not left(as_superuser, died_at_it), "the task is still begun")


@pytest.mark.journey
def test_what_waits_behind_it_is_done_too(site, as_superuser, died_at_it):
    waiting = as_superuser.execute(DEAD, ["todo"]).fetchone()[0]

    site.start("relay")

    until(as_superuser, lambda: not left(as_superuser, died_at_it, waiting), "something waits")
