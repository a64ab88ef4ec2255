"""No notice says anything that others may not read, and each fits where it goes."""

import re

import pytest

from portal.notices.channels import message
from portal.notices.kinds import TERMS, Kind

# As the NHS App and texts have it.
LONGEST = 200
OURS = re.compile(r"^http://localhost:8000/(appointments|account/notices)/$")
# What would tell of health, of a place or of a person.
NEVER = re.compile(
    r"\b(clinic|doctor|dr|nurse|test|result|scan|treatment|cancer|breathing|video|phone|ward|site|"
    r"department|team|patient|nhs number|{\w+})\b",
    re.IGNORECASE,
)


def test_every_kind_has_its_words():
    assert set(TERMS) == set(Kind)


@pytest.mark.parametrize("kind", Kind)
def test_a_notice_says_that_there_is_something_and_not_what(kind):
    said = message(kind, "key")

    assert NEVER.findall(f"{said.subject} {said.text} {said.short}") == []
    links = re.findall(r"https?://\S+", said.text)
    assert links
    assert [link for link in links if not OURS.match(link)] == []


@pytest.mark.parametrize("kind", Kind)
def test_what_goes_as_a_line_is_short_and_leads_nowhere(kind):
    said = message(kind, "key").short

    assert len(said) <= LONGEST
    assert "http" not in said


def test_what_the_hospital_takes_away_or_moves_is_essential_and_goes_at_once():
    at_once = {kind for kind, terms in TERMS.items() if terms.is_at_once}

    assert {Kind.CALLED_OFF, Kind.REARRANGED} <= at_once
    assert all(TERMS[kind].is_essential for kind in at_once)
