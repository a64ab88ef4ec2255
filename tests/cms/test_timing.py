"""What editors have timed appears at its minute, and goes at its minute."""

from datetime import UTC, datetime, timedelta

import pytest
from wagtail.models import ModelLogEntry

from cms.codes import LOINC
from cms.content import explainer_for
from cms.models import Explainer
from cms.tasks import publish_due
from tests.cms.conftest import a_page, an_explainer

pytestmark = pytest.mark.django_db

NINE = datetime(2030, 3, 12, 9, tzinfo=UTC)
HAEMOGLOBIN = [(LOINC, "718-7")]


def timed(thing, **times):
    for name, moment in times.items():
        setattr(thing, name, moment)
    thing.save_revision().publish()
    thing.refresh_from_db()
    return thing


def at(moved_clock, moment: datetime) -> None:
    moved_clock.move_to(moment)
    publish_due(timestamp=0)


def test_an_explainer_timed_for_nine_is_absent_a_minute_before_and_there_at_nine(moved_clock):
    moved_clock.move_to(NINE - timedelta(days=1))
    timed(an_explainer(live=False), go_live_at=NINE)
    assert explainer_for(HAEMOGLOBIN) is None

    at(moved_clock, NINE - timedelta(minutes=1))
    assert explainer_for(HAEMOGLOBIN) is None

    at(moved_clock, NINE)
    assert explainer_for(HAEMOGLOBIN).title == "Haemoglobin blood test"


def test_new_words_timed_for_nine_leave_the_old_ones_until_then(moved_clock):
    moved_clock.move_to(NINE - timedelta(days=1))
    explainer = an_explainer(what="<p>Old words.</p>")
    explainer.what = "<p>New words.</p>"
    timed(explainer, go_live_at=NINE)

    at(moved_clock, NINE - timedelta(minutes=1))
    assert explainer_for(HAEMOGLOBIN).what == "<p>Old words.</p>"

    at(moved_clock, NINE)
    assert explainer_for(HAEMOGLOBIN).what == "<p>New words.</p>"


def test_a_page_timed_for_nine_appears_then(client, home, moved_clock):
    moved_clock.move_to(NINE - timedelta(days=1))
    timed(a_page(home, live=False), go_live_at=NINE)

    at(moved_clock, NINE - timedelta(minutes=1))
    assert client.get("/visit-someone/").status_code == 404

    at(moved_clock, NINE)
    assert client.get("/visit-someone/").status_code == 200


def test_what_expires_goes_at_its_minute(client, home, moved_clock):
    moved_clock.move_to(NINE - timedelta(days=1))
    timed(a_page(home), expire_at=NINE)
    timed(an_explainer(), expire_at=NINE)

    at(moved_clock, NINE - timedelta(minutes=1))
    assert client.get("/visit-someone/").status_code == 200
    assert explainer_for(HAEMOGLOBIN) is not None

    at(moved_clock, NINE)
    assert client.get("/visit-someone/").status_code == 404
    assert explainer_for(HAEMOGLOBIN) is None


def test_one_that_cannot_be_published_holds_up_no_other(home, client, moved_clock):
    moved_clock.move_to(NINE - timedelta(days=1))
    first = timed(an_explainer("First", codes=[], general=True, live=False), go_live_at=NINE)
    timed(a_page(home, live=False), go_live_at=NINE + timedelta(seconds=1))
    Explainer.objects.update(general=False)
    an_explainer("Second", codes=[], general=True)

    at(moved_clock, NINE + timedelta(minutes=1))

    first.refresh_from_db()
    assert first.live is False
    assert client.get("/visit-someone/").status_code == 200


def test_a_second_run_finds_nothing_left_to_do(moved_clock):
    moved_clock.move_to(NINE - timedelta(days=1))
    timed(an_explainer(live=False), go_live_at=NINE)
    at(moved_clock, NINE)
    before = ModelLogEntry.objects.count()

    publish_due(timestamp=0)

    assert ModelLogEntry.objects.count() == before
