"""From the inbox into the record: in order, once, for the right person, and never lost."""

import contextlib
import hashlib
import itertools
import json
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

import hypothesis
import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from fhir import arrays
from fhir.access import SYSTEM
from fhir.hl7 import filing, inbox
from fhir.hl7.agreements import settings_from
from fhir.hl7.envelope import envelope_of
from fhir.hl7.inbox import RETRIES, State
from fhir.intake import Source, Unmatched, accept, keep_unmatched
from fhir.labels import Label
from fhir.models import Feed, InboundMessage
from fhir.scope import scoped
from fhir.store import Criteria, Repository
from fhir.validation import check
from portal import clock
from tests.builders import a_bundle, a_patient, an_observation
from tests.fhir.hl7.hospital import a_feed
from tests.fhir.hl7.reading import OBR, PID, written

pytestmark = pytest.mark.django_db

BEN = "PID|1||9991013172^^^NHS^NH~M1013172^^^RMB^MR||Carter^Ben^^^Mr^^L||19910619|M"
HB = "OBX|1|NM|HB^Haemoglobin^WINPATH||112|g/L|130 - 180|L|||F"
WBC = HB.replace("HB^Haemoglobin", "WBC^White cells")
TORN = "NTE|1||torn\rapart"


NOW = datetime(2026, 3, 10, 14, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def feeds(moved_clock):
    moved_clock.move_to(NOW)
    inbox._Sweep.last_at = float("-inf")
    a_feed("winpath")
    a_feed("pas", "MILLPAS|RMB")


def arrives(*lines: str, kind: str = "ORU^R01", feed: str = "winpath", at: str = "20260310140500"):
    """Keep a message as the listener does, and return its number."""
    raw = written(*lines, kind=kind).replace(b"20260310140500", at.encode())
    row = Feed.objects.filter(name=feed).values().first()
    envelope = envelope_of(raw, settings_from(row))
    with scoped(SYSTEM):
        kept = InboundMessage.objects.create(
            feed=feed,
            control_id="1",
            digest=hashlib.sha256(raw).digest(),
            raw=raw,
            kind=envelope.kind,
            person=envelope.person,
            report_key="\n".join(envelope.reports),
            received_at=clock.now(),
            due_at=clock.now(),
        )
    return kept.pk


def registered(pid: str = PID, at: str = "20260301120000", kind: str = "ADT^A28", **more) -> int:
    return arrives(pid, kind=kind, feed="pas", at=at, **more)


def worked() -> int:
    """Read all that may be read."""
    return sum(iter(inbox.process_next, 0))


def message(number: int) -> InboundMessage:
    with scoped(SYSTEM):
        return InboundMessage.objects.get(pk=number)


def states(*numbers: int) -> list[str]:
    return [message(number).state for number in numbers]


def due(number: int) -> None:
    with scoped(SYSTEM):
        InboundMessage.objects.filter(pk=number).update(due_at=NOW)


def records(resource_type: str, patient: str = "") -> list[dict]:
    of = [patient] if patient else None
    found, _ = Repository(SYSTEM).search(Criteria(resource_type, of, count=100))
    return [stored.json for stored in found]


def people() -> list[dict]:
    return records("Patient")


def amina() -> str:
    return next(one["id"] for one in people() if one["birthDate"] == "1967-09-08")


def test_a_person_and_their_report_are_filed():
    first, second = registered(), arrives(PID, OBR, HB, WBC)

    assert worked() == 2
    assert states(first, second) == [State.DONE, State.DONE]
    (report,) = records("DiagnosticReport", patient=amina())
    assert report["subject"]["reference"] == f"Patient/{amina()}"
    assert len(report["result"]) == 2
    assert message(second).patient == amina()


def test_results_arrive_withheld():
    registered()
    arrives(PID, OBR, HB)
    worked()

    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT labels FROM portal_fhir_resource"
            " WHERE resource_type IN ('DiagnosticReport', 'Observation')"
        )
        assert cursor.fetchall() == [(int(Label.NOPAT),)]


