"""A hospital's day with something on every page, for somebody who looks at them all."""

import uuid
from dataclasses import replace
from datetime import time, timedelta

from fhir.access import SYSTEM
from fhir.labels import Label
from fhir.store import Criteria, Repository
from portal import clock
from portal.appointments import claims, clinics
from portal.appointments.models import Claim
from portal.appointments.rules import State
from portal.appointments.together.companies import companies_of
from portal.emergency.models import EmergencyAccess
from portal.identity.models import Role, User
from portal.needs import actions as needs
from portal.needs.flags import Needs, stamp
from portal.needs.rules import ASKED_EVERY
from portal.pifu import asking, deciding, triage
from portal.pifu.asked import Said
from portal.pifu.asking import Form
from portal.pifu.deciding import Decision
from portal.pifu.rules import Act
from portal.privacy import actions
from portal.privacy.actions import Asked
from portal.privacy.models import Question
from portal.record import log_reading
from portal.record.dates import local
from tests.builders import a_patient
from tests.portal.amina import a_count, a_pressure, a_scan, flagged
from tests.portal.amina import a_value as a_value_of
from tests.portal.appointments import family
from tests.portal.appointments.clinic import booked, ordered, published, slots_of
from tests.portal.carers.helping import helps, invited
from tests.portal.carers.helping import viewer_of as signed_viewer
from tests.portal.carers.records import one_of_each
from tests.portal.pifu.pieces import FEVER, SPEECHLESS, a_plan, records_of
from tests.portal.record.looked import A_LINK, DR_NAIR, STEPWELL, WINPATH
from tests.portal.results.laboratory import a_count as a_sent_count
from tests.portal.results.laboratory import a_value, sent
from tests.portal.results.staff import a_clinician, treats
from tests.signing_in import a_login, linked, with_app

# Urdu, as a person writes their own name and a clinician a note.
NAME = "امینہ"
NOTE = "آپ کا ہیموگلوبن تھوڑا کم ہے۔ گولیاں لیتی رہیں۔"
BORN_1945 = "1945-02-11"
# What Grace has booked for two, which no link leads to.
TOGETHER = uuid.UUID("0b1f7a52-6a1e-4d0f-9c39-3f7f4f9f2b10")


IN_AN_EMERGENCY = replace(DR_NAIR, who="Practitioner/doyle", name="Nurse Karen Doyle")
ASKED_ABOUT = replace(DR_NAIR, who="Practitioner/adeyemi", name="Ms Ruth Adeyemi")


def a_full_day() -> dict[str, User]:
    """Fill the record of Grace, who has all there is, and of Ben, who has nothing; return all."""
    hospital = Repository(SYSTEM)
    grace = _somebody(hospital, "Grace Carter", "9991026347", given=NAME, born=BORN_1945)
    ben = _somebody(hospital, "Ben Carter", "9991013172", given="Ben")
    patient = grace.links.get().patient
    doctor = treats(a_clinician("Dr Priya Nair", job_title="Consultant"), patient)
    _fill(hospital, patient)
    _look(hospital, patient, grace, doctor)
    helps(ben, grace, "results", "letters")
    invited(grace, "letters", name="Zara Yusuf", relationship="DAUC")
    _hold_a_clinic(patient, doctor)
    _come_together(grace, patient)
    _ask_to_be_seen(grace, patient, doctor)
    _need(grace, patient)
    roles = (Role.RECORDS, Role.OPERATIONS, Role.ADMIN)
    staff = {role: with_app(a_login(f"The {role}", role)) for role in roles}
    staff[Role.BOOKING] = with_app(a_login("The office", Role.BOOKING, sites=["north"]))
    return {"grace": grace, "ben": ben, "doctor": with_app(doctor), **staff}


def _somebody(hospital: Repository, name: str, nhs_number: str, **more: str) -> User:
    user = with_app(a_login(name))
    linked(user, hospital.create(a_patient(nhs_number, family="Carter", **more)).id)
    return user


def _hold_a_clinic(patient: str, doctor: User) -> None:
    """Book two visits in the doctor's clinic, for one of which it has no room any more."""
    today = local(clock.now()).date()
    days = {"first_day": today, "last_day": None, "weekdays": [1, 2, 3, 4, 5, 6, 7], "nation": ""}
    clinic = published(clinician=doctor.practitioners[0], opens=time(16), closes=time(18), **days)
    last = slots_of(clinic, local_date=today)[-1]
    for slot in (slots_of(clinic)[0], last):
        booked(patient, ordered(patient), slot)
    clinic.closes = time(17)
    clinics.change(clinic, clock.now(), SYSTEM)


