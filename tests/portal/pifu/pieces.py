"""What a clinician, a patient and an office do with a plan; each says only what a test is about."""

import re
import uuid
from datetime import date

from fhir.access import SYSTEM, Kind, Viewer
from fhir.scope import scoped
from fhir.store import Criteria, Repository
from portal import clock
from portal.identity import grants
from portal.identity.models import Capacity
from portal.pifu import plans
from portal.pifu.models import Ask, FollowUpPlan
from portal.pifu.resources import Terms
from tests.portal.appointments import clinic as making

TITLE = "Your breathing, if it gets worse"
WHEN = "Your blue inhaler helps less than before"
SPEECHLESS, BLUE_LIPS = "you are too breathless to speak", "your lips turn blue"
FEVER = "you have a fever and cough up green phlegm"
SIGNS = [SPEECHLESS, BLUE_LIPS, FEVER]
WORDS = "I wake up short of breath, on most nights this week."
HIDDEN = re.compile(r'name="(form_id|seen)"[^>]*value="([^"]*)"')


def records_of(doctor):
    """Return the record as a clinician has it."""
    held = grants.grants_of(doctor, Capacity.STAFF, "")
    who = f"Practitioner/{doctor.practitioners[0]}"
    return Repository(Viewer(Kind.STAFF, who, doctor.name, grants=held))


def terms(doctor, **more):
    usual = {
        "title": TITLE,
        "service": (making.SERVICE, "Breathing clinic"),
        "clinician": (doctor.practitioners[0], doctor.name),
        "first_day": date(2026, 3, 12),
        "last_day": date(2026, 9, 12),
        "when": WHEN,
        "emergencies": [SPEECHLESS, BLUE_LIPS],
        "urgent": [FEVER],
    }
    return Terms(**usual | more)


def a_plan(doctor, patient, **more):
    return plans.set_plan(records_of(doctor), patient, terms(doctor, **more), clock.now())


def typed(**more):
    """Give what a patient sends; each time from another showing of the form."""
    usual = {"signs": ["none"], "words": WORDS, "reach": "ring", "phone": "07700 900123"}
    return {"form_id": str(uuid.uuid4())} | usual | more


def asks(browser, plan, **more):
    return browser.post(f"/appointments/ask/{plan}/form/", typed(**more))


def hidden(page):
    return dict(HIDDEN.findall(page.content.decode()))


def rows(model=Ask, **which):
    with scoped(SYSTEM):
        return list(model.objects.filter(**which).order_by("pk"))


def ask_of(plan):
    with scoped(SYSTEM):
        return Ask.objects.filter(plan=plan).latest("sent_at")


def held(plan):
    with scoped(SYSTEM):
        return FollowUpPlan.objects.get(key=plan)


def resource(key):
    return Repository(SYSTEM).read("ServiceRequest", str(key)).json


def requests_of(patient, **which):
    wanted = Criteria("ServiceRequest", [patient], count=20, **which)
    return [one.json for one in Repository(SYSTEM).search(wanted)[0]]
