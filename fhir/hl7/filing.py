"""One kept message on its way into the record: read, matched to its person, handed to intake."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final

from fhir import adopting, holdings, matching, origins
from fhir.access import EVERYONE, READING, WRITING, Grant, Kind, Viewer
from fhir.hl7 import overlay
from fhir.hl7.agreements import settings_from
from fhir.hl7.envelope import lane_of
from fhir.hl7.feeds import FeedSettings
from fhir.hl7.mapping import Mapped
from fhir.hl7.message import Message
from fhir.hl7.messages import introduces, mapped
from fhir.hl7.times import moment
from fhir.intake import Source, Unmatched, accept, lateness
from fhir.labels import HIDING
from fhir.matching import Person
from fhir.outcomes import error
from fhir.paths import Json
from fhir.raw import dump, parse
from fhir.search.folding import folded
from fhir.validation import check
from fhir.writing import Written

# Older than this when it arrives, it is history: nobody is told of it (decisions 15).
_HISTORY: Final = timedelta(days=30)
# A clock may be so far ahead of ours before its word is not taken.
_AHEAD: Final = timedelta(minutes=5)
_LAID_OVER: Final = frozenset({"Appointment", "Patient", "Encounter", "DiagnosticReport"})


class OfAnother(Exception):
    """The number is known, and the person it belongs to here is not whom the message describes."""


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a message: whose it is, remarks, and the lanes of a person it made known."""

    patient: str
    notes: tuple[str, ...] = ()
    known_now: tuple[bytes, ...] = ()
    written: tuple[Written, ...] = ()


def viewer_of(feed: Mapping[str, Any]) -> Viewer:
    """Return the feed as the store knows it: it sends anything about anyone."""
    grant = Grant(EVERYONE, EVERYONE, READING | WRITING, int(HIDING))
    return Viewer(
        Kind.SERVICE, f"Device/{feed['name']}", feed["name"], organisation=feed["ods"],
        grants=(grant,),
    )  # fmt: skip


def file(raw: bytes, feed: Mapping[str, Any], received_at: datetime) -> Filed:
    """Write what an HL7 v2 message says.

    :raises Unreadable, NotMapped: it cannot be understood, or we do not read its kind.
    :raises Unmatched: its person is not known here yet.
    :raises OfAnother: its number is somebody else's here.
    :raises Refused: intake does not take it.
    """
    settings = settings_from(feed)
    message = Message.read(raw, settings.charset)
    said = mapped(message, settings)
    names = origins.Names()
    person = _person(said, message, settings, names)
    _lay_over(said, message, settings, person, names)
    stated_at, notes = _stated_at(message, received_at)
    source = Source(
        settings.name,
        viewer_of(feed),
        stated_at,
        backload=stated_at < received_at - _HISTORY,
        known={said.known_as: f"Patient/{person}"} if person else {},
    )
    written = accept(check(dump(said.bundle)).entries(), source, names)
    _keep_with_newer(said, written, source)
    notes = (*message.warnings, *said.warnings, *notes, *lateness(written))
    return Filed(_owner(written), notes, _lanes(said), tuple(written))


def file_bundle(raw: bytes, feed: Mapping[str, Any]) -> Filed:
    """Write a FHIR bundle that waited for its person."""
    entries = [one for one in check(raw).entries() if one.method in {"POST", "PUT"}]
    written = accept(entries, Source(feed["name"], viewer_of(feed)))
    return Filed(_owner(written), lateness(written), written=tuple(written))


def _person(said: Mapped, message: Message, settings: FeedSettings, names: origins.Names) -> str:
    """Return the key of the person here, or "" for one whom this message introduces."""
    patient = _patient_in(said)
    known = _known(said, patient, settings, names) if patient else _matched(said.person)
    if not known and not (patient and introduces(message.kind)):
        raise Unmatched([error("not-found", "PID-3", "no such person is known here")])
    return known


def _known(said: Mapped, patient: Json, settings: FeedSettings, names: origins.Names) -> str:
    """Return the person whom the feed knows by this number, or who is described."""
    keys = [
        origins.url_key(settings.name, "Patient", said.known_as),
        *origins.identifier_keys(settings.name, patient),
    ]
    found = names.find(keys)
    known = next((found[key].id for key in keys if key in found), "")
    return known or _described(said.person)


def _matched(person: Person) -> str:
    """Return the person whom a result is about: by NHS number, birth date and family name.

    Somebody without an NHS number is known by the hospital's own, but only to be one who has none
    here either.
    """
    if person.nhs_number:
        return _described(person)
    held = matching.patients_with(person.identifiers)
    texts = holdings.texts([("Patient", key) for key in held])
    for (_, key), text in texts.items():
        known = matching.person_of(parse(text).resource)
        if not known.nhs_number and _is_same(known, person):
            return key
    if held:
        raise OfAnother
    return ""


def _described(person: Person) -> str:
    try:
        return matching.match(person)
    except matching.Disagrees:
        raise OfAnother from None


