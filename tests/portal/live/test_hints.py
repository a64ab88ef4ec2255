"""Hints may be lost, doubled, late or out of order: every page converges, and none learns more."""

import asyncio
import json
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from fhir import changes
from fhir.access import READING, SYSTEM, Grant, Kind, Viewer
from fhir.labels import Label
from fhir.store import Draft, Repository
from portal.live.hub import Hub, OpenPage, _in_thread
from portal.live.topics import ALL
from tests.builders import a_patient, an_observation, labelled

TYPES = frozenset({"Observation", "DiagnosticReport", "Patient"})

acts = st.lists(
    st.tuples(
        st.sampled_from(["amina", "ben"]),
        st.sampled_from(["withheld", "shown", "sensitive", "release", "withhold", "rights"]),
        # What becomes of the hint: lost, delivered, twice, kept for later, or "everybody".
        st.sampled_from(["lost", "told", "twice", "later", "everybody"]),
    ),
    max_size=8,
)


class Browser:
    """A page as its reader has it: where it stands, and all that it was ever told."""

    def __init__(self, viewer, patient):
        self.told = []
        self.page = OpenPage(
            viewer,
            patient,
            changes.head(viewer, patient),
            tell=lambda head, sections: self.told.append((head.seq, sections)),
            close=lambda _code: None,
        )


def viewer(patient, sees):
    grant = Grant(frozenset({patient}), TYPES, READING, int(sees))
    return Viewer(Kind.PATIENT, f"Patient/{patient}", "x", grants=(grant,))


def write(patient, act, shown):
    records = Repository(SYSTEM)
    match act:
        case "withheld" | "shown" | "sensitive":
            resource = an_observation(patient) | {"id": f"o{len(shown)}-{patient}"}
            resource = labelled(resource, "HIV") if act == "sensitive" else resource
            put_on = Label.NOPAT if act == "withheld" else Label(0)
            draft = Draft(resource, json.dumps(resource), resource["id"], patient, put_on=put_on)
            records.write([draft])
            shown.append(resource["id"])
        case "release" | "withhold" if mine := [one for one in shown if one.endswith(patient)]:
            labels = {"remove" if act == "release" else "add": Label.NOPAT}
            records.relabel("Observation", mine[-1], **labels)
        case "rights":
            changes.announce(patient)


def hint(hub, patient, fate, later):
    match fate:
        case "told":
            hub.heard([patient])
        case "twice":
            hub.heard([patient])
            hub.heard([patient])
        case "everybody":
            hub.heard(None)
        case "later":
            later.append(patient)


async def converges(history, patients):
    hub = Hub()
    people = [
        (viewer(patients["amina"], Label.SENSITIVE), patients["amina"]),
        (viewer(patients["amina"], 0), patients["amina"]),
        (viewer(patients["ben"], Label.SENSITIVE), patients["ben"]),
    ]
    browsers = await _in_thread(hub._telling, lambda: [Browser(*one) for one in people])
    for browser in browsers:
        hub.open(browser.page)
    serving = asyncio.ensure_future(hub.serve())
    later, shown = [], []
    for who, act, fate in history:
        await _in_thread(hub._telling, partial(write, patients[who], act, shown))
        hint(hub, patients[who], fate, later)
        await asyncio.sleep(0)
    for patient in reversed(later):
        hub.heard([patient])
    await hub.look()
    for _ in range(200):
        await asyncio.sleep(0.005)
        if not hub._dirty and not hub._dirt.is_set():
            break
    await _in_thread(hub._telling, lambda: None)
    await asyncio.sleep(0.01)
    serving.cancel()
    await hub.end()
    return browsers


def test_every_page_converges_and_is_told_only_of_what_its_viewer_may_see(own_database):
    records = Repository(SYSTEM)
    patients = {
        name: records.create(a_patient(family=name.title())).id for name in ("amina", "ben")
    }

    @settings(max_examples=60)
    @given(acts)
    def any_history(history):
        before = {key: head.seq for key, head in changes.numbers(patients.values()).items()}
        browsers = asyncio.run(converges(history, patients))
        for browser in browsers:
            page = browser.page
            may_see = {
                one.seq
                for one in changes.since(page.viewer, page.patient, before[page.patient])
                if one.kind != changes.AUTH
            }
            assert page.head == changes.head(page.viewer, page.patient)
            told = [seq for seq, _ in browser.told]
            assert told == sorted(set(told))
            assert set(told) <= may_see
            assert not may_see or told[-1] == max(may_see)
            assert all(set(sections) <= set(ALL) for _, sections in browser.told)

    any_history()
