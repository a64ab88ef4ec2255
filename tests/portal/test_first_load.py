"""What a browser fetches to show the results for the first time."""

import gzip
import re
from pathlib import Path

from django.contrib.staticfiles import finders

from tests.portal.amina import a_count

KB = 1024
STATIC = re.compile(rb'(?:href|src)="/static/([^"]+)"')
IMPORT = re.compile(rb'import [^;]*"(\.[^"]+)"')


def test_the_first_load_of_the_results_is_small(her_browser, hospital, amina_yusuf):
    for month in range(1, 11):
        for day in ("05", "15", "25"):
            a_count(hospital, amina_yusuf, f"2025-{month:02}-{day}", hb="112", wbc="9", plt="286")
    page = her_browser.get("/record/results/").content

    files = _files(page)
    sizes = {name: len(gzip.compress(content)) for name, content in files.items()}
    ours = [size for name, size in sizes.items() if name.startswith("portal/") and ".js" in name]

    assert page.count(b"<h3") == 25
    assert len(ours) >= 3
    assert sum(ours) <= 12 * KB
    assert len(gzip.compress(page)) + sum(sizes.values()) <= 120 * KB


def test_nothing_is_fetched_from_anywhere_else_and_nothing_is_inline(her_browser):
    page = her_browser.get("/record/results/").content
    style = _files(page)["vendor/nhsuk-frontend-10.6.1/nhsuk-frontend.min.css"]

    assert re.findall(rb'(?:src|href|action)="(?:https?:)?//', page) == []
    assert re.findall(rb"<style|style=|<script>|onclick=", page) == []
    assert re.findall(rb"font-face|sourceMappingURL|url\((?:https?:|/)", style) == []


def _files(page):
    """Return the static files that a page names, and those that these import, by name."""
    found = {}
    for name in [one.decode() for one in STATIC.findall(page)]:
        found[name] = _read(name)
        folder = name.rpartition("/")[0]
        for imported in IMPORT.findall(found[name]):
            path = re.sub(r"[^/]+/\.\./", "", f"{folder}/{imported.decode()}")
            found[path] = _read(path)
    return found


def _read(name):
    path = finders.find(name)
    assert path, name
    return Path(path).read_bytes()
