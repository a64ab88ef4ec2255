"""What a review of fairness reads: numbers of groups, and of nobody who could be told apart."""

import csv
import io
import uuid
from datetime import timedelta

import pytest
from django.core.management import call_command

from fhir.access import SYSTEM
from fhir.scope import scoped
from portal import clock
from portal.offers.models import EarlierOffer, Vacancy


@pytest.fixture
def offered(thursday):
    """Write down offers: six to people of one age, two to others; one long ago."""
    now = clock.now()
    with scoped(SYSTEM):
        vacancy = Vacancy.objects.create(slot="s", service="b", starts_at=now, freed_at=now)
        for n, (state, band, language) in enumerate(
            [
                ("accepted", "55 to 64", "en"),
                ("gone", "55 to 64", "en"),
                ("gone", "55 to 64", "ur"),
                ("expired", "55 to 64", "en"),
                ("expired", "55 to 64", "en"),
                ("declined", "55 to 64", "en"),
                ("gone", "16 to 24", ""),
                ("gone", "25 to 34", ""),
                ("gone", "55 to 64", "en"),
            ]
        ):
            EarlierOffer.objects.create(
                vacancy=vacancy, slot="s", service="b", booking=uuid.uuid4(), patient="p", place=n,
                state=state, made_at=now - timedelta(days=1 if n < 8 else 100), expires_at=now,
                waited_days=10 * n, age_band=band, language=language,
            )  # fmt: skip


def table(*options):
    said = io.StringIO()
    call_command("fairness", *options, stdout=said)
    return list(csv.reader(io.StringIO(said.getvalue())))


def test_offers_are_counted_by_group_and_small_groups_together(offered):
    head, *rows = table()

    assert head[:3] == ["group", "value", "offered"]
    assert ["age", "55 to 64", "6", "1", "1", "2", "2", "25"] in rows
    assert ["age", "groups of fewer than 5", "2", "0", "0", "0", "2", ""] in rows
    assert ["language", "en", "5", "1", "1", "2", "1", "30"] in rows
    assert ["language", "groups of fewer than 5", "3", "0", "0", "0", "3", ""] in rows
    assert ["deprivation", "not recorded", "8", "1", "1", "2", "4", "35"] in rows
    assert len(rows) == 5


def test_how_far_back_is_said(offered):
    assert ["age", "55 to 64", "7", "1", "1", "2", "3", "30"] in table("--days", "120")