def test_numbers_keep_their_digits_all_the_way():
    registered()
    arrives(PID, OBR, HB.replace("112", "7.20"))
    worked()

    (stored,), _ = Repository(SYSTEM).search(Criteria("Observation", [amina()]))
    assert '"value":7.20' in stored.text


def test_the_same_message_twice_changes_nothing():
    registered()
    first = arrives(PID, OBR, HB)
    worked()
    before = records("DiagnosticReport", patient=amina())
    with scoped(SYSTEM):
        InboundMessage.objects.filter(pk=first).update(state=State.WAITING, attempts=0)
    worked()

    assert records("DiagnosticReport", patient=amina()) == before
    assert before[0]["meta"]["versionId"] == "1"


def test_a_correction_is_a_new_version_and_leaves_other_results_as_they_were():
    registered()
    arrives(PID, OBR, HB, WBC)
    corrected = OBR.replace("|||F", "|||C")
    arrives(PID, corrected, WBC.replace("112", "4.2")[:-1] + "C", at="20260311090000")
    worked()

    (report,) = records("DiagnosticReport", patient=amina())
    values = {
        one["code"]["coding"][0]["code"]: (one["status"], one["valueQuantity"]["value"])
        for one in records("Observation", patient=amina())
    }
    assert (report["status"], report["meta"]["versionId"]) == ("corrected", "2")
    assert len(report["result"]) == 2
    assert values == {"HB": ("final", 112), "WBC": ("corrected", Decimal("4.2"))}


def test_an_older_saying_that_arrives_late_is_history():
    registered()
    arrives(PID, OBR, HB, at="20260310150000")
    late = arrives(PID, OBR, HB.replace("112", "99"), at="20260310140000")
    worked()

    (result,) = records("Observation", patient=amina())
    assert result["valueQuantity"]["value"] == 112
    assert "kept as history" in message(late).note


def test_a_late_version_adds_the_results_that_only_it_names():
    registered()
    corrected = OBR.replace("|||F", "|||C")
    arrives(PID, corrected, WBC.replace("112", "4.2")[:-1] + "C", at="20260310150000")
    arrives(PID, OBR, HB, WBC, at="20260310140000")
    worked()

    (report,) = records("DiagnosticReport", patient=amina())
    results = {one["id"]: one for one in records("Observation", patient=amina())}
    named = [results[one["reference"].split("/")[1]] for one in report["result"]]
    assert report["status"] == "corrected"
    assert [(one["status"], one["valueQuantity"]["value"]) for one in named] == [
        ("corrected", Decimal("4.2")),
        ("final", 112),
    ]


def test_a_clock_that_is_ahead_does_not_shut_later_messages_out():
    registered()
    ahead = arrives(PID, OBR, HB, at="20990310140500")
    arrives(PID, OBR, HB.replace("112", "113"), at="20260310140600")
    worked()

    (result,) = records("Observation", patient=amina())
    assert result["valueQuantity"]["value"] == 113
    assert "clock is ahead" in message(ahead).note


def test_a_result_before_its_person_waits_and_files_itself():
    result = arrives(PID, OBR, HB)
    worked()
    assert states(result) == [State.UNMATCHED]
    assert records("DiagnosticReport") == []

    registered()
    worked()

    assert states(result) == [State.DONE]
    assert len(records("DiagnosticReport", patient=amina())) == 1


def test_a_result_files_itself_when_its_person_comes_by_the_other_door(moved_clock):
    result = arrives(PID, OBR, HB)
    worked()
    person = a_patient("9991000003", born="1967-09-08")
    accept(check(json.dumps(a_bundle(person))).entries(), Source("epr", SYSTEM))

    moved_clock.move(minutes=1)
    inbox._Sweep.last_at = float("-inf")
    worked()

    assert states(result) == [State.DONE]


@pytest.mark.parametrize("kind", ["ADT^A31", "ADT^A08"])
def test_news_of_somebody_unknown_waits_and_makes_nobody_known(kind):
    number = registered(kind=kind)
    worked()

    assert states(number) == [State.UNMATCHED]
    assert people() == []


