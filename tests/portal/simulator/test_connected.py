import pytest

from fhir import feeds
from fhir.feeds import CannotAdd
from portal.identity.viewers import viewer_of_token
from portal.simulator.connected import connect

pytestmark = pytest.mark.django_db


def test_every_system_of_the_hospital_is_admitted():
    token = connect()

    senders = {feed.name: feed.sender for feed in feeds.known()}
    assert senders == {
        "patient-record": None,
        "imaging": "MILLRIS|RMB",
        "pathology": "WINPATH|RMB",
        "patients-and-visits": "MILLPAS|RMB",
    }
    assert viewer_of_token(token).name == "patient-record"


def test_a_record_that_was_admitted_before_cannot_be_again():
    connect()

    with pytest.raises(CannotAdd):
        connect()
