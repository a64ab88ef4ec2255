"""Every published record, read on its pages by the person whose it is.

Ordinarily the examples of single resources are read, one record of Synthea, and of the newest
records the first few things of each type. EVERY_PUBLISHED=1 reads everything there is, and prints
what was found, shown and not shown, and by which rule:

    EVERY_PUBLISHED=1 pytest -n0 -s tests/portal/record/test_every_published_resource.py
"""

import os
import signal

import pytest

from portal.record.sections import SECTIONS
from tests import samples
from tests.portal.record import published
from tests.portal.record.fates import SHOWN, UNEXPLAINED, Fates, named
from tests.portal.record.owners import released, signed_in_by_code, told
from tests.portal.record.reading_all import reads_all

EVERY = os.environ.get("EVERY_PUBLISHED") == "1"
# Hundreds of pages are read, or thousands: this is as long as journeys may take, or an hour.
SECONDS = 3600 if EVERY else 300
FEW = 4
SYNTHEA, NEWEST = "patients-synthea-r4", "patients-synthetic-2026-r4"
ORDINARILY = {SYNTHEA: "Jacob_Larson_*.gz", NEWEST: "Renaldo_Krajcik_*.gz"}
# What senders wrote so themselves: English, and an empty column in a letter's own table.
AS_SENT = {
    ("nothing or JSON", "None in: None recorded at this visit."),
    ("blank", "td", "Bundle.father"),
}


def files_of(folder, name, to):
    if not name:
        return published.as_files(folder, to)
    paths = samples.paths(f"{folder}/{name}")
    return paths if EVERY or folder == SYNTHEA else [published.few(paths[0], to, FEW)]


def sets():
    for folder in published.EXAMPLES:
        yield pytest.param(folder, "", id=folder, marks=samples.needs(folder))
    for folder, pattern in ORDINARILY.items():
        found = [path.name for path in samples.paths(f"{folder}/{'*.gz' if EVERY else pattern}")]
        for name in found or [pattern]:
            ident = name.partition("_")[0]
            yield pytest.param(folder, name, id=f"{folder}-{ident}", marks=samples.needs(folder))


@pytest.fixture(scope="module")
def of_all():
    fates = Fates()
    yield fates
    if EVERY:
        print("\nAll", *fates.table(), sep="\n")  # noqa: T201 (what the run has shown)


@pytest.mark.parametrize(("folder", "name"), list(sets()))
def test_every_published_resource_is_seen_by_its_own_patient(
    thursday, of_all, tmp_path, folder, name
):
    signal.alarm(SECONDS)
    fates = Fates(published.sent(files_of(folder, name, tmp_path)))
    told()
    for patient, mine in fates.owned().items():
        if EVERY or len(mine) > 1:
            read_by_its_owner(patient, mine, fates)
    fates.settle()
    of_all.rows.update(fates.rows)
    of_all.figures.update(fates.figures)
    print(f"\n{folder} {name}", *fates.table(), sep="\n")  # noqa: T201

    assert [one for one in fates.faults if not fates.of_sender(one, AS_SENT)] == []
    assert [kind for kind, fate in fates.rows if fate == UNEXPLAINED] == []
    assert sum(number for (_, fate), number in fates.rows.items() if fate == SHOWN) > 50


def read_by_its_owner(patient, mine, fates):
    """Release what may be released, read every page, and try what is on none."""
    fates.figures["people"] += 1
    fates.figures["decisions"] += released(patient)
    browser = signed_in_by_code(patient)
    if browser is None:
        fates.without_login.add(patient)
        return
    empty = set() if EVERY or not fates.read else without(mine)
    fates.take(patient, reads_all(browser, fates.record_of(mine), empty))
    for one in mine:
        if named(one) not in fates.seen:
            assert browser.get(f"/record/more/{named(one)}/").status_code == 404, named(one)


def without(mine):
    """Return the sections in which nothing of theirs stands: that page need be read but once."""
    types = {one.resource_type for one in mine}
    return {section.address for section in SECTIONS if types.isdisjoint(section.types)}
