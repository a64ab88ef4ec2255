"""Where the database calls when something has happened: a connection that listens.

It must reach the server itself; a pooler that shares connections by transaction hears nothing.
"""

from typing import Any

from django.conf import settings
from django.db import connection
from psycopg.conninfo import conninfo_to_dict


def address() -> dict[str, Any]:
    """Return what psycopg needs to connect."""
    if settings.LISTEN_DATABASE_URL:
        return dict(conninfo_to_dict(settings.LISTEN_DATABASE_URL))
    parameters = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    return {name: parameters[name] for name in names if parameters.get(name)}