def _is_same(known: Person, person: Person) -> bool:
    ours, theirs = ({folded(name) for name in one.family_names} for one in (known, person))
    return bool(ours & theirs) and known.birth_date == person.birth_date != ""


def _patient_in(said: Mapped) -> Json | None:
    entry = next((one for one in _entries(said) if one["fullUrl"] == said.known_as), None)
    return entry["resource"] if entry else None


def _entries(said: Mapped) -> list[Json]:
    found: list[Json] = said.bundle["entry"]
    return found


def _lay_over(
    said: Mapped, message: Message, settings: FeedSettings, person: str, names: origins.Names
) -> None:
    """Complete what the message says by what is held, where it says only a part."""
    urls = {one["fullUrl"]: one["resource"]["resourceType"] for one in _entries(said)}
    keys = {url: origins.url_key(settings.name, kind, url) for url, kind in urls.items()}
    # With the other names that intake will ask for: one journey less.
    numbers = (origins.identifier_keys(settings.name, one["resource"]) for one in _entries(said))
    found = names.find([*keys.values(), *chain.from_iterable(numbers)])
    addresses = {
        url: (found[key].resource_type, found[key].id) for url, key in keys.items() if key in found
    }
    for entry in _entries(said):
        taken_over = adopting.bearing(entry["resource"])
        if taken_over and entry["fullUrl"] not in addresses:
            addresses[entry["fullUrl"]] = (taken_over.resource_type, taken_over.id)
    if person and said.known_as in urls:
        addresses[said.known_as] = ("Patient", person)
    texts = holdings.texts(one for one in addresses.values() if one[0] in _LAID_OVER)
    for entry in _entries(said):
        text = texts.get(addresses.get(entry["fullUrl"], ("", "")))
        if text:
            held = parse(text).resource
            entry["resource"] = _completed(said, entry, held, addresses, message, settings)
    _mend_orders(said)


def _completed(  # noqa: PLR0913, PLR0917 (the two versions and what tells how they meet)
    said: Mapped,
    entry: Json,
    held: Json,
    addresses: Mapping[str, tuple[str, str]],
    message: Message,
    settings: FeedSettings,
) -> Json:
    now, keeps = entry["resource"], settings.empty_means == "keep"
    removed = said.removed.get(entry["fullUrl"], ())
    if now["resourceType"] == "Patient":
        return overlay.overlaid(now, held, removed, keeps=keeps)
    if now["resourceType"] == "Encounter":
        return overlay.visit(now, held, removed, event=message.kind[1], keeps=keeps)
    if now["resourceType"] == "Appointment":
        return overlay.appointment(now, held, keeps=keeps)
    results = {url: "/".join(address) for url, address in addresses.items()}
    return overlay.report(now, held, results, "OBR-4")


def _keep_with_newer(said: Mapped, written: list[Written], source: Source) -> None:
    """Give the newer version of a report the results that only an older, late one names."""
    addresses = {
        entry["fullUrl"]: f"{one.resource_type}/{one.draft.logical_id}"
        for entry, one in zip(_entries(said), written, strict=True)
    }
    for entry, one in zip(_entries(said), written, strict=True):
        if one.outcome != "late" or one.resource_type != "DiagnosticReport":
            continue
        address = (one.resource_type, one.draft.logical_id)
        newer = parse(holdings.texts([address])[address]).resource
        results = [it["reference"] for it in entry["resource"].get("result", ())]
        named = {addresses[url] for url in results if url in addresses}
        missing = named - {it["reference"] for it in newer.get("result", ())}
        if missing:
            known = newer.get("result", [])
            newer["result"] = [*known, *({"reference": name} for name in sorted(missing))]
            again = {**entry, "resource": newer}
            bundle = {**said.bundle, "entry": [again]}
            accept(
                check(dump(bundle)).entries(),
                replace(source, stated_at=holdings.stated_at(*address)),
            )


def _mend_orders(said: Mapped) -> None:
    """An order was right if a part of its report is."""
    standing = {
        one["resource"]["basedOn"][0]["reference"]
        for one in _entries(said)
        if one["resource"]["resourceType"] == "DiagnosticReport"
        and one["resource"]["status"] != "entered-in-error"
    }
    for entry in _entries(said):
        if entry["fullUrl"] in standing and entry["resource"]["status"] == "entered-in-error":
            entry["resource"]["status"] = "active"


def _stated_at(message: Message, received_at: datetime) -> tuple[datetime, tuple[str, ...]]:
    """Return when the sender said it: an older saying never overwrites a newer one."""
    said = moment(message.text("MSH-7"), "MSH-7")
    if said is None:
        return received_at, ()
    if said.at > received_at + _AHEAD:
        return received_at, ("MSH-7: the sender's clock is ahead of ours",)
    return said.at, ()


def _owner(written: list[Written]) -> str:
    return next((one.draft.patient for one in written if one.draft.patient), "")


def _lanes(said: Mapped) -> tuple[bytes, ...]:
    patient = _patient_in(said) or {}
    numbers = patient.get("identifier", ())
    return tuple(lane_of(one["system"], one["value"]) for one in numbers if "system" in one)
