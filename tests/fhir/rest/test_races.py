"""The same thing sent by many at once is one thing."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections

from fhir import feeds
from fhir.access import SYSTEM
from fhir.scope import scoped
from fhir.store import Criteria, Repository
from tests.builders import NHS, a_bundle, a_patient, a_report
from tests.fhir.rest.conftest import Api, address_in

AT_ONCE = 6
PERSON = "urn:uuid:0000000a-0000-4000-8000-000000000000"


def _all_at_once(work):
    """Do the work in several threads that begin together, and return what each got."""
    start = Barrier(AT_ONCE)

    def begin(number):
        start.wait()
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(begin, range(AT_ONCE)))


def _count(kind):
    with scoped(SYSTEM):
        return Repository(SYSTEM).count(Criteria(kind))


def test_one_bundle_sent_many_times_at_once_is_taken_once(own_database):
    api = Api(feeds.add(feeds.Terms("winpath", "RMB")))
    report = a_report() | {"subject": {"reference": PERSON}}
    text = json.dumps(a_bundle(a_patient("9991000003") | {"fullUrl": PERSON}, report))

    answers = _all_at_once(lambda _: api.post("", text))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert (_count("Patient"), _count("DiagnosticReport")) == (1, 1)


def test_one_identifier_in_many_bundles_at_once_is_one_resource(own_database):
    api = Api(feeds.add(feeds.Terms("winpath", "RMB")))
    patient = a_patient("9991000003")
    bundles = [
        a_bundle(patient | {"fullUrl": f"urn:uuid:{n:08}-0000-4000-8000-000000000000"})
        for n in range(AT_ONCE)
    ]

    answers = _all_at_once(lambda number: api.post("", bundles[number]))

    assert {answer.status_code for answer in answers} == {200}
    assert len({address_in(answer.json()["entry"][0])[1] for answer in answers}) == 1
    assert _count("Patient") == 1


def test_one_conditional_create_made_many_times_at_once_makes_one_resource(own_database):
    api = Api(feeds.add(feeds.Terms("winpath", "RMB")))
    patients = [a_patient("9991000003", given=f"A{n}") for n in range(AT_ONCE)]
    condition = f"identifier={NHS}|9991000003"

    answers = _all_at_once(
        lambda number: api.post("/Patient", patients[number], If_None_Exist=condition)
    )

    assert {answer.status_code for answer in answers} <= {200, 201}
    assert _count("Patient") == 1


def test_of_many_updates_of_one_version_one_is_taken(own_database):
    api = Api(feeds.add(feeds.Terms("winpath", "RMB")))
    patient = a_patient("9991000003") | {"id": "p1"}
    api.put("/Patient/p1", patient)

    answers = _all_at_once(
        lambda number: api.put(
            "/Patient/p1", patient | {"maritalStatus": {"text": f"{number}"}}, If_Match='W/"1"'
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200] + [412] * (AT_ONCE - 1)
    assert api.get("/Patient/p1")["ETag"] == 'W/"2"'


def test_a_feeds_last_word_is_remembered(own_database):
    api = Api(feeds.add(feeds.Terms("winpath", "RMB")))

    api.post("", a_bundle(a_patient("9991000003")))

    (feed,) = feeds.known()
    assert feed.last_used_at is not None
