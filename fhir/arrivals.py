"""A bundle on its way in: each entry's address, its references, its patient, its labels."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.conf import settings

from fhir import adopting, matching, origins
from fhir.access import Viewer
from fhir.compartment import OfTwo, Unowned, patient_of
from fhir.holdings import Holding, held, patients_among
from fhir.labels import NONE, SHARED_TYPES, Label, is_withheld
from fhir.moments import start_of
from fhir.origins import Address, Key
from fhir.outcomes import Issue, error
from fhir.paths import Json
from fhir.raw import Entry
from fhir.references import followed, references_in, with_references
from fhir.store import Draft, Repository
from fhir.writing import Written


@dataclass(frozen=True, slots=True)
class Source:
    """Where a bundle comes from. `stated_at` is when the sender said it, if the envelope tells."""

    feed: str
    viewer: Viewer
    stated_at: datetime | None = None
    backload: bool = False
    # Patients whom the envelope has matched, by the reference that the bundle uses for them.
    known: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """The bundle cannot be taken; `issues` name the places."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        super().__init__("; ".join(f"{issue.path}: {issue.message}" for issue in issues[:3]))
        self.issues = list(issues)


class Unmatched(Refused):
    """A resource's patient is not known here yet: it waits for the person, shown to nobody."""


class IdentityChanged(Refused):
    """Another NHS number, or another name and birth date together: a person decides."""

    def __init__(self, issues: Sequence[Issue], patient: str) -> None:
        super().__init__(issues)
        self.patient = patient


@dataclass(slots=True)
class _Arrival:
    place: str
    entry: Entry
    resource: Json
    url_keys: list[Key]
    identifier_keys: list[Key]
    address: Address | None = None

    @property
    def resource_type(self) -> str:
        return str(self.resource["resourceType"])

    @property
    def keys(self) -> list[Key]:
        return [*self.url_keys, *self.identifier_keys]


