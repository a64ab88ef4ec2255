"""Many people at once, each in a thread, through a pool of a few connections."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection, connections

POOL = 8


@contextmanager
def pooled(size=POOL):
    """Let the connections of this process come from a pool of so many."""
    connections.close_all()
    options = connections["default"].settings_dict["OPTIONS"]
    options["pool"] = {"min_size": size, "max_size": size, "timeout": 120}
    try:
        yield
    finally:
        connections.close_all()
        connection.close_pool()
        del options["pool"]


def at_once(acts):
    """Do all of these at the same moment; return what came of each, a failure as itself."""
    ready = threading.Barrier(len(acts))

    def do(act):
        ready.wait()
        try:
            return act()
        except Exception as fault:  # noqa: BLE001 (told to the test)
            return fault
        finally:
            connection.close()

    with pooled(), ThreadPoolExecutor(len(acts)) as crowd:
        return list(crowd.map(do, acts))
