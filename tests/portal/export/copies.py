"""A copy of a record as somebody who opens the file finds it."""

import io
import json
from zipfile import ZipFile

from portal import clock
from portal.export import making
from portal.export.models import Export

EVERYTHING = ["results", "medicines", "allergies", "conditions", "letters", "appointments",
              "immunisations", "procedures", "visits", "plans", "referrals", "more"]  # fmt: skip
CHOOSE = "/record/download/"


def asked_for(browser, *parts, span="all", **more):
    """Ask for a copy on the pages; return its row."""
    chosen = {"span": span, "parts": parts or EVERYTHING} | more
    sent = browser.post(CHOOSE, chosen)
    assert sent["Location"] == f"{CHOOSE}begin/"
    begun = browser.get(sent["Location"])
    return Export.objects.get(pk=begun["Location"].rstrip("/").rpartition("/")[2])


def address(export, *rest):
    return CHOOSE + "".join(f"{part}/" for part in (export.pk, *rest))


def made(export):
    """Have the copy made, as the relay's task would; return its row."""
    making.take_up(clock.now())
    export.refresh_from_db()
    return export


def opened(response):
    """Return the files of a downloaded copy by name."""
    with ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def downloaded(browser, *parts, **chosen):
    export = made(asked_for(browser, *parts, **chosen))
    return opened(browser.get(address(export, "file")))


def manifest_of(files):
    return json.loads(files["manifest.json"])


def bundle_of(files):
    return json.loads(files["fhir/record.json"])
