"""Every published result says what its sender said: values, units and ranges, digit by digit."""

import pytest

from fhir.raw import parse
from portal.record.reading import readings_of
from tests import samples
from tests.journeys.as_sent import NO_RANGE, Bundle
from tests.portal.record.test_reading import summarised


@pytest.mark.parametrize(
    ("folder", "results"),
    [
        pytest.param(folder, results, marks=samples.needs(folder))
        for folder, results in [
            ("patients-synthea-r4", 2309), ("patients-synthetic-2026-r4", 3999),
        ]
    ],
)  # fmt: skip
def test_every_published_result_is_said_as_it_was_sent(folder, results):
    compared = 0
    for path in samples.paths(f"{folder}/*.gz"):
        text = samples.content(path)
        entries = parse(text.decode()).resource["entry"]
        sent = Bundle(text).observations()

        assert {at: said(entries[at]["resource"]) for at in sent} == sent
        compared += len(sent)

    assert compared == results


def said(resource):
    return tuple(
        (one.title, one.said, one.range.said or NO_RANGE)
        for one in readings_of(summarised(resource))
    )