@pytest.mark.parametrize(
    "pid",
    [
        PID.replace("19670908", "19670909"),
        PID.replace("Yusuf^Amina", "Carter^Ben"),
    ],
)
def test_a_number_that_is_somebody_elses_goes_to_a_person(pid):
    registered()
    number = arrives(pid, OBR, HB)
    worked()

    assert states(number) == [State.REVIEW]
    assert records("DiagnosticReport") == []


def test_names_are_compared_without_case_and_accents():
    registered(PID.replace("Yusuf", "Yūsuf"))
    number = arrives(PID.replace("Yusuf", "YUSUF"), OBR, HB)
    worked()

    assert states(number) == [State.DONE]


def test_somebody_without_an_nhs_number_is_known_by_the_hospitals_own():
    without = PID.replace("9991000003^^^NHS^NH~", "")
    registered(without)
    number = arrives(without, OBR, HB)
    stranger = arrives(without.replace("19670908", "19670909"), OBR.replace("L1", "L2"), HB)
    worked()

    assert states(number, stranger) == [State.DONE, State.REVIEW]


def test_a_result_without_an_nhs_number_is_not_filed_with_somebody_who_has_one():
    registered()
    number = arrives(PID.replace("9991000003^^^NHS^NH~", ""), OBR, HB)
    worked()

    assert states(number) == [State.REVIEW]


def test_another_nhs_number_for_the_same_person_goes_to_a_person_and_shuts_the_record():
    registered()
    worked()
    number = registered(PID.replace("9991000003", "9991013172"), kind="ADT^A31")
    worked()

    assert states(number) == [State.REVIEW]
    assert message(number).patient == amina()
    assert people()[0]["identifier"][0]["value"] == "9991000003"
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT held_at IS NOT NULL FROM portal_fhir_stream")
        assert (True,) in cursor.fetchall()


def test_an_update_changes_what_it_says_and_keeps_the_rest():
    full = PID + "|||14 Canal Street^^Millbrook||01632 960111|07700 900112"
    registered(full)
    registered(PID + '|||9 Weir Street^^Millbrook||""', at="20260302120000", kind="ADT^A31")
    worked()

    (person,) = people()
    assert person["address"][0]["line"] == ["9 Weir Street"]
    assert [one["value"] for one in person["telecom"]] == ["07700 900112"]
    assert person["meta"]["versionId"] == "2"


def test_a_hidden_address_stays_hidden_until_the_sender_says_otherwise():
    registered(PID + "\rZU8||||Y")
    registered(PID + "|||9 Weir Street", at="20260302120000", kind="ADT^A31")
    worked()
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT labels FROM portal_fhir_resource WHERE resource_type = 'Patient'")
        assert cursor.fetchall() == [(int(Label.DEMOGRAPHICS),)]


def test_an_update_of_a_visit_does_not_move_it_on():
    visit = "PV1|1|{}|W7" + "|" * 16 + "V1"
    registered(PID + "\r" + visit.format("O"), kind="ADT^A04")
    registered(PID + "\r" + visit.format("O"), kind="ADT^A08", at="20260302120000")
    worked()

    (encounter,) = records("Encounter", patient=amina())
    assert encounter["status"] == "arrived"


def test_what_cannot_be_read_parks_its_person_and_nobody_else(caplog):
    registered()
    registered(BEN, at="20260301120001")
    worked()
    bad = arrives(PID, OBR, HB[:-1] + "Q")
    behind = arrives(PID, OBR.replace("L1", "L2"), HB)
    other = arrives(BEN, OBR.replace("L1", "L3"), HB)
    worked()

    assert states(bad, behind, other) == [State.PARKED, State.WAITING, State.DONE]
    assert (message(bad).place, message(bad).error) == ("OBX-11", "this is no status of a result")
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "Yusuf" not in caplog.text


