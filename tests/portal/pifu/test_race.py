"""All at once: forms from several windows, one form sent again and again, and three who answer."""

from collections import Counter
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from fhir.access import SYSTEM
from fhir.store import Conflict, Repository
from portal import clock
from portal.appointments.tickets import tickets
from portal.pifu import asking, deciding, triage
from portal.pifu.asked import Said
from portal.pifu.asking import CannotAsk, CannotTakeBack, Form
from portal.pifu.deciding import CannotDecide, Decision
from portal.pifu.models import Ask
from portal.pifu.rules import Act, State
from tests.builders import a_patient
from tests.portal.appointments import clinic as making
from tests.portal.appointments.crowd import at_once
from tests.portal.pifu.pieces import WORDS, a_plan, ask_of, records_of, requests_of, resource, rows
from tests.portal.results.staff import a_clinician, treats

LATER = date(2026, 4, 12)


@pytest.fixture
def world(own_database, moved_clock):
    """Begin with real commits: Amina, who treats her, and her plan."""
    moved_clock.move_to(datetime(2026, 3, 12, 9, tzinfo=UTC))
    amina = Repository(SYSTEM).create(a_patient("9991000003")).id
    doctor = treats(a_clinician("Dr Priya Nair"), amina)
    making.published(clinician=doctor.practitioners[0])
    return amina, doctor, a_plan(doctor, amina)


def test_of_many_forms_at_once_one_is_sent_and_its_repeats_are_the_same(world):
    amina, _, plan = world
    forms = [Form(uuid4(), Said(WORDS)) for _ in range(4)] * 2

    def sends(form):
        records = making.records_of(amina)
        return lambda: asking.send(records, amina, plan, form, clock.now())

    came = at_once([sends(form) for form in forms])

    assert {type(one) for one in came} == {Ask, CannotAsk}
    assert len({one.key for one in came if isinstance(one, Ask)}) == 1
    assert len(rows()) == 1
    assert Counter(one["intent"] for one in requests_of(amina)) == {"plan": 1, "proposal": 1}


def test_of_those_who_answer_and_who_takes_it_back_at_once_one_has_their_way(world):
    amina, doctor, plan = world
    form = Form(uuid4(), Said(WORDS))
    asking.send(making.records_of(amina), amina, plan, form, clock.now())
    ask = ask_of(plan)
    found = triage.opened(doctor, records_of(doctor).viewer, ask.key)

    def answers():
        order = deciding.order(found, (making.SERVICE, "Breathing clinic"), ["video"], LATER)
        opened = triage.opened(doctor, records_of(doctor).viewer, ask.key)
        deciding.decide(opened, Decision(Act.BOOK, order=order), clock.now())

    def takes_back():
        asking.take_back(making.records_of(amina), amina, ask.key, clock.now())

    came = at_once([answers, answers, answers, takes_back])

    assert {type(one) for one in came} <= {type(None), CannotDecide, CannotTakeBack, Conflict}
    made = tickets(making.records_of(amina), amina)
    state = ask_of(plan).state
    assert (state, len(made)) in {(State.BOOKABLE, 1), (State.WITHDRAWN, 0)}
    ends = {State.BOOKABLE: "completed", State.WITHDRAWN: "revoked"}
    assert resource(ask.key)["status"] == ends[state]