class Bundle:
    """The entries of one bundle and where they go. To be used once, in a transaction."""

    def __init__(
        self, entries: Sequence[Entry], source: Source, names: origins.Names | None = None
    ) -> None:
        """Take the entries as `fhir.validation` has checked them."""
        self.source = source
        self._names = names or origins.Names()
        self._arrivals = [self._arrival(n, entry) for n, entry in enumerate(entries)]
        self._current: dict[tuple[str, str], Holding] = {}
        self._taken: dict[Address, str] = {}

    def write(self) -> list[Written]:
        """Write all entries and return what became of each, in order."""
        known = self._names.find(key for one in self._arrivals for key in one.keys)
        known_before = frozenset(known)
        self._current = self._names.held | held(self._put_ids() - self._names.held.keys())
        for one in self._arrivals:
            one.address = self._address(one, known)
        drafts = self._drafts(self._mapping())
        repository = Repository(self.source.viewer, backload=self.source.backload)
        mine = {address: draft for address, draft in drafts.items() if self._is_ours(address)}
        # What fails here fails the bundle: `fhir.intake` undoes it.
        with adopting.followed(mine.values()) as follow, repository.transaction(undoes=False):
            done = repository.write(list(mine.values()), self.source.feed)
            follow(done)
        outcomes = dict(zip(mine, done, strict=True))
        self._keep_names(known_before, drafts)
        return [outcomes.get(a) or self._left(drafts[a]) for a in map(_address_of, self._arrivals)]

    def _arrival(self, n: int, entry: Entry) -> _Arrival:
        place = f"Bundle.entry[{n}].resource"
        if entry.resource is None:
            raise Refused([error("required", place, "there is nothing to write")])
        resource, feed = entry.resource, self.source.feed
        resource_type = str(resource["resourceType"])
        names = [entry.full_url, f"{resource_type}/{resource.get('id', '')}"]
        if entry.method == "PUT":
            names.append(entry.url.partition("?")[0])
        urls = [origins.url_key(feed, resource_type, name) for name in names if _is_name(name)]
        identifiers = list(origins.identifier_keys(feed, adopting.unnumbered(resource)))
        return _Arrival(place, entry, resource, urls, identifiers)

    def _put_ids(self) -> set[tuple[str, str]]:
        return {
            (one.resource_type, one.entry.url.rpartition("/")[2])
            for one in self._arrivals
            if one.entry.method == "PUT"
        }

    def _address(self, one: _Arrival, known: dict[Key, Address]) -> Address:
        """Return where an entry goes: where its feed's names lead, or a new place.

        Two entries of one bundle with full URLs of their own stay two resources, even where
        they bear the same identifier.
        """
        found = next((known[key] for key in one.url_keys if key in known), None)
        for key in one.identifier_keys if found is None else ():
            if key in known:
                url = self._taken.get(known[key], one.entry.full_url)
                found = known[key] if url == one.entry.full_url else None
                break
        address = found or self._existing(one) or self._new(one)
        self._taken.setdefault(address, one.entry.full_url)
        for key in one.keys:
            known.setdefault(key, address)
        return address

    def _existing(self, one: _Arrival) -> Address | None:
        """Return the place of what is here: by our own id in a PUT, or number, or the person."""
        logical_id = one.entry.url.rpartition("/")[2]
        current = self._current.get((one.resource_type, logical_id))
        if one.entry.method == "PUT" and current is not None:
            address = Address(one.resource_type, logical_id, current.patient)
            if not self._is_ours(address) and not _is_of_several(address):
                message = "another feed keeps this resource"
                raise Refused([error("conflict", one.place, message)])
            return address
        if taken_over := adopting.bearing(one.resource):
            self._current |= held({(taken_over.resource_type, taken_over.id)})
            return taken_over if self._is_ours(taken_over) else None
        if one.resource_type != "Patient":
            return None
        try:
            key = matching.match(matching.person_of(one.resource))
        except matching.BadNhsNumber:
            place = f"{one.place}.identifier"
            raise Refused(
                [error("value", place, "the NHS number's check digit is wrong")]
            ) from None
        except matching.Disagrees:
            message = "somebody else is known by this NHS number"
            raise Refused([error("conflict", f"{one.place}.identifier", message)]) from None
        if key:
            self._current |= held({("Patient", key)})
        return Address("Patient", key, key) if key else None

    def _new(self, one: _Arrival) -> Address:
        logical_id = str(uuid.uuid4())
        if one.entry.method == "PUT" and "?" not in one.entry.url:
            logical_id = one.entry.url.rpartition("/")[2]
        if one.resource_type == "Patient":
            return Address("Patient", logical_id, logical_id)
        # Whose it is will be known when its references have been followed.
        return Address(one.resource_type, logical_id, "")

    def _mapping(self) -> dict[str, str]:
        """Return what each reference of the bundle becomes."""
        mapping = dict(self.source.known)
        for one in self._arrivals:
            own = f"{one.resource_type}/{one.resource.get('id', '')}"
            for name in (one.entry.full_url, own):
                if _is_name(name):
                    mapping[name] = str(_address_of(one))
        outside = {
            reference: key
            for one in self._arrivals
            for reference in references_in(one.resource)
            if reference not in mapping
            for key in [origins.reference_key(self.source.feed, reference)]
            if key
        }
        found = self._names.find(outside.values())
        for reference, key in outside.items():
            if key in found:
                mapping[reference] = str(found[key])
        return mapping

    def _drafts(self, mapping: Mapping[str, str]) -> dict[Address, Draft]:
        """Return one draft for each address; where two entries share one, the later stands."""
        drafts = {_address_of(one): self._draft(one, mapping) for one in self._arrivals}
        here = {_address_of(one).id for one in self._arrivals if _is_person(one)}
        elsewhere = {draft.patient for draft in drafts.values()} - here - {""}
        elsewhere -= {reference.rpartition("/")[2] for reference in self.source.known.values()}
        for missing in elsewhere - patients_among(elsewhere):
            place = next(
                one.place for one in self._arrivals if drafts[_address_of(one)].patient == missing
            )
            raise Unmatched([error("not-found", place, "no such patient is known here")])
        return drafts

    def _draft(self, one: _Arrival, mapping: Mapping[str, str]) -> Draft:
        address = _address_of(one)
        text = with_references(one.entry.resource_text, mapping)
        resource = followed(one.resource, mapping)
        try:
            patient = patient_of({**resource, "id": address.id})
        except Unowned:
            message = "no patient can be told from it"
            raise Unmatched([error("required", one.place, message)]) from None
        except OfTwo:
            raise Refused([error("business-rule", one.place, "it names two patients")]) from None
        if _is_person(one) and self._is_ours(address):
            self._refuse_new_identity(one, resource)
        stated = self.source.stated_at or start_of(resource.get("meta", {}).get("lastUpdated", ""))
        return Draft(
            resource,
            text,
            address.id,
            patient,
            put_on=Label.NOPAT
            if is_withheld(resource, settings.FHIR_LABELLED_ON_ARRIVAL)
            else NONE,
            stated_at=stated,
            if_match=_version(one.entry.if_match),
        )

    def _is_ours(self, address: Address) -> bool:
        """Whether this feed may say what stands there: the feed that made it, or a new place.

        People and shared types are known to several feeds; a copy from another one teaches us
        its names and changes nothing. What was written here is the hospital's to take over.
        """
        current = self._current.get((address.resource_type, address.id))
        if current is None or current.source == self.source.feed:
            return True
        return current.source == adopting.OURS and address.resource_type in adopting.NUMBERS

    def _refuse_new_identity(self, one: _Arrival, resource: Json) -> None:
        address = _address_of(one)
        current = self._current.get((address.resource_type, address.id))
        if current is None:
            return
        before, after = matching.person_of(json.loads(current.text)), matching.person_of(resource)
        if matching.is_another(before, after):
            message = "this changes who the person is"
            raise IdentityChanged([error("conflict", one.place, message)], address.id)

    def _keep_names(self, before: frozenset[Key], drafts: Mapping[Address, Draft]) -> None:
        names: dict[Key, Address] = {}
        for one in self._arrivals:
            address = _address_of(one)
            named = replace(address, patient=drafts[address].patient)
            for key in one.keys:
                if key not in before:
                    names.setdefault(key, named)
        origins.keep(names)

    def _left(self, draft: Draft) -> Written:
        current = self._current[draft.resource["resourceType"], draft.logical_id]
        return Written(draft, "unchanged", current.version, current.labels)


def _is_name(name: str) -> bool:
    return bool(name) and not name.endswith("/")


def _is_of_several(address: Address) -> bool:
    return address.resource_type in SHARED_TYPES or address.resource_type == "Patient"


def _is_person(one: _Arrival) -> bool:
    return one.resource_type == "Patient"


def _address_of(one: _Arrival) -> Address:
    if one.address is None:
        raise LookupError(one.place)
    return one.address


def _version(if_match: str) -> int | None:
    digits = if_match.removeprefix("W/").strip('"')
    return int(digits) if digits.isdecimal() else None