def test_a_later_report_passes_after_a_quarter_of_an_hour_and_is_marked(moved_clock):
    registered()
    worked()
    bad = arrives(PID, OBR, HB[:-1] + "Q")
    same = arrives(PID, OBR, WBC)
    behind = arrives(PID, OBR.replace("L1", "L2"), HB)
    news = registered(kind="ADT^A31")
    worked()
    assert states(bad, same, behind, news) == [
        State.PARKED,
        State.WAITING,
        State.WAITING,
        State.DONE,  # the other feed has a lane of its own
    ]

    moved_clock.move(minutes=16)
    worked()

    # The next version of the parked report still waits for it.
    assert states(bad, same, behind) == [State.PARKED, State.WAITING, State.WAITING]
    with scoped(SYSTEM):
        InboundMessage.objects.filter(pk=same).update(state=State.SET_ASIDE)
    worked()
    assert states(behind) == [State.DONE]
    assert message(behind).out_of_order


def test_news_of_a_person_never_passes_what_stands_before_it(moved_clock):
    bad = registered(PID.replace("19670908", "19679999"))
    behind = registered(kind="ADT^A31")
    worked()
    moved_clock.move(hours=2)
    worked()

    assert states(bad, behind) == [State.PARKED, State.WAITING]


def test_a_kind_that_is_not_read_holds_nobody_up():
    registered()
    letter = arrives(PID, kind="MDM^T02")
    behind = arrives(PID, OBR, HB)
    worked()

    assert states(letter, behind) == [State.NOT_MAPPED, State.DONE]


def test_our_own_failures_are_tried_again_and_then_given_up(monkeypatch, moved_clock):
    registered()
    worked()
    number = arrives(PID, OBR, HB)
    behind = arrives(PID, OBR.replace("L1", "L2"), HB)

    def fails(*_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")

    with monkeypatch.context() as broken:
        broken.setattr(filing, "accept", fails)
        for seconds in RETRIES:
            worked()
            assert states(number, behind) == [State.RETRY, State.WAITING]
            moved_clock.move(seconds=seconds * 1.3)
        worked()
        assert states(number) == [State.PARKED]
        assert message(number).error == "DataError"

    with scoped(SYSTEM):
        InboundMessage.objects.filter(pk=number).update(state=State.WAITING, attempts=0)
    due(behind)
    worked()
    assert states(number, behind) == [State.DONE, State.DONE]


def test_a_message_whose_reader_died_is_taken_again_and_not_for_ever(moved_clock):
    registered()
    worked()
    number = arrives(PID, OBR, HB)

    claimed = inbox._claim()
    assert claimed.id == number
    worked()
    assert states(number) == [State.RETRY]
    moved_clock.move(minutes=6)
    worked()
    assert states(number) == [State.DONE]

    with scoped(SYSTEM):
        InboundMessage.objects.filter(pk=number).update(state=State.RETRY, attempts=6)
    due(number)
    worked()
    assert states(number) == [State.PARKED]


def test_nothing_is_written_when_a_message_fails_half_way(monkeypatch):
    registered()
    worked()
    number = arrives(PID, OBR, HB)
    real = filing.accept

    def fails_after(*given: object) -> None:
        real(*given)
        raise OSError

    monkeypatch.setattr(filing, "accept", fails_after)
    worked()

    assert states(number) == [State.RETRY]
    assert records("DiagnosticReport") == []


def test_a_number_that_was_another_tests_is_parked():
    registered()
    arrives(PID, OBR, HB)
    reused = arrives(PID, OBR.replace("FBC^Full blood count", "UE^Urea"), HB)
    worked()

    assert states(reused) == [State.PARKED]
    assert message(reused).place == "OBR-4"


def test_history_is_filed_and_wakes_nobody():
    registered(at="20250101120000")
    arrives(PID, OBR, HB, at="20250101130000")
    arrives(PID, OBR.replace("L1", "L2"), HB, at="20260310130000")
    worked()

    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT backload, count(*) FROM portal_fhir_change"
            " WHERE resource_type = 'DiagnosticReport' GROUP BY 1 ORDER BY 1"
        )
        assert cursor.fetchall() == [(False, 1), (True, 1)]


