"""Pages and the API, for a server of threads: ``gunicorn --worker-class gthread portal.wsgi``."""

import os

from portal import database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
database.serve_with_pool()
database.attach()

from django.core.wsgi import get_wsgi_application  # noqa: E402 (the settings come first)

from portal import checks, memory  # noqa: E402

application = get_wsgi_application()
checks.require_safe()
memory.settle()
