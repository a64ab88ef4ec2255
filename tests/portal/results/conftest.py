"""Amina and a laboratory, on a Tuesday at ten in the morning."""

import pytest

from fhir.access import SYSTEM
from fhir.store import Repository
from portal.results.models import DueRelease
from tests.portal.results.pieces import TUESDAY
from tests.portal.results.staff import dr_amina, dr_lund, dr_nair, dr_yusuf

__all__ = ["dr_amina", "dr_lund", "dr_nair", "dr_yusuf"]


@pytest.fixture
def tuesday(moved_clock):
    moved_clock.move_to(TUESDAY)
    return moved_clock


@pytest.fixture
def queue(db):
    """Give what waits, by id, as the service sees it."""

    def rows():
        with Repository(SYSTEM).transaction():
            return {row.logical_id: row for row in DueRelease.objects.all()}

    return rows