def test_the_senders_labels_are_in_the_record():
    registered()
    arrives(PID, "ORC|RE|P1|L1" + "|" * 25 + "V", OBR, HB)
    worked()

    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT labels FROM portal_fhir_resource"
            " WHERE resource_type = 'DiagnosticReport'"
        )
        assert cursor.fetchall() == [(int(Label.NOPAT | Label.TEAM_ONLY),)]


def test_the_audit_names_the_feed():
    registered()
    worked()

    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT who, outcome FROM portal_fhir_auditentry")
        assert ("Device/pas", "allowed") in cursor.fetchall()


class PowerCut(BaseException):
    """Ends the reader where nothing can catch it."""


@contextlib.contextmanager
def cut_at(journey: int):
    """End whoever goes to the database for the nth time, by whichever way."""
    left, in_turn = itertools.count(1), arrays.in_turn

    def goes(run, *sent):
        if next(left) == journey:
            raise PowerCut
        return run(*sent)

    with pytest.MonkeyPatch.context() as patch, connection.execute_wrapper(goes):
        patch.setattr(arrays, "in_turn", partial(goes, in_turn))
        with contextlib.suppress(PowerCut):
            yield


def record_of(patient: str) -> list[tuple[str, str, object]]:
    return sorted(
        (kind, one["meta"]["versionId"], str(one.get("valueQuantity", one["status"])))
        for kind in ("DiagnosticReport", "Observation", "ServiceRequest")
        for one in records(kind, patient=patient)
    )


def test_a_reader_may_end_between_any_two_journeys_to_the_database(moved_clock):
    registered()
    worked()
    number = arrives(PID, OBR, HB, WBC)
    cuts, expected = 0, None
    for journey in itertools.count(1):
        with transaction.atomic():
            with cut_at(journey):
                worked()
            was_cut = states(number) != [State.DONE]
            due(number)
            worked()
            expected = expected or record_of(amina())
            assert states(number) == [State.DONE]
            assert record_of(amina()) == expected
            transaction.set_rollback(True)
        cuts += was_cut
        if not was_cut:
            break

    assert cuts > 10
    assert [row[0] for row in expected].count("Observation") == 2


def test_a_bundle_that_waited_for_its_person_is_filed_when_they_arrive(moved_clock):
    a_feed("epr", None)
    epr = Source("epr", SYSTEM)
    person = a_patient("9991000003", born="1967-09-08") | {"id": "p1", "fullUrl": "urn:uuid:p1"}
    sent = json.dumps(a_bundle(an_observation("p1"))).encode()
    with pytest.raises(Unmatched) as refused:
        accept(check(sent).entries(), epr)
    keep_unmatched("epr", sent, refused.value)
    with scoped(SYSTEM):
        InboundMessage.objects.update(due_at=NOW)
    worked()
    accept(check(json.dumps(a_bundle(person))).entries(), epr)

    moved_clock.move(minutes=5)
    worked()

    assert len(records("Observation", patient=amina())) == 1


VERSIONS = [
    ("20260310140100", "110", "P"),
    ("20260310140200", "111", "F"),
    ("20260310140300", "112", "C"),
]


@hypothesis.settings(max_examples=12)
@given(
    st.lists(
        st.tuples(st.sampled_from(["amina", "ben"]), st.sampled_from(VERSIONS)),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_the_order_and_however_often_the_newest_version_stands(sent):
    with transaction.atomic():
        registered()
        registered(BEN, at="20260301120001")
        for n, (of, (at, value, status)) in enumerate(sent):
            pid = PID if of == "amina" else BEN
            order = OBR.replace("L1^", f"{of}^").replace("|||F", f"|||{status}")
            result = HB.replace("112", value)[:-1] + status
            # Sent again, it is another message with the same content.
            arrives(pid, order, result, f"ZZZ|{n}", at=at)
        worked()

        newest = {}
        for of, version in sent:
            newest[of] = max(version, newest.get(of, version))
        found = {
            one["identifier"][0]["value"].split("/")[0]: str(one["valueQuantity"]["value"])
            for one in records("Observation")
        }
        assert found == {of: version[1] for of, version in newest.items()}
        transaction.set_rollback(True)
