"""The second wall: each call tells the database, for one transaction, whom the viewer may see.

Row-level security (migration 0003) reads these two settings. Unset means no rows.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from fhir.access import Viewer

_SET = "SELECT set_config('daybook.patients', %s, true), set_config('daybook.sees', %s, true)"
_READ = "SELECT current_setting('daybook.patients', true), current_setting('daybook.sees', true)"


@contextmanager
def scoped(viewer: Viewer) -> Iterator[None]:
    """Open a transaction in which the database shows what `viewer` may see, and no more.

    Inside another transaction the outer viewer's settings come back at the end.
    """
    nested = connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            if nested:
                cursor.execute(_READ)
                before = cursor.fetchone()
            cursor.execute(_SET, [viewer.scope, str(viewer.sees)])
        yield
        if nested:
            with connection.cursor() as cursor:
                cursor.execute(_SET, [value or "" for value in before])