def _come_together(grace: User, patient: str) -> None:
    """Let Grace book for a grandchild with herself: two visits are booked, and two are held."""
    child = family.a_child(grace, "Sami Carter")
    days = {"first_day": local(clock.now()).date(), "last_day": None, "nation": ""}
    booker = family.booker_of(grace)
    for service, first, batch in (("eyes", -2, TOGETHER), ("teeth", -4, uuid.uuid4())):
        slots = slots_of(published(service=service, clinician=f"of {service}", **days))
        for one in (patient, child):
            ordered(one, service)
        (company,) = companies_of(booker)
        holds = family.held(booker, company, slots[first:][:2], batch=batch)
        if batch == TOGETHER:
            family.booked(booker, holds)
    with claims.opened():
        held = Claim.objects.filter(patient__in=[patient, child], state=State.HELD)
        held.update(hold_until=slots[-1].starts_at)


def _ask_to_be_seen(grace: User, patient: str, doctor: User) -> None:
    """Let Grace ask under three plans: one is not asked of, one waits, and one is answered."""
    now, records = clock.now(), Repository(signed_viewer(grace))
    today = {"first_day": local(now).date(), "last_day": local(now).date() + timedelta(days=90)}
    plans = [a_plan(doctor, patient, title=f"{NOTE} {n}", **today) for n in range(3)]
    for plan, signs in zip(plans[1:], ([SPEECHLESS, FEVER], []), strict=True):
        said = Said(NOTE, signs, "07700 900123")
        asked = asking.send(records, patient, plan, Form(uuid.uuid4(), said), now)
    found = triage.opened(doctor, records_of(doctor).viewer, asked.key)
    deciding.decide(found, Decision(Act.ADVISE, NOTE), now)


def _need(grace: User, patient: str) -> None:
    """Let Grace have said what she needs so long ago that she is asked if it is still so."""
    said = Needs(frozenset({"large-print", "longer"}), "ur", words=NOTE)
    records, long_ago = Repository(signed_viewer(grace)), clock.now() - ASKED_EVERY
    needs.state(records, patient, said, stamp([]), long_ago)


def _fill(hospital: Repository, patient: str) -> None:
    for resource in one_of_each(patient):
        hospital.create(resource)
    a_count(hospital, patient, "2025-12-09", hb="118", wbc="9.8", eos="0.2")
    report, _ = a_count(hospital, patient, hb="112", plt="286")
    hospital.create(flagged(a_value_of(patient, "hb", "104", "2026-01-20"), "L"))
    hospital.update({**hospital.read("DiagnosticReport", report).json, "conclusion": NOTE}, None)
    taken_back, _ = a_count(hospital, patient, "2026-02-01", hb="99")
    hospital.relabel("DiagnosticReport", taken_back, add=Label.NOPAT)
    a_scan(hospital, patient)
    a_pressure(hospital, patient)
    sent(*a_sent_count(patient, a_value(patient, "41", "LL")))


def _look(hospital: Repository, patient: str, grace: User, doctor: User) -> None:
    """Let all kinds of people and systems look, one in an emergency; two are asked why."""
    now = clock.now()
    EmergencyAccess.objects.create(
        user=doctor, who=IN_AN_EMERGENCY.who, patient=patient, why="treating", opened_at=now,
        reason="Brought in by ambulance, could not speak.", ends_at=now + timedelta(hours=4),
    )  # fmt: skip
    reports = hospital.summaries(Criteria("DiagnosticReport", [patient], count=2))[0]
    for viewer in (DR_NAIR, IN_AN_EMERGENCY, WINPATH, STEPWELL, A_LINK, ASKED_ABOUT):
        for one in reports:
            Repository(viewer).read("DiagnosticReport", one.id)
    own = signed_viewer(grace)
    for visit in log_reading.visits(own, patient, log_reading.Asked()):
        if visit.name in {ASKED_ABOUT.name, DR_NAIR.name}:
            actions.ask(Asked(grace, patient, visit, NOTE), now)
    answered = Question.objects.filter(name=ASKED_ABOUT.name)
    answered.update(answer=NOTE, answered_at=now, answered_by=doctor)
