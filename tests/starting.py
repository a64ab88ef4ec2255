"""Starts commands of manage.py in processes forked from one that has loaded the libraries.

To load them takes a second of each start, and tests start the service more than a hundred times.
Our own code, the settings and the apps are loaded by each process for itself.
"""

import atexit
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection

from portal.bootstrap import ROOT

# What takes longest, of those that read no settings.
LIBRARIES = [
    "PIL.ExifTags", "PIL.TiffImagePlugin", "bs4", "channels.auth", "channels.db",
    "cryptography.x509", "defusedxml.ElementTree", "django.contrib.humanize.templatetags.humanize",
    "django.contrib.postgres.fields", "django.contrib.postgres.search", "django.core.management",
    "django.db.backends.postgresql.base", "django.db.migrations.executor", "django.forms",
    "django.test.client", "django_filters", "django_stubs_ext", "django_tasks", "fhirkit",
    "fido2.server", "filetype", "holidays", "icalendar", "jinja2.sandbox", "nh3", "nhs_number",
    "orjson", "pillow_heif", "procrastinate", "psycopg_pool", "pydantic", "pygments.lexers",
    "qrcode.image.svg", "requests", "rest_framework.request", "rest_framework.serializers",
    "uvicorn.protocols.http.httptools_impl", "uvloop", "whitenoise.middleware", "yaml",
]  # fmt: skip
FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(LIBRARIES)


class Started:
    """A command that runs, asked and ended as one of subprocess.Popen is."""

    def __init__(self, command: list[str], environment: Mapping[str, str]) -> None:
        self.command = command
        said, saying = FORKING.Pipe(duplex=False)
        complained, complaining = FORKING.Pipe(duplex=False)
        self.stdout, self.stderr = _text(said), _text(complained)
        given = (command, dict(environment), saying, complaining)
        self._process = FORKING.Process(target=_run, args=given, daemon=True)
        self._process.start()
        saying.close()
        complaining.close()

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, how: signal.Signals) -> None:
        os.kill(self._process.pid, how)

    def kill(self) -> None:
        self._process.kill()

    def wait(self, timeout: float) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self.command, timeout)
        return self._process.exitcode


def _text(pipe: Connection):
    with pipe:
        return os.fdopen(os.dup(pipe.fileno()), encoding="utf-8")


def _run(
    command: list[str], environment: dict[str, str], saying: Connection, complaining: Connection
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    for pipe, stream in ((saying, sys.stdout), (complaining, sys.stderr)):
        os.dup2(pipe.fileno(), stream.fileno())
        pipe.close()
    sys.argv = ["manage.py", *command]
    from portal import command_line  # noqa: PLC0415 (our code is loaded here alone)

    try:
        command_line.run(sys.argv)
    finally:
        atexit._run_exitfuncs()  # which multiprocessing leaves out
